import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, parseDocument, type Document, type Pair, type YAMLMap } from "yaml";
import { UserError } from "../../config/problem.ts";

const PATH = ["config", "tresor:zone"] as const;

/** The word that takes all access away, as `frozen:` of a zone's config. */
export interface Frozen {
  /** YYYY-MM-DD. */
  readonly since: string;
  readonly reason: string;
  readonly by: string;
}

interface ZoneFile {
  readonly document: Document;
  readonly zone: YAMLMap;
}

function zoneFile(text: string, file: string): ZoneFile {
  const document = parseDocument(text);
  const zone = document.errors.length === 0 ? document.getIn(PATH) : undefined;
  if (isMap(zone)) return { document, zone };
  throw new UserError({
    what: `${file} is no stack file of a zone`,
    allowed: "a file with config: tresor:zone:",
    next: "name the zone's stack, and its site directory with --dir; `tresor validate` says what is wrong with a file",
  });
}

const pairOf = (zone: YAMLMap, name: string): Pair | undefined =>
  zone.items.find(({ key }) => isScalar(key) && key.value === name) as Pair | undefined;

/** The zone's values without `frozen`, and `frozen` by itself. */
function valuesOf(text: string): { readonly rest: unknown; readonly frozen: unknown } | undefined {
  const document = parseDocument(text);
  const zone = document.errors.length === 0 ? document.getIn(PATH) : undefined;
  if (!isMap(zone)) return undefined;
  const whole = document.toJS() as { config: Record<string, Record<string, unknown>> };
  const { frozen, ...others } = whole.config[PATH[1]] ?? {};
  return { rest: { ...whole, config: { ...whole.config, [PATH[1]]: others } }, frozen };
}

/** True where a candidate says the same as before, and of `frozen` what is wanted. */
function isGood(candidate: string, before: string, frozen: Frozen | undefined): boolean {
  const [old, now] = [valuesOf(before), valuesOf(candidate)];
  const word = now?.frozen as Record<string, unknown> | undefined;
  return (
    now !== undefined && isDeepStrictEqual(now.rest, old?.rest) && isDeepStrictEqual(word, frozen && { ...frozen })
  );
}

/** Where the line starts that holds an offset. */
const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;
const lineEnd = (text: string, offset: number): number => {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
};

/** One line below the zone's name, and not a character else; undefined where the layout does not allow it. */
function spliced(text: string, zone: YAMLMap, { since, reason, by }: Frozen): string | undefined {
  const pair = pairOf(zone, "name");
  if (zone.flow || !isScalar(pair?.key) || !pair.key.range || !isScalar(pair.value) || !pair.value.range)
    return undefined;
  const start = lineStart(text, pair.key.range[0]);
  const indent = text.slice(start, pair.key.range[0]);
  if (!/^ +$/.test(indent)) return undefined;
  const end = lineEnd(text, pair.value.range[1]);
  const line = `${indent}frozen: { since: ${since}, reason: ${JSON.stringify(reason)}, by: ${JSON.stringify(by)} }\n`;
  const before = text.slice(0, end);
  return `${before}${before.endsWith("\n") ? "" : "\n"}${line}${text.slice(end)}`;
}

/**
 * The zone's stack file with the word that freezes it; comments and all else stay as they are. A file that has the word already is
 * given back unchanged: who froze it first, and why, is not overwritten.
 * @throws UserError when the file is no zone's
 */
export function withFrozen(text: string, file: string, frozen: Frozen): string {
  const { document, zone } = zoneFile(text, file);
  if (pairOf(zone, "frozen") !== undefined) return text;
  const quick = spliced(text, zone, frozen);
  if (quick !== undefined && isGood(quick, text, frozen)) return quick;
  document.setIn([...PATH, "frozen"], document.createNode({ ...frozen }, { flow: true }));
  return document.toString({ lineWidth: 0 });
}

/** The zone's stack file without that word, character by character as before it. @throws UserError when the file is no zone's */
export function withoutFrozen(text: string, file: string): string {
  const { document, zone } = zoneFile(text, file);
  const pair = pairOf(zone, "frozen");
  if (pair === undefined) return text;
  const value = pair.value as { readonly range?: readonly [number, number, number] | null } | null;
  if (!zone.flow && isScalar(pair.key) && pair.key.range && value?.range) {
    // A block's range ends where the next key's indentation starts.
    const end = text.slice(0, value.range[1]).trimEnd().length;
    const quick = text.slice(0, lineStart(text, pair.key.range[0])) + text.slice(lineEnd(text, end));
    if (isGood(quick, text, undefined)) return quick;
  }
  document.deleteIn([...PATH, "frozen"]);
  return document.toString({ lineWidth: 0 });
}

/** What a zone's file says of being frozen; undefined where it is not. @throws UserError when the file is no zone's */
export function frozenIn(text: string, file: string): unknown {
  const { zone } = zoneFile(text, file);
  return pairOf(zone, "frozen") === undefined ? undefined : (valuesOf(text)?.frozen ?? null);
}
