import { access, constants } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { UserError } from "../../config/problem.ts";
import { defaultCacheDirectory, pieceName, verify } from "./cache.ts";
import { type Facts, needsNetwork } from "./choose.ts";
import { binPiece, enginePiece, releasePiece } from "./engine.ts";
import { openstackPiece } from "./openstack-plugin.ts";
import { inspect } from "./pulumi-plugins.ts";
import { probe } from "./release.ts";
import type { EngineSource, ToolchainOptions } from "./types.ts";
import { OPENSTACK_VERSION, STAND_INS } from "./versions.ts";

const sources: readonly string[] = ["path", "release", "modules"] satisfies EngineSource[];

/** The options with their defaults filled in. */
export interface Settings {
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  readonly forced?: EngineSource;
}

/** @throws UserError if TRESOR_ENGINE names no way */
export function settingsOf(options: ToolchainOptions): Settings {
  const env = options.environment ?? process.env;
  const forced = options.engine ?? (env.TRESOR_ENGINE || undefined);
  if (forced !== undefined && !sources.includes(forced))
    throw new UserError({
      what: "TRESOR_ENGINE names no way to an engine",
      found: forced,
      allowed: sources.join(", "),
      next: "correct it, or unset it",
    });
  const cache = options.cacheDirectory ?? defaultCacheDirectory(env);
  return { cache, env, ...(forced === undefined ? {} : { forced: forced as EngineSource }) };
}

const isExecutable = async (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** First file of that name on the PATH, our own cache left out: what stands there is verified and chosen as cached. */
async function onPath(name: string, { env, cache }: Settings): Promise<string | undefined> {
  for (const directory of (env.PATH ?? "").split(delimiter).filter(Boolean)) {
    const file = join(directory, name);
    if (!directory.startsWith(cache) && (await isExecutable(file))) return file;
  }
  return undefined;
}

async function engineOnPath(settings: Settings): Promise<Facts["onPath"]> {
  const path = await onPath("pulumi", settings);
  if (path === undefined) return undefined;
  const env = { ...settings.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { stdout } = await execa(path, ["version"], { env, reject: false, timeout: 20_000, stdin: "ignore" });
  const beside = await isExecutable(join(dirname(path), "pulumi-language-nodejs"));
  const languageHost = beside || (await onPath("pulumi-language-nodejs", settings)) !== undefined;
  return { path, version: (stdout || "unknown").trim().replace(/^v/, ""), languageHost };
}

async function sound(cache: string, ...pieces: Parameters<typeof pieceName>[0][]): Promise<boolean> {
  for (const piece of pieces) if ((await verify(join(cache, pieceName(piece)), piece)) !== "sound") return false;
  return true;
}

/** Gathers all that the choice depends on; changes nothing, and asks the network only where the choice needs it. */
export async function gatherFacts(settings: Settings): Promise<Facts> {
  const { cache, env, forced } = settings;
  const platform = `${process.platform}-${process.arch}`;
  const plugins: Record<string, Facts["plugins"][string]> = {
    openstack: await inspect(env, { name: "openstack", version: OPENSTACK_VERSION }, await openstackPiece()),
  };
  for (const plugin of STAND_INS) plugins[plugin.name] = await inspect(env, plugin);
  const found = await engineOnPath(settings);
  const facts: Facts = {
    platform,
    cached: {
      release: await sound(cache, await releasePiece(platform)),
      modules: await sound(cache, await enginePiece(), await binPiece()),
    },
    plugins,
    pluginDownloads: !env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION,
    ...(found ? { onPath: found } : {}),
    ...(forced ? { forced } : {}),
  };
  return needsNetwork(facts) ? { ...facts, reachable: await probe() } : facts;
}
