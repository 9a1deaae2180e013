import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatProblem } from "../../config/problem.ts";
import { checkStackFile } from "../../policies/index.ts";

const DIRECTORY = new URL("../bad-input/", import.meta.url);
const TODAY = "2026-11-21";
const cases = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.slice(0, -".yaml".length));

const judged = (name: string): string =>
  checkStackFile(readFileSync(new URL(`${name}.yaml`, DIRECTORY)), `${name}.yaml`, { today: TODAY })
    .problems.map((problem) => `${formatProblem(problem)}\n`)
    .join("");

const known = new Map<string, string>();
/** Each file is judged once: several tests read what was said of all of them. */
function said(name: string): string {
  const text = known.get(name) ?? judged(name);
  known.set(name, text);
  return text;
}

/**
 * Broken stack files, each with the exact text of all its problems beside it. After a deliberate change of words:
 * `UPDATE_BAD_INPUT=1 npx vitest run --project unit tests/unit/bad-input.test.ts`, and read the difference.
 */
describe("broken stack files", () => {
  it.each(cases)("%s", (name) => {
    const text = said(name);
    const expected = new URL(`${name}.txt`, DIRECTORY);
    if (process.env["UPDATE_BAD_INPUT"] === "1") writeFileSync(expected, text);
    expect(text).toBe(readFileSync(expected, "utf8"));
  });

  it("are at least 45, and every one is refused", () => {
    expect(cases.length).toBeGreaterThanOrEqual(45);
    for (const name of cases) expect(said(name), name).not.toBe("");
  });

  it("are told where, and what to do", () => {
    for (const name of cases)
      for (const line of said(name).trimEnd().split("\n")) {
        expect(line).toMatch(/^[a-z0-9-]+\.yaml:\d+:\d+: /);
        expect(line, name).toMatch(/\. Next: |allowed: /);
      }
  });

  it("never show a secret (DIGIMED-6)", () => {
    for (const name of cases) expect(said(name), name).not.toMatch(/hunter2|c2VjcmV0|v1:AAAA/);
  });
});

describe("files of absurd size", () => {
  const refused = (input: string | Uint8Array): readonly string[] =>
    checkStackFile(input, "huge.yaml", { today: TODAY }).problems.map(formatProblem);

  it("over 1 MiB are refused unread", () => {
    expect(refused(`config:\n${"  a: b\n".repeat(200_000)}`)).toEqual([
      "huge.yaml:1:1: the file is too large (found 1.3 MiB; allowed: at most 1 MiB). Next: one file describes one stack; keep data and images out of it",
    ]);
  });

  const steps = (depth: number): string =>
    Array.from({ length: depth }, (_, level) => `${" ".repeat(level)}a:\n`).join("");

  it("nested without end are refused in a moment", () => {
    for (const text of [
      "[".repeat(200_000),
      "{a: ".repeat(100_000),
      `a: ${"- ".repeat(100_000)}`,
      steps(1_200),
      "a: &a [*a]\n",
      "a: &a { b: *a }\n",
    ]) {
      const start = performance.now();
      expect(refused(text).length).toBeGreaterThan(0);
      expect(performance.now() - start).toBeLessThan(5_000);
    }
  });
});
