import { randomUUID } from "node:crypto";
import type { TENANT_METHODS } from "../../../../quobyte/contract/tenant.ts";
import { garbage, notFound, taken } from "../refusal.ts";
import type { Label, State, Tenant } from "../state.ts";
import type { Handlers } from "../world.ts";
import { note, tenantOf } from "../world.ts";

const sameLabel = (one: Label, other: Label): boolean =>
  one.entity_type === other.entity_type && one.entity_id === other.entity_id && one.name === other.name;

/** Puts labels in, in the place of those of the same name on the same object. */
export function putLabels(state: State, labels: readonly Label[]): void {
  for (const label of labels) {
    state.labels = state.labels.filter((known) => !sameLabel(known, label));
    state.labels.push({ namespace: "SYSTEM", ...label });
  }
}

function checkTarget({ tenants, volumes }: State, label: Label): void {
  const ids =
    label.entity_type === "TENANT" ? tenants.map(({ tenant_id }) => tenant_id) : volumes.map(({ uuid }) => uuid);
  if (label.name === undefined || label.name === "") throw garbage("A label needs a name");
  if (!ids.includes(label.entity_id ?? "")) throw notFound(`entity: ${label.entity_id ?? ""}`);
}

function checkAccess({ volumes }: State, tenant: Tenant): void {
  for (const { volume_uuid } of tenant.volume_access ?? [])
    if (!volumes.some(({ uuid }) => uuid === volume_uuid)) throw notFound(`volume: ${volume_uuid ?? ""}`);
}

export const TENANTS: Handlers<keyof typeof TENANT_METHODS> = {
  setTenant(world, { tenant, on_create_label: labels = [] }) {
    const { state } = world;
    const given = tenant.tenant_id;
    const known = state.tenants.find(({ tenant_id }) => tenant_id === given);
    // What OpenStack's driver counts on: the bare id of a tenant that is there makes no sense.
    if (known !== undefined && Object.keys(tenant).length === 1) throw garbage(`Tenant already exists: ${given ?? ""}`);
    if (given === undefined && !tenant.name) throw garbage("A tenant needs a name or an id");
    if (tenant.name && state.tenants.some(({ name, tenant_id }) => name === tenant.name && tenant_id !== given))
      throw taken(`tenant ${tenant.name}`);
    const id = given ?? randomUUID();
    // Set whole: what is left out is empty afterwards.
    const whole = { name: id, ...tenant, tenant_id: id };
    checkAccess(state, whole);
    state.tenants = [...state.tenants.filter((other) => other !== known), whole];
    if (known === undefined)
      putLabels(
        state,
        labels.map((label) => ({ ...label, entity_type: "TENANT" as const, entity_id: id })),
      );
    note(world, "CONFIGURATION", id, known === undefined ? "CREATE_TENANT" : "UPDATE_TENANT");
    return { tenant_id: id };
  },
  getTenant({ state }, { tenant_id: ids = [] }) {
    return { tenant: state.tenants.filter(({ tenant_id }) => ids.length === 0 || ids.includes(tenant_id)) };
  },
  deleteTenant(world, { tenant_id: id }) {
    const { state } = world;
    tenantOf(world, id);
    if (state.volumes.some(({ tenant }) => tenant === id)) throw garbage(`Tenant has volumes: ${id}`);
    state.tenants = state.tenants.filter(({ tenant_id }) => tenant_id !== id);
    state.labels = state.labels.filter(({ entity_id }) => entity_id !== id);
    state.quotas = state.quotas.filter(({ consumer }) => consumer?.[0]?.identifier !== id);
    note(world, "CONFIGURATION", id, "DELETE_TENANT");
    return {};
  },
  resolveTenantName({ state }, { tenant_name: name, tenant_id: id }) {
    const tenant = state.tenants.find((one) => (name === undefined ? one.tenant_id === id : one.name === name));
    // The vendor's own command reports this as invalid input, not as an entity that is not found.
    if (tenant === undefined) throw garbage(`No such tenant: ${name ?? id ?? ""}`);
    return { tenant_id: tenant.tenant_id, tenant_name: tenant.name };
  },
  setLabels({ state }, { label: labels }) {
    for (const label of labels) checkTarget(state, label);
    putLabels(state, labels);
    return {};
  },
  getLabels({ state }, wanted) {
    const { filter_entity_type: type, filter_entity_id: id, label_name: name } = wanted;
    return {
      label: state.labels.filter(
        (label) =>
          (type === undefined || label.entity_type === type) &&
          (id === undefined || label.entity_id === id) &&
          (name === undefined || label.name === name),
      ),
    };
  },
  deleteLabels({ state }, { label: labels }) {
    for (const label of labels)
      if (!state.labels.some((known) => sameLabel(known, label))) throw notFound(`label: ${label.name ?? ""}`);
    state.labels = state.labels.filter((known) => !labels.some((label) => sameLabel(known, label)));
    return {};
  },
};
