import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, type Canonical } from "../../deletion/canonical.ts";
import { judge } from "../../deletion/judge.ts";
import { keyOf, type Seen } from "../../deletion/types.ts";

const IDS = ["a", "b", "c", "d", "e", "f"] as const;
const id = fc.constantFrom(...IDS);
const object = fc
  .record({
    kind: fc.constantFrom("volume", "volume snapshot", "secret", "machine", "share", "port"),
    id,
    maker: fc.constantFrom("stack", "bench", "hand"),
    copyOf: fc.option(id, { nil: undefined }),
    keyId: fc.option(id, { nil: undefined }),
    machines: fc.array(id, { maxLength: 2 }),
  })
  .map(({ kind, id: own, maker, copyOf, keyId, machines }): Seen => {
    const facts = kind === "volume" ? { keyId, machines } : kind === "volume snapshot" ? { copyOf, keyId } : {};
    return {
      ...{ kind, id: own, name: own, project: "p", maker, owner: "zone", data: true, method: "delete" },
      facts,
    } as Seen;
  });
/** No two objects of one id: the cloud's ids are unique. */
const objects = fc.uniqueArray(object, { selector: ({ id: own }) => own, maxLength: 6 });
const adopted = fc.uniqueArray(id, { maxLength: 2 }).map((ids) => new Set<string>(ids));

describe("what a deletion takes and what it holds back, for any objects", () => {
  it("decides about each object once, and never takes what was taken over, nor by itself what was made by hand", () => {
    fc.assert(
      fc.property(objects, adopted, fc.boolean(), (all, taken, everything) => {
        const { go, held, blocking } = judge(all, { all: everything, adopted: taken });
        const keys = [...go.map(keyOf), ...held.map(({ kind, id: own = "" }) => keyOf({ kind, id: own }))];
        expect(keys.toSorted()).toEqual(all.map(keyOf).toSorted());
        expect(go.filter((one) => taken.has(one.id))).toEqual([]);
        const opened = new Set(all.flatMap(({ facts }) => facts.keyId ?? []));
        const byHand = go.filter((one) => one.maker === "hand" && !(one.kind === "secret" && opened.has(one.id)));
        if (!everything) expect(byHand).toEqual([]);
        expect(held).toEqual(expect.arrayContaining([...blocking]));
      }),
      { numRuns: 1000 },
    );
  });

  it("never takes a key, a volume or a machine's volume that something which stays needs", () => {
    fc.assert(
      fc.property(objects, adopted, fc.boolean(), (all, taken, everything) => {
        const { go } = judge(all, { all: everything, adopted: taken });
        const goes = new Set(go.map(({ id: own }) => own));
        for (const one of all.filter(({ id: own }) => !goes.has(own))) {
          const { keyId, copyOf } = one.facts;
          expect(go.filter((other) => other.kind === "secret" && other.id === keyId)).toEqual([]);
          expect(go.filter((other) => other.id === copyOf)).toEqual([]);
          expect(go.filter((other) => other.facts.machines?.includes(one.id))).toEqual([]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the canonical text", () => {
  const value = fc.letrec<{ any: Canonical }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: "binary" }),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("any"), { maxKeys: 4 }),
    ),
  })).any;

  it("is one for one value, and reads back as that value", () => {
    fc.assert(
      fc.property(value, (one) => {
        const text = canonicalJson(one);
        expect(canonicalJson(JSON.parse(text) as Canonical)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(one)));
      }),
      { numRuns: 1000 },
    );
  });
});
