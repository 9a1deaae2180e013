import type * as z from "zod";
import type { Path } from "./path.ts";

/** The parts of a schema's definition that lead to its children. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly valueType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

const definitionOf = (schema: z.ZodType): Definition => schema.def as unknown as Definition;

/** A schema without the wrappers that make it optional. */
function bare(schema: z.ZodType): z.ZodType {
  const inner = definitionOf(schema).innerType;
  return inner === undefined ? schema : bare(inner);
}

/** The schema at a path; undefined where the schema knows no such place. */
export function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  let current: z.ZodType | undefined = schema;
  for (const step of path) {
    if (current === undefined) return undefined;
    const { shape, valueType, element } = definitionOf(bare(current));
    if (shape !== undefined) current = Object.hasOwn(shape, step) ? shape[step] : undefined;
    else current = typeof step === "number" ? element : valueType;
  }
  return current;
}

/** Keys that an object schema knows. */
export const keysOf = (schema: z.ZodType | undefined): readonly string[] =>
  schema === undefined ? [] : Object.keys(definitionOf(bare(schema)).shape ?? {});

/** The kind of value that a schema takes, as a word: `mapping`, `list`, `text`, `whole number`, `true or false`. */
export function typeWord(schema: z.ZodType | undefined): string {
  if (schema === undefined) return "value";
  const definition = definitionOf(bare(schema));
  if (definition.in !== undefined) return typeWord(definition.in);
  return (
    TYPE_WORDS[definition.type === "union" ? definitionOf(definition.options![0]!).type : definition.type] ?? "value"
  );
}

/** Words for zod's types. */
export const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "whole number",
  int: "whole number",
  boolean: "true or false",
  object: "mapping",
  record: "mapping",
  array: "list",
  literal: "fixed value",
  enum: "word",
  date: "date",
};

/** What a schema says of itself, its own words first, else those of the type it wraps. */
export function descriptionOf(schema: z.ZodType | undefined): string | undefined {
  if (schema === undefined) return undefined;
  const inner = definitionOf(schema).innerType;
  return schema.description ?? (inner === undefined ? undefined : descriptionOf(inner));
}

/** True for a day: the one scalar that may stand unquoted although YAML takes it for a timestamp. */
export function isDate(schema: z.ZodType | undefined): boolean {
  return schema !== undefined && (bare(schema).meta()?.["format"] === "date" || schema.meta()?.["format"] === "date");
}

/** Fixed values that a schema accepts (enum or literal), if it is one. */
export function valuesOf(schema: z.ZodType | undefined): readonly (string | number)[] | undefined {
  if (schema === undefined) return undefined;
  const values = (bare(schema) as { readonly options?: unknown }).options;
  return Array.isArray(values) && values.every((value) => typeof value === "string") ? values : undefined;
}
