import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { machineFacts, type Machine } from "../../bench/machine.ts";
import { dayOf } from "../../config/day.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";

/** Where dated results are kept; they are committed. */
export const RESULTS = join(import.meta.dirname, "results");

/** What one part of the long layer came to: counts, durations, names; never a secret. */
export interface Part {
  /** ISO 8601, UTC: when this part was recorded. */
  readonly at: string;
  readonly seconds: number;
  readonly commit: string;
  readonly loadBefore: readonly number[];
  readonly [fact: string]: unknown;
}

/** One day's results; a part that is run again on the same day replaces itself and leaves the others. */
export interface Day {
  readonly format: 1;
  readonly machine: Omit<Machine, "commit" | "loadBefore">;
  readonly parts: Readonly<Record<string, Part>>;
}

const fileOf = (date: Date): string => join(RESULTS, `${dayOf(date)}.json`);

async function readDay(file: string): Promise<Day | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Day);
}

/** Today's record of a part, for a run that goes on where an earlier one was interrupted; undefined where there is none. */
export const recorded = async (part: string): Promise<Part | undefined> =>
  (await readDay(fileOf(new Date())))?.parts[part];

/**
 * Writes what a part came to into today's file.
 * @param part `fuzz/zone`, `scale/zones`, `kills/engine`
 * @param seconds how long the part took
 */
export async function record(part: string, seconds: number, facts: Readonly<Record<string, unknown>>): Promise<void> {
  const now = new Date();
  const { commit, loadBefore, ...machine } = await machineFacts(packageRoot);
  await mkdir(RESULTS, { recursive: true });
  const before = await readDay(fileOf(now));
  const entry: Part = { at: now.toISOString(), seconds: Number(seconds.toFixed(1)), commit, loadBefore, ...facts };
  const parts = Object.entries({ ...before?.parts, [part]: entry }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const day: Day = { format: 1, machine, parts: Object.fromEntries(parts) };
  const half = `${fileOf(now)}.half`;
  await writeFile(half, `${JSON.stringify(day, null, 2)}\n`);
  await rename(half, fileOf(now));
}
