/** More digits than any 64-bit number has: not worth the time that a BigInt of them takes. */
const LONGEST_INTEGER = 20;

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
/** What Node 24 has and TypeScript's library does not know yet. */
const json = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): unknown;
};

/** Integers that a number cannot hold become BigInt; everything else is as `JSON.parse` gives it. @throws SyntaxError, RangeError */
export function parseJson(text: string): unknown {
  return json.parse(text, (_key, value, { source }) => {
    if (typeof value !== "number" || Number.isSafeInteger(value) || source === undefined) return value;
    return source.length <= LONGEST_INTEGER && /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}

/** BigInt is written as a plain number, with all its digits. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === "bigint" ? json.rawJSON(String(member)) : member,
  );
}
