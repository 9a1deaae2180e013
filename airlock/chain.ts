import type * as z from "zod";
import { UserError } from "../config/problem.ts";
import { canonical, entryHash, GENESIS } from "./entry.ts";

/** What every entry of a hash-chained record has. */
export interface Link {
  /** Number of the entry, from 1. */
  readonly seq: number;
  /** RFC 3339 in UTC with milliseconds. */
  readonly at: string;
  readonly previous: string;
  readonly hash: string;
}

/** Something that is wrong with a record. */
export interface Finding {
  /** Line of the record, from 1; absent where the record as a whole is wrong. */
  readonly line?: number;
  /** `form`, `hash`, `chain`, `number`, `time`, `move`, `tail` or `head`. */
  readonly rule: string;
  readonly what: string;
}

/** A point of a record that was written down elsewhere: how many entries it had, and the last one's hash. */
export interface Head {
  readonly entries: number;
  readonly hash: string;
}

export interface ChainReport<E> {
  readonly entries: readonly E[];
  readonly head: Head;
  readonly findings: readonly Finding[];
}

export interface ChainOptions {
  /** The time of reading, to find entries of the future. */
  readonly now?: string;
  /** A head that was kept elsewhere. */
  readonly head?: Head;
}

/** `12:ab34...`, to be kept where the record's keeper cannot write. */
export const formatHead = ({ entries, hash }: Head): string => `${entries}:${hash}`;

/** @throws UserError when the text is no head */
export function parseHead(text: string): Head {
  const match = /^(\d{1,9}):([0-9a-f]{64})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined)
    throw new UserError({
      what: "this is no head of a record",
      found: text.slice(0, 80),
      allowed: "<entries>:<hash>, as `verify` of the same record prints it",
    });
  return { entries: Number(match[1]), hash: match[2] };
}

function parseLine<E>(text: string, schema: z.ZodType<E>): { readonly entry?: E; readonly what?: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { what: "this line is no JSON" };
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    return { what: `this is no entry: ${[issue?.path.join("."), issue?.message].filter(Boolean).join(": ")}` };
  }
  // A second spelling of the same entry (spaces, a doubled key) would let an editor hide what it changed.
  return canonical(result.data) === text ? { entry: result.data } : { what: "this line is not in its canonical form" };
}

/** What is wrong with an entry in its place, behind the one before it. */
function* placeWrong(
  entry: Link,
  line: number,
  before: { readonly previous: string; readonly at: string },
  now: string | undefined,
): Generator<Finding> {
  if (entryHash(entry) !== entry.hash)
    yield { line, rule: "hash", what: "this entry was changed after it was written" };
  if (before.previous !== "" && entry.previous !== before.previous)
    yield {
      line,
      rule: "chain",
      what: "this entry does not follow the one before it: one was taken out, put in, moved or written anew",
    };
  if (entry.seq !== line)
    yield { line, rule: "number", what: `this is entry ${entry.seq} in the place of entry ${line}` };
  if (entry.at < before.at)
    yield { line, rule: "time", what: `${entry.at} is before the entry above it (${before.at})` };
  if (now !== undefined && entry.at > now) yield { line, rule: "time", what: `${entry.at} has not come yet` };
}

/** Why a record does not agree with a head that was kept. */
function headWrong({ entries: count, hash }: Head, entries: readonly Link[]): readonly Finding[] {
  const at = count === 0 ? GENESIS : entries[count - 1]?.hash;
  if (at === hash) return [];
  const what =
    at === undefined
      ? `the record had ${count} entries and has ${entries.length}: its end was cut off`
      : `entry ${count} is not the one whose hash was kept: the record was written anew`;
  return [{ rule: "head", what }];
}

/**
 * Reads a hash-chained record of any kind and finds what is wrong with it.
 * @param schema of one entry
 * @param judge why an entry is not lawful behind those that it was asked about before; undefined where it is
 */
export function verifyChain<E extends Link>(
  text: string,
  schema: z.ZodType<E>,
  judge: (entry: E) => string | undefined,
  { now, head: kept }: ChainOptions = {},
): ChainReport<E> {
  const entries: E[] = [];
  const findings: Finding[] = [];
  let [previous, at] = [GENESIS, ""];
  const lines = text.split("\n");
  const tail = lines.pop();
  for (const [index, content] of lines.entries()) {
    const line = index + 1;
    const { entry, what = "this is no entry" } = parseLine(content, schema);
    if (entry === undefined) {
      findings.push({ line, rule: "form", what });
      previous = "";
      continue;
    }
    findings.push(...placeWrong(entry, line, { previous, at }, now));
    const unlawful = judge(entry);
    if (unlawful !== undefined) findings.push({ line, rule: "move", what: unlawful });
    entries.push(entry);
    previous = entry.hash;
    if (entry.at > at) at = entry.at;
  }
  if (tail !== "")
    findings.push({
      line: lines.length + 1,
      rule: "tail",
      what: "the last line is not complete: its writing was cut off, and nobody was told that it succeeded",
    });
  if (kept !== undefined) findings.push(...headWrong(kept, entries));
  return { entries, findings, head: { entries: entries.length, hash: entries.at(-1)?.hash ?? GENESIS } };
}

/** Refuses to build on a record that is wrong. @param command whose `verify` shows more */
export function soundChain({ findings: [first] }: ChainReport<Link>, command: "airlock" | "release"): void {
  if (first === undefined) return;
  throw new UserError({
    what: `the record is not as it was written${first.line === undefined ? "" : ` (line ${first.line})`}`,
    why: first.what,
    next: `\`tresor ${command} verify\` shows all findings; restore the record from its last copy that verifies`,
  });
}

/** Number, time and hash before of the next entry. @throws UserError for a time before the last one's */
export function nextLink({ entries, head }: ChainReport<Link>, at: string): Omit<Link, "hash"> {
  const last = entries.at(-1);
  if (last !== undefined && at < last.at)
    throw new UserError({
      what: "the clock of this machine is behind the record",
      found: at,
      allowed: `${last.at} or later`,
      why: "entries are in the order of time",
      next: "set the clock",
    });
  return { seq: head.entries + 1, at, previous: head.hash };
}
