import type { Path } from "./path.ts";

const LONGEST = 60;
const SENSITIVE = /secret|passw|token|psk|credential|private|salt|^secure$|userdata/i;

/** True where a value must never be shown: below `tresor:secrets`, below `secure:`, and below whatever is named like a secret. */
export const isSensitive = (path: Path): boolean =>
  path.some((step) => typeof step === "string" && SENSITIVE.test(step));

/** Text as it may stand on one line of a terminal: quoted, shortened, without control characters, an address without its user. */
export function quote(whole: string): string {
  const text = whole.replace(/:\/\/[^/@]*@/, "://...@");
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  return JSON.stringify(short).replaceAll(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, "?");
}

/** A value as it was found, shortened; undefined where showing it could show a secret. */
export function found(value: unknown, path: Path): string | undefined {
  if (isSensitive(path)) return undefined;
  if (value === null) return "nothing";
  if (typeof value === "string") return value === "" ? "empty text" : quote(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object") return Object.keys(value).length === 0 ? "an empty mapping" : "a mapping";
  return value === undefined ? undefined : String(value);
}

/** Words as a list in a message: all of few, the first of many. */
export function listed(words: readonly (string | number)[], most = 24): string {
  const shown = words.slice(0, most).map(String);
  return words.length > most ? `${shown.join(", ")} and ${words.length - most} more` : shown.join(", ");
}
