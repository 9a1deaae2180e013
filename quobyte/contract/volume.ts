import { z } from "zod";
import { int64, method, struct } from "./build.ts";
import { label } from "./tenant.ts";

/** How a volume's files are encrypted; absent where they are not. Read back, never set: a policy rule decides it at creation. */
export const volumeEncryptionContext = struct("VolumeEncryptionContext", {
  key_owner: z.enum(["SYSTEM", "USER"]),
  file_encryption_method: z.enum(["AES_XTS_128", "AES_XTS_256"]),
  key_derivation_method: z.enum(["HMAC_SHA256", "HMAC_SHA512"]),
});

const aclEntry = struct("AccessControlList_AccessControlEntry", {
  principal: z.string(),
  type: z.enum(["ALLOW", "DENY"]),
  flags: z.int32(),
  permissions: z.int32(),
});

const accessControlList = struct("AccessControlList", {
  entries: z.array(aclEntry),
  posix_access_mask: z.int32(),
  posix_default_mask: z.int32(),
});

const volumeMetrics = struct("VolumeMetrics", {
  update_operations: int64,
  update_operations_rate: z.number(),
  lookup_operations: int64,
  lookup_operations_rate: z.number(),
});

const replicationSource = struct("AsyncReplicationSource", {
  OBSOLETE_remote_registry_target: z.array(z.string()),
  remote_volume_uuid: z.string(),
});

const replicationProgress = struct("AsyncReplicationProgress", {
  files_in_progress: int64,
  in_sync_up_to_timestamp_s: int64,
  connected: z.boolean(),
});

export const volume = struct(
  "Volume",
  {
    name: z.string(),
    replica_device_ids: z.array(int64),
    preferred_primary_replica_device_id: int64,
    /** True while an erasure is pending; it can be cancelled until it is done. */
    scheduled_for_deletion: z.boolean(),
    quota_disk_space_bytes: int64,
    used_disk_space_bytes: int64,
    file_count: int64,
    file_with_error_count: int64,
    directory_count: int64,
    OBSOLETE_volume_metrics: volumeMetrics,
    /** Id of the tenant that it belongs to. */
    tenant_domain: z.string(),
    device_spread: z.array(int64),
    last_finished_scrub_ms: int64,
    last_successful_scrub_ms: int64,
    primary_device_id: int64,
    used_logical_space_bytes: int64,
    used_allocated_space_bytes: int64,
    bucket_names: z.array(z.string()),
    isExclusiveVolumeBucket: z.boolean(),
    tenant_default: z.boolean(),
    async_replication_source: replicationSource,
    async_replication_progress: replicationProgress,
    last_access_timestamp_s: int64,
    volume_encryption_context: volumeEncryptionContext,
    creation_timestamp_ms: int64,
  },
  { volume_uuid: z.string() },
);

export const snapshot = struct("VolumeSnapshot", {
  volume_uuid: z.string(),
  version: int64,
  name: z.string(),
  comment: z.string(),
  timestamp: int64,
  pinned: z.boolean(),
});

const needsVolume = { needs: { volume_uuid: z.string() } } as const;
const needsSnapshot = { needs: { volume_uuid: z.string(), name: z.string() } } as const;

export const VOLUME_METHODS = {
  createVolume: method("CreateVolume", "create", {
    needs: { name: z.string() },
    takes: {
      replica_device_ids: z.array(int64),
      root_user_id: z.string(),
      root_group_id: z.string(),
      OBSOLETE_volume_uuid: z.string(),
      /** Ignored since 3.x. */
      configuration_name: z.string(),
      access_mode: z.int32(),
      tenant_id: z.string(),
      /** Deprecated form of `tenant_id`; OpenStack's driver uses it. */
      tenant_domain: z.string(),
      label: z.array(label),
      /** Obsolete: a policy rule decides. */
      volume_encryption_profile: z.enum(["NONE", "SYSTEM_AES_128", "SYSTEM_AES_256", "USER_AES_128", "USER_AES_256"]),
      root_acl: accessControlList,
    },
    gives: { volume_uuid: z.string() },
    driver: ["create_share"],
  }),
  updateVolume: method("UpdateVolume", "set", {
    ...needsVolume,
    takes: {
      name: z.string(),
      add_replica_device_id: int64,
      remove_replica_device_id: int64,
      preferred_primary_replica_device_id: int64,
      remove_preferred_primary_replica_device: z.boolean(),
      OBSOLETE_remote_registry_target: z.array(z.string()),
      OBSOLETE_bucket_name: z.string(),
      OBSOLETE_bucket_owner: z.string(),
      OBSOLETE_bucket_domain: z.string(),
    },
  }),
  getVolumeList: method("GetVolumeList", "read", {
    takes: { volume_uuid: z.array(z.string()), tenant_domain: z.string() },
    mayGive: { volume: z.array(volume) },
  }),
  resolveVolumeName: method("ResolveVolumeName", "read", {
    needs: { volume_name: z.string() },
    takes: { tenant_domain: z.string() },
    gives: { volume_uuid: z.string() },
    mayGive: { OBSOLETE_volume_uuid: z.array(z.string()) },
    driver: ["_resolve_volume_name"],
  }),
  /** Deprecated for `eraseVolume`; OpenStack's driver calls it where `quobyte_delete_shares` is set. */
  deleteVolume: method("DeleteVolume", "remove", { ...needsVolume, driver: ["delete_share"] }),
  eraseVolume: method("EraseVolume", "remove", { ...needsVolume, takes: { force: z.boolean() } }),
  cancelVolumeErasure: method("CancelVolumeErasure", "set", needsVolume),
  createSnapshot: method("CreateSnapshot", "create", {
    ...needsSnapshot,
    takes: { comment: z.string(), pinned: z.boolean() },
    mayGive: { version: int64 },
  }),
  listSnapshots: method("ListSnapshots", "read", { ...needsVolume, mayGive: { snapshot: z.array(snapshot) } }),
  deleteSnapshot: method("DeleteSnapshot", "remove", needsSnapshot),
  eraseSnapshot: method("EraseSnapshot", "remove", needsSnapshot),
} as const;
