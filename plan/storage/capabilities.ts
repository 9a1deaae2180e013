import type { Ability } from "./ability.ts";
import { BLOCK_DRIVERS } from "./block-drivers.ts";
import { FILE_DRIVERS } from "./file-drivers.ts";

/** What storage may be able to do, with its heading in a table and what it means. */
export const CAPABILITIES = {
  luks: { title: "LUKS", means: "encryption by Cinder or Nova in LUKS version 1 or plain dm-crypt, below the guest" },
  luks2: { title: "LUKS2", means: "the same in LUKS version 2" },
  key512: { title: "512-bit key", means: "`keySize: 512`" },
  ownKey: { title: "own key", means: "each object has a key of its own that can be destroyed alone" },
  policyEncryption: { title: "by policy", means: "the storage itself encrypts, because a policy says so" },
  snapshots: { title: "snapshots", means: "of a volume or a share; of a share's a new share can be made" },
  extendOnline: { title: "grow in use", means: "made larger while it is attached or mounted" },
  shrink: { title: "shrink", means: "made smaller; Tresor never does" },
  multiattach: { title: "many machines", means: "used by several machines at once" },
  overwriteZero: { title: "zeros", means: "overwritten with zeros when it is deleted" },
  overwriteRandom: { title: "random", means: "overwritten with random data when it is deleted" },
  transit: { title: "on the way", means: "encrypted between the storage and the machine, or the machine's host" },
  backup: { title: "backup", means: "by the service's own backup" },
} as const;
export type Capability = keyof typeof CAPABILITIES;

export type StorageService = "cinder" | "manila" | "quobyte" | "nova";

/** One driver of one service. */
export interface StorageDriver {
  /** As people call it. */
  readonly title: string;
  /** File of the service in which that is read. */
  readonly source: string;
  /** The first release in which the driver may be used without a word more, where that is not any. */
  readonly since?: string;
  /** Who could read what lies there: see `TrustTier`. */
  readonly tier: "storage" | "host";
  /** Manila's types of access, or how Cinder's or Nova's consumers are told apart. */
  readonly accessTypes: readonly string[];
  readonly protocols: readonly string[];
  readonly abilities: Readonly<Record<Capability, Ability>>;
}

/** Every driver that a config may name, and those that are used without one, by `<service>/<driver>`. */
export const STORAGE_DRIVERS: Readonly<Record<string, StorageDriver>> = { ...BLOCK_DRIVERS, ...FILE_DRIVERS };

/** A driver of the table; undefined for one that nobody described. */
export function driverOf(service: StorageService, driver: string): StorageDriver | undefined {
  const key = `${service}/${driver}`;
  return Object.hasOwn(STORAGE_DRIVERS, key) ? STORAGE_DRIVERS[key] : undefined;
}

/** How a share's users are told apart, by its protocol: by their network, or by a client of CephX with its key. */
const ACCESS_BY: Readonly<Partial<Record<string, "ip" | "cephx">>> = { NFS: "ip", CEPHFS: "cephx" };

/** The access type by which a zone opens shares of a Manila driver and protocol; undefined where the driver has none that fits. */
export function accessBy(driver: string, protocol: string): "ip" | "cephx" | undefined {
  const access = ACCESS_BY[protocol];
  return access !== undefined && driverOf("manila", driver)?.accessTypes.includes(access) ? access : undefined;
}

/** Whether a driver can do something; what nobody described can do nothing. */
export const abilityOf = (service: StorageService, driver: string, capability: Capability): Ability =>
  driverOf(service, driver)?.abilities[capability] ?? {
    can: false,
    reason: `nothing is known of the driver ${driver}`,
    instead: `name one of ${driversWith(service, capability).join(", ")}`,
  };

/** Names of a service's drivers that can do something. */
export const driversWith = (service: StorageService, capability: Capability): readonly string[] =>
  Object.entries(STORAGE_DRIVERS).flatMap(([key, { abilities }]) =>
    key.startsWith(`${service}/`) && abilities[capability].can ? [key.slice(service.length + 1)] : [],
  );
