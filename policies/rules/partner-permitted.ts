import type { ZoneRule } from "../rule.ts";
import { own, oneOf } from "../walk.ts";
import { partnerReferences } from "./partner-known.ts";

export const partnerPermitted: ZoneRule = {
  id: "partner-permitted",
  kind: "zone",
  severity: "error",
  requirements: ["DENBI-4", "DIGIMED-11"],
  why: "who is not named in the permit gets nothing",
  check({ config }) {
    return partnerReferences(config)
      .filter(({ partner }) => own(config.partners, partner) !== undefined && !config.permit.partners.includes(partner))
      .map(({ partner, path }) => ({
        path,
        what: "the permit does not name this partner",
        found: partner,
        allowed: oneOf(config.permit.partners),
        next: `take ${partner} out here, or add it to zone.permit.partners once the permit really names it`,
      }));
  },
};
