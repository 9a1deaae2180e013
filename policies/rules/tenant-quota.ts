import type { Quota, TenantConfig } from "../../config/tenant.ts";
import { isDiskless } from "../../plan/tenant.ts";
import type { TenantRule, Violation } from "../rule.ts";
import { pathTo } from "../walk.ts";

type Key = keyof Quota & string;

/** What makes no sense without something else. */
const PAIRS: readonly { readonly has: Key; readonly needs: Key; readonly reason: string }[] = [
  { has: "machines", needs: "cores", reason: "a machine takes cores" },
  { has: "machines", needs: "memory", reason: "a machine takes memory" },
  { has: "machines", needs: "volumes", reason: "a machine boots from a volume" },
  { has: "machines", needs: "ports", reason: "a machine needs a port" },
  { has: "volumes", needs: "storage", reason: "a volume takes storage" },
  { has: "storage", needs: "volumes", reason: "storage is used by volumes" },
  { has: "shares", needs: "shareStorage", reason: "a share takes storage" },
  { has: "shareStorage", needs: "shares", reason: "storage for shares is used by shares" },
  { has: "shareSnapshots", needs: "shares", reason: "a snapshot is one of a share" },
  {
    has: "shareSnapshots",
    needs: "shareSnapshotStorage",
    reason: "a snapshot of a share counts as large as its share",
  },
  { has: "shareSnapshotStorage", needs: "shareSnapshots", reason: "storage for snapshots is used by snapshots" },
  { has: "snapshots", needs: "volumes", reason: "a snapshot is one of a volume" },
];

const isGiven = (value: number | string | undefined): boolean => value !== undefined && value !== 0;

interface QuotaAt {
  readonly quota: Quota;
  readonly path: readonly string[];
  /** Where machines boot from local disks. */
  readonly diskless: boolean;
}

const quotasOf = (config: TenantConfig): readonly QuotaAt[] =>
  Object.entries(config.areas).flatMap(([area, { quota, benches }]) => {
    const diskless = isDiskless(config, area);
    return [
      { quota, path: ["areas", area, "quota"], diskless },
      ...Object.entries(benches).map(([bench, granted]) => ({
        quota: granted.quota,
        path: ["areas", area, "benches", bench, "quota"],
        diskless,
      })),
    ];
  });

const common = { kind: "tenant", severity: "error", requirements: ["DIGIMED-7", "DIGIMED-18"] } as const;

export const tenantQuota: TenantRule = {
  ...common,
  id: "tenant-quota",
  why: "a quota that cannot be used is a mistake",
  check({ config }) {
    return quotasOf(config).flatMap(({ quota, path, diskless }): readonly Violation[] => {
      const lacking = PAIRS.filter(
        ({ has, needs }) => isGiven(quota[has]) && !isGiven(quota[needs]) && !(diskless && needs === "volumes"),
      );
      const keys = quota.secrets < quota.volumes;
      return [
        ...lacking.map(({ has, needs, reason }) => ({
          path: pathTo(path, needs),
          what: `${has} are granted without ${needs}`,
          found: `${has} ${quota[has]}, ${needs} ${quota[needs] ?? "not set"}`,
          allowed: `${needs} of more than 0`,
          next: `${reason}: set ${needs}, or set ${has} to 0`,
        })),
        ...(keys
          ? [
              {
                path: pathTo(path, "secrets"),
                what: "fewer secrets than volumes are granted",
                found: `${quota.secrets} secrets, ${quota.volumes} volumes`,
                allowed: `${quota.volumes} or more`,
                next: "raise secrets: each encrypted volume has a key of its own",
              },
            ]
          : []),
      ];
    });
  },
};

/** What a quota needs to be granted besides. */
const GRANTS = [
  { has: "machines", list: "flavors" },
  { has: "machines", list: "images" },
  { has: "volumes", list: "volumeTypes" },
  { has: "shares", list: "shareTypes" },
] as const;

export const tenantGrants: TenantRule = {
  ...common,
  id: "tenant-grants",
  why: "flavors, images and types are private: without a grant the quota cannot be used",
  check({ config }) {
    return GRANTS.flatMap(({ has, list }): readonly Violation[] => {
      const user = quotasOf(config).find(({ quota }) => quota[has] > 0);
      if (user === undefined || config[list].length > 0) return [];
      return [
        {
          path: list,
          what: `${has} are granted, but no ${list}`,
          found: `${pathTo(user.path, has)} is ${user.quota[has]}`,
          allowed: "at least one name of the platform",
          next: `add one to ${list}, or set ${has} to 0`,
        },
      ];
    });
  },
};
