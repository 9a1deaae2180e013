import * as fc from "fast-check";
import { SCHEMAS, type TenantConfig, type ZoneConfig } from "../../config/index.ts";
import { subnetsOf } from "../../plan/addresses.ts";
import { allocate, networkKeys } from "../../plan/allocation.ts";
import type { Ledger } from "../../plan/ledger.ts";

/** A machine group, a data set, a flow and an area, as far as the planner's promises depend on them. */
interface DatasetShape {
  readonly kind: "volume" | "share";
  readonly access: Readonly<Record<string, "read" | "write">>;
  readonly machines: "none" | "read" | "write";
}
interface AreaShape {
  readonly shared: boolean;
  readonly partners: Readonly<Record<string, "read" | "write">>;
  readonly machines: Readonly<Record<string, number>>;
  readonly datasets: Readonly<Record<string, DatasetShape>>;
  readonly flows: readonly { readonly from: string; readonly to: string; readonly ports: readonly string[] }[];
}
export interface ZoneShape {
  readonly name: string;
  readonly areas: Readonly<Record<string, AreaShape>>;
}

/** Both halves of one zone, with what the operator's ledger says of it. */
export interface Halves {
  readonly tenant: TenantConfig;
  readonly zone: ZoneConfig;
  readonly ledger: Ledger;
}

// Inherited names of objects are keys like any other; hyphens join names in the cloud, so keys with them are mixed in.
const PARTNERS = ["clinic", "uni-a", "uni-b", "constructor"] as const;
const AREAS = ["heart", "lungs", "commons", "constructor", "x-ray"] as const;
const GROUPS = ["app", "db", "web"] as const;
const DATASETS = ["cohort", "scans", "valueof"] as const;

const right = fc.constantFrom("read", "write");
// Three of each at most: an area and a bench more are still within the sixteen networks of a zone.
const dictionary = <T>(
  keys: readonly string[],
  value: fc.Arbitrary<T>,
  minKeys = 0,
  maxKeys = 3,
): fc.Arbitrary<Record<string, T>> =>
  fc
    .uniqueArray(fc.constantFrom(...keys), { minLength: minKeys, maxLength: maxKeys })
    .chain((names) =>
      fc
        .tuple(...names.map(() => value))
        .map((values) => Object.fromEntries(names.map((name, index) => [name, values[index] as T]))),
    );

/** Ports as flows write them. */
export const ports = fc.oneof(
  fc.constant("icmp"),
  fc
    .tuple(fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: 0, max: 20 }), fc.constantFrom("tcp", "udp"))
    .map(([from, more, protocol]) =>
      more === 0 ? `${from}/${protocol}` : `${from}-${Math.min(from + more, 65_535)}/${protocol}`,
    ),
);

const dataset = (partners: readonly string[]): fc.Arbitrary<DatasetShape> =>
  fc.record({
    kind: fc.constantFrom("volume", "share"),
    access: partners.length === 0 ? fc.constant({}) : dictionary(partners, right),
    machines: fc.constantFrom("none", "read", "write"),
  });

/** Stands for all machines of the area in which the flow is. */
const OWN_AREA = "area/own";
const SENDERS = ["site/north", "network/admins", "outside/mirror"] as const;
const RECEIVERS = ["site/north", "site/south", "outside/mirror"] as const;
/** What lies beyond every zone of the tests. */
export const BEYOND = {
  sites: {
    north: {
      title: "North",
      kind: "wireguard",
      networks: ["192.168.40.0/24", "fd40::/64"],
      wireguard: { publicKey: "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=" },
    },
    south: {
      title: "South",
      kind: "ipsec",
      networks: ["192.168.41.0/24", "192.168.43.0/24", "fd41::/64"],
      ipsec: { peer: "198.51.100.20", secret: "south-psk" },
    },
  },
  networks: { admins: { title: "Administrators", networks: ["192.168.70.0/24", "fd70::/64"] } },
  outside: { mirror: { title: "Mirror", networks: ["203.0.113.0/28", "2001:db8::/64"] } },
} as const;

const flows = (groups: readonly string[], benches: readonly string[]): fc.Arbitrary<AreaShape["flows"]> => {
  if (groups.length === 0) return fc.constant([]);
  const ours = [...groups.map((group) => `machines/${group}`), OWN_AREA];
  const from = [...ours, ...benches.map((bench) => `bench/${bench}`), ...SENDERS];
  const pairs = from.flatMap((start) =>
    [...ours, ...RECEIVERS]
      .filter((end) => ours.includes(start) || ours.includes(end))
      .map((end) => [start, end] as const),
  );
  const possible = pairs.filter(([start, end]) => !start.startsWith("bench/") || ours.includes(end));
  return fc.array(
    fc
      .tuple(fc.constantFrom(...possible), fc.array(ports, { minLength: 1, maxLength: 3 }))
      .map(([[start, end], opened]) => ({ from: start, to: end, ports: opened })),
    { maxLength: 6 },
  );
};

/** An area whose flows and grants name only what is there, as every rule demands. */
export const area: fc.Arbitrary<AreaShape> = fc
  .record({
    shared: fc.boolean(),
    partners: dictionary(PARTNERS, right, 1),
    machines: dictionary(GROUPS, fc.integer({ min: 1, max: 3 })),
  })
  .chain((base) => {
    const benches = base.shared ? Object.keys(base.partners) : [];
    return fc.record({
      shared: fc.constant(base.shared),
      partners: fc.constant(base.partners),
      machines: fc.constant(base.machines),
      datasets: dictionary(DATASETS, dataset(benches)),
      flows: flows(Object.keys(base.machines), benches),
    });
  });

export const zoneShape = (name: string): fc.Arbitrary<ZoneShape> =>
  fc.record({ name: fc.constant(name), areas: dictionary(AREAS, area, 1) });

const places = { region: "r", zones: ["az"] };
const granted = {
  flavors: { small: { vcpus: 1, memory: "2 GiB", confidential: "sev-snp" } },
  images: { linux: { id: "linux-image", confidential: "sev-snp" } },
  volumeTypes: {
    fast: { encrypted: true, driver: "nfs", tier: "ssd" },
    slow: { encrypted: true, driver: "nfs", tier: "hdd" },
  },
  shareTypes: {
    share: { driver: "generic", protocols: ["NFS"], transit: "below" },
    other: { driver: "generic", protocols: ["NFS"], transit: "below" },
  },
};

function areaConfig({ shared, partners, machines, datasets, flows: opened }: AreaShape, area: string): unknown {
  const own = (end: string): string => (end === OWN_AREA ? `area/${area}` : end);
  const [first = ""] = Object.keys(partners);
  return {
    ...(shared ? { kind: "shared", partners } : { kind: "exclusive", partner: first }),
    machines: Object.fromEntries(
      Object.entries(machines).map(([key, count]) => [key, { count, flavor: "small", image: "linux", disk: "5 GiB" }]),
    ),
    datasets: Object.fromEntries(
      Object.entries(datasets).map(([key, shape]) => [
        key,
        {
          ...shape,
          size: "1 GiB",
          owner: first,
          classification: "personal",
          ...(shape.kind === "volume" ? { access: {}, machines: "none" } : {}),
        },
      ]),
    ),
    flows: opened.map(({ from, to, ...flow }) => ({ ...flow, from: own(from), to: own(to), reason: "a test" })),
  };
}

export const emptyLedger: Ledger = {
  format: 1,
  pools: { ipv4: "10.8.0.0/16", ipv6: "fd00:8::/48", vlans: { from: 100, to: 900 } },
  zones: {},
};

/** Both halves of a zone, allocated from a ledger. */
export function halvesOf(shape: ZoneShape, before: Ledger = emptyLedger): Halves {
  const mapAreas = (map: (area: AreaShape, key: string) => unknown): unknown =>
    Object.fromEntries(Object.entries(shape.areas).map(([key, value]) => [key, map(value, key)]));
  const tenant = SCHEMAS.tenant.parse({
    format: 1,
    zone: shape.name,
    cloud: "c",
    places,
    network: { physicalNetwork: "p" },
    flavors: ["small"],
    images: ["linux"],
    volumeTypes: ["fast", "slow"],
    areas: mapAreas(({ shared, partners }) => ({
      benches: shared ? Object.fromEntries(Object.keys(partners).map((partner) => [partner, {}])) : {},
    })),
  });
  const ledger = allocate(before, tenant);
  const entry = ledger.zones[shape.name]!;
  const zone = SCHEMAS.zone.parse({
    format: 1,
    name: shape.name,
    places,
    permit: { id: "p", basis: "b", expires: "2030-01-01", partners: [...PARTNERS] },
    partners: Object.fromEntries(PARTNERS.map((partner) => [partner, { title: partner }])),
    granted: {
      ...granted,
      networks: Object.fromEntries(networkKeys(tenant).map((key) => [key, subnetsOf(entry, key)])),
    },
    areas: mapAreas(areaConfig),
    ...BEYOND,
  });
  return { tenant, zone, ledger };
}

/** The same value with the keys of every record turned around or sorted: what Pulumi does to a config on its way. */
export function reorderKeys<T>(value: T, order: (a: string, b: string) => number): T {
  if (Array.isArray(value)) return value.map((item: unknown) => reorderKeys(item, order)) as T;
  if (typeof value !== "object" || value === null) return value;
  const keys = Object.keys(value).toSorted(order);
  return Object.fromEntries(keys.map((key) => [key, reorderKeys((value as Record<string, unknown>)[key], order)])) as T;
}
