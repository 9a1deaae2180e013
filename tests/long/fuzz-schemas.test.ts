import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { UserError } from "../../config/problem.ts";
import { KINDS } from "../../provider/kinds.ts";
import { lookUp } from "../../provider/lookup.ts";
import { METHODS, type MethodName } from "../../quobyte/contract/index.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CASES, SEED, announce, fuzz, fuzzWaiting, told, type Judged } from "./fuzz.ts";
import { mutateValue } from "./mutate.ts";
import { record } from "./record.ts";
import { exportsOf, filesWithSchemas } from "./schemas/find.ts";
import { INSIDE, KINDS_DIRECTORY } from "./schemas/inside.ts";
import { CANARY, CONTRACT, SAMPLES, drawn } from "./schemas/samples.ts";
import type { Dice } from "../../bench/generate.ts";

beforeAll(announce);
afterAll(async () => {
  const facts = { seed: SEED, cases: CASES, schemas: Object.keys(outcomesOf).length, outcomes: outcomesOf, slowestMs };
  await record("fuzz/schemas", (performance.now() - begun) / 1000, facts);
});

const files = filesWithSchemas();
const found = new Map(await Promise.all(files.map(async (file) => [file, await exportsOf(file)] as const)));

/** Now and then a leaf is what nobody may see again. */
function withCanary(dice: Dice, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => withCanary(dice, one));
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withCanary(dice, one)]));
  return typeof value === "string" && dice.next() < 0.05 ? CANARY : value;
}

/** What a schema says of one value: yes, or no in words that repeat nothing of it. */
function judged(schema: z.ZodType, value: unknown): Judged {
  const { success, error } = schema.safeParse(value);
  if (success) return { outcome: "accepted", defects: [] };
  const defects = new Set<string>();
  if (error.issues.length === 0) defects.add("refused without an issue");
  for (const { message, path } of error.issues) {
    if (message === "") defects.add(`an issue without words at ${path.map(String).join(".").slice(0, 60)}`);
    if (message.includes(CANARY)) defects.add("a message that repeats a value");
  }
  return { outcome: "refused", defects: [...defects] };
}

/** Most cases are changed, some are as they should be. */
const caseOf = (dice: Dice, samples: readonly unknown[]): unknown => {
  const plain = dice.one(samples);
  if (dice.next() < 0.1) return plain;
  const { value } = mutateValue(dice, { value: plain }) as { readonly value?: unknown };
  return dice.next() < 0.3 ? withCanary(dice, value) : value;
};

/** What the cases of each schema came to: one record for all of them. */
const outcomesOf: Record<string, string> = {};
const begun = performance.now();
let slowestMs = 0;
let salt = 1000;

function thrown(name: string, schema: z.ZodType, samples: readonly unknown[]): void {
  const tally = fuzz(salt++, (dice) => judged(schema, caseOf(dice, samples)));
  const { outcomes, defects } = tally;
  outcomesOf[name] = Object.entries(outcomes)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .toSorted()
    .join(", ");
  slowestMs = Math.max(slowestMs, tally.slowestMs);
  expect(defects).toEqual([]);
  if (CASES >= 1000) for (const outcome of ["accepted", "refused"]) expect(outcomes[outcome]).toBeGreaterThan(0);
}

describe("every schema is known", () => {
  it("by its file: there are samples for what it exports, or a test at the boundary behind which it stands", () => {
    const unknown = files.filter((file) => {
      if ((found.get(file)?.size ?? 0) > 0) return !file.startsWith(CONTRACT) && !(file in SAMPLES);
      return !(file in INSIDE) && !file.startsWith(KINDS_DIRECTORY);
    });
    expect(unknown, "enter them in tests/long/schemas").toEqual([]);
    expect(files.length).toBeGreaterThan(80);
    for (const test of new Set(Object.values(INSIDE)))
      expect(existsSync(join(import.meta.dirname, test)), test).toBe(true);
  });

  it("by its name: each export has samples, and none is left of one that is gone", () => {
    const ours = [...found].filter(([file, exported]) => exported.size > 0 && !file.startsWith(CONTRACT));
    const names = Object.fromEntries(ours.map(([file, exported]) => [file, [...exported.keys()].toSorted()]));
    const known = Object.entries(SAMPLES).map(([file, of]) => [file, Object.keys(of).toSorted()]);
    expect(Object.fromEntries(known)).toEqual(names);
    expect(Object.keys(INSIDE).filter((file) => !files.includes(file))).toEqual([]);
  });

  it("accepts its samples", () => {
    for (const [file, of] of Object.entries(SAMPLES))
      for (const [name, samples] of Object.entries(of))
        for (const sample of samples) expect(found.get(file)?.get(name)?.safeParse(sample).error, name).toBeUndefined();
  });

  it("among the provider's resources stands behind a kind", () => {
    expect(KINDS.size).toBeGreaterThan(40);
  });
});

describe("no value crashes or hangs a schema, or is repeated by it", () => {
  for (const [file, of] of Object.entries(SAMPLES))
    for (const [name, samples] of Object.entries(of)) {
      const schema = found.get(file)?.get(name);
      if (schema !== undefined) it(`${file} ${name}`, () => thrown(`${file} ${name}`, schema, samples));
    }

  for (const [file, exported] of found)
    for (const [name, schema] of file.startsWith(CONTRACT) ? exported : [])
      it(`${file} ${name}`, () => thrown(`${file} ${name}`, schema, drawn(schema, 7)));

  for (const method of Object.keys(METHODS) as MethodName[])
    it(`Quobyte's ${method}`, () => {
      const { params, result } = METHODS[method];
      thrown(`Quobyte ${method} asks`, params, drawn(params, 7));
      thrown(`Quobyte ${method} answers`, result as z.ZodType, drawn(result, 7));
    });
});

describe("the provider's look-up", () => {
  it("takes any question and asks nobody but with one in order", async () => {
    const LIST = {
      service: "network",
      path: "/networks",
      key: "networks",
      what: "list networks",
      query: { name: "a" },
    };
    const rows = { token: () => Promise.resolve({ userId: "u" }), paginate: () => Promise.resolve([]) };
    const start = performance.now();
    const tally = await fuzzWaiting(2000, async (dice) => {
      const asked = caseOf(dice, [{ cloud: "one", list: LIST }, { cloud: "one" }]);
      try {
        const answer = await lookUp(() => Promise.resolve(rows as never), asked);
        return { outcome: "identity" in answer ? "accepted" : "told", defects: [] };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return {
          outcome: "refused",
          defects: error.message.includes(CANARY) ? ["a message that repeats a value"] : [],
        };
      }
    });
    await told("provider look-up", start, tally);
  });
});
