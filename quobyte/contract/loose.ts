import { z } from "zod";

/** What an answer holds: as published, but a word that a newer server knows stands where a list of words was published. */
export type Loose<T> = T extends string
  ? T | (string & {})
  : T extends number | bigint | boolean | undefined
    ? T
    : T extends readonly (infer E)[]
      ? Loose<E>[]
      : T extends object
        ? { [K in keyof T]: Loose<T[K]> }
        : T;

type Schema = z.core.$ZodType;

/**
 * The schema to read an answer with: fields and words that are not published pass through, since servers are newer than the newest
 * published description of them, and `null` is absent. Types and what is demanded stay as they are.
 */
export function loosened<T extends z.ZodType>(schema: T): z.ZodType<Loose<z.output<T>>> {
  return loosen(schema) as z.ZodType<Loose<z.output<T>>>;
}

function loosen(schema: Schema): Schema {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape as Record<string, Schema>).map(([key, field]) => [key, loosen(field)]);
    return z.looseObject(Object.fromEntries(fields) as z.core.$ZodLooseShape);
  }
  if (schema instanceof z.ZodOptional)
    return z.optional(z.nullable(loosen(schema.def.innerType)).transform((value) => value ?? undefined));
  if (schema instanceof z.ZodArray) return z.array(loosen(schema.element));
  if (schema instanceof z.ZodEnum) return z.string();
  return schema;
}
