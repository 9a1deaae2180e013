import { UserError } from "../config/problem.ts";
import { canonical, entryHash, entrySchema, GENESIS, sealed, type Entry } from "./entry.ts";
import { ask, step, type Actor, type AirlockRequest, type Asking, type Digests, type Verdict } from "./machine.ts";
import type { PermitOutputs } from "./outputs.ts";

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

export interface RecordReport {
  readonly entries: readonly Entry[];
  readonly requests: ReadonlyMap<string, AirlockRequest>;
  readonly head: Head;
  readonly findings: readonly Finding[];
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
      allowed: "<entries>:<hash>, as `tresor airlock verify` prints it",
    });
  return { entries: Number(match[1]), hash: match[2] };
}

function parseLine(text: string): { readonly entry?: Entry; readonly what?: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { what: "this line is no JSON" };
  }
  const result = entrySchema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    return { what: `this is no entry: ${[issue?.path.join("."), issue?.message].filter(Boolean).join(": ")}` };
  }
  // A second spelling of the same entry (spaces, a doubled key) would let an editor hide what it changed.
  return canonical(result.data) === text ? { entry: result.data } : { what: "this line is not in its canonical form" };
}

/** What an entry makes of its request by the rules of the machine. */
function replay(entry: Entry, requests: ReadonlyMap<string, AirlockRequest>): Verdict {
  const { actor, at, request: id, act, files } = entry;
  const known = requests.get(id);
  const deny = (what: string): Verdict => ({ ok: false, refusal: { rule: "move", what } });
  if (act === "request") {
    if (known !== undefined) return deny(`${id} is asked for a second time`);
    if (entry.asked === undefined || files !== undefined || entry.from !== undefined)
      return deny(`the request ${id} is not complete`);
    if (!id.startsWith(`${entry.asked.direction}-`)) return deny(`${id} is not named after its direction`);
    const { output, ...asked } = entry.asked;
    return ask({ id, ...asked, ...(output === undefined ? {} : { output }) }, actor, at, entry.permit);
  }
  if (known === undefined) return deny(`nobody asked for ${id}`);
  if (entry.asked !== undefined) return deny(`${act} changes what was asked for`);
  if (entry.from !== known.state) return deny(`${id} was ${known.state}, not ${entry.from ?? "new"}`);
  return step(known, { act, ...given(files, entry.permit) }, actor, at);
}

/** What a step shows, without what it does not. */
const given = (files: Digests | undefined, permit: PermitOutputs | undefined) => ({
  ...(files === undefined ? {} : { files }),
  ...(permit === undefined ? {} : { permit }),
});

interface Reading {
  readonly entries: Entry[];
  readonly requests: Map<string, AirlockRequest>;
  readonly findings: Finding[];
  previous: string;
  /** Time of the entry before. */
  at: string;
}

function readLine(reading: Reading, text: string, line: number, now: string | undefined): void {
  const find = (rule: string, what: string): void => void reading.findings.push({ line, rule, what });
  const { entry, what } = parseLine(text);
  if (entry === undefined) {
    find("form", what ?? "this is no entry");
    reading.previous = "";
    return;
  }
  if (entryHash(entry) !== entry.hash) find("hash", "this entry was changed after it was written");
  if (reading.previous !== "" && entry.previous !== reading.previous)
    find("chain", "this entry does not follow the one before it: one was taken out, put in, moved or written anew");
  if (entry.seq !== line) find("number", `this is entry ${entry.seq} in the place of entry ${line}`);
  if (entry.at < reading.at) find("time", `${entry.at} is before the entry above it (${reading.at})`);
  if (now !== undefined && entry.at > now) find("time", `${entry.at} has not come yet`);
  const verdict = replay(entry, reading.requests);
  if (!verdict.ok) find("move", `${verdict.refusal.what} (${verdict.refusal.rule})`);
  else if (verdict.request.state !== entry.to)
    find("move", `${entry.act} leads to ${verdict.request.state}, not to ${entry.to}`);
  else reading.requests.set(entry.request, verdict.request);
  reading.entries.push(entry);
  reading.previous = entry.hash;
  if (entry.at > reading.at) reading.at = entry.at;
}

/**
 * Reads a record and finds what is wrong with it: edits, deletions, reordering, back-dated time, moves that no rule allows (so a
 * record whose hashes were all written anew must still tell a lawful story). What was cut off at the end, and a whole record made up
 * lawfully, only a head that was kept elsewhere shows.
 * @param now the time of reading, to find entries of the future
 */
export function verifyRecord(
  text: string,
  options: { readonly now?: string; readonly head?: Head } = {},
): RecordReport {
  const reading: Reading = { entries: [], requests: new Map(), findings: [], previous: GENESIS, at: "" };
  const lines = text.split("\n");
  const tail = lines.pop();
  for (const [index, line] of lines.entries()) readLine(reading, line, index + 1, options.now);
  const { entries, requests, findings } = reading;
  if (tail !== "")
    findings.push({
      line: lines.length + 1,
      rule: "tail",
      what: "the last line is not complete: its writing was cut off, and nobody was told that it succeeded",
    });
  const { head } = options;
  const at = head === undefined || head.entries === 0 ? GENESIS : entries[head.entries - 1]?.hash;
  if (head !== undefined && at !== head.hash)
    findings.push({
      rule: "head",
      what:
        at === undefined
          ? `the record had ${head.entries} entries and has ${entries.length}: its end was cut off`
          : `entry ${head.entries} is not the one whose hash was kept: the record was written anew`,
    });
  return { entries, requests, findings, head: { entries: entries.length, hash: entries.at(-1)?.hash ?? GENESIS } };
}

/** Refuses to build on a record that is wrong. */
function sound(report: RecordReport): void {
  const [first] = report.findings;
  if (first !== undefined)
    throw new UserError({
      what: `the record is not as it was written${first.line === undefined ? "" : ` (line ${first.line})`}`,
      why: first.what,
      next: "`tresor airlock verify` shows all findings; restore the record from its last copy that verifies",
    });
}

function next(
  report: RecordReport,
  at: string,
  entry: Omit<Entry, "format" | "seq" | "at" | "previous" | "hash">,
): Entry {
  const last = report.entries.at(-1);
  if (last !== undefined && at < last.at)
    throw new UserError({
      what: "the clock of this machine is behind the record",
      found: at,
      allowed: `${last.at} or later`,
      why: "entries are in the order of time",
      next: "set the clock",
    });
  const whole = sealed({ format: 1, seq: report.head.entries + 1, at, ...entry, previous: report.head.hash });
  const result = entrySchema.safeParse(whole);
  if (result.success) return whole;
  throw new UserError(
    result.error.issues.map(({ path, message }) => ({
      rule: "airlock-form",
      what: `${path.join(".")} cannot be recorded`,
      allowed: message.replace(/^allowed: /, ""),
    })),
  );
}

/** A permit as an entry holds it. */
const recorded = (permit: PermitOutputs | undefined): Pick<Entry, "permit"> =>
  permit === undefined
    ? {}
    : { permit: { id: permit.id, ...(permit.outputs === undefined ? {} : { outputs: [...permit.outputs] }) } };

const accepted = (verdict: Verdict): AirlockRequest => {
  if (verdict.ok) return verdict.request;
  throw new UserError(verdict.refusal);
};

/** The entry that asks for a new request; its id is the next number of its direction. @throws UserError with the rule that refuses */
export function requestEntry(
  report: RecordReport,
  asking: Omit<Asking, "id">,
  actor: Actor,
  at: string,
  reason: string,
  permit?: PermitOutputs,
): Entry {
  sound(report);
  const count = [...report.requests.values()].filter(({ direction }) => direction === asking.direction).length;
  const id = `${asking.direction}-${count + 1}`;
  const { direction, classification, title, output } = asking;
  const asked = { direction, classification, title, ...(output === undefined ? {} : { output }) };
  const { state } = accepted(ask({ id, ...asked }, actor, at, permit));
  return next(report, at, {
    actor: { ...actor, roles: [...actor.roles] },
    request: id,
    act: "request",
    to: state,
    asked,
    ...(direction === "export" ? recorded(permit) : {}),
    reason,
  });
}

/** The entry of an endorsement or a move. @throws UserError with the rule that refuses, and who may */
export function stepEntry(
  report: RecordReport,
  doing: {
    readonly request: string;
    readonly act: string;
    readonly files?: Digests;
    readonly permit?: PermitOutputs | undefined;
    readonly reason: string;
  },
  actor: Actor,
  at: string,
): Entry {
  sound(report);
  const { request: id, act, files, reason } = doing;
  const known = report.requests.get(id);
  if (known === undefined)
    throw new UserError({
      what: `there is no request ${id}`,
      allowed: [...report.requests.keys()].slice(-10).join(", ") || "none yet",
    });
  const permit = act === "release" && known.direction === "export" ? doing.permit : undefined;
  const { state } = accepted(step(known, { act, ...given(files, permit) }, actor, at));
  return next(report, at, {
    actor: { ...actor, roles: [...actor.roles] },
    request: id,
    act,
    from: known.state,
    to: state,
    ...(files === undefined ? {} : { files }),
    ...recorded(permit),
    reason,
  });
}
