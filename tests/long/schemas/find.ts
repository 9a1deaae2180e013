import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { packageRoot } from "../../../scripts/toolchain/root.ts";

/** What is none of the project's own code, or is its tests. */
const OTHERS = new Set(["node_modules", "tests", "bench", "dist", "docs", "schemas"]);
/** Programs: whoever imports one runs it. */
const PROGRAMS = new Set(["scripts/devcloud/quobyte/main.ts"]);

function sourcesIn(directory: string): readonly string[] {
  return readdirSync(join(packageRoot, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
    if (entry.isDirectory()) return OTHERS.has(entry.name) || entry.name.startsWith(".") ? [] : sourcesIn(path);
    return /(?<!\.d)\.ts$/.test(entry.name) ? [path] : [];
  });
}

/** Every file of the project that has zod at run time, sorted. */
export const filesWithSchemas = (): readonly string[] =>
  sourcesIn("")
    .filter((path) => /^import (?!type\b)[^;]*from "zod(\/[^"]*)?";/m.test(readFileSync(join(packageRoot, path), "utf8")))
    .toSorted();

/** The schemas that a module exports, by name. */
export async function exportsOf(file: string): Promise<ReadonlyMap<string, z.ZodType>> {
  if (PROGRAMS.has(file)) return new Map();
  const module = (await import(pathToFileURL(join(packageRoot, file)).href)) as Record<string, unknown>;
  return new Map(Object.entries(module).filter((entry): entry is [string, z.ZodType] => entry[1] instanceof z.ZodType));
}
