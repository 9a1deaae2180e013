import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { lineOf, type Entry } from "../../airlock/entry.ts";
import type { Digests } from "../../airlock/machine.ts";
import { UserError } from "../../config/problem.ts";
import { fileError, readIfThere } from "./files.ts";
import { withFileLock } from "./lock.ts";

/** Longest wait for another run that appends to the same record, and the pause between two tries, in milliseconds. */
const PATIENCE = { total: 10_000, pause: 25 };

/** A record's text; empty where there is none yet. */
export const readRecord = async (file: string): Promise<string> => (await readIfThere(file)) ?? "";

/**
 * Adds one line to a record, flushed to the disk before anybody is told. What was written in part is taken away again.
 * @param expected size of the record that the line follows, in bytes: one who wrote past the lock is not built upon
 * @throws UserError when the file is a link, has changed, or cannot be written
 */
export async function append(file: string, line: string, expected: number): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const handle = await open(file, flags, 0o600).catch((error: unknown) => {
    throw fileError(file, "written", error);
  });
  try {
    await handle.chmod(0o600);
    const { size } = await handle.stat();
    if (size !== expected)
      throw new UserError({
        what: `${file} was changed meanwhile, without its lock`,
        next: "verify it, and try again",
      });
    const bytes = Buffer.from(line);
    try {
      const { bytesWritten } = await handle.write(bytes);
      if (bytesWritten < bytes.length) throw Object.assign(new Error("not all of it was written"), { code: "ENOSPC" });
      await handle.sync();
    } catch (error) {
      await handle.truncate(size).catch(() => undefined);
      throw fileError(file, "written", error);
    }
  } finally {
    await handle.close();
  }
}

/** Waits while another run holds the record's lock. */
async function locked<T>(file: string, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE.total;
  for (;;) {
    let entered = false;
    try {
      return await withFileLock(file, () => {
        entered = true;
        return work();
      });
    } catch (error) {
      if (entered || !(error instanceof UserError) || performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, PATIENCE.pause * (1 + Math.random())));
    }
  }
}

/**
 * Reads the record, lets `make` judge it and make the next entry, and appends that entry: one run at a time.
 * @throws UserError of `make`, or when the record cannot be locked or written
 */
export async function appendEntry(file: string, make: (text: string) => Entry): Promise<Entry> {
  return appendTo(file, make, lineOf);
}

/** As {@link appendEntry}, for a record of another kind. */
export async function appendTo<T>(file: string, make: (text: string) => T, line: (entry: T) => string): Promise<T> {
  return locked(file, async () => {
    const text = await readRecord(file);
    const entry = make(text);
    await append(file, line(entry), Buffer.byteLength(text));
    return entry;
  });
}

async function sha256(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      const link = (error as NodeJS.ErrnoException).code === "ELOOP";
      throw link
        ? new UserError({ what: `${file} is a link`, why: "what it leads to may change", next: "name the file itself" })
        : fileError(file, "read", error);
    },
  );
  try {
    if (!(await handle.stat()).isFile())
      throw new UserError({ what: `${file} is no file`, next: "name each file; a directory is packed into one first" });
    const hash = createHash("sha256");
    for await (const chunk of handle.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}

/**
 * SHA-256 of files, read as streams, by their names below `base`.
 * @throws UserError for a link, a directory, a file outside of `base` and a file that cannot be read
 */
export async function digestsOf(files: readonly string[], base: string): Promise<Digests | undefined> {
  if (files.length === 0) return undefined;
  const digests: [string, string][] = [];
  for (const file of files) {
    const full = path.resolve(base, file);
    const name = path.relative(base, full).split(path.sep).join("/");
    if (name === "" || name === ".." || name.startsWith("../"))
      throw new UserError({
        what: `${file} is not below the base directory`,
        found: full,
        allowed: `files below ${base}`,
        next: "give their common directory with --base: files are recorded by their names below it",
      });
    digests.push([name, await sha256(full)]);
  }
  return Object.fromEntries(digests);
}
