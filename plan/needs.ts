import type { ZoneConfig } from "../config/index.ts";
import { gibibytes } from "../config/scalars.ts";
import type { Service } from "../openstack/services.ts";
import { entryOf } from "./names.ts";
import type { PlannedObject } from "./types.ts";

type Quota = ZoneConfig["granted"]["quotas"][string];
/** What a quota counts, in the quota's own words; sizes in GiB. */
export type Counter =
  | "machines"
  | "cores"
  | "memory"
  | "volumes"
  | "storage"
  | "backups"
  | "backupStorage"
  | "shares"
  | "shareStorage"
  | "shareSnapshots"
  | "shareSnapshotStorage"
  | "ports"
  | "secrets";

/** What is counted, and which service does. */
export const COUNTERS: readonly { readonly counter: Counter; readonly service: Service; readonly isSize: boolean }[] = [
  { counter: "machines", service: "compute", isSize: false },
  { counter: "cores", service: "compute", isSize: false },
  { counter: "memory", service: "compute", isSize: true },
  { counter: "volumes", service: "block-storage", isSize: false },
  { counter: "storage", service: "block-storage", isSize: true },
  { counter: "backups", service: "block-storage", isSize: false },
  { counter: "backupStorage", service: "block-storage", isSize: true },
  { counter: "shares", service: "shared-file-system", isSize: false },
  { counter: "shareStorage", service: "shared-file-system", isSize: true },
  { counter: "shareSnapshots", service: "shared-file-system", isSize: false },
  { counter: "shareSnapshotStorage", service: "shared-file-system", isSize: true },
  { counter: "ports", service: "network", isSize: false },
  { counter: "secrets", service: "key-manager", isSize: false },
];

export type Counts = Readonly<Record<Counter, number>>;
export const NOTHING: Counts = Object.fromEntries(COUNTERS.map(({ counter }) => [counter, 0])) as Counts;

/** What one planned object takes from the quota of its project. */
export function takes(object: PlannedObject, config: ZoneConfig): Partial<Counts> {
  switch (object.kind) {
    case "machine": {
      const flavor = entryOf(config.granted.flavors, object.facts.flavor);
      // Nova itself makes a key for an encrypted local disk, in the machine's project.
      const counts = { machines: 1, secrets: object.facts.rootVolumeId === null ? 1 : 0 };
      return flavor === undefined ? counts : { ...counts, cores: flavor.vcpus, memory: gibibytes(flavor.memory) };
    }
    case "root-volume":
    case "key-volume":
    case "volume": {
      const encrypted = entryOf(config.granted.volumeTypes, object.facts.volumeType)?.encrypted === true;
      const backup = object.kind === "volume" ? object.facts.backup : null;
      // One more than is kept: the oldest goes once the newest is there. Each encrypted one has a copy of the volume's key.
      const backups = backup === null ? 0 : backup.keep + 1;
      return {
        volumes: 1,
        storage: object.facts.sizeGiB,
        secrets: encrypted ? 1 + backups : 0,
        ...(backups === 0 ? {} : { backups, backupStorage: backups * object.facts.sizeGiB }),
      };
    }
    case "study-key":
      return { secrets: 1 };
    case "share": {
      const { sizeGiB, backup } = object.facts;
      const shareSnapshots = backup === null ? 0 : backup.keep + 1;
      const more = shareSnapshots === 0 ? {} : { shareSnapshots, shareSnapshotStorage: shareSnapshots * sizeGiB };
      return { shares: 1, shareStorage: sizeGiB, ...more };
    }
    // The operator makes the port of a gateway's leg, and it counts here.
    case "uplink-groups":
    case "port":
      return { ports: 1 };
    // Neutron itself takes a port of each network for the metadata service.
    case "subnet":
      return { ports: object.facts.version === 4 ? 1 : 0 };
    default:
      return {};
  }
}

/** Sum of what objects take. */
export function sumOf(objects: readonly PlannedObject[], config: ZoneConfig): Counts {
  const sum = { ...NOTHING } as Record<Counter, number>;
  for (const object of objects)
    for (const [counter, amount] of Object.entries(takes(object, config))) sum[counter as Counter] += amount;
  return sum;
}

/** What a zone's plan takes from each project's quota. */
export function needsOf(config: ZoneConfig, objects: readonly PlannedObject[]): ReadonlyMap<string, Counts> {
  const byProject = Map.groupBy(
    objects.filter(({ project }) => project !== undefined),
    ({ project }) => project ?? "",
  );
  return new Map([...byProject].map(([project, of]) => [project, sumOf(of, config)]));
}

/** What a quota grants; sizes in GiB. */
export function grantedOf(quota: Quota, counter: Counter): number {
  const value = quota[counter];
  if (typeof value === "string") return gibibytes(value);
  return value ?? 0;
}
