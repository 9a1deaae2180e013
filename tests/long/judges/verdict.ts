import type { Refusal } from "./panel.ts";

/** `refused`: a test of the table of refusals that failed by being refused. */
export interface Verdict {
  readonly outcome: "passed" | "skipped" | "refused" | "failed";
  /** Why it was skipped; the end of the report of a failed one. */
  readonly says?: string;
}

const LINE = /^\{\d+\} (.+?)(?: \[[\d.]+s\])? \.\.\. (ok|FAILED|SKIPPED)(?:: (.*))?$/;

/** Test id without attributes and digests: `…test_list[id-4f2…,smoke]`. A scenario's name in round brackets stays. */
const idOf = (name: string): string => name.replace(/\[id-[^\]]*\]$/, "").replace(/\[[^\]]*\]$/, "");

/** The last line that says what was wrong, for people. */
function reasonOf(report: string): string {
  const lines = report.split("\n").map((line) => line.trim());
  return (lines.find((line) => line.startsWith("Details:")) ?? lines.findLast((line) => line !== "") ?? "").slice(
    0,
    300,
  );
}

/**
 * What `stestr run --serial` printed, by test.
 * @param refusals tests that are to be refused, and what says so
 * @returns undefined where it names another number of tests than it gave results of, or none: it was broken off
 */
export function verdictsOf(
  printed: string,
  refusals: readonly Refusal[],
): Readonly<Record<string, Verdict>> | undefined {
  const lines = printed.split("\n");
  const end = lines.indexOf("Totals");
  const heads = lines.flatMap((line, index) => {
    const [, name, word, reason] = LINE.exec(line) ?? [];
    return name === undefined || word === undefined ? [] : [{ index, name: idOf(name), word, reason }];
  });
  const ran = /^Ran: (\d+) tests?\b/m.exec(printed)?.[1];
  if (ran === undefined || Number(ran) !== heads.length) return undefined;
  return Object.fromEntries(
    heads.map(({ index, name, word, reason }, at): [string, Verdict] => {
      if (word === "ok") return [name, { outcome: "passed" }];
      if (word === "SKIPPED") return [name, { outcome: "skipped", ...(reason === undefined ? {} : { says: reason }) }];
      const report = lines.slice(index + 1, heads[at + 1]?.index ?? end - 1).join("\n");
      const refusal = refusals.find(({ test }) => test.test(name));
      const refused = refusal?.says.test(report) === true;
      return [name, { outcome: refused ? "refused" : "failed", says: refused ? refusal.why : reasonOf(report) }];
    }),
  );
}

export type Verdicts = Readonly<Record<string, Verdict>>;

export const count = (verdicts: Verdicts, outcome: Verdict["outcome"]): number =>
  Object.values(verdicts).filter((one) => one.outcome === outcome).length;

/** What passed before and does not now, or was refused on purpose and is not any more; a test that is gone counts. */
export function worse(before: Verdicts, after: Verdicts): readonly string[] {
  return Object.entries(before).flatMap(([id, { outcome }]) => {
    const now = after[id];
    if (outcome !== "passed" && outcome !== "refused") return [];
    return now?.outcome === outcome
      ? []
      : [`${id}: ${outcome} before, ${now?.outcome ?? "not run"} now${now?.says === undefined ? "" : `: ${now.says}`}`];
  });
}

/** Tests that are to be refused and were not. */
export const notRefused = (verdicts: Verdicts, refusals: readonly Refusal[]): readonly string[] =>
  Object.entries(verdicts).flatMap(([id, { outcome, says = "" }]) =>
    outcome !== "refused" && refusals.some(({ test }) => test.test(id)) ? [`${id}: ${outcome} ${says}`] : [],
  );
