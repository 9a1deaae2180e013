import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ACTIONS, expected } from "../../e2e/credentials/run.ts";
import { EVERYBODY, WHO } from "../../e2e/credentials/identities.ts";
import { documented, reasonsDocumented } from "../../e2e/credentials/render.ts";

const page = readFileSync(new URL("../../../docs/who-may-what.md", import.meta.url), "utf8");

/** Rows of all tables of the page, without the line below their heads. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|") && !/^\|[\s|-]+\|$/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
const tableAfter = (head: readonly string[], length: number) => {
  const start = rows.findIndex((row) => row.join() === head.join());
  return rows.slice(start, start + length);
};

describe("docs/who-may-what.md (C4H-1 DIGIMED-7 DIGIMED-12)", () => {
  it("is the matrix that the live cloud is held to", () => {
    const matrix = documented();
    expect(tableAfter(matrix[0]!, matrix.length)).toEqual(matrix);
  });

  it("says why for each action", () => {
    const reasons = reasonsDocumented();
    expect(tableAfter(reasons[0]!, reasons.length)).toEqual(reasons);
  });

  it("says who each of them is", () => {
    for (const [who, what] of Object.entries(WHO)) expect(rows).toContainEqual([who, what]);
  });
});

describe("the matrix (C4H-1)", () => {
  it("has eight identities and at least forty actions, each under an id and a title of its own", () => {
    expect(EVERYBODY).toHaveLength(8);
    expect(ACTIONS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(ACTIONS.map(({ id }) => id)).size).toBe(ACTIONS.length);
    expect(new Set(ACTIONS.map(({ title }) => title)).size).toBe(ACTIONS.length);
  });

  it("has for every refusal a control: somebody who may do the same, or a call that is known to be sound", () => {
    const without = ACTIONS.filter(
      (action) => !EVERYBODY.some((who) => expected(action, who) === "allowed") && action.control === undefined,
    );
    expect(without).toEqual([]);
  });

  it("refuses something to everybody", () => {
    for (const who of EVERYBODY)
      expect(ACTIONS.filter((action) => expected(action, who) === "refused").length, who).toBeGreaterThan(0);
  });
});
