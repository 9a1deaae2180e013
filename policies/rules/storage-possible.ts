import type { PlatformConfig } from "../../config/platform.ts";
import type { ZoneConfig } from "../../config/zone.ts";
import {
  abilityOf,
  driverOf,
  driversWith,
  type Capability,
  type StorageService,
} from "../../plan/storage/capabilities.ts";
import type { PlatformRule, Violation, ZoneRule } from "../rule.ts";
import { oneOf, pathTo } from "../walk.ts";

/** Something that a type may ask of its driver. */
interface Demand<T> {
  readonly capability: Capability;
  /** Where it stands in the type; nothing: the type itself. */
  readonly at: readonly string[];
  readonly what: string;
  /** What is asked; undefined where it is not. */
  readonly asked: (type: T) => string | undefined;
  /** Not judged where this is refused already. */
  readonly after?: Capability;
}

type VolumeType = PlatformConfig["volumeTypes"][string];
type ShareType = PlatformConfig["shareTypes"][string];
type Granted = ZoneConfig["granted"]["volumeTypes"][string];

const overwrites = <T extends { readonly overwrite?: "zero" | "random" | undefined }>(
  word: "zero" | "random",
): Demand<T> => ({
  capability: word === "zero" ? "overwriteZero" : "overwriteRandom",
  at: ["overwrite"],
  what: `overwriting with ${word === "zero" ? "zeros" : "random data"}`,
  asked: ({ overwrite }) => (overwrite === word ? word : undefined),
});

const OF_VOLUME_TYPES: readonly Demand<VolumeType>[] = [
  { capability: "luks", at: ["encryption"], what: "LUKS", asked: ({ encryption }) => encryption && "encryption" },
  {
    capability: "luks2",
    at: ["encryption", "provider"],
    what: "LUKS version 2",
    asked: ({ encryption }) => (encryption?.provider === "luks2" ? "luks2" : undefined),
    after: "luks",
  },
  {
    capability: "key512",
    at: ["encryption", "keySize"],
    what: "a key of 512 bits",
    asked: ({ encryption }) => (encryption?.keySize === 512 ? "512" : undefined),
    after: "luks",
  },
  overwrites("zero"),
  overwrites("random"),
];

const OF_SHARE_TYPES: readonly Demand<ShareType>[] = [
  {
    capability: "snapshots",
    at: ["snapshots"],
    what: "a snapshot",
    asked: ({ snapshots }) => (snapshots ? "true" : undefined),
  },
];

const OF_GRANTED: readonly Demand<Granted>[] = [
  {
    capability: "luks",
    at: [],
    what: "LUKS",
    asked: ({ encrypted, driver }) => (encrypted ? `driver ${driver} with encrypted: true` : undefined),
  },
  overwrites("zero"),
  overwrites("random"),
];

const TITLES = { cinder: "Cinder", manila: "Manila", nova: "Nova", quobyte: "Quobyte" } as const;

/** What types ask for and the table of drivers denies: with the driver's reason, and what to do in its place. */
function denied<T extends { readonly driver: string }>(
  service: StorageService,
  types: Readonly<Record<string, T>>,
  demands: readonly Demand<T>[],
  path: readonly string[],
): readonly Violation[] {
  return Object.entries(types).flatMap(([name, type]) => {
    const can = (capability: Capability) => abilityOf(service, type.driver, capability);
    return demands.flatMap(({ capability, at, what, asked, after }): readonly Violation[] => {
      const found = asked(type);
      const ability = can(capability);
      if (found === undefined || ability.can || (after !== undefined && !can(after).can)) return [];
      return [
        {
          path: pathTo(path, name, at),
          what: `${what} is not possible with ${TITLES[service]}'s driver ${type.driver}: ${ability.reason}`,
          found,
          next: ability.instead,
        },
      ];
    });
  });
}

/** Protocols that a type's driver does not speak, and drivers that nobody described. */
function protocols(
  shareTypes: Readonly<Record<string, Pick<ShareType, "protocols"> & { readonly driver: string }>>,
  path: readonly string[],
): readonly Violation[] {
  return Object.entries(shareTypes).flatMap(([name, type]): readonly Violation[] => {
    const driver = driverOf("manila", type.driver);
    if (driver === undefined)
      return [
        {
          path: pathTo(path, name, "driver"),
          what: "nothing is known of this driver of Manila",
          found: type.driver,
          allowed: driversWith("manila", "multiattach").join(", "),
          next: "name the driver of the backend",
        },
      ];
    return type.protocols.flatMap((protocol, index): readonly Violation[] =>
      driver.protocols.includes(protocol)
        ? []
        : [
            {
              path: pathTo(path, name, "protocols", index),
              what: `Manila's driver ${type.driver} does not speak ${protocol}`,
              found: protocol,
              allowed: oneOf(driver.protocols),
              next: "correct protocols, or name another driver",
            },
          ],
    );
  });
}

const common = {
  severity: "error",
  requirements: ["DIGIMED-5", "DIGIMED-16"],
  why: "OpenStack takes types that their driver cannot serve, and what is made of them fails or is in the clear",
} as const;

/** What platform types ask of their drivers, held to the table of what drivers can do. */
export const storagePossible: PlatformRule = {
  ...common,
  id: "storage-possible",
  kind: "platform",
  check: ({ config }) => [
    ...denied("cinder", config.volumeTypes, OF_VOLUME_TYPES, ["volumeTypes"]),
    ...denied("manila", config.shareTypes, OF_SHARE_TYPES, ["shareTypes"]),
    ...protocols(config.shareTypes, ["shareTypes"]),
  ],
};

/** The same for what the operator handed over. */
export const grantedStoragePossible: ZoneRule = {
  ...common,
  id: "granted-storage-possible",
  kind: "zone",
  check: ({ config }) =>
    [
      ...denied("cinder", config.granted.volumeTypes, OF_GRANTED, ["granted", "volumeTypes"]),
      ...protocols(config.granted.shareTypes, ["granted", "shareTypes"]),
    ].map((violation) => ({
      ...violation,
      next: "copy granted: anew as the operator wrote it; if it says the same, tell the operator",
    })),
};
