import type { LimitNames, LiveLimits, TypeLimits } from "../quota.ts";
import { fromLive, quotaKind, toLive } from "../quota.ts";

/** Cinder's names of a type's limits, without the type that follows them. */
const PER_TYPE = { volumes: "volumes", gigabytes: "gigabytes", snapshots: "snapshots" } as const;

const ofType = (type: string): LimitNames =>
  Object.fromEntries(Object.entries(PER_TYPE).map(([ours, theirs]) => [ours, `${theirs}_${type}`]));

const UNLIMITED = Object.fromEntries(Object.keys(PER_TYPE).map((ours) => [ours, -1]));

/** Cinder lists limits of every type there is, without limit where none was set: one that is not stated is seen. */
function typesIn(live: LiveLimits): readonly string[] {
  const prefix = `${PER_TYPE.volumes}_`;
  return Object.keys(live).flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}

const volumeTypes: TypeLimits = {
  input: "volumeTypeQuotas",
  key: "volumeType",
  what: "volume type",
  limits: PER_TYPE,
  async set(quota, project, types, gone) {
    const stated = types.map((one) => toLive(ofType(String(one["volumeType"])), one));
    // A limit cannot be taken out alone: a type that is not stated any more is without limit again, and one that is gone has none.
    const there = new Set(gone.length > 0 ? typesIn((await quota.get()) ?? {}) : []);
    const opened = gone.filter((type) => there.has(type)).map((type) => toLive(ofType(type), UNLIMITED));
    await quota.put(Object.assign({}, project, ...opened, ...stated) as LiveLimits);
  },
  read: async (_quota, live) =>
    typesIn(live).map((volumeType) => ({ volumeType, ...fromLive(ofType(volumeType), live) })),
  reset: async () => undefined,
};

/** A project's quota of Cinder. */
export const volumeQuota = quotaKind({
  module: "blockstorage",
  name: "VolumeQuota",
  summary:
    "A project's quota of Cinder, for the project and for every volume type there is; delete gives the cloud's defaults back.",
  service: "block-storage",
  title: "volume",
  path: "/os-quota-sets",
  envelope: "quota_set",
  next: "a quota cannot go below what is in use: change the numbers",
  limits: {
    volumes: "volumes",
    gigabytes: "gigabytes",
    snapshots: "snapshots",
    perVolumeGigabytes: "per_volume_gigabytes",
    backups: "backups",
    backupGigabytes: "backup_gigabytes",
    groups: "groups",
  },
  types: volumeTypes,
});
