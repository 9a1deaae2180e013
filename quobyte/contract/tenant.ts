import { z } from "zod";
import { method, struct } from "./build.ts";

const namespace = z.enum(["SYSTEM"]);
const entityType = z.enum(["SERVICE", "TENANT", "VOLUME"]);

export const label = struct("Label", {
  namespace,
  entity_type: entityType,
  entity_id: z.string(),
  name: z.string(),
  value: z.string(),
});

const volumeAccess = struct("TenantDomainConfiguration_VolumeAccess", {
  volume_uuid: z.string(),
  /** `<address>/<netmask length>`. */
  restrict_to_network: z.string(),
  read_only: z.boolean(),
});

/** A tenant. An id that is given is kept, whatever its form: OpenStack's driver gives the id of the project, without dashes. */
export const tenant = struct("TenantDomainConfiguration", {
  tenant_id: z.string(),
  name: z.string(),
  restrict_to_network: z.array(z.string()),
  volume_access: z.array(volumeAccess),
  /** If set, "root" is no longer privileged. */
  privileged_user: z.array(z.string()),
  privileged_group: z.string(),
});

export const TENANT_METHODS = {
  /** Answers GARBAGE_ARGS where OpenStack's driver sets a tenant by its bare id a second time. */
  setTenant: method("SetTenant", "create", {
    needs: { tenant },
    takes: { on_create_label: z.array(label) },
    mayGive: { tenant_id: z.string() },
    driver: ["create_share"],
  }),
  /** Without ids all tenants that the credential sees. */
  getTenant: method("GetTenant", "read", {
    takes: { tenant_id: z.array(z.string()) },
    mayGive: { tenant: z.array(tenant) },
  }),
  deleteTenant: method("DeleteTenant", "remove", { needs: { tenant_id: z.string() } }),
  /** The id of a name, or the name of an id. */
  resolveTenantName: method("ResolveTenantName", "read", {
    takes: { tenant_name: z.string(), tenant_id: z.string() },
    mayGive: { tenant_id: z.string(), tenant_name: z.string() },
  }),
  setLabels: method("SetLabels", "set", { needs: { label: z.array(label) } }),
  getLabels: method("GetLabels", "read", {
    takes: { namespace, filter_entity_type: entityType, filter_entity_id: z.string(), label_name: z.string() },
    mayGive: { label: z.array(label) },
  }),
  deleteLabels: method("DeleteLabels", "remove", { needs: { label: z.array(label) } }),
} as const;
