import type { TypeLimits } from "../quota.ts";
import { fromLive, quotaKind, toLive } from "../quota.ts";

/** Our names of limits and Manila's. Share networks can be limited for the project only. */
const PER_TYPE = {
  shares: "shares",
  gigabytes: "gigabytes",
  snapshots: "snapshots",
  snapshotGigabytes: "snapshot_gigabytes",
} as const;

const of = (shareType: string): Record<string, string> => ({ share_type: shareType });

/** Manila keeps a type's limits apart and lists none: those of types that are not stated are not seen. */
const shareTypes: TypeLimits = {
  input: "shareTypeQuotas",
  key: "shareType",
  what: "share type",
  limits: PER_TYPE,
  // A type's limits must fit into the project's at each moment: those that go, go first.
  async set(quota, project, types, gone) {
    for (const type of gone) await quota.reset(of(type));
    await quota.put(project);
    for (const one of types) await quota.put(toLive(PER_TYPE, one), of(String(one["shareType"])));
  },
  async read(quota, _live, known) {
    const all = await Promise.all(
      known.map(async (shareType) => ({ shareType, live: await quota.get(of(shareType)) })),
    );
    return all.flatMap(({ shareType, live }) => (live ? [{ shareType, ...fromLive(PER_TYPE, live) }] : []));
  },
  async reset(quota, known) {
    for (const type of known) await quota.reset(of(type));
  },
};

/** A project's quota of Manila. */
export const shareQuota = quotaKind({
  module: "share",
  name: "ShareQuota",
  summary: "A project's quota of Manila, for the project and per share type; delete gives the cloud's defaults back.",
  service: "shared-file-system",
  title: "share",
  path: "/quota-sets",
  envelope: "quota_set",
  next: "a quota cannot go below what is in use, nor one of a share type above the project's: change the numbers",
  limits: { ...PER_TYPE, shareNetworks: "share_networks" },
  types: shareTypes,
});
