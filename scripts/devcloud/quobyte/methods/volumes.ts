import { randomUUID } from "node:crypto";
import type { VOLUME_METHODS } from "../../../../quobyte/contract/volume.ts";
import { effectiveRules, encryptionOf, labelsOf } from "../effective.ts";
import { found, garbage, taken } from "../refusal.ts";
import type { Snapshot, State, Volume } from "../state.ts";
import type { Answer, Handlers, World } from "../world.ts";
import { note, removeVolume, tenantOf, volumeOf } from "../world.ts";
import { limitOf } from "./quotas.ts";
import { putLabels } from "./tenants.ts";

type Listed = NonNullable<Answer<"getVolumeList">["volume"]>[number];

function listed(state: State, volume: Volume): Listed {
  const limit = limitOf(state, "VOLUME", volume.uuid, "LOGICAL_DISK_SPACE");
  return {
    volume_uuid: volume.uuid,
    name: volume.name,
    tenant_domain: volume.tenant,
    scheduled_for_deletion: volume.erasedAt !== undefined,
    used_logical_space_bytes: volume.used,
    file_count: 0,
    directory_count: 1,
    isExclusiveVolumeBucket: volume.bucket !== undefined,
    bucket_names: volume.bucket === undefined ? [] : [volume.bucket],
    creation_timestamp_ms: volume.created,
    ...(limit !== undefined && { quota_disk_space_bytes: limit }),
    ...(volume.encryption !== undefined && { volume_encryption_context: volume.encryption }),
  };
}

function checkName({ volumes }: State, tenant: string, name: string, own?: string): void {
  if (name === "" || name.includes("/")) throw garbage(`Not a name of a volume: ${name}`);
  if (volumes.some((other) => other.tenant === tenant && other.name === name && other.uuid !== own))
    throw taken(`volume ${name}`);
}

function snapshotOf(volume: Volume, name: string): Snapshot {
  return found(
    volume.snapshots.find((snapshot) => snapshot.name === name),
    `snapshot: ${name}`,
  );
}

function dropSnapshot(world: World, uuid: string, name: string): Record<never, never> {
  const volume = volumeOf(world, uuid);
  const gone = snapshotOf(volume, name);
  volume.snapshots = volume.snapshots.filter((snapshot) => snapshot !== gone);
  return {};
}

export const VOLUMES: Handlers<keyof typeof VOLUME_METHODS> = {
  createVolume(world, params) {
    const { state } = world;
    const id = params.tenant_id ?? params.tenant_domain;
    if (id === undefined) throw garbage("A volume needs a tenant");
    if (params.volume_encryption_profile !== undefined) throw garbage("Obsolete: use a policy rule for encryption");
    const tenant = tenantOf(world, id);
    checkName(state, id, params.name);
    const most = limitOf(state, "TENANT", id, "VOLUME_COUNT");
    if (most !== undefined && BigInt(state.volumes.filter((volume) => volume.tenant === id).length) >= most)
      throw garbage(`Quota exceeded: VOLUME_COUNT of tenant ${id} is ${most}`);
    const uuid = randomUUID();
    const labels = (params.label ?? []).map((label) => ({ ...label, entity_type: "VOLUME" as const, entity_id: uuid }));
    putLabels(state, labels);
    const encryption = encryptionOf(
      effectiveRules(state, {
        tenant: { uuid: id, labels: labelsOf(state, id), ...(tenant.name !== undefined && { name: tenant.name }) },
        volume: { uuid, name: params.name, labels },
      }),
    );
    state.volumes.push({
      ...{ uuid, name: params.name, tenant: id, created: world.now(), exported: false, used: 0, snapshots: [] },
      ...(encryption !== undefined && { encryption }),
    });
    note(world, "VOLUME", uuid, "CREATE_VOLUME");
    return { volume_uuid: uuid };
  },
  updateVolume(world, { volume_uuid: uuid, name, ...others }) {
    const volume = volumeOf(world, uuid);
    delete others.retry;
    const [first] = Object.keys(others);
    if (first !== undefined) throw garbage(`The simulator has no replicas: ${first}`);
    if (name !== undefined) {
      checkName(world.state, volume.tenant, name, uuid);
      volume.name = name;
    }
    note(world, "VOLUME", uuid, "UPDATE_VOLUME");
    return {};
  },
  getVolumeList({ state }, { volume_uuid: uuids = [], tenant_domain: tenant }) {
    const wanted = (volume: Volume): boolean =>
      (uuids.length === 0 || uuids.includes(volume.uuid)) && (tenant === undefined || volume.tenant === tenant);
    return { volume: state.volumes.filter(wanted).map((volume) => listed(state, volume)) };
  },
  resolveVolumeName({ state }, { volume_name: name, tenant_domain: tenant }) {
    const matches = state.volumes.filter(
      (volume) => volume.name === name && (tenant === undefined || volume.tenant === tenant),
    );
    if (matches.length > 1) throw garbage(`More than one volume is named ${name}: name the tenant`);
    return { volume_uuid: found(matches[0], `volume: ${name}`).uuid };
  },
  deleteVolume(world, { volume_uuid: uuid }) {
    volumeOf(world, uuid);
    removeVolume(world, uuid);
    note(world, "VOLUME", uuid, "DELETE_VOLUME");
    return {};
  },
  eraseVolume(world, { volume_uuid: uuid }) {
    const volume = volumeOf(world, uuid);
    volume.erasedAt ??= world.now() + world.settings.erasure;
    note(world, "VOLUME", uuid, "ERASE_VOLUME");
    return {};
  },
  cancelVolumeErasure(world, { volume_uuid: uuid }) {
    const volume = volumeOf(world, uuid);
    if (volume.erasedAt === undefined) throw garbage(`Not scheduled for erasure: ${uuid}`);
    delete volume.erasedAt;
    note(world, "VOLUME", uuid, "CANCEL_VOLUME_ERASURE");
    return {};
  },
  createSnapshot(world, { volume_uuid: uuid, name, comment, pinned = false }) {
    const volume = volumeOf(world, uuid);
    if (volume.snapshots.some((snapshot) => snapshot.name === name)) throw taken(`snapshot ${name}`);
    const version = 1 + Math.max(0, ...volume.snapshots.map((snapshot) => snapshot.version));
    const told = comment === undefined ? {} : { comment };
    volume.snapshots.push({ name, version, pinned, timestamp: world.now(), ...told });
    return { version };
  },
  listSnapshots(world, { volume_uuid: uuid }) {
    return { snapshot: volumeOf(world, uuid).snapshots.map((snapshot) => ({ volume_uuid: uuid, ...snapshot })) };
  },
  deleteSnapshot: (world, { volume_uuid: uuid, name }) => dropSnapshot(world, uuid, name),
  eraseSnapshot: (world, { volume_uuid: uuid, name }) => dropSnapshot(world, uuid, name),
};
