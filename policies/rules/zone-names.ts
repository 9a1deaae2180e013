import type { ZoneConfig } from "../../config/zone.ts";
import { memberNames, partnerGroupName, personUserName, pipelineUserName, placeName } from "../../plan/names.ts";
import { GATEWAY_RULE } from "../../plan/vpn/machine.ts";
import { plannedBy } from "../planned.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { datasetsOf, machinesOf, pathTo, placesOf, repeated } from "../walk.ts";

/** A machine's name becomes its host name: one DNS label. */
const HOST = 63;
/** Longest name of a Keystone project and group. */
const PROJECT = 64;
/** Longest name of everything else in OpenStack. */
const OTHER = 255;

/** A name that the zone gives in the cloud; two of one scope must differ. */
interface Named {
  readonly name: string;
  readonly scope: "project" | "group" | "user" | "machine" | "volume" | "share";
  readonly path: string;
  readonly longest: number;
}

function namesOf(config: ZoneConfig): readonly Named[] {
  const zone = config.name;
  return [
    ...placesOf(config).map(({ key, path }): Named => ({
      name: placeName(zone, key),
      scope: "project",
      path: pathTo(path),
      longest: PROJECT,
    })),
    ...Object.keys(config.partners).map((partner): Named => ({
      name: partnerGroupName(zone, partner),
      scope: "group",
      path: pathTo("partners", partner),
      longest: PROJECT,
    })),
    { name: pipelineUserName(zone), scope: "user", path: "name", longest: OTHER },
    ...Object.entries(config.permit.persons ?? {}).flatMap(([key, { identity }]): readonly Named[] =>
      identity.local === true
        ? [{ name: personUserName(zone, key), scope: "user", path: pathTo("permit", "persons", key), longest: OTHER }]
        : [],
    ),
    ...machinesOf(config).flatMap(({ area, group, machines, path }) =>
      memberNames(group, machines.count).map((member): Named => ({
        name: `${placeName(zone, area)}-${member}`,
        scope: "machine",
        path: pathTo(path),
        longest: HOST,
      })),
    ),
    ...machinesOf(config).flatMap(({ area, group, machines, path }) =>
      memberNames(group, machines.count).map((member): Named => ({
        name: `${placeName(zone, area)}-${member}-root`,
        scope: "volume",
        path: pathTo(path),
        longest: OTHER,
      })),
    ),
    ...datasetsOf(config).flatMap(({ area, key, dataset: { kind }, path }): readonly Named[] =>
      // The operator makes and names volumes of Quobyte.
      kind === "quobyte"
        ? []
        : [{ name: `${placeName(zone, area.key)}-${key}`, scope: kind, path: pathTo(path), longest: OTHER }],
    ),
  ];
}

const common = { kind: "zone", severity: "error", requirements: ["C4H-1"] } as const;

export const zoneNamesUnique: ZoneRule = {
  ...common,
  id: "zone-names-unique",
  why: "the operator's and the tenant's half find each other by name, so one name must mean one thing",
  check({ config }) {
    const seen = new Map<string, Named>();
    const violations = new Map<string, Violation>();
    for (const named of namesOf(config)) {
      const first = seen.get(`${named.scope} ${named.name}`);
      if (first === undefined) seen.set(`${named.scope} ${named.name}`, named);
      else if (first.path !== named.path && !violations.has(named.path))
        violations.set(named.path, {
          path: named.path,
          what: `this ${named.scope} gets the same name in the cloud as ${first.path}`,
          found: named.name,
          next: "rename one of the two",
        });
    }
    const benchTwice = Object.values(config.areas).some(({ benches }) => repeated(benches ?? []).length > 0);
    if (violations.size > 0 || benchTwice) return [...violations.values()];
    // Names that only the plan knows: ports, groups.
    return plannedBy(config)
      .clashes.filter(({ rule }) => rule !== GATEWAY_RULE)
      .map(({ path = "", what, found }) => ({
        path: path.replace(/^zone\.?/, ""),
        what,
        ...(found === undefined ? {} : { found }),
        next: "rename one of the two",
      }));
  },
};

export const zoneNamesFit: ZoneRule = {
  ...common,
  id: "zone-names-fit",
  why: "OpenStack refuses longer names",
  check({ config }) {
    const told = new Set<string>();
    return namesOf(config).flatMap(({ name, scope, path, longest }): readonly Violation[] => {
      if (name.length <= longest || told.has(path)) return [];
      told.add(path);
      return [
        {
          path,
          what: `the name of this ${scope} gets too long`,
          found: `${name} (${name.length} characters)`,
          allowed: `at most ${longest}`,
          next: `shorten the zone's, the area's or its own name by ${name.length - longest}`,
        },
      ];
    });
  },
};
