import type * as z from "zod";
import { descriptionOf, isDate, typeWord, valuesOf } from "./describe.ts";
import { listed } from "./found.ts";
import type { Path } from "./path.ts";
import { nearest } from "./suggest.ts";

const ALLOWED = /^allowed: /;
const UNITS: Readonly<Record<string, string>> = { G: "GiB", T: "TiB", P: "PiB" };

/** What a message of a schema says after `allowed: `; undefined for zod's own messages. */
export const allowedIn = (message: string): string | undefined =>
  ALLOWED.test(message) ? message.replace(ALLOWED, "") : undefined;

/** `text`, `a list`: a type as it stands in a sentence. */
export const withArticle = (word: string): string => (/^(text|true or false)$/.test(word) ? word : `a ${word}`);

/** What the schema of a scalar says is allowed: asked with a text that no scalar takes. */
function allowedScalar(schema: z.ZodType): string | undefined {
  const result = schema.safeParse("\u0000");
  return result.success ? undefined : result.error.issues.map(({ message }) => allowedIn(message)).find(Boolean);
}

/** What may stand at a place, from the schema: its fixed values, else its own words, else its type. */
export function allowedAt(schema: z.ZodType | undefined): string {
  const values = valuesOf(schema);
  if (values !== undefined) return listed(values);
  if (isDate(schema)) return "a day such as 2027-12-31";
  const word = typeWord(schema);
  return (schema !== undefined && word === "text" ? allowedScalar(schema) : undefined) ?? withArticle(word);
}

/** What the schema says that a place is for. */
export const meaningOf = (schema: z.ZodType | undefined): string | undefined =>
  descriptionOf(schema)?.replace(/\.$/, "");

/** What to do about a value that is not written as it must be. */
export function adviceFor(value: unknown, allowed: string, path: Path): string {
  const text = String(value);
  if (allowed.includes("binary unit")) {
    const match = /^(\d+)\s*([GTP])i?B?$/i.exec(text);
    if (match !== null) return `did you mean ${match[1]} ${UNITS[match[2]!.toUpperCase()]}?`;
    if (/^\d+$/.test(text)) return `did you mean ${text} GiB?`;
    return "write whole GiB, TiB or PiB: OpenStack counts disks and memory in nothing smaller";
  }
  if (allowed.includes("a port with its protocol") && /^\d{1,5}$/.test(text)) return `did you mean ${text}/tcp?`;
  if (allowed.startsWith("a day")) return "write the day as YYYY-MM-DD";
  if (path[0] === "granted") return "copy granted: anew as `tresor allocate` wrote it, and never edit it by hand";
  return "correct the value";
}

/** The word that was probably meant: near in letters, or holding what was written. */
export function meant(value: unknown, words: readonly string[]): string | undefined {
  if (typeof value !== "string") return undefined;
  const holding = words.filter((word) => value.length >= 3 && word.includes(value.toLowerCase()));
  return nearest(value, words) ?? (holding.length === 1 ? holding[0] : undefined);
}
