import { describe, expect, it } from "vitest";
import { RULES } from "../../../policies/index.ts";
import { projectFiles, read } from "./pages.ts";

/** What must be in the table: nothing is left out because it is not there yet. */
const NAMED: Readonly<Record<string, readonly number[]>> = {
  DIGIMED: [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 16, 17, 18, 19, 20, 21],
  C4H: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20],
  DENBI: [1, 2, 4, 5, 6, 7, 9],
  SPE4HD: [1, 3, 6, 7, 8, 10, 11],
};
const IDS = Object.entries(NAMED).flatMap(([name, numbers]) => numbers.map((number) => `${name}-${number}`));

const page = read("docs/requirements.md");
const rows = page
  .split("\n")
  .filter((line) => /^\| [A-Z0-9]+-\d+ /.test(line))
  .map((line) => {
    const [id = "", , provisions = "", tests = "", status = ""] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { id, provisions, files: [...tests.matchAll(/`([^`]+)`/g)].map(([, file]) => file ?? ""), status };
  });

const files = projectFiles().filter((file) => /^tests\/.*\.test\.ts$/.test(file));

/** Texts that are names of tests and of groups of tests. */
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?:\b(?:it|describe)|\))\(\s*(["'`])((?:(?!\1)[\s\S]){3,400}?)\1\s*,/g)].map(
    ([, , name]) => name ?? "",
  );

const carries = (name: string, id: string): boolean => new RegExp(`(^|[^A-Z0-9])${id}(?!\\d)`).test(name);
const names = new Map(files.map((file) => [file, namesIn(read(file))]));
/** Rules, too: tests/policies/rules.test.ts makes a group of tests for each, named with its ids. */
const fromRules = new Set(RULES.flatMap(({ requirements }) => requirements));
const isNamed = (id: string): boolean =>
  fromRules.has(id) || [...names.values()].some((of) => of.some((name) => carries(name, id)));

describe("docs/requirements.md", () => {
  it("has one row for each that is named, in their order", () => expect(rows.map(({ id }) => id)).toEqual(IDS));

  it.each(rows)("$id: proven, or says what is missing", ({ id, status, provisions, files: of }) => {
    expect(status).toMatch(/^(proven$|(partly|not yet): .{3})/);
    if (status.startsWith("not yet")) {
      expect(of, "tests of what is not there").toEqual([]);
      return;
    }
    expect(provisions.length).toBeGreaterThan(10);
    expect(isNamed(id), `a test that carries ${id}`).toBe(true);
    expect(of.length, "files of tests").toBeGreaterThan(0);
    for (const file of of)
      expect(
        names.get(file)?.some((name) => carries(name, id)),
        `${file} carries ${id} in the name of a test`,
      ).toBe(true);
  });

  it("is read rightly: a name is one, a comment and another number are none", () => {
    const text =
      '// C4H-7\nit("a thing (C4H-71)", () => 1);\nit.each([1])(\n  "%s holds (C4H-7, X)", () => 1);\nconst x = "C4H-7";';
    expect(namesIn(text)).toEqual(["a thing (C4H-71)", "%s holds (C4H-7, X)"]);
    expect(namesIn(text).map((name) => carries(name, "C4H-7"))).toEqual([false, true]);
  });
});
