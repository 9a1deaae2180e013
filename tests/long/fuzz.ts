import { runInThisContext } from "node:vm";
import { Dice } from "../../bench/generate.ts";
import { UserError, formatProblem, type Problem } from "../../config/problem.ts";

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

/**
 * Runs the cases of one boundary; a case gives back what is wrong with what it saw.
 * @returns counts by what the cases came to, and the defects
 */
export function fuzz(
  salt: number,
  run: (dice: Dice) => { readonly outcome: string; readonly defects: readonly string[] },
): { readonly outcomes: Record<string, number>; readonly defects: readonly Defect[]; readonly slowestMs: number } {
  const outcomes: Record<string, number> = {};
  const defects = new Map<string, Defect>();
  let slowestMs = 0;
  const note = (what: string, index: number): void => {
    const known = defects.get(what) ?? { what, firstCase: index, count: 0 };
    known.count++;
    defects.set(what, known);
  };
  const cases = ONLY === undefined ? Array.from({ length: CASES }, (_, index) => index) : [Number(ONLY)];
  for (const index of cases) {
    const start = performance.now();
    try {
      const result = watched(() => run(new Dice((SEED * 31 + salt) * 1_000_003 + index)));
      outcomes[result.outcome] = (outcomes[result.outcome] ?? 0) + 1;
      for (const defect of result.defects) note(defect, index);
    } catch (error) {
      outcomes["crashed"] = (outcomes["crashed"] ?? 0) + 1;
      note(nameOf(error), index);
    }
    slowestMs = Math.max(slowestMs, performance.now() - start);
  }
  return { outcomes, defects: [...defects.values()], slowestMs: Math.round(slowestMs) };
}

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
