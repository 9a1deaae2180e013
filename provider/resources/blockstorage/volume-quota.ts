import type { LimitNames, LiveLimits, TypeLimits } from "../quota.ts";
import { fromLive, quotaKind, toLive } from "../quota.ts";

/** Cinder's names of a type's limits, without the type that follows them. */
const PER_TYPE = { volumes: "volumes", gigabytes: "gigabytes", snapshots: "snapshots" } as const;

const ofType = (type: string): LimitNames =>
  Object.fromEntries(Object.entries(PER_TYPE).map(([ours, theirs]) => [ours, `${theirs}_${type}`]));

const CLOSED = Object.fromEntries(Object.keys(PER_TYPE).map((ours) => [ours, 0]));

/** Cinder lists limits of every type there is, without limit where none was set: one that is not stated is seen. */
function typesIn(live: LiveLimits): readonly string[] {
  const prefix = `${PER_TYPE.volumes}_`;
  return Object.keys(live).flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}

const isClosed = (type: string, live: LiveLimits): boolean =>
  Object.values(ofType(type)).every((limit) => live[limit] === 0);

/** What nobody stated is closed: a type that the config does not know may be in the clear. */
const volumeTypes: TypeLimits = {
  input: "volumeTypeQuotas",
  key: "volumeType",
  what: "volume type",
  limits: PER_TYPE,
  async set(quota, project, types) {
    const names = new Set(types.map((one) => String(one["volumeType"])));
    const stated = types.map((one) => toLive(ofType(String(one["volumeType"])), one));
    const others = typesIn((await quota.get()) ?? {}).filter((type) => !names.has(type));
    const closed = others.map((type) => toLive(ofType(type), CLOSED));
    await quota.put(Object.assign({}, project, ...closed, ...stated) as LiveLimits);
  },
  // One that came to the cloud later is without limit: it is shown, hence a change, and closed by the next update.
  read: async (_quota, live, known) =>
    typesIn(live)
      .filter((volumeType) => known.includes(volumeType) || !isClosed(volumeType, live))
      .map((volumeType) => ({ volumeType, ...fromLive(ofType(volumeType), live) })),
  reset: async () => undefined,
};

/** A project's quota of Cinder. */
export const volumeQuota = quotaKind({
  module: "blockstorage",
  name: "VolumeQuota",
  summary:
    "A project's quota of Cinder; a volume type that is not stated is closed. Delete gives the cloud's defaults back.",
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
