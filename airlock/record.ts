import { UserError } from "../config/problem.ts";
import { nextLink, soundChain, verifyChain, type ChainOptions, type ChainReport } from "./chain.ts";
import { entrySchema, sealed, type Entry } from "./entry.ts";
import { ask, step, type Actor, type AirlockRequest, type Asking, type Digests, type Verdict } from "./machine.ts";
import type { PermitOutputs } from "./outputs.ts";

export { formatHead, parseHead } from "./chain.ts";

export interface RecordReport extends ChainReport<Entry> {
  readonly requests: ReadonlyMap<string, AirlockRequest>;
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

/** Why an entry tells no lawful story; one that does is added to it. */
function moveWrong(entry: Entry, requests: Map<string, AirlockRequest>): string | undefined {
  const verdict = replay(entry, requests);
  if (!verdict.ok) return `${verdict.refusal.what} (${verdict.refusal.rule})`;
  if (verdict.request.state !== entry.to) return `${entry.act} leads to ${verdict.request.state}, not to ${entry.to}`;
  requests.set(entry.request, verdict.request);
  return undefined;
}

/**
 * Reads a record and finds what is wrong with it: edits, deletions, reordering, back-dated time, moves that no rule allows (so a
 * record whose hashes were all written anew must still tell a lawful story). What was cut off at the end, and a whole record made up
 * lawfully, only a head that was kept elsewhere shows.
 */
export function verifyRecord(text: string, options: ChainOptions = {}): RecordReport {
  const requests = new Map<string, AirlockRequest>();
  return { ...verifyChain(text, entrySchema, (entry) => moveWrong(entry, requests), options), requests };
}

const sound = (report: RecordReport): void => soundChain(report, "airlock");

function next(
  report: RecordReport,
  at: string,
  entry: Omit<Entry, "format" | "seq" | "at" | "previous" | "hash">,
): Entry {
  const { previous, ...link } = nextLink(report, at);
  const whole = sealed({ format: 1 as const, ...link, ...entry, previous });
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
