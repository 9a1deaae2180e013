import { z } from "zod";
import { int64, method, struct } from "./build.ts";

export const failureDomainType = z.enum(["CLUSTER", "MACHINE", "METRO", "POWER_1", "POWER_2", "RACK", "ROOM"]);

const resourceType = z.enum([
  "DIRECTORY_COUNT",
  "FILE_COUNT",
  "HDD_LOGICAL_DISK_SPACE",
  "HDD_PHYSICAL_DISK_SPACE",
  "LOGICAL_DISK_SPACE",
  "PHYSICAL_DISK_SPACE",
  "RESERVED_0",
  "RESERVED_4",
  "RESERVED_7",
  "SSD_LOGICAL_DISK_SPACE",
  "SSD_PHYSICAL_DISK_SPACE",
  "VOLUME_COUNT",
]);

const consumer = struct("ConsumingEntity", {
  type: z.enum(["DEVICE", "FAILURE_DOMAIN", "GROUP", "SYSTEM", "TENANT", "USER", "VOLUME", "VOLUME_SNAPSHOT"]),
  /** UUID of a volume or tenant, name of a user or group. */
  identifier: z.string(),
  /** The tenant in which a USER, GROUP or VOLUME is meant. */
  tenant_id: z.string(),
  disable_oversubscription: z.boolean(),
  failure_domain_type: failureDomainType,
  volume_id: z.string(),
});

const resource = struct("Resource", {
  type: resourceType,
  /** Bytes, or a count. */
  value: int64,
  /** In answers only. */
  limit_type: z.enum(["DEFAULT_QUOTA", "DERIVED", "LICENSE", "QUOTA"]),
});

/** Limits of one consumer: the list `consumer` is of the past, only its first entry counts. */
export const quota = struct("Quota", {
  /** Empty for a new quota. */
  id: z.string(),
  consumer: z.array(consumer),
  limits: z.array(resource),
  /** In answers only. */
  current_usage: z.array(resource),
});

export const QUOTA_METHODS = {
  setQuota: method("SetQuota", "set", { needs: { quotas: z.array(quota) }, driver: ["_resize_share"] }),
  getQuota: method("GetQuota", "read", {
    takes: {
      tenant_domain: z.string(),
      only_entity: z.array(consumer),
      only_resource_type: z.array(resourceType),
      include_default_quotas: z.boolean(),
    },
    mayGive: { quotas: z.array(quota) },
  }),
} as const;
