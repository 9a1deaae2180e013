import type { Violation, ZoneRule } from "../rule.ts";
import { flowsAt, pathTo } from "../walk.ts";

export const flowUntil: ZoneRule = {
  id: "flow-until",
  kind: "zone",
  severity: "error",
  requirements: ["DENBI-4"],
  why: "no door stays open longer than the permit, and none whose time is over",
  check({ config, today }) {
    const last = config.permit.expires;
    return flowsAt(config).flatMap(({ flow: { until }, path }): readonly Violation[] => {
      if (until === undefined) return [];
      const place = { path: pathTo(path, "until"), found: until };
      if (until > last)
        return [
          {
            ...place,
            what: "this flow outlives the permit",
            allowed: `${last} or earlier`,
            next: "shorten it, or leave until out: then it ends with the permit",
          },
        ];
      if (until < today && last >= today && config.frozen === undefined)
        return [{ ...place, what: "this flow's time is over", allowed: `${today} or later`, next: "remove the flow" }];
      return [];
    });
  },
};
