import type { ZoneConfig } from "../../config/index.ts";
import { entryOf } from "../names.ts";
import type { TrustTier } from "../types.ts";
import type { StorageService } from "./capabilities.ts";

/** Where data lies: the driver of its type, and what the operator said of it. */
export interface Stored {
  readonly service: StorageService;
  /** Undefined for a type that nobody granted. */
  readonly driver: string | undefined;
  /** Encrypted by OpenStack with a key of its own. */
  readonly encrypted: boolean;
  readonly overwrite?: "zero" | "random";
}

/** Where a volume or a share of a type lies; a volume of Quobyte's own has no type. */
export function storedAs(config: ZoneConfig, kind: "volume" | "share" | "quobyte", type: string): Stored {
  if (kind === "quobyte") return { service: "quobyte", driver: "direct", encrypted: false };
  if (kind === "share")
    return { service: "manila", driver: entryOf(config.granted.shareTypes, type)?.driver, encrypted: false };
  const granted = entryOf(config.granted.volumeTypes, type);
  return {
    service: "cinder",
    driver: granted?.driver,
    encrypted: granted?.encrypted ?? true,
    ...(granted?.overwrite === undefined ? {} : { overwrite: granted.overwrite }),
  };
}

/** Where the local disk of a machine of this flavor lies. */
export function storedLocally(config: ZoneConfig, flavor: string): Stored {
  const disk = entryOf(config.granted.flavors, flavor)?.localDisk;
  return {
    service: "nova",
    driver: disk === undefined ? undefined : "lvm",
    encrypted: disk !== undefined,
    ...(disk?.overwrite === undefined ? {} : { overwrite: disk.overwrite }),
  };
}

/**
 * Who could read it at rest. What OpenStack encrypts, the hypervisor opens; of all else the storage's servers have the bytes: a share's,
 * and those of a volume that is not encrypted.
 */
export const tierOf = ({ encrypted }: Pick<Stored, "encrypted">): TrustTier => (encrypted ? "host" : "storage");
