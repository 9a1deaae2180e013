import { judgeMakers, type Makers } from "../../../deletion/judge.ts";
import type { Found, ObjectFacts, Seen } from "../../../deletion/types.ts";

/** Who made what, in these tests: ids that begin with `s-` stand in the state. */
export const MAKERS: Makers = {
  isInState: (id) => id.startsWith("s-"),
  benches: new Set(["zone-lab-uni"]),
  isOperators: ({ name }) => name === "zone-lab-uplink",
  erasureOf: () => undefined,
  unexports: new Set(["quobyte-share"]),
};

export const found = (kind: string, id: string, facts: ObjectFacts = {}, more: Partial<Found> = {}): Found => ({
  ...{ kind, id, name: id, project: "zone-lab", facts },
  ...more,
});

export const seen = (kind: string, id: string, facts: ObjectFacts = {}, more: Partial<Found> = {}): Seen =>
  judgeMakers([found(kind, id, facts, more)], MAKERS)[0]!;
