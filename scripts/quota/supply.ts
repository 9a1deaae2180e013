import type { Session } from "../../openstack/index.ts";
import type { Resource, Supply } from "../../plan/capacity.ts";

/** An inventory of Placement. */
interface Inventory {
  readonly total: number;
  readonly reserved: number;
  readonly allocation_ratio: number;
}

const CLASSES: Readonly<Record<string, { readonly resource: Resource; readonly perUnit: number }>> = {
  VCPU: { resource: "cores", perUnit: 1 },
  PCPU: { resource: "cores", perUnit: 1 },
  MEMORY_MB: { resource: "memory", perUnit: 1024 },
};
const SLOTS = "MEM_ENCRYPTION_CONTEXT";
const SNP = "HW_CPU_X86_AMD_SEV_SNP";

type Supplies = Partial<Record<Resource, Supply>>;

function put(supplies: Supplies, resource: Resource, physical: number, allocatable: number): void {
  const before = supplies[resource] ?? { physical: 0, allocatable: 0 };
  supplies[resource] = {
    physical: before.physical + physical,
    allocatable: before.allocatable + allocatable,
  };
}

/** vCPUs, memory and SEV-SNP slots of all hosts. Placement has no list of inventories: it is a call for each provider. */
async function hosts(session: Session): Promise<Supplies> {
  type Provider = { readonly uuid: string };
  const list = (query: Record<string, string>) =>
    session.paginate<Provider>("placement", "/resource_providers", "resource_providers", {
      what: "list the hosts' inventories",
      query,
    });
  const [all, snp] = await Promise.all([list({}), list({ required: SNP })]);
  const confidential = new Set(snp.map(({ uuid }) => uuid));
  const supplies: Supplies = {
    cores: { physical: 0, allocatable: 0 },
    memory: { physical: 0, allocatable: 0 },
    slots: { physical: 0, allocatable: 0 },
  };
  const inventories = await Promise.all(
    all.map(async ({ uuid }) => ({
      uuid,
      answer: await session.find<{ inventories: Record<string, Inventory> }>(
        "placement",
        `/resource_providers/${uuid}/inventories`,
      ),
    })),
  );
  for (const { uuid, answer } of inventories)
    for (const [name, { total, reserved, allocation_ratio: ratio }] of Object.entries(answer?.inventories ?? {})) {
      const there = total - reserved;
      const of = CLASSES[name];
      if (of !== undefined) put(supplies, of.resource, there / of.perUnit, (there * ratio) / of.perUnit);
      // The same class counts plain SEV's slots, on providers of their own: those carry no SEV-SNP machine.
      if (name === SLOTS && confidential.has(uuid)) put(supplies, "slots", there, there * ratio);
    }
  return supplies;
}

interface Pool {
  readonly capabilities?: {
    readonly total_capacity_gb?: number | string;
    readonly max_over_subscription_ratio?: number | string;
    readonly thin_provisioning_support?: boolean;
    readonly thin_provisioning?: boolean;
  };
}

/** Pools as the schedulers of Cinder and Manila know them; undefined where one does not tell its size. */
function poolSupply(pools: readonly Pool[]): Supply | undefined {
  let supply: Supply = { physical: 0, allocatable: 0 };
  for (const { capabilities = {} } of pools) {
    const size = Number(capabilities.total_capacity_gb);
    // `unknown` and `infinite` are no sizes: then the sum says nothing.
    if (!Number.isFinite(size)) return undefined;
    const isThin = capabilities.thin_provisioning_support ?? capabilities.thin_provisioning ?? false;
    const ratio = Number(capabilities.max_over_subscription_ratio);
    const allocatable = size * (isThin && Number.isFinite(ratio) && ratio > 1 ? ratio : 1);
    supply = { physical: supply.physical + size, allocatable: supply.allocatable + allocatable };
  }
  return pools.length === 0 ? undefined : supply;
}

const POOLS = [
  { resource: "storage", service: "block-storage", path: "/scheduler-stats/get_pools", query: { detail: "True" } },
  { resource: "shareStorage", service: "shared-file-system", path: "/scheduler-stats/pools/detail", query: {} },
] as const;

/** What a cloud has, asked with the operator's credential. A resource is absent where it cannot be told. */
export async function readSupply(session: Session): Promise<Supplies> {
  const supplies = await hosts(session);
  for (const { resource, service, path, query } of POOLS) {
    if (!(await session.offers(service))) continue;
    const answer = await session.request<{ pools: readonly Pool[] }>(service, "GET", path, {
      query,
      what: "list the storage pools",
      expect: [403, 404],
    });
    const supply = answer.status === 200 ? poolSupply(answer.body.pools) : undefined;
    if (supply !== undefined) supplies[resource] = supply;
  }
  return supplies;
}
