import type { ZoneConfig } from "../../config/zone.ts";
import { gibibytes } from "../../config/scalars.ts";
import { placeName } from "../../plan/names.ts";
import { AREA_GROUPS } from "../../plan/tenant.ts";
import type { PlannedObject } from "../../plan/types.ts";
import { plannedBy } from "../planned.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, own, pathTo } from "../walk.ts";

type Quota = ZoneConfig["granted"]["quotas"][string];
/** What a quota counts, in the quota's own words; sizes in GiB. */
type Counter =
  "machines" | "cores" | "memory" | "volumes" | "storage" | "shares" | "shareStorage" | "ports" | "secrets";

const SIZES: readonly Counter[] = ["memory", "storage", "shareStorage"];
const COUNTERS: readonly Counter[] = [
  "machines",
  "cores",
  "memory",
  "volumes",
  "storage",
  "shares",
  "shareStorage",
  "ports",
  "secrets",
];

type Counts = Record<Counter, number>;
const nothing = (): Counts => Object.fromEntries(COUNTERS.map((counter) => [counter, 0])) as Counts;

/** What one planned object takes from the quota of its project. */
function takes(object: PlannedObject, config: ZoneConfig): Partial<Counts> {
  switch (object.kind) {
    case "machine": {
      const flavor = own(config.granted.flavors, object.facts.flavor);
      return flavor === undefined
        ? { machines: 1 }
        : { machines: 1, cores: flavor.vcpus, memory: gibibytes(flavor.memory) };
    }
    case "root-volume":
    case "volume": {
      const encrypted = own(config.granted.volumeTypes, object.facts.volumeType)?.encrypted === true;
      return { volumes: 1, storage: object.facts.sizeGiB, secrets: encrypted ? 1 : 0 };
    }
    case "share":
      return { shares: 1, shareStorage: object.facts.sizeGiB };
    case "port":
      return { ports: 1 };
    // Neutron itself takes a port of each network for the metadata service.
    case "subnet":
      return { ports: object.facts.version === 4 ? 1 : 0 };
    default:
      return {};
  }
}

function planned(config: ZoneConfig): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const object of plannedBy(config).objects) {
    if (object.project === undefined) continue;
    const sum = counts.get(object.project) ?? nothing();
    for (const [counter, amount] of Object.entries(takes(object, config))) sum[counter as Counter] += amount;
    counts.set(object.project, sum);
  }
  return counts;
}

function granted(quota: Quota, counter: Counter): number {
  const value = quota[counter];
  if (typeof value === "string") return gibibytes(value);
  return value ?? 0;
}

const shown = (counter: Counter, amount: number): string => (SIZES.includes(counter) ? `${amount} GiB` : `${amount}`);

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
    const counts = planned(config);
    return areasOf(config).flatMap(({ key, path }): readonly Violation[] => {
      const quota = own(config.granted.quotas, key);
      const needs = counts.get(placeName(config.name, key)) ?? nothing();
      if (quota === undefined)
        return [
          {
            path: pathTo(path),
            what: "granted.quotas has no entry for this area",
            allowed: key,
            next: `ask the operator for a quota of the area ${key}, and copy granted: anew`,
          },
        ];
      const over = COUNTERS.filter((counter) => needs[counter] > granted(quota, counter)).map((counter) => ({
        path: pathTo("granted", "quotas", key, counter),
        what: `the area ${key} plans more ${counter} than is granted`,
        found: `${shown(counter, granted(quota, counter))} granted, ${shown(counter, needs[counter])} planned`,
        allowed: `${shown(counter, needs[counter])} or more`,
        next: `plan less in zone.areas.${key}, or ask the operator to raise tenant.areas.${key}.quota.${counter}`,
      }));
      return [...over, ...groupsIn(config, key)];
    });
  },
};
