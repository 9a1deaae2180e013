import type { Entry } from "../../airlock/entry.ts";
import { movesFrom, whoMay, type AirlockRequest } from "../../airlock/machine.ts";
import type { RecordReport } from "../../airlock/record.ts";
import { APPROVALS, STATE_TABLE } from "../../airlock/table.ts";
import { UserError } from "../../config/problem.ts";
import { duration, table } from "../console.ts";
import { readText } from "./files.ts";

/** A record that must be there: reading a wrong name must not look like an empty record. */
export const readRecordThere = (file: string): Promise<string> =>
  readText(file, "`tresor airlock request` begins a record");

/** @throws UserError when the record has no such request */
export function requestOf(report: RecordReport, id: string): AirlockRequest {
  const found = report.requests.get(id);
  if (found !== undefined) return found;
  throw new UserError({
    what: `there is no request ${id}`,
    allowed: [...report.requests.keys()].slice(-10).join(", ") || "none yet",
  });
}

/** Since when: `3 d 4 h`, or shorter spans as everywhere. */
function age(since: string, now: Date): string {
  const milliseconds = Math.max(0, now.getTime() - Date.parse(since));
  const hours = Math.floor(milliseconds / 3_600_000);
  if (hours < 1) return duration(milliseconds);
  return hours < 24 ? `${hours} h` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const approvalsOf = ({ direction, classification, approvals }: AirlockRequest): string =>
  `${approvals.length} of ${APPROVALS[direction][classification].length}`;

/** One line for each request. */
export const showAll = (requests: readonly AirlockRequest[], now: Date): string =>
  requests.length === 0
    ? "no requests"
    : table([
        ["request", "state", "since", "approvals", "class", "asked by", "title"],
        ...requests.map((request) => [
          request.id,
          request.state,
          age(request.since, now),
          approvalsOf(request),
          request.classification,
          request.requester,
          request.title,
        ]),
      ]);

/** A request with its files, and who may do what next. */
export function showOne(request: AirlockRequest, now: Date): string {
  const { state } = request;
  const acts = [
    ...new Set([...(state === "in-review" ? ["endorse"] : []), ...movesFrom(state).map(({ move }) => move)]),
  ];
  const next = acts.flatMap((act) => {
    const who = whoMay(request, act);
    if (who.length === 0) return [];
    return [[act, who.map((mover) => (mover === "requester" ? request.requester : mover)).join(" or ")]];
  });
  return [
    `${request.id}  ${state} for ${age(request.since, now)}: ${STATE_TABLE[state].meaning}`,
    `  ${request.title}: ${request.classification}, asked by ${request.requester}`,
    `  approvals: ${approvalsOf(request)}${request.approvals.length > 0 ? ` (${request.approvals.join(", ")})` : ""}`,
    ...Object.entries(request.files ?? {}).map(([name, digest]) => `  ${digest}  ${name}`),
    next.length === 0 ? "this is an end" : table([["next", "who"], ...next]),
  ].join("\n");
}

/** One line for each entry. */
export const showLog = (entries: readonly Entry[]): string =>
  entries.length === 0
    ? "no entries"
    : table([
        ["entry", "time", "request", "act", "state", "by", "reason"],
        ...entries.map(({ seq, at, request, act, to, actor, reason }) => [
          String(seq),
          at,
          request,
          act,
          to,
          actor.id,
          reason,
        ]),
      ]);
