import { factsOf } from "../../../openstack/services.ts";
import { table } from "../../../scripts/console.ts";
import type { Action } from "./action.ts";
import { EVERYBODY, type Who } from "./identities.ts";
import { ACTIONS, because, expected, type Row } from "./run.ts";

const MARKS = { allowed: "yes", refused: "-", unclear: "?" } as const;

/** What the cloud said, for people who look at a test's output. */
export const printed = (rows: ReadonlyMap<string, Row>): string =>
  table([
    ["who may", ...EVERYBODY],
    ...ACTIONS.map(({ id, title }) => [
      title,
      ...EVERYBODY.map((who) => MARKS[rows.get(id)?.[who].verdict ?? "unclear"]),
    ]),
  ]);

/** Those that share a reason, in the order of the identities. */
function reasons(action: Action, verdict: "allowed" | "refused"): string {
  const by = Map.groupBy(
    EVERYBODY.filter((who) => expected(action, who) === verdict),
    (who) => because(action, who),
  );
  const rest = verdict === "refused" ? action.else : undefined;
  return [...by]
    .map(([why, whose]) =>
      why === rest ? `${by.size > 1 ? "all others" : "all"}: ${why}` : `${whose.join(", ")}: ${why}`,
    )
    .join("; ");
}

const mark = (action: Action, who: Who): string => MARKS[expected(action, who)];

/** The rows of docs/who-may-what.md: what the table says, which the live cloud was held to. */
export const documented = (): readonly (readonly string[])[] => [
  ["service", "who may", ...EVERYBODY],
  ...ACTIONS.map((action) => [
    factsOf(action.service).title,
    action.title,
    ...EVERYBODY.map((who) => mark(action, who)),
  ]),
];

/** Why, for each action. */
export const reasonsDocumented = (): readonly (readonly string[])[] => [
  ["who may", "may, because", "may not, because"],
  ...ACTIONS.map((action) => [
    action.title,
    Object.keys(action.may).length === 0
      ? `nobody; the request is sound: ${action.control?.who}, ${action.control?.what}`
      : reasons(action, "allowed"),
    reasons(action, "refused"),
  ]),
];
