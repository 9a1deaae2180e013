import { areaPartners } from "../../config/zone.ts";
import type { ZoneRule } from "../rule.ts";
import { areasOf, isAdmitted, own, oneOf, pathTo, repeated } from "../walk.ts";

export const benchPartner: ZoneRule = {
  id: "bench-partner",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-7", "DIGIMED-11"],
  why: "a bench stands inside its area, so only those who take part in the area have one",
  check({ config }) {
    return areasOf(config).flatMap(({ key, area, path }) => {
      const benches = area.benches ?? [];
      const partners = areaPartners(area);
      const strangers = benches.flatMap((partner, index) =>
        !isAdmitted(config, partner) || own(partners, partner) !== undefined
          ? []
          : [
              {
                path: pathTo(path, "benches", index),
                what: `this partner does not take part in the area ${key}`,
                found: partner,
                allowed: oneOf(Object.keys(partners)),
                next: `remove the bench, or name ${partner} among the area's partners`,
              },
            ],
      );
      const twice = repeated(benches).map(({ entry, index }) => ({
        path: pathTo(path, "benches", index),
        what: "this bench stands twice in the list",
        found: entry,
        next: "remove one of the two: a partner has one bench in an area",
      }));
      return [...strangers, ...twice];
    });
  },
};
