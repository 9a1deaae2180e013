import type { ZoneRule } from "../rule.ts";

const DAYS = 30;
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

export const permitEndsSoon: ZoneRule = {
  id: "permit-ends-soon",
  kind: "zone",
  severity: "warning",
  requirements: ["DENBI-4"],
  why: "prolonging a permit takes time, and on its last day all access ends",
  check({ config, today }) {
    const left = day(config.permit.expires) - day(today);
    if (config.frozen !== undefined || left < 0 || left > DAYS) return [];
    return [
      {
        path: "permit.expires",
        what: `the permit ends in ${left} days`,
        found: config.permit.expires,
        next: "ask for its prolongation, or plan the end of the zone",
      },
    ];
  },
};
