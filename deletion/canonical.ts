/** What a receipt may hold: whole numbers only, so that every reader writes them alike. */
export type Canonical =
  null | boolean | number | string | readonly Canonical[] | { readonly [key: string]: Canonical | undefined };

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The one text of a value after RFC 8785 (JSON Canonicalization Scheme): keys in the order of their UTF-16 code units, no space, and
 * of numbers whole ones only, whose form is the same everywhere.
 * @throws Error for a number that is not whole and exact: a defect
 */
export function canonicalJson(value: Canonical): string {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Error(`no canonical form of ${value}`);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one: Canonical) => canonicalJson(one)).join(",")}]`;
  const members = Object.entries(value as { readonly [key: string]: Canonical | undefined })
    .filter((entry): entry is [string, Canonical] => entry[1] !== undefined)
    .toSorted(([a], [b]) => byCodeUnit(a, b))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
