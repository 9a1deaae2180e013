import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { installPythonPackages, pythonCache } from "../../../scripts/devcloud/python-packages.ts";
import type { Answer, Case } from "../../unit/attestation/measurement/cases.ts";

const LOCK = path.join(import.meta.dirname, "requirements.lock");

/** Which calculator, for people. */
export const SOURCE = "sev-snp-measure 0.0.13 (PyPI)";

/** What the independent calculator says of launches. @param images their firmware by name */
export async function askCalculator(
  cases: readonly Case[],
  images: Readonly<Record<string, Uint8Array>>,
): Promise<readonly Answer[]> {
  const venv = await installPythonPackages({ title: SOURCE, lockFile: LOCK, cache: pythonCache() }, () => undefined);
  const directory = await mkdtemp(path.join(tmpdir(), "tresor-measure-"));
  try {
    const names = Object.keys(images);
    const fileOf = (image: string): string => path.join(directory, `${names.indexOf(image)}.fd`);
    await Promise.all(Object.entries(images).map(([name, bytes]) => writeFile(fileOf(name), bytes)));
    const input = JSON.stringify(cases.map((one) => ({ ...one, file: fileOf(one.image) })));
    const program = path.join(import.meta.dirname, "calculator.py");
    const { stdout } = await execa(path.join(venv, "bin", "python"), [program], { input, maxBuffer: 1e9 });
    const digests = JSON.parse(stdout) as readonly (string | null)[];
    return cases.map((one, index) => ({ ...one, ...(digests[index] ? { digest: digests[index] } : {}) }));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
