import { createHash } from "node:crypto";
import { chmod } from "node:fs/promises";
import path from "node:path";
import { readIfThere, writeNewSecret, writeWhole } from "./files.ts";

/** A file that a site directory shall have. */
export interface SiteFile {
  readonly name: string;
  readonly text: string;
  /** `generated`: written again while nobody edited it. `once`: made when absent. `secret`: made when absent, mode 0600. */
  readonly keep: "generated" | "once" | "secret";
}

/** What became of a file. `kept` is a file that somebody edited, or that is never overwritten. */
export type Outcome = "made" | "updated" | "current" | "kept";

/** Fingerprints of what was generated last time: a file that still has its own was not edited. */
const MANIFEST = ".tresor.json";

type Manifest = Readonly<Record<string, string>>;

const fingerprint = (text: string): string => createHash("sha256").update(text).digest("hex");

async function readManifest(directory: string): Promise<Manifest> {
  const text = await readIfThere(path.join(directory, MANIFEST));
  if (text === undefined) return {};
  try {
    const { files } = JSON.parse(text) as { files?: Manifest };
    return files ?? {};
  } catch {
    return {}; // Then every file counts as edited, and nothing is overwritten.
  }
}

/** What would become of a file, given what stands there. Pure. */
function outcomeOf(file: SiteFile, there: string | undefined, manifest: Manifest): Outcome {
  if (there === undefined) return "made";
  if (file.keep === "secret") return "kept";
  if (there === file.text) return "current";
  return file.keep === "generated" && manifest[file.name] === fingerprint(there) ? "updated" : "kept";
}

/**
 * Brings the files of a site directory into being. Never overwrites what somebody edited, never makes a secret anew.
 * @param dryRun says what would be done and writes nothing
 */
export async function applyFiles(
  directory: string,
  files: readonly SiteFile[],
  dryRun: boolean,
): Promise<readonly { readonly name: string; readonly outcome: Outcome }[]> {
  const manifest: Record<string, string> = { ...(await readManifest(directory)) };
  const results: { name: string; outcome: Outcome }[] = [];
  for (const file of files) {
    const target = path.join(directory, file.name);
    const outcome = outcomeOf(file, await readIfThere(target), manifest);
    results.push({ name: file.name, outcome });
    if (dryRun) continue;
    if (file.keep === "secret") {
      if (outcome === "made") await writeNewSecret(target, file.text);
      else await chmod(target, 0o600);
      continue;
    }
    if (outcome === "made" || outcome === "updated") await writeWhole(target, file.text);
    if (file.keep === "generated" && outcome !== "kept") manifest[file.name] = fingerprint(file.text);
  }
  const sorted = Object.fromEntries(Object.entries(manifest).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const text = `${JSON.stringify({ note: "Fingerprints of what tresor init wrote; commit it.", files: sorted }, null, 2)}\n`;
  if (!dryRun && (await readIfThere(path.join(directory, MANIFEST))) !== text)
    await writeWhole(path.join(directory, MANIFEST), text);
  return results;
}
