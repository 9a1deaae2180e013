import type { ZoneRule } from "../rule.ts";

export const frozenSince: ZoneRule = {
  id: "frozen-since",
  kind: "zone",
  severity: "error",
  requirements: ["DENBI-4", "SPE4HD-11"],
  why: "a zone is frozen or it is not: what is to end on a day to come has an until of its own",
  check({ config: { frozen }, today }) {
    if (frozen === undefined || frozen.since <= today) return [];
    return [
      {
        path: "frozen.since",
        what: "the zone is frozen from a day on that is still to come",
        found: frozen.since,
        allowed: `${today} or earlier`,
        next: "write the day on which it was decided; access ends with the next `pulumi up`",
      },
    ];
  },
};
