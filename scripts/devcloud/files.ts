import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A file to be: its text follows from settings alone. */
export interface PlannedFile {
  readonly path: string;
  readonly text: string;
  /** @default 0o600 */
  readonly mode?: number;
}

/**
 * Writes by rename, so that a reader or an interruption never meets half a file. Leaves an equal file untouched.
 * @returns true where the file was new or other
 */
export function writePrivate(path: string, text: string, mode = 0o600): boolean {
  try {
    if (readFileSync(path, "utf8") === text) return false;
  } catch {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  }
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, path);
  return true;
}
