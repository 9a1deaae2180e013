import { randomUUID } from "node:crypto";
import type { QUOTA_METHODS } from "../../../../quobyte/contract/quota.ts";
import { garbage } from "../refusal.ts";
import type { Quota, State } from "../state.ts";
import type { Handlers, World } from "../world.ts";
import { note, tenantOf, volumeOf } from "../world.ts";

type Consumer = NonNullable<Quota["consumer"]>[number];
type ResourceType = NonNullable<NonNullable<Quota["limits"]>[number]["type"]>;

const DISK: readonly ResourceType[] = ["LOGICAL_DISK_SPACE", "FILE_COUNT", "DIRECTORY_COUNT", "PHYSICAL_DISK_SPACE"];

/** Only the first consumer counts: so the document. */
const consumerOf = (quota: Quota): Consumer => {
  const first = quota.consumer?.[0];
  if (first?.type === undefined) throw garbage("A quota needs a consumer with a type");
  return first;
};

const sameConsumer = (one: Consumer, other: Consumer): boolean =>
  one.type === other.type &&
  one.identifier === other.identifier &&
  (one.type === "TENANT" || one.type === "VOLUME" || one.tenant_id === other.tenant_id);

/** The limit that is set for a volume or a tenant; undefined where there is none. */
export function limitOf(state: State, type: string, id: string, resource: ResourceType): bigint | undefined {
  const quota = state.quotas.find(({ consumer }) => consumer?.[0]?.type === type && consumer[0].identifier === id);
  const limit = quota?.limits?.find((one) => one.type === resource)?.value;
  return limit === undefined ? undefined : BigInt(limit);
}

function checkConsumer(world: World, { type, identifier = "", tenant_id: tenant }: Consumer): void {
  if (type === "VOLUME") {
    const volume = volumeOf(world, identifier);
    if (tenant !== undefined && volume.tenant !== tenant)
      throw garbage(`Volume ${identifier} is not in tenant ${tenant}`);
  } else if (type === "TENANT") tenantOf(world, identifier);
  else if ((type === "USER" || type === "GROUP") && identifier !== "") tenantOf(world, tenant ?? "");
  else throw garbage(`No quota can be set for ${type ?? "nothing"}`);
}

/** Where the tenant's quota says so, the volumes together get no more than the tenant has. */
function checkTenant(world: World, quota: Quota): void {
  const { state } = world;
  const consumer = consumerOf(quota);
  if (consumer.type !== "VOLUME") return;
  const { uuid, tenant } = volumeOf(world, consumer.identifier ?? "");
  const own = state.quotas.find(
    (other) => other.consumer?.[0]?.type === "TENANT" && other.consumer[0].identifier === tenant,
  );
  if (own?.consumer?.[0]?.disable_oversubscription !== true) return;
  for (const { type, value } of quota.limits ?? []) {
    const most = type === undefined ? undefined : limitOf(state, "TENANT", tenant, type);
    if (most === undefined || type === undefined || !DISK.includes(type)) continue;
    const others = state.volumes.filter((volume) => volume.tenant === tenant && volume.uuid !== uuid);
    const given = others.reduce((sum, volume) => sum + (limitOf(state, "VOLUME", volume.uuid, type) ?? 0n), 0n);
    if (given + BigInt(value ?? 0) > most)
      throw garbage(
        `Quota exceeded: ${type} of tenant ${tenant} is ${most}, of which ${given} is given to other volumes`,
      );
  }
}

function checkLimits({ limits = [] }: Quota): void {
  for (const { type, value } of limits) {
    if (type === undefined || type.startsWith("RESERVED")) throw garbage("A limit needs a type");
    if (value === undefined || value < 0) throw garbage(`A limit cannot be ${value ?? "empty"}`);
  }
}

function usage({ state }: World, quota: Quota): Quota["limits"] {
  const { type, identifier } = consumerOf(quota);
  const volumes = state.volumes.filter(({ uuid, tenant }) => (type === "VOLUME" ? uuid : tenant) === identifier);
  const used = volumes.reduce((sum, volume) => sum + volume.used, 0);
  if (type !== "VOLUME" && type !== "TENANT") return [];
  const counted = type === "TENANT" ? [{ type: "VOLUME_COUNT" as const, value: BigInt(volumes.length) }] : [];
  return [{ type: "LOGICAL_DISK_SPACE", value: BigInt(used) }, ...counted];
}

export const QUOTAS: Handlers<keyof typeof QUOTA_METHODS> = {
  setQuota(world, { quotas }) {
    for (const quota of quotas) {
      checkConsumer(world, consumerOf(quota));
      checkLimits(quota);
      checkTenant(world, quota);
    }
    for (const quota of quotas) {
      const consumer = consumerOf(quota);
      const known = world.state.quotas.find((other) => sameConsumer(consumerOf(other), consumer));
      const id = known?.id ?? randomUUID();
      const limits = (quota.limits ?? []).map(({ type, value }) => ({ type, value }));
      world.state.quotas = world.state.quotas.filter((other) => other !== known);
      if (limits.length > 0) world.state.quotas.push({ id, consumer: [consumer], limits });
      note(world, "QUOTA", consumer.identifier ?? "", "SET_QUOTA");
    }
    return {};
  },
  getQuota(world, { tenant_domain: tenant, only_entity: entities = [], only_resource_type: types = [] }) {
    const inTenant = ({ type, identifier, tenant_id }: Consumer): boolean => {
      if (type === "TENANT") return identifier === tenant;
      const volume = world.state.volumes.find(({ uuid }) => uuid === identifier);
      return (type === "VOLUME" ? volume?.tenant : tenant_id) === tenant;
    };
    const asked = (consumer: Consumer): boolean =>
      entities.length === 0 ||
      entities.some(
        ({ type, identifier }) => type === consumer.type && (identifier ?? consumer.identifier) === consumer.identifier,
      );
    return {
      quotas: world.state.quotas
        .filter((quota) => asked(consumerOf(quota)) && (tenant === undefined || inTenant(consumerOf(quota))))
        .map((quota) => ({
          ...quota,
          limits: (quota.limits ?? [])
            .filter(({ type }) => types.length === 0 || (type !== undefined && types.includes(type)))
            .map((limit) => ({ ...limit, limit_type: "QUOTA" as const })),
          current_usage: usage(world, quota),
        })),
    };
  },
};
