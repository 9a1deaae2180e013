import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Kind, StackConfig } from "../../config/index.ts";
import { UserError } from "../../config/problem.ts";
import { stackOf } from "./examples.ts";
import { fileError, readIfThere } from "./files.ts";

/** The config of a stack of one kind. */
type ConfigOf<K extends Kind> = Extract<StackConfig, { readonly kind: K }>["config"];

export const stackFile = (directory: string, stack: string): string => path.join(directory, `Pulumi.${stack}.yaml`);

/** A file as the reader of the message finds it: relative to where he stands, when that is shorter. */
export function shownFile(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative !== "" && relative.length < file.length ? relative : file;
}

/** Names of all stacks of a site directory, sorted. @throws UserError when it cannot be read */
export async function stacksIn(directory: string): Promise<readonly string[]> {
  const files = await readdir(directory).catch((error: unknown) => {
    throw fileError(directory, "read", error, "name a site directory with --dir; `tresor init` makes one");
  });
  return files.flatMap((file) => stackOf(file) ?? []).toSorted();
}

/**
 * Reads and checks the shape of one stack file of a site directory.
 * @throws UserError when it is missing (naming those that are there) or wrong (all problems at once)
 */
export async function loadStack(directory: string, stack: string, cwd: string): Promise<StackConfig> {
  const file = stackFile(directory, stack);
  const text = await readIfThere(file);
  if (text === undefined) {
    const known = await stacksIn(directory);
    throw new UserError({
      what: `there is no stack ${stack} in ${shownFile(directory, cwd)}`,
      allowed: known.join(", ") || "none: the directory holds no Pulumi.<stack>.yaml",
      next: "name one of them, or another site directory with --dir",
    });
  }
  const { loadStackFile } = await import("../../config/loader.ts");
  const { stack: config, problems } = loadStackFile(text, shownFile(file, cwd));
  if (config === undefined) throw new UserError(problems);
  return config;
}

/** As {@link loadStack}, for a stack that must be of one kind. */
export async function loadStackOf<K extends Kind>(
  kind: K,
  directory: string,
  stack: string,
  cwd: string,
): Promise<ConfigOf<K>> {
  const { kind: found, config } = await loadStack(directory, stack, cwd);
  if (found === kind) return config as ConfigOf<K>;
  throw new UserError({
    what: `stack ${stack} is a ${found}, not a ${kind}`,
    position: { file: shownFile(stackFile(directory, stack), cwd), line: 1, column: 1 },
    next: `name the site directory and stack of the ${kind}`,
  });
}

/** True for a directory, false for a file. @throws UserError when there is neither */
export async function isDirectory(file: string): Promise<boolean> {
  const found = await stat(file).catch((error: unknown) => {
    throw fileError(file, "read", error, "name a stack file or a site directory");
  });
  return found.isDirectory();
}
