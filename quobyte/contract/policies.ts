import { z } from "zod";
import { int64, struct } from "./build.ts";

const metadataReplicationPolicy = struct("MetadataReplicationPolicy", {
  replication_factor: z.int32(),
});

const tagBasedPlacementPolicy = struct("TagBasedPlacementPolicy", {
  required_tag: z.array(z.string()),
  forbidden_tag: z.array(z.string()),
  soften_tag_requirements: z.boolean(),
  automatic_constraints: z.enum(["AUTOMATIC_HDD_SSD", "NONE"]),
});

const failureDomainPlacementPolicy = struct("FailureDomainPlacementPolicy", {
  type: z.enum([
    "DISK",
    "MACHINE",
    "OBSOLETE_CLUSTER",
    "OBSOLETE_METRO",
    "OBSOLETE_POWER_1",
    "OBSOLETE_POWER_2",
    "RACK",
    "ROOM",
  ]),
});

const userAndGroupMappingSecurityPolicy = struct("UserAndGroupMappingSecurityPolicy", {
  mapping_policy: z.enum(["DENY_UNKNOWN", "USE_NUMERIC_ID_FOR_UNKNOWN"]),
});

const additionalPrivilegedGroupsSecurityPolicy = struct("AdditionalPrivilegedGroupsSecurityPolicy", {
  group: z.array(z.string()),
});

const ordinaryUserPrivilegePolicy = struct("OrdinaryUserPrivilegePolicy", {
  can_set_suid: z.boolean(),
  can_chown: z.boolean(),
  can_chgrp: z.boolean(),
});

const windowsSpecificSecurityPolicy = struct("WindowsSpecificSecurityPolicy", {
  create_mode: z.int32(),
  directory_mode: z.int32(),
  group_selection: z.enum(["DEFAULT_GROUP", "PARENT_DIRECTORY", "USERNAME"]),
  default_group: z.string(),
});

const overrideCreateModePolicy = struct("OverrideCreateModePolicy", {
  override_create_mode: z.int32(),
  override_directory_mode: z.int32(),
});

const volumeSnapshotFrequencyPolicy = struct("VolumeSnapshotFrequencyPolicy", {
  interval_s: z.int32(),
});

const volumeSnapshotRetentionPolicy = struct("VolumeSnapshotRetentionPolicy", {
  lifetime_s: z.int32(),
});

const volumeEncryptionPolicy = struct("VolumeEncryptionPolicy", {
  profile: z.enum(["NONE", "SYSTEM_AES_128", "SYSTEM_AES_256"]),
});

const fileRetentionPolicy = struct("FileRetentionPolicy", {
  property: z.array(
    z.enum(["DELETE_AFTER", "IMMUTABLE", "MAY_EXTEND_RETENTION", "MAY_SHORTEN_RETENTION", "RETAIN_UNTIL"]),
  ),
  default_retention_duration_s: int64,
});

const timestampUpdatePolicy = struct("TimestampUpdatePolicy", {
  update_file_atime_after_seconds: z.int32(),
  update_directory_atime_after_seconds: z.int32(),
});

const fileRecodePolicy = struct("FileRecodePolicy", {
  target_redundancy: z.enum(["DO_NOT_RECODE", "EC", "REPLICATION"]),
});

const fileRedundancyPolicy = struct("FileRedundancyPolicy", {
  redundancy: z.enum(["AUTO_WRITE_SEQUENTIAL", "EC", "REPLICATION"]),
});

const internalOnDiskFormatPolicy = struct("InternalOnDiskFormatPolicy", {
  crc_method: z.enum(["CRC_32C", "CRC_32_ISCSI", "NO_CRC"]),
  persistent_format: z.enum(["V1_METADATA_FILE", "V2_METADATA_HEADER_4K", "V3_METADATA_HEADER_4K_BLOCK_LENGTH"]),
});

const replicationRedundancyDetailsPolicyFileStructure = struct("ReplicationRedundancyDetailsPolicy_FileStructure", {
  block_size_bytes: z.int32(),
  object_size_bytes: int64,
  segment_size_bytes: int64,
});

const replicationRedundancyDetailsPolicyDistributionSchema = struct(
  "ReplicationRedundancyDetailsPolicy_DistributionSchema",
  {
    data_stripe_count: z.int32(),
    striping_method: z.enum(["BLOCK_LEVEL", "OBJECT_LEVEL"]),
  },
);

const replicationRedundancyDetailsPolicy = struct("ReplicationRedundancyDetailsPolicy", {
  file_structure: replicationRedundancyDetailsPolicyFileStructure,
  distribution_schema: replicationRedundancyDetailsPolicyDistributionSchema,
  replication_factor: z.int32(),
});

const ecRedundancyDetailsPolicyFileStructure = struct("EcRedundancyDetailsPolicy_FileStructure", {
  block_size_bytes: z.int32(),
  object_size_bytes: int64,
  segment_size_bytes: int64,
});

const ecRedundancyDetailsPolicyDistributionSchema = struct("EcRedundancyDetailsPolicy_DistributionSchema", {
  data_stripe_count: z.int32(),
  coding_stripe_count: z.int32(),
  striping_method: z.enum(["BLOCK_LEVEL", "OBJECT_LEVEL"]),
});

const ecRedundancyDetailsPolicy = struct("EcRedundancyDetailsPolicy", {
  file_structure: ecRedundancyDetailsPolicyFileStructure,
  distribution_schema: ecRedundancyDetailsPolicyDistributionSchema,
  ec_metadata_format: z.enum(["EC_COMMIT_IDS"]),
});

const specialFilePlacementPolicy = struct("SpecialFilePlacementPolicy", {
  prefer_client_local_devices: z.boolean(),
  try_to_place_stripes_in_same_machine: z.boolean(),
});

const filePrefetchPolicy = struct("FilePrefetchPolicy", {
  file_name_regex: z.string(),
  regex_match_index: z.int32(),
});

const fileMetadataCachePolicy = struct("FileMetadataCachePolicy", {
  cache_ttl_ms: z.int32(),
  negative_cache_ttl_ms: z.int32(),
  enable_write_back_cache: z.boolean(),
});

const pageCachePolicy = struct("PageCachePolicy", {
  mode: z.enum(["FLUSH_ALWAYS", "KEEP_ALWAYS", "USE_HEURISTIC"]),
  enable_direct_writebacks: z.boolean(),
});

const deferredWritebackPolicy = struct("DeferredWritebackPolicy", {
  defer_writeback_after_close_up_to_s: int64,
});

const deferredClosePolicy = struct("DeferredClosePolicy", {
  defer_close_up_to_s: int64,
});

const rpcRetryOperationsPolicy = struct("RpcRetryOperationsPolicy", {
  mode: z.enum(["RETRY_FOREVER", "RETRY_FOREVER_UNLESS_FULL", "RETRY_INTERACTIVE", "RETRY_NEVER"]),
});

const fileLockPolicy = struct("FileLockPolicy", {
  lock_scope: z.enum(["CLIENT", "GLOBAL"]),
  lost_lock_behavior: z.enum(["LOST_LOCK_BLOCK_IO", "LOST_LOCK_IO_ERROR", "LOST_LOCK_KILL_APPLICATION"]),
  implicit_locking_mode: z.enum(["FILE_BLOCKING", "FILE_NON_BLOCKING", "IO_BLOCKING", "IO_NON_BLOCKING", "NO_LOCKING"]),
});

const diskIoPolicy = struct("DiskIoPolicy", {
  priority: z.enum(["HIGH", "LOW", "NORMAL"]),
});

const oSyncBehaviorPolicy = struct("OSyncBehaviorPolicy", {
  mode: z.enum(["AS_REQUESTED", "DISABLE_ALWAYS", "ENABLE_ALWAYS"]),
});

const clientCachePolicy = struct("ClientCachePolicy", {
  mode: z.enum(["DISABLE_ALWAYS", "DISABLE_FOR_O_DIRECT", "ENABLE_ALWAYS"]),
  enable_prefetching: z.boolean(),
});

const fsyncBehaviorPolicy = struct("FsyncBehaviorPolicy", {
  mode: z.enum(["ALWAYS_FLUSH_METADATA", "FLUSH_METADATA_AS_REQUESTED", "NEVER_FLUSH_METADATA"]),
});

const checksumPolicy = struct("ChecksumPolicy", {
  enable_server_checksum_computation_before_write: z.boolean(),
  enable_server_checksum_verification_after_read: z.boolean(),
  enable_client_checksum_computation_before_write: z.boolean(),
  enable_client_checksum_verification_after_read: z.boolean(),
});

const dataServiceCachePolicy = struct("DataServiceCachePolicy", {
  notify_on_close: z.boolean(),
});

const ecParityPolicy = struct("EcParityPolicy", {
  mode: z.enum(["RELAXED", "STRONG"]),
});

const concurrentAppendHandlingPolicy = struct("ConcurrentAppendHandlingPolicy", {
  behavior: z.enum(["ALLOW_READ_MODIFY_WRITE", "IO_ERROR"]),
});

/** What a rule sets; `volume_encryption` is fixed in a volume when it is made. */
export const policies = struct("Policies", {
  metadata_replication: metadataReplicationPolicy,
  metadata_tag_based_placement: tagBasedPlacementPolicy,
  metadata_failure_domain_placement: failureDomainPlacementPolicy,
  user_and_group_mapping_security: userAndGroupMappingSecurityPolicy,
  additional_privileged_groups_security: additionalPrivilegedGroupsSecurityPolicy,
  ordinary_user_privilege: ordinaryUserPrivilegePolicy,
  windows_specific_security: windowsSpecificSecurityPolicy,
  override_create_mode: overrideCreateModePolicy,
  volume_snapshot_frequency: volumeSnapshotFrequencyPolicy,
  volume_snapshot_retention: volumeSnapshotRetentionPolicy,
  volume_encryption: volumeEncryptionPolicy,
  file_tag_based_placement: tagBasedPlacementPolicy,
  file_failure_domain_placement: failureDomainPlacementPolicy,
  file_retention: fileRetentionPolicy,
  timestamp_update_policy: timestampUpdatePolicy,
  file_recode: fileRecodePolicy,
  file_redundancy: fileRedundancyPolicy,
  internal_on_disk_format: internalOnDiskFormatPolicy,
  replication_redundancy_details: replicationRedundancyDetailsPolicy,
  ec_redundancy_details: ecRedundancyDetailsPolicy,
  special_file_placement: specialFilePlacementPolicy,
  file_prefetch: filePrefetchPolicy,
  file_metadata_cache: fileMetadataCachePolicy,
  page_cache: pageCachePolicy,
  deferred_writeback: deferredWritebackPolicy,
  deferred_close: deferredClosePolicy,
  rpc_retry_operations: rpcRetryOperationsPolicy,
  file_lock: fileLockPolicy,
  disk_io: diskIoPolicy,
  o_sync_behavior: oSyncBehaviorPolicy,
  client_cache: clientCachePolicy,
  fsync_behavior: fsyncBehaviorPolicy,
  checksum: checksumPolicy,
  data_service_cache: dataServiceCachePolicy,
  ec_parity: ecParityPolicy,
  concurrent_append_handling: concurrentAppendHandlingPolicy,
});
