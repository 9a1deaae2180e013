import { existsSync } from "node:fs";
import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { GENERATION_NAMES } from "../../attestation/generation.ts";
import { readPapersFile, type PapersFile } from "../../attestation/papers-file.ts";
import { readReport } from "../../attestation/report.ts";
import { storePlaces } from "../../attestation/store.ts";
import { UserError } from "../../config/problem.ts";
import { fileError } from "../site/files.ts";

/** Largest file that is looked at: evidence, certificates and lists are some kilobytes. */
const LARGEST = 4 * 1024 * 1024;

/** The bytes of a file of evidence. @throws UserError where it cannot be read or is far too large */
export async function readBytes(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST)
      throw new UserError({
        what: `${file} is too large for evidence`,
        found: `${size} bytes`,
        allowed: "at most 4 MiB",
      });
    return await readFile(file);
  } catch (error) {
    throw error instanceof UserError ? error : fileError(file, "read", error);
  }
}

const PAPER = /\.(?:pem|der|crt|cer|crl)$/i;

/** The files that a store has for a report. @returns paths below the store */
export function storeFiles(bytes: Uint8Array): readonly string[] {
  const { report } = readReport(bytes);
  if (report === undefined) return [];
  const generations = report.generation === undefined ? GENERATION_NAMES : [report.generation];
  return generations.flatMap((generation) => Object.values(storePlaces(report, generation)));
}

/** The files of certificates and lists that a path names: itself, or those that lie in it, or those of a store for a report. */
async function filesAt(place: string, ofStore: readonly string[]): Promise<readonly string[]> {
  const found = await stat(place).catch((error: unknown) => {
    throw fileError(place, "read", error);
  });
  if (!found.isDirectory()) return [place];
  const names = (await readdir(place)).filter((name) => PAPER.test(name)).toSorted();
  return [...names, ...ofStore].map((name) => path.join(place, name)).filter((file) => existsSync(file));
}

/**
 * Certificates and revocation lists of files and directories.
 * @param places files (PEM or DER), or directories whose files end in pem, der, crt, cer or crl
 * @param ofStore paths below a store, which are looked at in directories: {@link storeFiles}
 * @throws UserError for a file that cannot be read, that is neither, and where there is none at all
 */
export async function readPapers(places: readonly string[], ofStore: readonly string[] = []): Promise<PapersFile> {
  const files = (await Promise.all(places.map((place) => filesAt(place, ofStore)))).flat();
  const read = await Promise.all(
    files.map(async (file) => {
      const papers = readPapersFile(await readBytes(file));
      if (papers !== undefined) return papers;
      throw new UserError({
        what: `${file} holds neither a certificate nor a revocation list`,
        allowed: "PEM, or the DER of one",
      });
    }),
  );
  if (read.length === 0)
    throw new UserError({
      what: `there is no certificate in ${places.join(", ")}`,
      next: "name files in PEM or DER, or a directory with some",
    });
  return { certificates: read.flatMap(({ certificates }) => certificates), lists: read.flatMap(({ lists }) => lists) };
}
