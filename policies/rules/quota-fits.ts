import type { ZoneConfig } from "../../config/zone.ts";
import { placeName } from "../../plan/names.ts";
import { COUNTERS, grantedOf, needsOf, NOTHING, type Counter } from "../../plan/needs.ts";
import { AREA_GROUPS } from "../../plan/tenant.ts";
import { plannedBy } from "../planned.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, own, pathTo } from "../walk.ts";

const shown = (counter: Counter, amount: number): string =>
  COUNTERS.some((one) => one.counter === counter && one.isSize) ? `${amount} GiB` : `${amount}`;

/** Groups and rules are limited the same in every area: each machine group has one group, and one more for each bench that reaches it. */
function groupsIn(config: ZoneConfig, key: string): readonly Violation[] {
  const project = placeName(config.name, key);
  const objects = plannedBy(config).objects.filter((object) => object.project === project);
  const counted = [
    ["securityGroups", "security groups", objects.filter(({ kind }) => kind === "security-group").length],
    [
      "securityGroupRules",
      "security group rules",
      objects.reduce((sum, object) => sum + (object.kind === "rule-set" ? object.facts.rules.length : 0), 0),
    ],
  ] as const;
  return counted
    .filter(([counter, , planned]) => planned > AREA_GROUPS[counter])
    .map(([counter, what, planned]) => ({
      path: pathTo("areas", key, "flows"),
      what: `the area ${key} plans more ${what} than an area has`,
      found: `${planned} planned`,
      allowed: `at most ${AREA_GROUPS[counter]}`,
      next: "write ranges of ports instead of single ones, or move a part of the machines and flows into a second area",
    }));
}

export const quotaFits: ZoneRule = {
  id: "quota-fits",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-7", "DIGIMED-18"],
  why: "the cloud would refuse it half-way, with part of the zone made",
  check({ config }) {
    // Objects that would share a name are refused by a rule of its own; without a plan there is nothing to count.
    if (plannedBy(config).clashes.length > 0) return [];
    const counts = needsOf(config, plannedBy(config).objects);
    return areasOf(config).flatMap(({ key, path }): readonly Violation[] => {
      const quota = own(config.granted.quotas, key);
      const needs = counts.get(placeName(config.name, key)) ?? NOTHING;
      if (quota === undefined)
        return [
          {
            path: pathTo(path),
            what: "granted.quotas has no entry for this area",
            allowed: key,
            next: `ask the operator for a quota of the area ${key}, and copy granted: anew`,
          },
        ];
      const over = COUNTERS.map(({ counter }) => counter)
        .filter((counter) => needs[counter] > grantedOf(quota, counter))
        .map((counter) => ({
          path: pathTo("granted", "quotas", key, counter),
          what: `the area ${key} plans more ${counter} than is granted`,
          found: `${shown(counter, grantedOf(quota, counter))} granted, ${shown(counter, needs[counter])} planned`,
          allowed: `${shown(counter, needs[counter])} or more`,
          next: `plan less in zone.areas.${key}, or ask the operator to raise tenant.areas.${key}.quota.${counter}`,
        }));
      return [...over, ...groupsIn(config, key)];
    });
  },
};
