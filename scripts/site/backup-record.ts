import { createHash } from "node:crypto";
import path from "node:path";
import { canonical } from "../../airlock/entry.ts";
import { UserError } from "../../config/problem.ts";
import { appendTo } from "./airlock-file.ts";

/** One line of the record. */
export interface BackupEntry {
  readonly at: string;
  readonly zone: string;
  readonly dataset: string;
  readonly did: "made" | "removed" | "restore-tested" | "failed";
  readonly backup: string | null;
  readonly says: string;
  /** SHA-256 of the line before; of the first, zeros. */
  readonly previous: string;
}

export const recordFile = (directory: string, zone: string): string => path.join(directory, `backups.${zone}.jsonl`);

const hashOf = (line: string): string => createHash("sha256").update(line).digest("hex");

/** The lines of a record. @throws UserError naming the first line that does not follow the one before */
export function entriesOf(file: string, text: string): readonly BackupEntry[] {
  let previous = "0".repeat(64);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => {
      const entry = readEntry(line);
      if (entry?.previous !== previous)
        throw new UserError({
          what: `line ${index + 1} of ${file} does not follow the one before`,
          why: "the record was changed by hand, or a line was lost",
          next: "take it from its history in your repository, and find out who changed it",
        });
      previous = hashOf(line);
      return entry;
    });
}

function readEntry(line: string): BackupEntry | undefined {
  try {
    return JSON.parse(line) as BackupEntry;
  } catch {
    return undefined;
  }
}

/** Appends what was done; each line holds the hash of the one before. */
export async function record(file: string, entry: Omit<BackupEntry, "previous">): Promise<BackupEntry> {
  return appendTo(
    file,
    (text): BackupEntry => {
      entriesOf(file, text);
      const last = text.split("\n").findLast((line) => line !== "");
      return { ...entry, previous: last === undefined ? "0".repeat(64) : hashOf(last) };
    },
    (each) => `${canonical(each)}\n`,
  );
}
