import type { ZoneConfig } from "../config/index.ts";
import { gibibytes } from "../config/scalars.ts";
import { areaBenches, areaPartners, type AreaConfig, type DatasetConfig } from "../config/zone.ts";
import { PlanBuilder } from "./build.ts";
import type { AssignmentFacts, Labels } from "./facts.ts";
import { flowGroups, type FlowGroup } from "./flows.ts";
import { byText, entryOf, memberNames, partnerGroupName, placeKey, placeName } from "./names.ts";
import type { Plan, TrustTier } from "./types.ts";

/** One area of the zone while it is planned. */
interface AreaContext {
  readonly plan: PlanBuilder;
  readonly config: ZoneConfig;
  readonly key: string;
  readonly area: AreaConfig;
  /** Project of the area, which owns everything in it. */
  readonly project: string;
  readonly path: string;
}

/** Who could read a data set at rest. Cinder's LUKS is opened by the hypervisor; a share's bytes are the storage servers' to read. */
export const tierOf = (kind: DatasetConfig["kind"]): TrustTier => (kind === "volume" ? "host" : "storage");

/** Type of a volume without a named one: a granted encrypted type, SSD before HDD, then by name. The file's order says nothing: Pulumi hands over keys sorted. */
export function defaultVolumeType(config: ZoneConfig): string {
  const encrypted = Object.entries(config.granted.volumeTypes).filter(([, type]) => type.encrypted);
  const [first] = encrypted.toSorted(([a, left], [b, right]) => byText(right.tier, left.tier) || byText(a, b));
  return first?.[0] ?? "";
}

/** Type of a share without a named one: the first granted type by name. */
export const defaultShareType = (config: ZoneConfig): string =>
  Object.keys(config.granted.shareTypes).toSorted(byText)[0] ?? "";

const isDeletable = (config: ZoneConfig, data: Pick<DatasetConfig, "deletion">): boolean =>
  (data.deletion ?? config.deletion) === "allowed";

function labels(config: ZoneConfig, dataset: DatasetConfig): Labels {
  return {
    owner: dataset.owner,
    classification: dataset.classification,
    permit: config.permit.id,
    tier: tierOf(dataset.kind),
  };
}

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

function planMachines(context: AreaContext, groups: readonly FlowGroup[]): void {
  const { plan, config, key, area, project } = context;
  const zone = config.places.zones[0] ?? "";
  for (const [group, machines] of Object.entries(area.machines)) {
    const because = `${context.path}.machines.${group}`;
    for (const member of memberNames(group, machines.count)) {
      const name = `${project}-${member}`;
      const portIds = groups
        .filter((candidate) => candidate.group === group)
        .map((flowGroup) => {
          const place = placeKey(key, flowGroup.bench);
          return plan.add(
            "port",
            [config.name, key, member, ...(flowGroup.bench === undefined ? [] : [flowGroup.bench])],
            flowGroup.bench === undefined ? name : `${name}-${flowGroup.bench}`,
            {
              network: placeName(config.name, place),
              groupIds: [["security-group", ...groupParts(context, flowGroup)].join("/")],
              subnetIds: [4, 6].map((version) =>
                ["subnet", config.name, ...place.split("/"), `ipv${version}`].join("/"),
              ),
            },
            flowGroup.because,
            { project },
          );
        });
      const rootVolumeId = plan.add(
        "root-volume",
        [config.name, key, member],
        `${name}-root`,
        {
          sizeGiB: gibibytes(machines.disk),
          volumeType: machines.volumeType ?? defaultVolumeType(config),
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

/** Networks from which a share may be used, with the level each gets: one network for each bench, and the area's own. */
function shareRules(
  { config, key }: AreaContext,
  dataset: DatasetConfig,
): { readonly cidr: string; readonly level: "ro" | "rw" }[] {
  const level = (right: "read" | "write"): "ro" | "rw" => (right === "write" ? "rw" : "ro");
  const benches = Object.entries(dataset.access).map(
    ([partner, right]) => [placeKey(key, partner), level(right)] as const,
  );
  const own = dataset.machines === "none" ? [] : [[key, level(dataset.machines)] as const];
  const all = [...own, ...benches].toSorted(([a], [b]) => byText(a, b));
  return all.flatMap(([place, right]) => {
    const network = entryOf(config.granted.networks, place);
    return network === undefined
      ? []
      : [
          { cidr: network.ipv4, level: right },
          { cidr: network.ipv6, level: right },
        ];
  });
}

function planDatasets(context: AreaContext): void {
  const { plan, config, key, area, project, path } = context;
  const zone = config.places.zones[0] ?? "";
  for (const [name, dataset] of Object.entries(area.datasets)) {
    const because = `${path}.datasets.${name}`;
    const where = { project, tier: tierOf(dataset.kind) };
    const common = {
      sizeGiB: gibibytes(dataset.size),
      zone,
      deletable: isDeletable(config, dataset),
      labels: labels(config, dataset),
      adopt: dataset.adopt ?? null,
    };
    const parts = [config.name, key, name];
    if (dataset.kind === "volume") {
      plan.add(
        "volume",
        parts,
        `${project}-${name}`,
        { ...common, volumeType: dataset.type ?? defaultVolumeType(config) },
        because,
        where,
      );
      continue;
    }
    const shareType = dataset.type ?? defaultShareType(config);
    const protocol = entryOf(config.granted.shareTypes, shareType)?.protocols[0] ?? "NFS";
    const shareId = plan.add("share", parts, `${project}-${name}`, { ...common, shareType, protocol }, because, where);
    plan.add(
      "share-access",
      parts,
      `${project}-${name}`,
      { shareId, rules: shareRules(context, dataset) },
      [because, `${because}.access`],
      where,
    );
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
