import type { Scalar } from "yaml";
import { quote } from "./found.ts";

/** What a house rule has to say of one scalar or key; the place is the caller's to add. */
export interface Objection {
  readonly what: string;
  readonly found?: string;
  readonly why?: string;
  readonly next: string;
}

interface ScalarRule {
  readonly matches: (source: string) => boolean;
  readonly objection: (source: string) => Objection;
}

const isNumber = (text: string): boolean => /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text);

/** Pulumi's engine reads and rewrites the file with another YAML library; these scalars mean something else to it than to a reader. */
const SCALAR_RULES: readonly ScalarRule[] = [
  {
    matches: (source) => /^[-+]?0[oO]?[0-7_]*[0-9]$/.test(source) && !/^[-+]?0$/.test(source),
    objection: (source) => ({
      what: "numbers with a leading zero are refused",
      found: source,
      why: "Pulumi reads them as octal and rewrites them, so that 0644 becomes 420",
      next: `write the number without the zero, or the text as "${source}"`,
    }),
  },
  {
    matches: (source) => /^[-+]?0[xXbB]/.test(source),
    objection: (source) => ({
      what: "hexadecimal and binary numbers are refused",
      found: source,
      why: "Pulumi rewrites them as decimal ones",
      next: `write the decimal number, or the text as "${source}"`,
    }),
  },
  {
    matches: (source) => source.includes("_") && isNumber(source.replaceAll("_", "")),
    objection: (source) => ({
      what: "numbers with underscores are refused",
      found: source,
      why: "Pulumi reads them as a number where others read text",
      next: `write ${source.replaceAll("_", "")}, or the text as "${source}"`,
    }),
  },
  {
    matches: (source) => /^[-+]?\d+$/.test(source) && !Number.isSafeInteger(Number(source)),
    objection: (source) => ({
      what: "this number is too large to be kept exactly",
      found: quote(source).slice(1, -1),
      why: "numbers past 9007199254740991 lose digits on their way through Pulumi",
      next: "put it in quotes if it is an identifier",
    }),
  },
  {
    matches: (source) => /^[-+]?\d*\.\d*0$/.test(source),
    objection: (source) => ({
      what: "this version stands without quotes",
      found: source,
      why: `YAML takes it for a number and Pulumi rewrites it as ${String(Number(source))}`,
      next: `write "${source}" in quotes`,
    }),
  },
  {
    matches: (source) => /^\d{4}-\d{1,2}-\d{1,2}[Tt ]+\d{1,2}:\d/.test(source) && !/ \+0000 UTC$/.test(source),
    objection: (source) => ({
      what: "a time of day is refused here",
      found: source,
      why: "Pulumi rewrites a point in time in another spelling",
      next: `write the day alone, ${source.slice(0, 10)}, or the text in quotes`,
    }),
  },
];

/** What is wrong with an unquoted scalar as such, wherever it stands. */
export function objectToScalar(scalar: Scalar): Objection | undefined {
  const { type, source } = scalar;
  if (type !== "PLAIN" || source === undefined) return undefined;
  const first = source.charCodeAt(0);
  // Only what starts like a number can be one: this is asked of every scalar of a thousand files.
  if (first > 0x39 || first < 0x2b) return undefined;
  return SCALAR_RULES.find((rule) => rule.matches(source))?.objection(source);
}

/** What is wrong with a key of a mapping as such. */
export function objectToKey(key: string): Objection | undefined {
  if (key === "<<")
    return {
      what: "merge keys (<<) are refused",
      why: "Pulumi expands them when it rewrites the file",
      next: "write the keys out where they are needed",
    };
  if (key === "__proto__")
    return {
      what: "this key is refused",
      why: "JavaScript gives it a meaning of its own",
      next: "choose another name",
    };
  return undefined;
}

/** An unquoted day outside a field for days: Pulumi would hand over `2027-01-31 00:00:00 +0000 UTC`. */
export const isPlainDay = (source: string): boolean => /^\d{4}-\d{1,2}-\d{1,2}$/.test(source);

/** What to say of {@link isPlainDay}. */
export const objectToDay = (source: string): Objection => ({
  what: "a day stands here without quotes where text is expected",
  found: source,
  why: `Pulumi takes it for a point in time and hands over ${source} 00:00:00 +0000 UTC`,
  next: `write "${source}" in quotes`,
});
