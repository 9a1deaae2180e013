import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { withLock } from "./lock.ts";

/** A thing in the cache: `<name>-<version>-<key>/`, made once and verified before each use. */
export interface Piece {
  readonly name: string;
  readonly version: string;
  /** Hash of all that it is made from. */
  readonly key: string;
}

interface Manifest {
  readonly piece: string;
  /** SHA-256 by path. */
  readonly files: Readonly<Record<string, string>>;
}

export const MANIFEST = "tresor-manifest.json";
const KEY_LENGTH = 12;

export function defaultCacheDirectory(environment: NodeJS.ProcessEnv): string {
  const home = environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), ".cache");
  return join(home, "tresor", "toolchain");
}

export const pieceName = ({ name, version, key }: Piece): string => `${name}-${version}-${key}`;

/** All files under a directory, sorted, as paths relative to it. */
async function filesUnder(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}

export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** A key over directories' and files' content and over words (flags, versions): any change makes another piece. */
export async function keyOf(paths: readonly string[], words: readonly string[] = []): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    const files = await filesUnder(path).catch(() => [""]);
    for (const file of files) hash.update(`${file}\0${await sha256(join(path, file))}\0`);
  }
  for (const word of words) hash.update(`${word}\0`);
  return hash.digest("hex").slice(0, KEY_LENGTH);
}

/** `sound`, `absent`, or what is wrong, as words. Checks that every file is there with the content that was recorded. */
export async function verify(directory: string, piece: Piece): Promise<string> {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await readFile(join(directory, MANIFEST), "utf8")) as Manifest;
  } catch (error) {
    const exists = await readdir(directory).catch(() => undefined);
    return exists === undefined ? "absent" : `its manifest cannot be read (${(error as Error).message})`;
  }
  if (manifest.piece !== pieceName(piece)) return `it is ${manifest.piece}`;
  for (const [file, expected] of Object.entries(manifest.files)) {
    const found = await sha256(join(directory, file)).catch(() => "missing");
    if (found === "missing") return `${file} is missing`;
    if (found !== expected) return `${file} has another SHA-256 than when it was made`;
  }
  return "sound";
}

async function writeManifest(directory: string, piece: Piece): Promise<void> {
  const files: Record<string, string> = {};
  for (const file of await filesUnder(directory)) files[file] = await sha256(join(directory, file));
  const manifest: Manifest = { piece: pieceName(piece), files };
  await writeFile(join(directory, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Removes what builders that are gone left half made. The caller holds the lock, so no other builder of it is at work. */
async function removePartial(root: string, name: string): Promise<void> {
  for (const entry of await readdir(root))
    if (entry.startsWith(`${name}.partial-`) || entry.startsWith(`${name}.damaged-`))
      await rm(join(root, entry), { recursive: true, force: true });
}

/**
 * The directory of a piece; makes it if it is absent or damaged. Made in a directory aside, recorded, then renamed: there is
 * never a half-made piece under its name, however the maker ended.
 */
export async function ensurePiece(
  root: string,
  piece: Piece,
  say: (what: string) => void,
  make: (directory: string) => Promise<void>,
): Promise<{ readonly directory: string; readonly made: boolean }> {
  const name = pieceName(piece);
  const directory = join(root, name);
  if ((await verify(directory, piece)) === "sound") return { directory, made: false };
  await mkdir(root, { recursive: true });
  return await withLock(join(root, `${name}.lock`), say, async () => {
    const state = await verify(directory, piece);
    if (state === "sound") return { directory, made: false };
    await removePartial(root, name);
    const partial = join(root, `${name}.partial-${process.pid}`);
    await mkdir(partial);
    if (state !== "absent") {
      say(`${name} in the cache is damaged: ${state}; it is made again`);
      await rename(directory, join(root, `${name}.damaged-${process.pid}`));
    }
    await make(partial);
    await writeManifest(partial, piece);
    await rename(partial, directory);
    await removePartial(root, name);
    return { directory, made: true };
  });
}
