import { stringify } from "yaml";
import { nthBlock, PREFIXES, subnetsOf } from "../plan/addresses.ts";
import type { LedgerZone } from "../plan/ledger.ts";

/** Sizes of zones: a laboratory, an alliance, a consortium. */
export const SIZES = ["small", "medium", "large"] as const;
export type Size = (typeof SIZES)[number];

/** A generated zone: its stack file and the entry of the ledger that it was granted from. */
export interface GeneratedZone {
  readonly name: string;
  readonly size: Size;
  /** Content of `Pulumi.<name>.yaml`. */
  readonly text: string;
  readonly ledger: LedgerZone;
}

/** Ranges to choose from, both ends included. */
interface Shape {
  readonly areas: readonly [number, number];
  readonly partners: readonly [number, number];
  readonly groups: readonly [number, number];
  readonly machines: readonly [number, number];
  readonly datasets: readonly [number, number];
  readonly flows: readonly [number, number];
  /** Share of areas that are shared, the first one apart. */
  readonly shared: number;
}

const SHAPES: Readonly<Record<Size, Shape>> = {
  small: {
    areas: [1, 1],
    partners: [1, 1],
    groups: [1, 1],
    machines: [1, 1],
    datasets: [0, 1],
    flows: [0, 0],
    shared: 0,
  },
  medium: {
    areas: [2, 2],
    partners: [2, 3],
    groups: [1, 2],
    machines: [1, 2],
    datasets: [1, 2],
    flows: [1, 3],
    shared: 0.5,
  },
  large: {
    areas: [3, 4],
    partners: [2, 3],
    groups: [2, 3],
    machines: [1, 4],
    datasets: [2, 4],
    flows: [4, 8],
    shared: 0.6,
  },
};

/** Of a hundred zones, so many are of each size. */
const MIX: Readonly<Record<Size, number>> = { small: 50, medium: 35, large: 15 };

const PARTNERS = ["heart-centre", "uni-north", "uni-south", "clinic", "institute", "registry", "biobank"];
const AREAS = ["commons", "heart", "lungs", "imaging", "genomics"];
const GROUPS = ["analysis", "database", "web", "training"];
const DATASETS = ["cohort", "scans", "reads", "labels", "results"];
const CLASSES = ["personal", "pseudonymised", "anonymised"];
const PORTS = ["22/tcp", "443/tcp", "5432/tcp", "8443/tcp", "6000-6010/udp", "icmp"];

/** Numbers that a seed decides: the same run on every machine. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to just below 1 (a 32-bit mixing generator; good enough for shapes, not for secrets). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  between([from, to]: readonly [number, number]): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  one<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T;
  }

  /** The first so many of a list in an order of its own. */
  some<T>(list: readonly T[], count: number): readonly T[] {
    return list
      .map((entry) => ({ entry, at: this.next() }))
      .toSorted((a, b) => a.at - b.at)
      .slice(0, count)
      .map(({ entry }) => entry);
  }
}

type Section = Record<string, unknown>;

const record = <T>(keys: readonly string[], value: (key: string, index: number) => T): Record<string, T> =>
  Object.fromEntries(keys.map((key, index) => [key, value(key, index)]));

interface Area {
  readonly key: string;
  readonly shared: boolean;
  readonly partners: readonly string[];
  readonly config: Section;
}

function datasets(dice: Dice, shape: Shape, partners: readonly string[], shared: boolean): Section {
  return record(dice.some(DATASETS, dice.between(shape.datasets)), (): Section => {
    const isShare = shared && dice.next() < 0.7;
    const base = { size: `${dice.between([1, 64])} GiB`, owner: dice.one(partners), classification: dice.one(CLASSES) };
    if (!isShare) return { kind: "volume", ...base, type: dice.one(["encrypted-ssd", "encrypted-hdd"]), tier: "host" };
    const access = record(dice.some(partners, dice.between([1, partners.length])), () => "read");
    return { kind: "share", ...base, access, machines: dice.one(["read", "write"]) };
  });
}

function flows(dice: Dice, shape: Shape, groups: readonly string[], benches: readonly string[]): readonly Section[] {
  const pairs = groups.flatMap((to) => [
    ...benches.map((bench) => ({ from: `bench/${bench}`, to: `machines/${to}` })),
    ...groups.filter((from) => from !== to).map((from) => ({ from: `machines/${from}`, to: `machines/${to}` })),
  ]);
  return dice.some(pairs, dice.between(shape.flows)).map((pair, index) => ({
    ...pair,
    ports: dice.some(PORTS, dice.between([1, 3])).toSorted(),
    reason: `study ${dice.between([100, 999])}, protocol section ${index + 1}`,
    ...(dice.next() < 0.3 ? { until: `2028-${String(dice.between([1, 12])).padStart(2, "0")}-28` } : {}),
  }));
}

function area(dice: Dice, shape: Shape, key: string, partners: readonly string[], isFirst: boolean): Area {
  const shared = partners.length > 1 && (isFirst || dice.next() < shape.shared);
  const taking = shared ? dice.some(partners, dice.between([2, partners.length])) : [dice.one(partners)];
  const groups = dice.some(GROUPS, dice.between(shape.groups));
  const config: Section = {
    ...(shared
      ? { kind: "shared", partners: record(taking, () => dice.one(["read", "write"])) }
      : { kind: "exclusive", partner: taking[0] }),
    machines: record(groups, () => ({
      count: dice.between(shape.machines),
      flavor: dice.one(["SCS-4T-16_z4", "SCS-2T-8_z4"]),
      image: "debian-13-snp",
      disk: `${dice.between([5, 40])} GiB`,
    })),
    datasets: datasets(dice, shape, taking, shared),
    flows: flows(dice, shape, groups, shared ? taking : []),
  };
  return { key, shared, partners: taking, config };
}

const QUOTA = { machines: 40, cores: 160, memory: "640 GiB", volumes: 60, storage: "4 TiB", ports: 100 };
const AREA_QUOTA = { ...QUOTA, shares: 10, shareStorage: "1 TiB" };

/** What an operator grants to a zone: enough of everything. */
export function granted(places: readonly string[], networks: Section): Section {
  return {
    networks,
    quotas: record(places, (place) => (place.includes("/") ? QUOTA : AREA_QUOTA)),
    flavors: {
      "SCS-4T-16_z4": { vcpus: 4, memory: "16 GiB", confidential: "sev-snp" },
      "SCS-2T-8_z4": { vcpus: 2, memory: "8 GiB", confidential: "sev-snp" },
    },
    images: { "debian-13-snp": { sha512: "0".repeat(128), confidential: "sev-snp", minDisk: "4 GiB" } },
    volumeTypes: {
      "encrypted-ssd": { encrypted: true, driver: "nfs", tier: "ssd" },
      "encrypted-hdd": { encrypted: true, driver: "nfs", tier: "hdd" },
    },
    shareTypes: { "project-share": { driver: "generic", protocols: ["NFS"], transit: "below" } },
  };
}

/** Pools that 4,096 zones fit into. */
const POOLS = { ipv4: "10.0.0.0/8", ipv6: "fd00::/40" } as const;

/** Which size the n-th zone has: spread evenly, so that the first hundred are mixed as the first thousand are. */
function sizeOf(index: number): Size {
  const place = (index * 37) % 100;
  return place < MIX.small ? "small" : place < MIX.small + MIX.medium ? "medium" : "large";
}

/** The n-th zone of a seed. @param size default: mixed, by index */
export function generateZone(index: number, seed = 1, size: Size = sizeOf(index)): GeneratedZone {
  const dice = new Dice(seed * 1_000_003 + index);
  const shape = SHAPES[size];
  const name = `zone${String(index).padStart(4, "0")}`;
  const partners = dice.some(PARTNERS, dice.between(shape.partners));
  const areas = dice
    .some(AREAS, dice.between(shape.areas))
    .map((key, at) => area(dice, shape, key, partners, at === 0));
  const places = areas.flatMap(({ key, shared, partners: benches }) => [
    key,
    ...(shared ? benches.map((bench) => `${key}/${bench}`) : []),
  ]);
  const ledger: LedgerZone = {
    ipv4: nthBlock(POOLS.ipv4, PREFIXES[4].block, index),
    ipv6: nthBlock(POOLS.ipv6, PREFIXES[6].block, index),
    networks: record(places, (_, at) => ({ index: at })),
  };
  const zone = {
    format: 1,
    name,
    preset: "confidential",
    places: { region: "RegionOne", zones: ["nova"] },
    partners: record(partners, (partner) => ({ title: `${partner} ${index}` })),
    permit: {
      id: `ethics-${2024 + (index % 3)}-${index}`,
      basis: "GDPR Art. 9(2)(j)",
      expires: "2029-12-31",
      partners,
    },
    areas: Object.fromEntries(areas.map(({ key, config }) => [key, config])),
    granted: granted(
      places,
      record(places, (place) => ({ ...subnetsOf(ledger, place) })),
    ),
  };
  const text = stringify({ config: { "tresor:zone": zone } }, { lineWidth: 0, aliasDuplicateObjects: false });
  return { name, size, text, ledger };
}

/** So many distinct zones of mixed sizes; the same for the same seed. */
export const generateZones = (count: number, seed = 1): readonly GeneratedZone[] =>
  Array.from({ length: count }, (_, index) => generateZone(index, seed));

/** The ledger of an operator who granted all of them. */
export function generateLedger(zones: readonly GeneratedZone[]): string {
  return stringify(
    {
      format: 1,
      pools: { ...POOLS, vlans: { from: 100, to: 999 } },
      zones: Object.fromEntries(zones.map(({ name, ledger }) => [name, ledger])),
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}
