import type { Problem } from "../config/problem.ts";
import { outputRefusal, releaseRefusal, type Output, type PermitOutputs } from "./outputs.ts";
import {
  APPROVALS,
  ASKERS,
  DECISIONS,
  MOVES,
  type Classification,
  type Direction,
  type Mover,
  type MoveRow,
  type Role,
  type State,
} from "./table.ts";

/** Who acts, with every role that he holds at that moment. */
export interface Actor {
  readonly id: string;
  readonly roles: readonly Role[];
}

/** SHA-256 of each file by its name, in hexadecimal. */
export type Digests = Readonly<Record<string, string>>;

/** A request as its record has made it so far. */
export interface AirlockRequest {
  readonly id: string;
  readonly direction: Direction;
  readonly classification: Classification;
  readonly title: string;
  /** Kind of result, where it was said. */
  readonly output?: Output;
  /** True where it was asked for under a permit that was shown: its release wants the permit again. */
  readonly underPermit?: boolean;
  readonly requester: string;
  readonly state: State;
  /** Since when it is in this state. */
  readonly since: string;
  /** Fixed by `submit`. */
  readonly files?: Digests;
  /** Who approved so far, in order. */
  readonly approvals: readonly string[];
}

/** What somebody wants to ask for. */
export interface Asking {
  readonly id: string;
  readonly direction: Direction;
  readonly classification: Classification;
  readonly title: string;
  readonly output?: Output;
}

/** `endorse`, or the name of a move. */
export interface Step {
  readonly act: string;
  readonly files?: Digests;
  /** What the permit says now; for `release`. */
  readonly permit?: PermitOutputs;
}

/** Either what the request is afterwards, or why it stays as it is. */
export type Verdict =
  | { readonly ok: true; readonly request: AirlockRequest }
  | { readonly ok: false; readonly refusal: Problem & { readonly rule: string } };

const no = (rule: string, what: string, more: Omit<Problem, "what" | "rule"> = {}): Verdict => ({
  ok: false,
  refusal: { rule, what, ...more },
});

const or = (words: readonly string[]): string => words.join(" or ") || "nobody";

/**
 * A new request, in draft.
 * @param permit what the zone's permit says of results, where the caller knows its zone
 */
export function ask(asking: Asking, actor: Actor, at: string, permit?: PermitOutputs): Verdict {
  const { direction, classification } = asking;
  if (!ASKERS[direction].some((role) => actor.roles.includes(role)))
    return no("airlock-role", `${actor.id} may not ask for an ${direction}`, {
      found: actor.roles.join(", "),
      allowed: or(ASKERS[direction]),
    });
  if (APPROVALS[direction][classification].length === 0)
    return no("airlock-classification", `${classification} data never leave through the airlock`, {
      allowed: Object.entries(APPROVALS[direction])
        .filter(([, roles]) => roles.length > 0)
        .map(([name]) => name)
        .join(", "),
      why: "only non-personal data may leave a secure environment (EHDS Art. 73(2))",
      next: "anonymise the results first and ask with what they are then",
    });
  const refusal = outputRefusal(asking, permit);
  if (refusal !== undefined) return { ok: false, refusal };
  const under = direction === "export" && permit !== undefined ? { underPermit: true } : {};
  return { ok: true, request: { ...asking, ...under, requester: actor.id, state: "draft", since: at, approvals: [] } };
}

/** The moves that leave a state. */
export const movesFrom = (state: State): readonly MoveRow[] => MOVES.filter(({ from }) => from === state);

/** The role whose approval is wanted next. */
export function nextApprover({ direction, classification, approvals }: AirlockRequest): Role | undefined {
  return APPROVALS[direction][classification][approvals.length];
}

/** Who may do an act on a request, as words of the table with `approver` made out; empty where nobody may now. */
export function whoMay(request: AirlockRequest, act: string): readonly Mover[] {
  const wanted = APPROVALS[request.direction][request.classification];
  const left = wanted.length - request.approvals.length;
  const next = nextApprover(request);
  if (act === "endorse") return request.state === "in-review" && left > 1 && next !== undefined ? [next] : [];
  const row = movesFrom(request.state).find(({ move }) => move === act);
  if (row === undefined) return [];
  const last: readonly Mover[] = left === 1 && next !== undefined ? [next] : [];
  return row.who.flatMap((mover) => (mover === "approver" ? last : mover === "checkers" ? wanted : [mover]));
}

const isMover = (mover: Mover, actor: Actor, request: AirlockRequest): boolean =>
  mover === "requester"
    ? actor.id === request.requester && ASKERS[request.direction].some((role) => actor.roles.includes(role))
    : (actor.roles as readonly string[]).includes(mover);

/** The two-person rule: who asks never decides, who decided once does not decide again, who works on the data decides nothing. */
function independence(request: AirlockRequest, act: string, actor: Actor): Verdict | undefined {
  if (!DECISIONS.includes(act)) return undefined;
  if (actor.id === request.requester)
    return no("airlock-two-persons", `${actor.id} asked for ${request.id} and may not ${act} it`, {
      why: "who asks never decides",
      next: "another person decides; `withdraw` takes the request back",
    });
  if (act !== "reject" && request.approvals.includes(actor.id))
    return no("airlock-two-persons", `${actor.id} approved ${request.id} already`, {
      why: "two approvals are those of two persons",
      next: `another ${nextApprover(request) ?? "checker"} approves it`,
    });
  const works = actor.roles.filter((role) => role === "researcher" || role === "submitter");
  if (works.length > 0)
    return no("airlock-member", `${actor.id} is ${works.join(" and ")} of this zone and may not ${act} a request`, {
      why: "who works on the data does not decide what passes",
      next: "somebody from outside the project decides",
    });
  return undefined;
}

const sameFiles = (left: Digests, right: Digests): boolean =>
  Object.keys(left).length === Object.keys(right).length &&
  Object.entries(left).every(([name, digest]) => Object.hasOwn(right, name) && right[name] === digest);

function checkFiles(request: AirlockRequest, { act, files }: Step, rule: MoveRow["files"]): Verdict | undefined {
  const given = Object.keys(files ?? {}).length;
  if (rule === "none")
    return given === 0 ? undefined : no("airlock-files", `${act} takes no files`, { next: "leave the files out" });
  if (given === 0 || files === undefined)
    return no("airlock-files", `${act} needs the files`, {
      why:
        rule === "fix"
          ? "a request without a file has nothing to pass"
          : "it must be shown that they are still the submitted ones",
      next: "name them with --file",
    });
  if (rule === "fix" || sameFiles(request.files ?? {}, files)) return undefined;
  const names = [...new Set([...Object.keys(request.files ?? {}), ...Object.keys(files)])].toSorted();
  return no("airlock-files", `these are not the files that were submitted with ${request.id}`, {
    found: names.filter((name) => request.files?.[name] !== files[name]).join(", "),
    why: "from submission to release the files are fixed by their hashes",
    next: "withdraw the request and ask again with the new files",
  });
}

/** What the files must be for an approval that is not the last: those of `approve`. */
const ENDORSE_FILES: MoveRow["files"] = MOVES.find(({ move }) => move === "approve")?.files ?? "same";

/**
 * Judges one step on a request and gives what it is afterwards. Pure: the time is an argument.
 * Refusals carry the rule: `airlock-state`, `airlock-approvals`, `airlock-role`, `airlock-two-persons`, `airlock-member`, `airlock-files`,
 * `airlock-output`.
 */
export function step(request: AirlockRequest, doing: Step, actor: Actor, at: string): Verdict {
  const { act } = doing;
  const row = movesFrom(request.state).find(({ move }) => move === act);
  const endorses = act === "endorse" && request.state === "in-review";
  if (row === undefined && !endorses)
    return no("airlock-state", `${request.id} is ${request.state}: ${act} is not possible`, {
      allowed: [...new Set(movesFrom(request.state).map(({ move }) => move))].join(", ") || "nothing: this is an end",
    });
  const who = whoMay(request, act);
  if (who.length === 0) return approvalsRefusal(request, act);
  const dependent = independence(request, act, actor);
  if (dependent !== undefined) return dependent;
  if (!who.some((mover) => isMover(mover, actor, request)))
    return no("airlock-role", `${actor.id} may not ${act} ${request.id}`, {
      found: actor.roles.join(", ") || "no role",
      allowed: or(who.map((mover) => (mover === "requester" ? `${request.requester}, who asked` : mover))),
    });
  const wrongFiles = checkFiles(request, doing, row?.files ?? ENDORSE_FILES);
  if (wrongFiles !== undefined) return wrongFiles;
  const refusal = act === "release" ? releaseRefusal(request, doing.permit) : undefined;
  if (refusal !== undefined) return { ok: false, refusal };
  const approves = act === "approve" || act === "endorse";
  return {
    ok: true,
    request: {
      ...request,
      ...(row === undefined ? {} : { state: row.to, since: at }),
      ...(act === "submit" && doing.files !== undefined ? { files: doing.files } : {}),
      ...(approves ? { approvals: [...request.approvals, actor.id] } : {}),
    },
  };
}

function approvalsRefusal(request: AirlockRequest, act: string): Verdict {
  const wanted = APPROVALS[request.direction][request.classification];
  const [done, needed] = [request.approvals.length, wanted.length];
  return no(
    "airlock-approvals",
    act === "endorse"
      ? `${request.id} waits for its last approval, which is \`approve\``
      : `${request.id} needs ${needed} approvals and has ${done}`,
    {
      why: `${request.classification} data in an ${request.direction} want the approval of ${wanted.join(" and then ")}`,
      next: `${nextApprover(request) ?? "nobody"}: ${act === "endorse" ? "approve" : "endorse"}`,
    },
  );
}
