import type * as z from "zod";
import { isDate, keysOf, schemaAt, typeWord, valuesOf } from "./describe.ts";
import { valueAt, type Path } from "./path.ts";
import { nearest } from "./suggest.ts";

type Mapping = Record<string | number, unknown>;

const stepsOf = (path: readonly PropertyKey[]): Path =>
  path.map((step) => (typeof step === "symbol" ? String(step) : step));
const typeOf = (schema: z.ZodType): string => (schema.def as { readonly type: string }).type;
const isOptional = (schema: z.ZodType): boolean => ["optional", "default", "prefault"].includes(typeOf(schema));

/** A key that was probably meant otherwise gets the name that was meant; any other unknown key goes. */
function renameKeys(copy: unknown, path: Path, keys: readonly string[], schema: z.ZodType): void {
  const holder = valueAt(copy, path) as Mapping;
  for (const key of keys) {
    const meant = nearest(key, keysOf(schemaAt(schema, path)));
    if (meant !== undefined && !Object.hasOwn(holder, meant)) holder[meant] = holder[key];
    Reflect.deleteProperty(holder, key);
  }
}

const isSize = (schema: z.ZodType): boolean => schema.safeParse("1 GiB").success && !schema.safeParse("GiB").success;

/** What stands in for a refused value without making any rule stricter; undefined where nothing does. */
function standIn(value: unknown, schema: z.ZodType): unknown {
  if (isDate(schema)) return "9999-12-31";
  if (isSize(schema)) return "1 GiB";
  const values = valuesOf(schema);
  return values === undefined || typeof value !== "string" ? undefined : nearest(value, values.map(String));
}

/** Puts something harmless in the place of what is refused, or takes it out; false where neither is fair to the rest. */
function mend(copy: unknown, path: Path, schema: z.ZodType): boolean {
  const [holder, last] = [valueAt(copy, path.slice(0, -1)), path.at(-1)];
  const at = schemaAt(schema, path);
  if (typeof holder !== "object" || holder === null || last === undefined || at === undefined) return false;
  const replacement = standIn((holder as Mapping)[last], at);
  if (replacement !== undefined) (holder as Mapping)[last] = replacement;
  else if (isOptional(at) && typeWord(at) === "whole number") Reflect.deleteProperty(holder, last);
  else return false;
  return true;
}

/**
 * What is left of a config once the refused parts are taken out, so that the rules can judge the rest and all problems of a file come
 * at once. Undefined where too much is missing for a fair judgement.
 */
export function salvage(value: unknown, issues: readonly z.core.$ZodIssue[], schema: z.ZodType): unknown {
  const copy: unknown = structuredClone(value);
  for (const issue of issues) {
    const path = stepsOf(issue.path);
    if (issue.code === "unrecognized_keys") renameKeys(copy, path, issue.keys, schema);
    else if (issue.code === "invalid_key" || !mend(copy, path, schema)) return undefined;
  }
  const result = schema.safeParse(copy);
  return result.success ? result.data : undefined;
}
