import type { TenantConfig, ZoneConfig } from "../config/index.ts";
import { UserError } from "../config/problem.ts";
import { gibibytes } from "../config/scalars.ts";
import type { Quota } from "../config/tenant.ts";
import { askedNetworks } from "./allocation.ts";
import { PlanBuilder } from "./build.ts";
import type { FactsByKind, QuotaFacts } from "./facts.ts";
import type { LedgerZone } from "./ledger.ts";
import { entryOf, pipelineUserName, placeKey, placeName, STORAGE, uplinkName } from "./names.ts";
import { planCertificates } from "./certificates.ts";
import { planQuobyte } from "./quobyte.ts";
import type { Plan } from "./types.ts";

/** Room for what the zone's planner makes in an area: groups of machine groups and benches, with a rule set each. Exported for the rules. */
export const AREA_GROUPS = { securityGroups: 50, securityGroupRules: 1_000 } as const;
const BENCH_GROUPS = { securityGroups: 10, securityGroupRules: 100 } as const;

/** An area or a bench: each is a project with a network. */
interface Place {
  readonly key: string;
  readonly area: string;
  readonly bench?: string;
  readonly quota: Quota;
  /** No volume, share, snapshot or backup. */
  readonly diskless: boolean;
  readonly adopt?: string;
  readonly because: string;
  /** Routers that the operator makes for it. */
  readonly routers: number;
  /** Keys of the networks that the project owns; a bench owns none, its network belongs to the area. */
  readonly networks: readonly string[];
}

/** True for an area where `sharedStorage: none` stands, for itself or for the whole zone. */
export const isDiskless = (config: Pick<TenantConfig | ZoneConfig, "sharedStorage" | "areas">, area: string): boolean =>
  (entryOf<{ readonly sharedStorage?: "none" | undefined }>(config.areas, area)?.sharedStorage ??
    config.sharedStorage) === "none";

function placesOf(config: TenantConfig): readonly Place[] {
  return Object.entries(config.areas).flatMap(([area, granted]): readonly Place[] => {
    const { quota, benches, router, storage, adopt } = granted;
    const diskless = isDiskless(config, area);
    const benchPlaces = Object.entries(benches).map(([bench, its]): Place => ({
      key: placeKey(area, bench),
      area,
      bench,
      quota: its.quota,
      diskless,
      ...(its.adopt === undefined ? {} : { adopt: its.adopt }),
      because: `tenant.areas.${area}.benches.${bench}`,
      networks: [],
      routers: 0,
    }));
    const toStorage = storage === undefined ? [] : [placeKey(area, STORAGE)];
    const networks = [area, ...benchPlaces.map((bench) => bench.key), ...toStorage];
    return [
      {
        key: area,
        area,
        quota,
        diskless,
        ...(adopt === undefined ? {} : { adopt }),
        because: `tenant.areas.${area}`,
        networks,
        routers: router === undefined ? 0 : 1,
      },
      ...benchPlaces,
    ];
  });
}

/** What no project of a place without disks gets, whatever its quota says: a rule refuses that already. */
const NO_DISKS = {
  ...{ volumes: 0, storage: undefined, snapshots: 0, backups: 0, backupStorage: undefined },
  ...{ shares: 0, shareStorage: undefined, shareSnapshots: 0, shareSnapshotStorage: undefined },
} as const;

function quotaFacts(place: Place, config: TenantConfig): QuotaFacts {
  const quota = place.diskless ? { ...place.quota, ...NO_DISKS } : place.quota;
  const [closed, open] = place.diskless
    ? [[...config.closedVolumeTypes, ...config.volumeTypes], []]
    : [config.closedVolumeTypes, config.volumeTypes];
  const gib = (text: string | undefined): number => (text === undefined ? 0 : gibibytes(text));
  return {
    compute: { instances: quota.machines, cores: quota.cores, memoryMiB: gib(quota.memory) * 1024 },
    volume: {
      volumes: quota.volumes,
      gigabytes: gib(quota.storage),
      snapshots: quota.snapshots,
      backups: quota.backups ?? 0,
      backupGigabytes: gib(quota.backupStorage),
      closedTypes: closed.toSorted(),
      openTypes: open.toSorted(),
    },
    network: {
      networks: place.networks.length,
      // Two for each network, and as many again: subnets are made side by side, and Neutron counts what it reserves twice.
      subnets: place.networks.length * 4,
      ports: quota.ports,
      // What the operator makes uses it up: nobody in the area can make another.
      routers: place.routers,
      ...(place.bench === undefined ? AREA_GROUPS : BENCH_GROUPS),
    },
    share: {
      shares: quota.shares,
      gigabytes: gib(quota.shareStorage),
      snapshots: quota.shareSnapshots ?? 0,
      snapshotGigabytes: gib(quota.shareSnapshotStorage),
    },
    keys: { secrets: quota.secrets, orders: quota.secrets, containers: 10, consumers: quota.secrets },
  };
}

function planPlace(plan: PlanBuilder, place: Place, config: TenantConfig): void {
  const name = placeName(config.zone, place.key);
  const parts = [config.zone, ...place.key.split("/")];
  const because = [place.because];
  const where = { project: name };
  const what = place.bench === undefined ? `Area ${place.area}` : `Bench of ${place.bench} in area ${place.area}`;
  const projectId = plan.add(
    "project",
    parts,
    name,
    {
      description: `${what} of zone ${config.zone}`,
      tags: [
        "tresor",
        `zone=${config.zone}`,
        `area=${place.area}`,
        ...(place.bench === undefined ? [] : [`bench=${place.bench}`]),
      ],
      deletable: config.deletion === "allowed",
      adopt: place.adopt ?? null,
    },
    because,
    where,
  );
  plan.add("quota", parts, name, { projectId, ...quotaFacts(place, config) }, [`${place.because}.quota`], where);
  plan.add("default-group", parts, "default", { projectId }, because, where);
  const grants = [
    ["flavor-access", "flavor", config.flavors],
    ["image-access", "image", config.images],
    ["volume-type-access", "volumeType", place.diskless ? [] : config.volumeTypes],
    ["share-type-access", "shareType", place.diskless ? [] : config.shareTypes],
  ] as const;
  for (const [kind, key, names] of grants) {
    for (const [index, granted] of names.entries()) {
      const facts = { projectId, [key]: granted } as never;
      plan.add(kind, [...parts, granted], granted, facts, [`tenant.${key}s[${index}]`, place.because], where);
    }
  }
  const defaultType = config.volumeTypes[0];
  if (defaultType !== undefined && !place.diskless) {
    plan.add(
      "default-volume-type",
      parts,
      defaultType,
      { projectId, volumeType: defaultType },
      "tenant.volumeTypes[0]",
      where,
    );
  }
}

/** Routers, each of one area: without translation, and with nothing attached, which is the zone's to do. */
function planRouters(plan: PlanBuilder, { zone, areas }: TenantConfig): void {
  for (const [area, { router }] of Object.entries(areas)) {
    if (router === undefined) continue;
    const project = placeName(zone, area);
    const facts: FactsByKind["router"] = {
      projectId: `project/${zone}/${area}`,
      external: router.external,
      addresses: router.addresses.toSorted(),
      routes: router.routes.map(({ to, via }) => ({ destination: to, nextHop: via })),
      adopt: router.adopt ?? null,
    };
    plan.add("router", [zone, area], project, facts, `tenant.areas.${area}.router`, { project });
  }
}

/** Outside legs of gateways: the area's project's, at addresses that a member could not choose. */
function planUplinks(plan: PlanBuilder, { zone, areas }: TenantConfig): void {
  for (const [area, { gateway }] of Object.entries(areas)) {
    if (gateway === undefined) continue;
    const facts = {
      projectId: `project/${zone}/${area}`,
      network: gateway.network,
      addresses: gateway.addresses.toSorted(),
    };
    const project = placeName(zone, area);
    plan.add("uplink", [zone, area], uplinkName(zone, area), facts, `tenant.areas.${area}.gateway`, { project });
  }
}

/** Hosts that an area has for itself: one aggregate for its project and those of its benches. */
function planHosts(plan: PlanBuilder, { zone, areas }: TenantConfig, places: readonly Place[]): void {
  for (const [area, { dedicated }] of Object.entries(areas)) {
    if (dedicated === undefined) continue;
    const projects = places.filter((place) => place.area === area).map(({ key }) => `project/${zone}/${key}`);
    plan.add(
      "host-aggregate",
      [zone, area],
      placeName(zone, area),
      { hosts: [...new Set(dedicated.hosts)].toSorted(), projectIds: projects.toSorted() },
      `tenant.areas.${area}.dedicated`,
    );
  }
}

/**
 * VLAN and physical network of a network; both null for an overlay. A network without them would be an overlay without a word: where
 * the config says VLAN, that is refused.
 */
function segmentOf(
  config: TenantConfig,
  entry: LedgerZone,
  key: string,
): Pick<FactsByKind["network"], "vlan" | "physicalNetwork"> {
  if (askedNetworks(config).find((asked) => asked.key === key)?.kind !== "vlan")
    return { vlan: null, physicalNetwork: null };
  const vlan = entryOf(entry.networks, key)?.vlan;
  const { physicalNetwork } = config.network;
  if (vlan === undefined)
    throw new UserError({
      what: `the ledger has no VLAN for ${key}`,
      why: "without one the network would be an overlay, where the config says VLAN",
      next: `run \`tresor allocate ${config.zone}\` in the operator's site directory`,
    });
  if (physicalNetwork === undefined)
    throw new UserError({
      what: "a VLAN needs a physical network",
      path: "tenant.network.physicalNetwork",
      next: "name the physical network that carries the VLANs",
    });
  return { vlan, physicalNetwork };
}

/** A network of an area's project, and the whole list of those with whom it is shared. */
function planNetwork(
  plan: PlanBuilder,
  config: TenantConfig,
  entry: LedgerZone,
  asked: {
    readonly area: string;
    readonly key: string;
    readonly because: string;
    readonly sharedWith: readonly string[];
  },
): void {
  const { area, key, because, sharedWith } = asked;
  const { zone } = config;
  const where = { project: placeName(zone, area) };
  const parts = [zone, ...key.split("/")];
  const name = placeName(zone, key);
  const mtu = config.network.mtu ?? null;
  const facts = { projectId: `project/${zone}/${area}`, ...segmentOf(config, entry, key), mtu };
  const networkId = plan.add("network", parts, name, facts, [because, `ledger.zones.${zone}.networks.${key}`], where);
  plan.add("network-access", parts, name, { networkId, sharedWith }, because, where);
}

/**
 * What the operator grants to one zone.
 * @param entry the zone's entry of the ledger: VLAN ids come from there and from nowhere else
 * @throws UserError when a network shall be a VLAN and the ledger has none for it
 */
export function planTenant(config: TenantConfig, entry: LedgerZone): Plan {
  const plan = new PlanBuilder("tenant");
  const { zone } = config;
  plan.add(
    "domain",
    [zone],
    zone,
    { description: `Research zone ${zone}`, deletable: config.deletion === "allowed", adopt: config.adopt ?? null },
    "tenant.zone",
  );
  const places = placesOf(config);
  for (const place of places) planPlace(plan, place, config);
  planQuobyte(plan, config, places, entry);
  planCertificates(plan, config);
  for (const { area, key, bench, because } of places) {
    const sharedWith = bench === undefined ? [] : [`project/${zone}/${key}`];
    planNetwork(plan, config, entry, { area, key, because, sharedWith });
  }
  for (const [area, { storage }] of Object.entries(config.areas)) {
    if (storage === undefined) continue;
    const key = placeKey(area, STORAGE);
    const because = `tenant.areas.${area}.storage`;
    planNetwork(plan, config, entry, { area, key, because, sharedWith: storage.projects.toSorted() });
  }
  planRouters(plan, config);
  planUplinks(plan, config);
  planHosts(plan, config, places);
  const memberOf = Object.keys(config.areas).map((area) => `project/${zone}/${area}`);
  plan.add("pipeline", [zone], pipelineUserName(zone), { memberOf: memberOf.toSorted() }, "tenant.zone");
  return plan.close(zone, config.preset);
}
