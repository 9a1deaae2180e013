import { runInThisContext } from "node:vm";
import { expect } from "vitest";
import { Dice } from "../../bench/generate.ts";
import { UserError, formatProblem, type Problem } from "../../config/problem.ts";
import { record } from "./record.ts";

/** Decides every case; printed at the start, so that a failure can be run again. */
export const SEED = Number(process.env.TRESOR_FUZZ_SEED ?? Date.now() % 1_000_000_007);
/** Cases for each boundary. */
export const CASES = Number(process.env.TRESOR_FUZZ_CASES ?? 10_000);
/** One case alone, to look at it again. */
const ONLY = process.env.TRESOR_FUZZ_CASE;

/** A watchdog against a case without end; nothing is said about speed. */
const WATCHDOG_MS = 30_000;

/** A defect that a case found; cases that found the same are counted, not listed. */
export interface Defect {
  readonly what: string;
  readonly firstCase: number;
  count: number;
}

const key = "tresorFuzzCase";

/** Runs synchronous work and breaks it off when it does not end, inside a regular expression too. */
function watched<T>(work: () => T): T {
  const holder = globalThis as Record<string, unknown>;
  holder[key] = work;
  try {
    return runInThisContext(`globalThis.${key}()`, { timeout: WATCHDOG_MS }) as T;
  } finally {
    Reflect.deleteProperty(holder, key);
  }
}

/** What a failed case says of itself in one line, without what differs from case to case. */
const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const at = /\n\s+at .*?([\w-]+\/[\w-]+\.ts:\d+)/.exec(error.stack ?? "")?.[1] ?? "";
  return `${error.name}: ${error.message.split("\n")[0]?.slice(0, 160)} ${at}`.trim();
};

/** What one case came to, and what is wrong with what it saw. */
export interface Judged {
  readonly outcome: string;
  readonly defects: readonly string[];
}

/** What the cases of one boundary came to. */
class Tally {
  readonly outcomes: Record<string, number> = {};
  readonly #defects = new Map<string, Defect>();
  #slowest = 0;
  #start = 0;

  begin(): void {
    this.#start = performance.now();
  }

  end({ outcome, defects }: Judged, index: number): void {
    this.#slowest = Math.max(this.#slowest, performance.now() - this.#start);
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    for (const what of defects) {
      const known = this.#defects.get(what) ?? { what, firstCase: index, count: 0 };
      known.count++;
      this.#defects.set(what, known);
    }
  }

  get defects(): readonly Defect[] {
    return [...this.#defects.values()];
  }

  get slowestMs(): number {
    return Math.round(this.#slowest);
  }
}

const crashed = (error: unknown): Judged => ({ outcome: "crashed", defects: [nameOf(error)] });
const numbers = (): readonly number[] =>
  ONLY === undefined ? Array.from({ length: CASES }, (_, index) => index) : [Number(ONLY)];
const diceOf = (salt: number, index: number): Dice => new Dice((SEED * 31 + salt) * 1_000_003 + index);

/** Cases under one watchdog: to set it costs more than most cases do. */
const BATCH = 50;

/** Runs the cases of one boundary. @returns counts by what the cases came to, and the defects */
export function fuzz(salt: number, run: (dice: Dice) => Judged): Tally {
  const tally = new Tally();
  const cases = numbers();
  const one = (index: number): void => {
    tally.begin();
    let judged: Judged;
    try {
      judged = run(diceOf(salt, index));
    } catch (error) {
      judged = crashed(error);
    }
    tally.end(judged, index);
  };
  for (let done = 0; done < cases.length;) {
    const end = Math.min(done + BATCH, cases.length);
    try {
      watched(() => {
        for (; done < end; done++) one(cases[done] ?? 0);
      });
    } catch (error) {
      // The case at which the watchdog struck; the others of its batch come after it.
      tally.end(crashed(error), cases[done++] ?? 0);
    }
  }
  return tally;
}

/** The same where a case waits for something: one that ends in no time at all counts as a defect, and the next begins. */
export async function fuzzWaiting(salt: number, run: (dice: Dice) => Promise<Judged>): Promise<Tally> {
  const tally = new Tally();
  for (const index of numbers()) {
    tally.begin();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Judged>((resolve) => {
      timer = setTimeout(() => resolve({ outcome: "hung", defects: ["no end after 30 seconds"] }), WATCHDOG_MS);
    });
    tally.end(await Promise.race([run(diceOf(salt, index)).catch(crashed), late]), index);
    clearTimeout(timer);
  }
  return tally;
}

/** Keeps what the cases of one boundary came to, and shows its defects. @param start by `performance.now()` */
export async function told(name: string, start: number, tally: Tally): Promise<Record<string, number>> {
  const { outcomes, defects, slowestMs } = tally;
  const seconds = (performance.now() - start) / 1000;
  await record(`fuzz/${name}`, seconds, { seed: SEED, cases: CASES, outcomes, defects, slowestMs });
  expect(defects).toEqual([]);
  return outcomes;
}

/** Runs one boundary, records it, and shows its defects. */
export async function boundary(
  name: string,
  salt: number,
  run: (dice: Dice) => Judged,
): Promise<Record<string, number>> {
  const start = performance.now();
  return told(name, start, fuzz(salt, run));
}

/** For the start of a file of tests, so that its cases can be run again. */
export const announce = (): void =>
  void process.stdout.write(`fuzz: seed ${SEED}, ${CASES} cases each; again with TRESOR_FUZZ_SEED=${SEED}\n`);

/** What a refusal lacks: a place, a way on, words. */
export function lacks(problem: Problem): readonly string[] {
  const line = formatProblem(problem);
  const defects: string[] = [];
  if (problem.path === undefined && problem.position === undefined) defects.push("neither path nor position");
  if (problem.next === undefined && problem.allowed === undefined) defects.push("neither next step nor allowed values");
  if (problem.what === "" || /\bundefined\b|\[object Object\]/.test(line)) defects.push("no words of its own");
  if (line.length > 5000) defects.push("longer than a page");
  if (ONLY !== undefined && defects.length > 0) process.stdout.write(`${line.slice(0, 2000)}\n`);
  const kind = problem.what.replaceAll(/"(?:[^"\\]|\\.)*"/g, '"..."').slice(0, 80);
  return defects.map((defect) => `refusal with ${defect}: ${kind}`);
}

/** The problems of what a parser throws; anything but a UserError is a crash. */
export function problemsOf(work: () => unknown): readonly Problem[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
}
