import type { StageTime } from "../console.ts";

/** Where the engine comes from. */
export type EngineSource = "path" | "release" | "modules";
/** Where a plugin comes from; `cache` is a plugin that stood in Pulumi's own plugin cache already. */
export type PluginSource = "cache" | "release" | "modules" | "stand-in";

export interface Plugin {
  readonly name: string;
  readonly version: string;
  readonly source: PluginSource;
  /** Directory to name in Pulumi.yaml `plugins.providers`; only for plugins that are not in Pulumi's cache. */
  readonly path?: string;
}

export interface Toolchain {
  /** Path of the `pulumi` binary. */
  readonly pulumi: string;
  /** Directory to put first on PATH: `pulumi`, its language host, and what else belongs beside it. */
  readonly binDirectory: string;
  readonly version: string;
  readonly source: EngineSource;
  readonly plugins: readonly Plugin[];
  /** What took how long. */
  readonly stages: readonly StageTime[];
  /** What a process needs in its environment to use this toolchain, PATH included. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One way that was looked at, and what came of it; shown to the user in this order. */
export interface Consideration {
  readonly way: string;
  readonly taken: boolean;
  readonly because: string;
}

export interface ToolchainOptions {
  /** @default `$XDG_CACHE_HOME/tresor/toolchain`, or `~/.cache/tresor/toolchain` */
  readonly cacheDirectory?: string;
  /** Forces a way for the engine. @default the environment variable TRESOR_ENGINE, else the first that is possible */
  readonly engine?: EngineSource;
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
}
