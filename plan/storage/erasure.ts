import type { ZoneConfig } from "../../config/index.ts";
import type { Erasure } from "../../config/scalars.ts";
import type { Ability } from "./ability.ts";
import { abilityOf, type Capability } from "./capabilities.ts";
import type { Stored } from "./stored.ts";

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
