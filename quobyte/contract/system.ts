import { z } from "zod";
import { user } from "./access-keys.ts";
import { int64, method, saidBy, struct } from "./build.ts";
import { failureDomainType } from "./quota.ts";
import { tenant } from "./tenant.ts";

const tags = struct("PlacementSettings_Tags", { tags: z.array(z.string()) });

const placement = struct("PlacementSettings", {
  required_device_tags: tags,
  forbidden_device_tags: tags,
  soften_tag_requirements: z.boolean(),
  prefer_client_local_device: z.boolean(),
  optimize_for_mapreduce: z.boolean(),
  failure_domain_type: failureDomainType,
  placement_method: z.enum(["AUTOMATIC_HDD_SSD", "TAG_BASED"]),
});

const metadataConfiguration = struct("VolumeMetadataConfiguration", {
  placement_settings: placement,
  replication_factor: z.int32(),
});

const volumeConfiguration = struct("VolumeConfiguration", { volume_metadata_configuration: metadataConfiguration });

const subjectType = z.enum([
  "CONFIGURATION",
  "DEVICE",
  "KEY_STORE",
  "POLICY_RULE",
  "QUOTA",
  "RULE",
  "TASK",
  "USER",
  "VOLUME",
  "VOLUME_CONFIGURATION",
]);

const auditEvent = struct("AuditEvent", {
  timestamp_ms: int64,
  /** Empty where a rule of automation did it. */
  username: z.string(),
  subject_type: subjectType,
  subject_id: z.string(),
  action: z.string(),
  comment: z.string(),
});

const auditKey = struct("GetAuditLogRequest_AuditDatabaseKey", {
  subject_type: subjectType,
  subject_id: z.string(),
  timestamp_ms: int64,
});

export const SYSTEM_METHODS = {
  /** Published without a field: what a server says of itself passes through. */
  getInformation: method("GetInformation", "read", { driver: ["do_setup"] }),
  /** The two totals are there for OpenStack's driver; `statistics` passes through. */
  getSystemStatistics: method("GetSystemStatistics", "read", {
    mayGive: { total_physical_capacity: int64, total_physical_usage: int64 },
    driver: ["_get_capacities"],
  }),
  /** Of `types.go`'s seven lists only those that we or OpenStack's driver read are described; the others pass through. */
  getConfiguration: method("GetConfiguration", "read", {
    takes: {
      configuration_type: z.enum([
        "FAILURE_DOMAINS",
        "QUOTA_POOL",
        "RULE_CONFIGURATION",
        "SYSTEM_CONFIGURATION",
        "TENANT_DOMAIN",
        "USER",
        "VIRTUAL_IP",
      ]),
      configuration_name: z.string(),
    },
    mayGive: { tenant_configuration: z.array(tenant), user_configuration: z.array(user) },
    driver: ["_fetch_existing_access"],
  }),
  /** Deprecated, but OpenStack's driver reads the replication factor from it. */
  getEffectiveVolumeConfiguration: method("GetEffectiveVolumeConfiguration", "read", {
    takes: {
      volume_uuid: z.string(),
      configuration_name: saidBy(z.string(), "driver", "_get_qb_replication_factor"),
    },
    mayGive: { configuration: volumeConfiguration },
    driver: ["_get_qb_replication_factor"],
  }),
  getAuditLog: method("GetAuditLog", "read", {
    takes: {
      only_subject_type: subjectType,
      only_subject_id: z.string(),
      only_username: z.string(),
      start_at_key: auditKey,
      /** 0: no limit. */
      logs_limit: z.int32(),
      oldest_log_first: z.boolean(),
    },
    mayGive: { audit_event: z.array(auditEvent) },
  }),
  whoAmI: method("WhoAmI", "read", {
    mayGive: {
      user_id: z.string(),
      user_name: z.string(),
      primary_group: z.string(),
      group: z.array(z.string()),
      management_role: z.string(),
      member_of_tenant: z.array(z.string()),
      admin_of_tenant: z.array(z.string()),
    },
  }),
} as const;
