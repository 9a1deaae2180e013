import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { loadStackFile, validateConfig } from "../../config/loader.ts";
import { formatPath, parsePath } from "../../config/path.ts";
import { formatProblem } from "../../config/problem.ts";
import { date, gibibytes, size } from "../../config/scalars.ts";
import { parseYaml } from "../../config/yaml.ts";
import { checkStackConfig, checkStackFile } from "../../policies/index.ts";

const context = { today: "2026-11-21" };
const example = readFileSync(new URL("../../stacks/examples/Pulumi.digimed.yaml", import.meta.url), "utf8");
const zone = loadStackFile(example, "x").value as Record<string, unknown>;

const isTold = (problem: { readonly what: string }): boolean =>
  problem.what.length > 0 && !formatProblem(problem).includes("undefined");

describe("the loader", () => {
  it("never throws on arbitrary text or bytes, and always says why it refuses", () => {
    const anything = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.uint8Array());
    fc.assert(
      fc.property(anything, (input) => {
        const { problems, stack } = checkStackFile(input, "x.yaml", context);
        expect(stack).toBeUndefined();
        expect(problems.length).toBeGreaterThan(0);
        expect(problems.every(isTold)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("never throws on text that looks like YAML", () => {
    const piece = fc.constantFrom(
      ..."config tresor:zone tresor:tenant tresor:platform : - ? & * ! | > ' \" % @ ` { } [ ] , # &a *a << ~ null 0x1 07 1.10 2027-01-31 secure v1:x".split(
        " ",
      ),
      "\n",
      "\n  ",
      "\n    ",
      "\t",
      ": ",
      "- ",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { problems } = checkStackFile(pieces.join(""), "x.yaml", context);
        expect(problems.every(isTold)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("never throws on the example with one line lost, doubled or cut, and places every problem in the file", () => {
    const lines = example.split("\n");
    const kinds = fc.constantFrom("lost", "doubled", "cut");
    fc.assert(
      fc.property(fc.nat(lines.length - 1), kinds, fc.nat(80), (index, kind, cut) => {
        const line = lines[index] ?? "";
        const other = { lost: [], doubled: [line, line], cut: [line.slice(0, cut)] }[kind];
        const text = lines.toSpliced(index, 1, ...other).join("\n");
        for (const problem of checkStackFile(text, "x.yaml", context).problems) {
          expect(isTold(problem), formatProblem(problem)).toBe(true);
          expect(problem.position?.line).toBeLessThanOrEqual(lines.length + 1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("never throws on any value that an engine could hand over", () => {
    fc.assert(
      fc.property(fc.constantFrom("platform", "tenant", "zone"), fc.jsonValue({ maxDepth: 4 }), (kind, value) => {
        expect(validateConfig(kind, value).problems.every(isTold)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("never throws, nor accepts silently, when any one value of the example is replaced", () => {
    const paths: (string | number)[][] = [];
    const visit = (value: unknown, path: (string | number)[]): void => {
      if (path.length > 0) paths.push(path);
      if (typeof value === "object" && value !== null)
        for (const [key, child] of Object.entries(value))
          visit(child, [...path, Array.isArray(value) ? Number(key) : key]);
    };
    visit(zone, []);
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.constantFrom(null, true, -1, 1e20, "", "\u0000", [], [[]], { "": {} }),
        (path, junk) => {
          const copy = structuredClone(zone);
          const holder = path.slice(0, -1).reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], copy);
          (holder as Record<string | number, unknown>)[path.at(-1)!] = junk;
          const { problems } = checkStackConfig("zone", copy, context);
          expect(problems.every(isTold)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe("YAML", () => {
  it("reads back what was written, as the engine does", () => {
    const text = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9 :#,.-]{0,20}$/);
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 4 }, text, fc.integer({ min: -1e6, max: 1e6 }), fc.boolean(), tie("list"), tie("map")),
      list: fc.array(tie("any"), { maxLength: 4 }),
      map: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/), tie("any"), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    })).map;
    fc.assert(
      fc.property(value, (written) => {
        const { value: read, objections } = parseYaml(stringify(written));
        expect(objections).toEqual([]);
        expect(read).toEqual(written);
      }),
      { numRuns: 300 },
    );
  });
});

describe("scalars", () => {
  it("days survive Pulumi's spelling", () => {
    const day = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(day, (when) => {
        const text = when.toISOString().slice(0, 10);
        for (const spelling of [text, `${text} 00:00:00 +0000 UTC`, new Date(`${text}T00:00:00Z`)])
          expect(date.parse(spelling)).toBe(text);
      }),
    );
  });

  it("sizes count the same in every unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 }), (count) => {
        expect(gibibytes(size.parse(`${count} TiB`))).toBe(gibibytes(size.parse(`${count * 1024} GiB`)));
        expect(gibibytes(size.parse(`${count} PiB`))).toBe(gibibytes(size.parse(`${count * 1024} TiB`)));
      }),
    );
  });

  it("paths are read back as they were", () => {
    const step = fc.oneof(fc.string({ minLength: 1 }), fc.nat(100));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });
});
