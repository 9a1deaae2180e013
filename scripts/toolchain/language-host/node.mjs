// Which Node runs a program, and with which options.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { bothWays } from "./sdk.mjs";

const MAJOR_WITH_TYPES = 24;

/**
 * The Node nearest to a directory: the one that came with its npm dependencies, else TRESOR_NODE, else this process's own.
 * The machine's Node may be older than what runs TypeScript without a build step.
 */
export function nodeFor(directory) {
  for (const start of bothWays(directory || ".")) {
    for (let at = start; ; at = dirname(at)) {
      const shipped = join(at, "node_modules", ".bin", "node");
      if (existsSync(shipped)) return shipped;
      if (at === dirname(at)) break;
    }
  }
  return process.env.TRESOR_NODE || process.execPath;
}

/** Refuses, in words, a TypeScript program on a Node that cannot run one; other nodes than our own are taken at their word. */
export function checkNode(node, entry) {
  const major = Number(process.versions.node.split(".")[0]);
  if (node === process.execPath && entry.endsWith(".ts") && major < MAJOR_WITH_TYPES)
    throw new Error(
      `${entry} needs Node ${MAJOR_WITH_TYPES} or newer, found ${process.version} and none in node_modules. ` +
        "Next: run npm install without --omit=optional, or set TRESOR_NODE to a newer Node.",
    );
}

/** Splits `nodeargs` as a shell would, quotes included. */
export const words = (text) =>
  (text ?? "").match(/"[^"]*"|'[^']*'|\S+/g)?.map((word) => word.replace(/^(["'])(.*)\1$/, "$2")) ?? [];

/** The `runtime.options` of a Pulumi.yaml, PulumiPlugin.yaml or PulumiPolicy.yaml. */
export const optionsOf = (info) => info?.getOptions()?.toJavaScript() ?? {};

/** Environment that @pulumi/pulumi's runners read; half of a program's start is loading, hence the compile cache. */
export function runnerEnvironment(options) {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return {
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || join(cache, "tresor", "compile"),
    ...(options.typescript === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(options.tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : {}),
  };
}
