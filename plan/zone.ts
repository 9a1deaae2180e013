import type { ZoneConfig } from "../config/index.ts";
import { gibibytes } from "../config/scalars.ts";
import { areaBenches, areaPartners } from "../config/zone.ts";
import { defaultVolumeType, isDeletable, typeFacts, type AreaContext } from "./area.ts";
import { PlanBuilder } from "./build.ts";
import { planDatasets } from "./datasets.ts";
import type { AssignmentFacts } from "./facts.ts";
import { flowGroups, type FlowGroup } from "./flows.ts";
import { entryOf, memberNames, partnerGroupName, placeKey, placeName } from "./names.ts";
import type { Plan } from "./types.ts";

export { tierOf } from "./datasets.ts";

function planAccess({ plan, config, key, area, project, path }: AreaContext): void {
  const readers = Object.keys(areaPartners(area)).toSorted();
  const assignments: AssignmentFacts[] = readers.map((partner) => ({ role: "reader", partner }));
  plan.add(
    "project-access",
    [config.name, key],
    project,
    { assignments, expected: [{ role: "member", pipeline: true }] },
    path,
    { project },
  );
  for (const partner of areaBenches(area).toSorted()) {
    const bench = placeName(config.name, placeKey(key, partner));
    plan.add(
      "project-access",
      [config.name, key, partner],
      bench,
      { assignments: [{ role: "member", partner }], expected: [] },
      [`${path}.${area.benches ? "benches" : "partners"}`],
      { project: bench },
    );
  }
}

function planNetworks({ plan, config, key, area, project, path }: AreaContext): void {
  for (const place of [key, ...areaBenches(area).map((partner) => placeKey(key, partner))]) {
    const subnets = entryOf(config.granted.networks, place);
    if (subnets === undefined) continue; // refused by the rules
    for (const [version, cidr] of [
      [4, subnets.ipv4],
      [6, subnets.ipv6],
    ] as const) {
      plan.add(
        "subnet",
        [config.name, ...place.split("/"), `ipv${version}`],
        `${placeName(config.name, place)}-ipv${version}`,
        { network: placeName(config.name, place), version, cidr },
        [path, `zone.granted.networks.${place}`],
        { project },
      );
    }
  }
}

const groupParts = (context: AreaContext, { group, bench }: FlowGroup): readonly string[] => [
  context.config.name,
  context.key,
  group,
  ...(bench === undefined ? [] : [bench]),
];

function planGroups(context: AreaContext, groups: readonly FlowGroup[]): void {
  const { plan, config, key, project, path } = context;
  plan.add("rule-set", [config.name, key, "default"], "default", { groupId: null, rules: [] }, path, { project });
  for (const flowGroup of groups) {
    const parts = groupParts(context, flowGroup);
    const name = parts.join("-");
    const groupId = plan.add(
      "security-group",
      parts,
      name,
      { description: `Flows of ${parts.slice(1).join("/")}` },
      flowGroup.because,
      { project },
    );
    plan.add("rule-set", parts, name, { groupId, rules: flowGroup.rules }, flowGroup.because, { project });
  }
}

/** A machine's ports, one in each network that its flows lead to. Gives their ids. */
function planPorts(
  context: AreaContext,
  groups: readonly FlowGroup[],
  group: string,
  member: string,
): readonly string[] {
  const { plan, config, key, project } = context;
  const name = `${project}-${member}`;
  return groups
    .filter((candidate) => candidate.group === group)
    .map((flowGroup) => {
      const { bench, because } = flowGroup;
      const place = placeKey(key, bench);
      const subnetIds = [4, 6].map((version) =>
        ["subnet", config.name, ...place.split("/"), `ipv${version}`].join("/"),
      );
      return plan.add(
        "port",
        [config.name, key, member, ...(bench === undefined ? [] : [bench])],
        bench === undefined ? name : `${name}-${bench}`,
        {
          network: placeName(config.name, place),
          groupIds: [["security-group", ...groupParts(context, flowGroup)].join("/")],
          subnetIds,
        },
        because,
        { project },
      );
    });
}

function planMachines(context: AreaContext, groups: readonly FlowGroup[]): void {
  const { plan, config, key, area, project } = context;
  const zone = config.places.zones[0] ?? "";
  for (const [group, machines] of Object.entries(area.machines)) {
    const because = `${context.path}.machines.${group}`;
    for (const member of memberNames(group, machines.count)) {
      const name = `${project}-${member}`;
      const portIds = planPorts(context, groups, group, member);
      const rootVolumeId = plan.add(
        "root-volume",
        [config.name, key, member],
        `${name}-root`,
        {
          sizeGiB: gibibytes(machines.disk),
          ...typeFacts(config, machines.volumeType ?? defaultVolumeType(config)),
          image: machines.image,
          zone,
          deletable: isDeletable(config, machines),
        },
        because,
        { project, tier: "host" },
      );
      plan.add(
        "machine",
        [config.name, key, member],
        name,
        {
          flavor: machines.flavor,
          image: machines.image,
          rootVolumeId,
          portIds,
          volumeIds: machines.volumes.map((dataset) => `volume/${config.name}/${key}/${dataset}`),
          zone,
          confidential: entryOf(config.granted.flavors, machines.flavor)?.confidential ?? "none",
          userData: machines.userData ?? null,
        },
        because,
        { project },
      );
    }
  }
}

/** What shall exist in one zone, made with the zone's own credential inside what the operator granted. */
export function planZone(config: ZoneConfig): Plan {
  const plan = new PlanBuilder("zone");
  for (const [partner, { title }] of Object.entries(config.partners)) {
    plan.add(
      "partner-group",
      [config.name, partner],
      partnerGroupName(config.name, partner),
      { title },
      `zone.partners.${partner}`,
    );
  }
  for (const [key, area] of Object.entries(config.areas)) {
    const context: AreaContext = {
      plan,
      config,
      key,
      area,
      project: placeName(config.name, key),
      path: `zone.areas.${key}`,
    };
    const groups = flowGroups(config.name, key, area, config.granted.networks);
    planAccess(context);
    planNetworks(context);
    planGroups(context, groups);
    planMachines(context, groups);
    planDatasets(context);
  }
  return plan.close(config.name, config.preset);
}
