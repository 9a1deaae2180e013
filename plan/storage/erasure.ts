import type { ZoneConfig } from "../../config/index.ts";
import type { Erasure } from "../../config/scalars.ts";
import { entryOf } from "../names.ts";
import { abilityOf, type Ability, type Capability, type StorageService } from "./capabilities.ts";

/** Where data lies: the driver of its type, and what the operator said of it. */
export interface Stored {
  readonly service: StorageService;
  /** Undefined for a type that nobody granted. */
  readonly driver: string | undefined;
  /** Encrypted by OpenStack with a key of its own. */
  readonly encrypted: boolean;
  readonly overwrite?: "zero" | "random";
}

/** Where a volume or a share of a type lies. */
export function storedAs(config: ZoneConfig, kind: "volume" | "share", type: string): Stored {
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

const NEEDS: Readonly<Record<Exclude<Erasure, "deleteOnly">, Capability>> = {
  cryptoShred: "ownKey",
  overwriteZero: "overwriteZero",
  overwriteRandom: "overwriteRandom",
};
const WORD = { overwriteZero: "zero", overwriteRandom: "random" } as const;

/** Whether data that lies there can end in this way; if not, why and what else. */
export function canErase(stored: Stored, erasure: Erasure): Ability {
  if (erasure === "deleteOnly") return { can: true };
  const ability = abilityOf(stored.service, stored.driver ?? "unknown", NEEDS[erasure]);
  if (!ability.can) return ability;
  if (erasure === "cryptoShred")
    return stored.encrypted
      ? ability
      : {
          can: false,
          reason: "the type is not encrypted: there is no key to destroy",
          instead: "choose an encrypted type",
        };
  if (stored.overwrite === WORD[erasure]) return ability;
  return {
    can: false,
    reason: "the operator does not say that this backend overwrites what is deleted",
    instead: `ask the operator for a ${stored.service === "nova" ? "flavor with localDisk.overwrite" : "type with overwrite"}: ${WORD[erasure]}, or write erasure: cryptoShred`,
  };
}

/**
 * How data ends when it is deleted: as it says itself, else as the zone says, else by its key where it has one. Rules refuse what the
 * driver cannot do.
 */
export function erasureOf(config: ZoneConfig, own: Erasure | undefined, stored: Stored): Erasure {
  const asked = own ?? config.erasure;
  if (asked !== undefined) return asked;
  return canErase(stored, "cryptoShred").can ? "cryptoShred" : "deleteOnly";
}
