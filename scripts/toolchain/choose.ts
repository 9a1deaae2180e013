import { ENGINE, ESTIMATE, OPENSTACK_VERSION, STAND_INS } from "./versions.ts";
import { inRange } from "./semver.ts";
import type { Consideration, EngineSource, PluginSource } from "./types.ts";

/** What was found in Pulumi's plugin cache: one of ours as built, one of ours that is damaged or outdated, or anybody else's. */
export type Cached = "ours" | "ours-unsound" | "foreign" | "absent";

/** All that the choice depends on, as gathered by facts.ts; nothing else is looked at. */
export interface Facts {
  readonly platform: string;
  /** `pulumi` on the PATH outside our own cache. */
  readonly onPath?: { readonly path: string; readonly version: string; readonly languageHost: boolean };
  /** What our cache holds, verified. */
  readonly cached: { readonly release: boolean; readonly modules: boolean };
  /** Undefined where it need not be known: then nothing was asked of the network. */
  readonly reachable?: { readonly ok: boolean; readonly why: string };
  /** By plugin name. */
  readonly plugins: Readonly<Record<string, Cached>>;
  /** The user forbade downloads of plugins (PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION). */
  readonly pluginDownloads: boolean;
  readonly forced?: EngineSource;
}

export interface EngineChoice {
  readonly source: EngineSource;
  /** False where it stands ready: on the PATH or in our cache. */
  readonly install: boolean;
  readonly considered: readonly Consideration[];
}

export interface PluginChoice {
  readonly name: string;
  readonly version: string;
  readonly source: PluginSource;
  readonly install: boolean;
  readonly because: string;
}

const platforms = ["linux-x64", "linux-arm64"];

/** True if the choice cannot be made without knowing whether the official site answers. */
export function needsNetwork(facts: Facts): boolean {
  const engine = usable(facts) || facts.cached.release || facts.cached.modules;
  const plugins = Object.values(facts.plugins).some((state) => state === "absent" || state === "ours-unsound");
  return (facts.forced === undefined && !engine) || facts.forced === "release" || (plugins && facts.pluginDownloads);
}

const usable = ({ onPath }: Facts): boolean =>
  onPath !== undefined && onPath.languageHost && inRange(onPath.version, ENGINE.supported);

/** Which engine is taken: PATH, our cache, the official release, the published modules, in this order. */
export function chooseEngine(facts: Facts): EngineChoice {
  const ways: readonly (Consideration & { source: EngineSource; install: boolean })[] = [
    { ...onPathWay(facts), source: "path", install: false },
    { ...cacheWay(facts, "release"), source: "release", install: false },
    { ...cacheWay(facts, "modules"), source: "modules", install: false },
    { ...releaseWay(facts), source: "release", install: true },
    { ...modulesWay(), source: "modules", install: true },
  ];
  const eligible = ways.filter(({ source }) => facts.forced === undefined || source === facts.forced);
  const index = eligible.findIndex((way) => way.taken);
  // What was forced but is not possible is reported by its own reason, at installation.
  const chosen = eligible[index] ?? eligible.at(-1)!;
  const shown = index < 0 ? eligible : eligible.slice(0, index + 1);
  return {
    source: chosen.source,
    install: chosen.install,
    considered: shown
      .filter((way) => way === chosen || way.because !== "")
      .map(({ way, because }) => ({ way, because, taken: index >= 0 && way === chosen.way })),
  };
}

function onPathWay(facts: Facts): Consideration {
  const way = "pulumi on the PATH";
  const { onPath } = facts;
  const { from, below } = ENGINE.supported;
  if (!onPath) return { way, taken: false, because: "there is none" };
  if (!inRange(onPath.version, ENGINE.supported))
    return {
      way,
      taken: false,
      because: `${onPath.path} is ${onPath.version}, supported are ${from} up to below ${below}`,
    };
  if (!onPath.languageHost)
    return { way, taken: false, because: `${onPath.path} has no pulumi-language-nodejs beside it or on the PATH` };
  return { way, taken: true, because: `${onPath.path} is ${onPath.version}` };
}

function cacheWay(facts: Facts, source: "release" | "modules"): Consideration {
  const taken = facts.cached[source];
  const name = source === "release" ? "official release" : "engine built from modules";
  return { way: `${name} in the cache`, taken, because: taken ? `${ENGINE.version}, verified` : "" };
}

function releaseWay(facts: Facts): Consideration {
  const way = "official release";
  if (!platforms.includes(facts.platform))
    return { way, taken: false, because: `none is known for ${facts.platform} (${platforms.join(", ")})` };
  const reachable = facts.reachable ?? { ok: false, why: "not asked" };
  return {
    way,
    taken: reachable.ok,
    because: reachable.ok ? `${ENGINE.version} for ${facts.platform}` : reachable.why,
  };
}

const modulesWay = (): Consideration => ({
  way: "build from the published Go modules",
  taken: true,
  because: `${ENGINE.version} with our own language host, ${ESTIMATE.engine} with empty caches`,
});

/** Which OpenStack plugin is taken: what stands in Pulumi's cache, the official one, the published modules. */
export function chooseOpenstack(facts: Facts): PluginChoice {
  const plugin = { name: "openstack", version: OPENSTACK_VERSION };
  const state = facts.plugins.openstack ?? "absent";
  if (state === "foreign") return { ...plugin, source: "cache", install: false, because: "in Pulumi's plugin cache" };
  if (state === "ours") return { ...plugin, source: "modules", install: false, because: "built before, verified" };
  if (facts.pluginDownloads && facts.reachable?.ok)
    return { ...plugin, source: "release", install: true, because: "official plugin" };
  const because = `built from the published Go modules, ${ESTIMATE.plugin} with empty caches`;
  const damaged = state === "ours-unsound" ? "the one in Pulumi's cache is damaged or outdated: " : "";
  return { ...plugin, source: "modules", install: true, because: `${damaged}${because}` };
}

/** Official plugins where they can be had, else stand-ins for the types in use. */
export function chooseStandIns(facts: Facts): readonly PluginChoice[] {
  return STAND_INS.map(({ name, version }) => {
    if (facts.plugins[name] === "foreign")
      return { name, version, source: "cache", install: false, because: "in Pulumi's plugin cache" };
    if (facts.pluginDownloads && facts.reachable?.ok)
      return { name, version, source: "release", install: true, because: "official plugin" };
    const because = facts.pluginDownloads
      ? "the official site cannot be reached"
      : "downloads of plugins are switched off";
    return { name, version, source: "stand-in", install: false, because: `${because}: serves the types in use` };
  });
}
