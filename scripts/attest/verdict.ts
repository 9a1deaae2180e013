import { CHECKS, type AmdRoots, type Check, type Report, type Verdict } from "../../attestation/index.ts";
import { green, red, yellow } from "../console.ts";

const WORD: Readonly<Record<Check["outcome"], string>> = {
  holds: "ok",
  fails: "fails",
  "not-asked": "open",
  "not-checked": "-",
};
const paint = { holds: green, fails: red, "not-asked": yellow, "not-checked": (text: string) => text } as const;

/** A check in lines: what came of it, and where it does not hold what was expected, found, and why. */
function lines({ name, outcome, expected, found, why }: Check): readonly string[] {
  const head = `${paint[outcome](WORD[outcome].padEnd(6))} ${name.padEnd(14)}`;
  if (outcome === "holds" || outcome === "not-asked") return [`${head} ${found}`];
  if (outcome === "not-checked") return [`${head} not looked at, as a check before it failed`];
  return [
    `${head} ${CHECKS[name]}: ${why}`,
    `${" ".repeat(21)} expected ${expected}`,
    `${" ".repeat(21)} found    ${found}`,
  ];
}

/** A verdict as a person reads it. */
export function verdictLines({ holds, checks }: Verdict<AmdRoots>): readonly string[] {
  const failed = checks.filter(({ outcome }) => outcome === "fails").map(({ name }) => name);
  const open = checks.filter(({ outcome }) => outcome === "not-asked").map(({ name }) => name);
  const left = open.length === 0 ? "" : `; the policy leaves open: ${open.join(", ")}`;
  return [
    ...checks.flatMap(lines),
    holds ? `${green("holds")}${left}` : `${red("does not hold")}: ${failed.join(", ")}`,
  ];
}

const hex = (word: bigint): string => `0x${word.toString(16)}`;

/** A report as JSON: numbers of 64 bits in hex. */
const reportJson = ({ mitigations, ...report }: Report): object => ({
  ...report,
  ...(mitigations && { mitigations: { launch: hex(mitigations.launch), current: hex(mitigations.current) } }),
});

/** A verdict as JSON for pipelines. */
export const verdictJson = ({ holds, generation, checks, roots, report }: Verdict<AmdRoots>): object => ({
  holds,
  roots: roots.title,
  ...(generation === undefined ? {} : { generation }),
  checks,
  ...(report === undefined ? {} : { report: reportJson(report) }),
});
