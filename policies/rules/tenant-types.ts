import { PRESETS } from "../presets.ts";
import type { TenantRule, Violation } from "../rule.ts";
import { pathTo, repeated } from "../walk.ts";

const common = { kind: "tenant", severity: "error", requirements: ["DIGIMED-5"] } as const;

export const tenantTypesClosed: TenantRule = {
  ...common,
  id: "tenant-types-closed",
  why: "quota 0 on every unencrypted type is what keeps people at a bench from writing in the clear",
  check({ config }) {
    const both = config.volumeTypes.flatMap((type, index): readonly Violation[] =>
      config.closedVolumeTypes.includes(type)
        ? [
            {
              path: pathTo("volumeTypes", index),
              what: "this type is granted and closed at once",
              found: type,
              allowed: "types that are not in closedVolumeTypes",
              next: "take it out of one of the two lists",
            },
          ]
        : [],
    );
    if (!PRESETS[config.preset].unencryptedTypesClosed || config.closedVolumeTypes.length > 0) return both;
    return [
      ...both,
      {
        path: "closedVolumeTypes",
        what: `no volume type is closed in a zone of preset ${config.preset}`,
        found: "an empty list",
        allowed: "every unencrypted type of the cloud; Cinder itself always has __DEFAULT__",
        next: "name them all, or leave the key out: then __DEFAULT__ is closed",
      },
    ];
  },
};

const LISTS = ["flavors", "images", "volumeTypes", "shareTypes", "closedVolumeTypes"] as const;

export const tenantListsUnique: TenantRule = {
  ...common,
  id: "tenant-lists-unique",
  requirements: ["DIGIMED-7"],
  why: "a grant given twice would have two owners",
  check({ config }) {
    return LISTS.flatMap((list) =>
      repeated(config[list]).map(({ entry, index }) => ({
        path: pathTo(list, index),
        what: "this name stands twice in the list",
        found: entry,
        next: "remove one of the two",
      })),
    );
  },
};
