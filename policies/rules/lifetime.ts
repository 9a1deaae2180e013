import { protectedData } from "../../plan/lifetime.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { pathTo } from "../walk.ts";

const common = { kind: "zone", severity: "error", requirements: ["C4H-12"] } as const;

export const lifetimeValid: ZoneRule = {
  ...common,
  id: "lifetime-valid",
  requirements: ["C4H-12", "DENBI-4"],
  why: "a zone for one run ends with the run, and never outlives its permit",
  check({ config: { lifetime, permit, frozen }, today }): readonly Violation[] {
    // A frozen zone gives nobody anything: `up` must take all away when the time is over.
    if (lifetime === undefined || frozen !== undefined) return [];
    const path = "lifetime.until";
    const day = lifetime.until.slice(0, 10);
    if (day < today)
      return [
        {
          path,
          what: "the zone's lifetime is over",
          found: lifetime.until,
          allowed: `${today} or later`,
          next: "run `tresor reap` (`tresor freeze` where onEnd says so), or enter a later end",
        },
      ];
    if (day <= permit.expires) return [];
    return [
      {
        path,
        what: "the zone would outlive its permit",
        found: `${lifetime.until}, permit until ${permit.expires}`,
        allowed: `${permit.expires} or earlier`,
        next: "enter an earlier end, or the prolonged permit's last day",
      },
    ];
  },
};

export const lifetimeDeletion: ZoneRule = {
  ...common,
  id: "lifetime-deletion",
  why: "no data is ever deleted without the explicit word, so that such a zone would stay when its time is over",
  check({ config }) {
    if (config.lifetime?.onEnd !== "destroy") return [];
    return protectedData(config).map((steps) => ({
      path: pathTo(steps, "deletion"),
      what: "this data shall be destroyed at the end, and may not be",
      found: "protected",
      allowed: "allowed",
      next: "write `deletion: allowed`, or `onEnd: freeze` to keep the data",
    }));
  },
};
