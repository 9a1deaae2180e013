import { readdir } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { UserError } from "../../config/problem.ts";
import { MANIFEST, type Piece, verify } from "./cache.ts";
import type { Cached } from "./choose.ts";
import { LIMITS } from "./versions.ts";

interface Named {
  readonly name: string;
  readonly version: string;
}

/** The home directory as the engine finds it: the password database's word, whatever `$HOME` says (Go's os/user, Current). */
function engineHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    return homedir();
  }
}

/** Pulumi's own plugin cache, which all its users on the machine share. */
export const pluginDirectory = (env: NodeJS.ProcessEnv, { name, version }: Named): string =>
  join(env.PULUMI_HOME || join(engineHome(), ".pulumi"), "plugins", `resource-${name}-v${version}`);

/**
 * What stands in Pulumi's cache under a plugin's name and version.
 * @param ours the piece that we would have built; left out for plugins that we never put there
 */
export async function inspect(env: NodeJS.ProcessEnv, plugin: Named, ours?: Piece): Promise<Cached> {
  const directory = pluginDirectory(env, plugin);
  const files = await readdir(directory).catch((): string[] => []);
  if (files.length === 0) return "absent";
  if (!files.includes(MANIFEST) || !ours) return "foreign";
  return (await verify(directory, ours)) === "sound" ? "ours" : "ours-unsound";
}

async function install(pulumi: string, args: readonly string[], env: NodeJS.ProcessEnv, plugin: Named): Promise<void> {
  const result = await execa(pulumi, ["plugin", "install", "resource", plugin.name, `v${plugin.version}`, ...args], {
    env,
    reject: false,
    timeout: LIMITS.pluginInstall,
    stdin: "ignore",
  });
  if (result.failed)
    throw new UserError({
      what: `plugin ${plugin.name} ${plugin.version} cannot be installed`,
      found: result.timedOut ? "no end in time" : result.stderr.trim().split("\n").slice(-3).join(" "),
      next: "try again; with PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true nothing is downloaded",
    });
}

/** Installs the official plugin from its site. */
export const installOfficial = async (pulumi: string, plugin: Named, env: NodeJS.ProcessEnv): Promise<void> =>
  install(pulumi, [], env, plugin);

/** Installs a directory as a plugin, over one that may be there. */
export const installFile = async (
  pulumi: string,
  plugin: Named,
  directory: string,
  env: NodeJS.ProcessEnv,
): Promise<void> => install(pulumi, ["--file", directory, "--reinstall"], env, plugin);
