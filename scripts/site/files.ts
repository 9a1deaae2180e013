import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../../config/problem.ts";

/** The system's code of a failed file operation, such as ENOENT. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be accessed",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is no directory",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
};

/** A failed file operation as a user's error. */
export function fileError(file: string, doing: string, error: unknown, next?: string): UserError {
  return new UserError({
    what: `${file} cannot be ${doing}`,
    why: REASONS[codeOf(error)] ?? (error instanceof Error ? error.message : String(error)),
    ...(next === undefined ? {} : { next }),
  });
}

/** Reads a text file. @throws UserError when it cannot be read; `next` says what to do then */
export async function readText(file: string, next?: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw fileError(file, "read", error, next);
  }
}

/** Reads a text file; undefined when there is none. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw fileError(file, "read", error);
  }
}

/** Where a file is written before it gets its name; site directories ignore those of secrets in git. */
const asideOf = (file: string): string =>
  path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString("hex")}`);

/** Writes a new file and flushes it. */
async function writeNew(file: string, text: string | Uint8Array, mode: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const handle = await open(file, "wx", mode);
  try {
    await handle.writeFile(text);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a whole file or nothing: a new file beside it, flushed, then renamed over it, so that a kill leaves the old or the new one.
 * @param mode permissions of the new file. Default: those of the old one, else 0644
 */
export async function writeWhole(file: string, text: string | Uint8Array, mode?: number): Promise<void> {
  const aside = asideOf(file);
  const old = await stat(file).catch(() => undefined);
  try {
    await writeNew(aside, text, mode ?? (old === undefined ? 0o644 : old.mode & 0o777));
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw fileError(file, "written", error);
  }
}

/**
 * Makes a private file that must not exist yet, whole or not at all: an empty passphrase would be kept for good.
 * Returns false when it exists; its permissions are then tightened.
 */
export async function writeNewSecret(file: string, text: string | Uint8Array): Promise<boolean> {
  const aside = asideOf(file);
  try {
    await writeNew(aside, text, 0o600);
    await link(aside, file);
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw fileError(file, "written", error);
    await chmod(file, 0o600);
    return false;
  } finally {
    await rm(aside, { force: true });
  }
}
