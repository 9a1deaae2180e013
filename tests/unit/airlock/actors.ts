import type { Actor, AirlockRequest, Digests } from "../../../airlock/machine.ts";
import type { Role, State } from "../../../airlock/table.ts";

const actor = (id: string, ...roles: Role[]): Actor => ({ id, roles });

/** One person for each role, and some with more than one. */
export const PEOPLE = {
  asker: actor("asker", "researcher"),
  researcher: actor("researcher", "researcher"),
  submitter: actor("submitter", "submitter"),
  steward: actor("steward", "data-steward"),
  checker: actor("checker", "output-checker"),
  second: actor("second", "second-checker"),
  allChecks: actor("all-checks", "data-steward", "output-checker", "second-checker"),
  working: actor("working", "researcher", "data-steward", "output-checker", "second-checker"),
  administrator: actor("administrator", "zone-administrator"),
  system: actor("system", "system"),
} as const;
export type Person = keyof typeof PEOPLE;
export const PERSONS = Object.keys(PEOPLE) as Person[];

export const FILES: Digests = { "tables/a.csv": "a".repeat(64), "b.csv": "b".repeat(64) };
export const AT = "2026-11-21T12:00:00.000Z";

/** A request of `asker`; beyond draft its files are fixed. */
export const inState = (state: State, change: Partial<AirlockRequest> = {}): AirlockRequest => ({
  id: `${change.direction ?? "export"}-1`,
  direction: "export",
  classification: "public",
  title: "survival tables",
  requester: "asker",
  state,
  since: AT,
  approvals: [],
  ...(state === "draft" ? {} : { files: FILES }),
  ...change,
});
