import type { Quota } from "../../config/tenant.ts";
import { isDiskless } from "../../plan/tenant.ts";
import type { TenantRule, Violation, ZoneRule } from "../rule.ts";
import { areasOf, KIND_WORDS, pathTo, placesOf, own, type AreaAt } from "../walk.ts";

const COUNTERS = [
  "volumes",
  "storage",
  "snapshots",
  "shares",
  "shareStorage",
  "shareSnapshots",
  "shareSnapshotStorage",
] as const satisfies readonly (keyof Quota)[];

const isGiven = (value: number | string | undefined): boolean => value !== undefined && value !== 0;

const common = {
  severity: "error",
  requirements: ["C4H-5"],
  why: "where no shared storage is promised, no quota and no config may open a way to it",
} as const;

/** What a tenant grants beside `sharedStorage: none`. */
export const tenantSharedStorage: TenantRule = {
  ...common,
  id: "tenant-shared-storage",
  kind: "tenant",
  check({ config }) {
    return Object.entries(config.areas).flatMap(([key, { quota, benches, storage, gateway }]): readonly Violation[] => {
      if (!isDiskless(config, key)) return [];
      const path = ["areas", key];
      const quotas = [
        { quota, at: [...path, "quota"] },
        ...Object.entries(benches).map(([bench, its]) => ({
          quota: its.quota,
          at: [...path, "benches", bench, "quota"],
        })),
      ];
      const granted = quotas.flatMap((place) =>
        COUNTERS.filter((counter) => isGiven(place.quota[counter])).map((counter) => ({
          path: pathTo(place.at, counter),
          what: `${counter} are granted where sharedStorage is none`,
          found: String(place.quota[counter]),
          allowed: "0",
          next: `remove ${counter} here, or remove sharedStorage`,
        })),
      );
      const ways = [
        ...(storage === undefined ? [] : [["storage", "a network to a storage is granted"] as const]),
        ...(gateway === undefined ? [] : [["gateway", "a gateway is granted, which boots from a volume,"] as const]),
      ];
      return [
        ...granted,
        ...ways.map(([at, what]) => ({
          path: pathTo(path, at),
          what: `${what} where sharedStorage is none`,
          next: `remove ${at} here, or remove sharedStorage`,
        })),
      ];
    });
  },
};

function usersIn({ area, path }: AreaAt): readonly Violation[] {
  return [
    ...Object.entries(area.datasets).map(([name, { kind }]) => ({
      path: pathTo(path, "datasets", name),
      what: `a data set lies on a ${KIND_WORDS[kind]} where sharedStorage is none`,
      found: kind,
      next: "move it into another area, or remove sharedStorage",
    })),
    ...Object.entries(area.machines)
      .filter(([, { dataInMemory, disk }]) => !dataInMemory && disk !== undefined)
      .map(([group, { disk }]) => ({
        path: pathTo(path, "machines", group, "disk"),
        what: "these machines boot from a volume where sharedStorage is none",
        found: disk ?? "",
        next: "write dataInMemory: true in its place, with a flavor of encrypted local disks",
      })),
    ...(area.gateway === undefined
      ? []
      : [
          {
            path: pathTo(path, "gateway"),
            what: "a gateway boots from a volume, where sharedStorage is none",
            next: "use an IPsec site, or remove sharedStorage",
          },
        ]),
  ];
}

/** What a zone uses beside `sharedStorage: none`, and what the operator left open. */
export const sharedStorageNone: ZoneRule = {
  ...common,
  id: "shared-storage-none",
  kind: "zone",
  check({ config }) {
    const used = areasOf(config)
      .filter(({ key }) => isDiskless(config, key))
      .flatMap(usersIn);
    const open = placesOf(config)
      .filter(({ area }) => isDiskless(config, area))
      .flatMap(({ key }) => {
        const quota = own(config.granted.quotas, key);
        return COUNTERS.filter((counter) => isGiven(quota?.[counter])).map((counter) => ({
          path: pathTo("granted", "quotas", key, counter),
          what: `the operator grants ${counter} where the zone says that there is no shared storage`,
          found: String(quota?.[counter]),
          allowed: "0",
          next: "ask the operator for sharedStorage: none in the tenant's config, and copy granted: anew",
        }));
      });
    const networks = areasOf(config)
      .filter(({ key }) => isDiskless(config, key) && own(config.granted.storage, key) !== undefined)
      .map(({ key }) => ({
        path: pathTo("granted", "storage", key),
        what: "the operator grants a network to a storage where the zone says that there is no shared storage",
        next: "ask the operator for sharedStorage: none in the tenant's config, and copy granted: anew",
      }));
    return [...used, ...open, ...networks];
  },
};
