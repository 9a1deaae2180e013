import type { ZoneRule } from "../rule.ts";

export const permitValid: ZoneRule = {
  id: "permit-valid",
  kind: "zone",
  severity: "error",
  requirements: ["DENBI-4", "DENBI-5"],
  why: "without a permit in force nobody may work with the data",
  check({ config, today }) {
    const { expires, id } = config.permit;
    // A frozen zone gives nobody anything: it must be possible to run it, or nothing could be taken away.
    if (expires >= today || config.frozen !== undefined) return [];
    return [
      {
        path: "permit.expires",
        what: `the permit ${id} has expired`,
        found: expires,
        allowed: `${today} or later`,
        next: "enter the prolonged permit's last day, or run `tresor freeze` and `pulumi up`",
      },
    ];
  },
};
