import * as fc from "fast-check";
import { z } from "zod";
import { int64 } from "../../quobyte/contract/build.ts";

type Schema = z.core.$ZodType;

const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("", "__proto__", "constructor", "\u0000", "a/b", "10.0.0.0/8", "10.0.0.0/99", "(", "SYSTEM_AES_256"),
);
const longs = fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));

/** Values that no schema asked for. */
export const noise = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, undefined, [], {}, "", 0, -1, 2 ** 60, 1e308, 2n ** 70n, NaN, true),
  fc.dictionary(fc.oneof(texts, fc.constant("__proto__")), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 4 }),
);

/** Made once: the schemas share their parts. */
const known = new Map<number, Map<Schema, fc.Arbitrary<unknown>>>();

/**
 * Values of the form of a schema.
 * @param wrong of 100 values at any depth so many are something else; 0: all are as the schema says
 */
export function valuesOf(schema: Schema, wrong = 0): fc.Arbitrary<unknown> {
  const made = known.get(wrong) ?? new Map<Schema, fc.Arbitrary<unknown>>();
  known.set(wrong, made);
  const values = made.get(schema) ?? freshOf(schema, wrong);
  made.set(schema, values);
  return values;
}

function freshOf(schema: Schema, wrong: number): fc.Arbitrary<unknown> {
  const right = rightOf(schema, wrong);
  return wrong === 0 ? right : fc.oneof({ arbitrary: right, weight: 100 - wrong }, { arbitrary: noise, weight: wrong });
}

function rightOf(schema: Schema, wrong: number): fc.Arbitrary<unknown> {
  if (schema === int64) return longs;
  if (schema instanceof z.ZodOptional) return valuesOf(schema.def.innerType, wrong);
  if (schema instanceof z.ZodArray) return fc.array(valuesOf(schema.element, wrong), { maxLength: 3 });
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodString) return texts;
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumberFormat) return fc.integer();
  if (schema instanceof z.ZodNumber) return fc.double({ noNaN: true, noDefaultInfinity: true });
  if (!(schema instanceof z.ZodObject)) throw new Error(`no values for a ${schema._zod.def.type}`);
  const shape = schema.shape as Record<string, Schema>;
  const demanded = Object.keys(shape).filter((key) => !(shape[key] instanceof z.ZodOptional));
  // Of messages with many fields only some at once: what is in them does not depend on each other.
  const all = fc.record(
    Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, valuesOf(field, wrong)])),
    { requiredKeys: demanded },
  );
  const some = fc.subarray(Object.keys(shape), { maxLength: Math.min(6, Object.keys(shape).length) });
  return fc
    .tuple(all, some)
    .map(([value, kept]) =>
      Object.fromEntries(Object.entries(value).filter(([key]) => demanded.includes(key) || kept.includes(key))),
    );
}
