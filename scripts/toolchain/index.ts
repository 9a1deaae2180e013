import { dirname, delimiter, join } from "node:path";
import { UserError } from "../../config/problem.ts";
import { type Progress, duration } from "../console.ts";
import { type EngineChoice, type PluginChoice, chooseEngine, chooseOpenstack, chooseStandIns } from "./choose.ts";
import { installFromModules, installRelease } from "./engine.ts";
import { type Facts } from "./choose.ts";
import { type Settings, gatherFacts, settingsOf } from "./facts.ts";
import { installOpenstack } from "./openstack-plugin.ts";
import { installOfficial, pluginDirectory } from "./pulumi-plugins.ts";
import { asset } from "./root.ts";
import type { Plugin, Toolchain, ToolchainOptions } from "./types.ts";
import { ENGINE } from "./versions.ts";

export type { Plugin, Toolchain, ToolchainOptions } from "./types.ts";

/** What would be used, and what would be put where for it. */
export interface ToolchainDescription {
  readonly engine: EngineChoice;
  readonly plugins: readonly PluginChoice[];
  /** Directories that would be written; empty where all stands ready. */
  readonly writes: readonly { readonly where: string; readonly what: string }[];
}

const describe = (facts: Facts, settings: Settings): ToolchainDescription => {
  const engine = chooseEngine(facts);
  const plugins = [chooseOpenstack(facts), ...chooseStandIns(facts)];
  const missing = plugins.filter(({ install }) => install);
  const built = engine.source === "modules" && engine.install;
  const builds = built || missing.some(({ source }) => source === "modules");
  return {
    engine,
    plugins,
    writes: [
      ...(engine.install || builds
        ? [{ where: settings.cache, what: built ? "engine and plugin, 280 MB" : "binaries" }]
        : []),
      ...(builds ? [{ where: "Go's module and build caches (`go env GOMODCACHE GOCACHE`)", what: "up to 4 GB" }] : []),
      ...missing.map((plugin) => ({
        where: pluginDirectory(settings.env, plugin),
        what: `plugin ${plugin.name} ${plugin.version}`,
      })),
    ],
  };
};

/** Says which way would be taken and what would be installed where. Changes nothing. */
export async function describeToolchain(options: ToolchainOptions = {}): Promise<ToolchainDescription> {
  const settings = settingsOf(options);
  return describe(await gatherFacts(settings), settings);
}

/** Brings the engine to where it can be used; returns the path of `pulumi`. */
async function installEngine(
  choice: EngineChoice,
  facts: Facts,
  settings: Settings,
  progress: Progress,
): Promise<string> {
  const { source, considered } = choice;
  for (const { way, because, taken } of considered)
    progress.note(`engine: ${way}: ${because}${taken ? "; taken" : ""}`);
  const last = considered.at(-1);
  if (source === "path") {
    if (facts.onPath && last?.taken) return facts.onPath.path;
    throw new UserError({
      what: "no usable pulumi on the PATH",
      why: last?.because ?? "there is none",
      next: "install one of a supported version, or leave TRESOR_ENGINE unset",
    });
  }
  const name = choice.install ? "engine" : "engine (from the cache)";
  const directory = await progress.stage(name, (say) =>
    source === "release"
      ? installRelease(settings.cache, facts.platform, say)
      : installFromModules(settings.cache, say),
  );
  return join(directory, "pulumi");
}

/** Brings one plugin to where the engine finds it. */
async function installPlugin(
  choice: PluginChoice,
  pulumi: string,
  settings: Settings,
  progress: Progress,
): Promise<Plugin> {
  const { name, version, source, install, because } = choice;
  progress.note(`plugin ${name} ${version}: ${source}: ${because}`);
  if (install)
    await progress.stage(`plugin ${name}`, (say) =>
      source === "modules"
        ? installOpenstack(settings.cache, pulumi, settings.env, say)
        : installOfficial(pulumi, choice, settings.env),
    );
  return {
    name,
    version,
    source,
    ...(source === "stand-in" ? { path: asset(`scripts/toolchain/stand-ins/${name}`) } : {}),
  };
}

/**
 * Makes the Pulumi engine and its plugins usable and says how: from the PATH, the official release or the published Go
 * modules, in this order. Idempotent; what was interrupted goes on. Downloads and builds only what is missing or damaged.
 * @throws UserError if no way is possible, with what to install
 */
export async function ensureToolchain(progress: Progress, options: ToolchainOptions = {}): Promise<Toolchain> {
  const settings = settingsOf(options);
  const stagesBefore = progress.stages.length;
  const facts = await gatherFacts(settings);
  const { engine, plugins } = describe(facts, settings);
  const pulumi = await installEngine(engine, facts, settings, progress);
  const binDirectory = dirname(pulumi);
  const path = [binDirectory, settings.env.PATH].filter(Boolean).join(delimiter);
  const env = { ...settings.env, PATH: path, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const installed: Plugin[] = [];
  for (const plugin of plugins) installed.push(await installPlugin(plugin, pulumi, { ...settings, env }, progress));
  return {
    pulumi,
    binDirectory,
    version: engine.source === "path" ? (facts.onPath?.version ?? "") : ENGINE.version,
    source: engine.source,
    plugins: installed,
    stages: progress.stages.slice(stagesBefore),
    environment: {
      PATH: path,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // All plugins stand ready now; otherwise the engine would ask the network for the versions that the npm packages name.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
  };
}

/** `engine 4 min 50 s, plugin openstack 3 min 02 s`. */
export const stageSummary = (toolchain: Toolchain): string =>
  toolchain.stages.map(({ name, milliseconds }) => `${name} ${duration(milliseconds)}`).join(", ");
