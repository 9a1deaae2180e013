import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Session } from "../../../openstack/index.ts";
import { planZone } from "../../../plan/zone.ts";
import { readQuota } from "../../../scripts/quota/live.ts";
import { readSupply } from "../../../scripts/quota/supply.ts";
import { examples } from "../plan/examples.ts";

/** Answers by `service path`; a list under its key is what a list call gets. */
type Answers = Record<string, unknown>;
let calls: string[];
const session = (answers: Answers): Session =>
  ({
    token: () => Promise.resolve({ projectId: "p" }),
    offers: (service: string) => Promise.resolve(Object.keys(answers).some((key) => key.startsWith(`${service} `))),
    request: (service: string, _method: string, path: string) => {
      calls.push(`${service} ${path}`);
      const body = answers[`${service} ${path}`];
      return Promise.resolve(body === undefined ? { status: 403, body: {} } : { status: 200, body });
    },
    find: (service: string, path: string) => Promise.resolve(answers[`${service} ${path}`]),
    paginate: (service: string, path: string, _key: string, options?: { query?: { required?: string } }) => {
      calls.push(`${service} ${path}`);
      return Promise.resolve(answers[`${service} ${path}${options?.query?.required ? "?snp" : ""}`] ?? []);
    },
  }) as unknown as Session;
beforeEach(() => {
  calls = [];
});
afterEach(() => undefined);

const zone = examples.zone("mini");
const objects = planZone(zone).objects.filter(({ project }) => project === "mini-work");
const nova = (used: number) => ({
  limits: {
    absolute: {
      ...{ maxTotalInstances: 3, totalInstancesUsed: used, maxTotalCores: -1, totalCoresUsed: used * 2 },
      ...{ maxTotalRAMSize: 24_576, totalRAMUsed: used * 8192 },
    },
  },
});
const cinder = {
  limits: {
    absolute: { maxTotalVolumes: 5, totalVolumesUsed: 2, maxTotalVolumeGigabytes: 50, totalGigabytesUsed: 25 },
  },
};

describe("the quota of a project, live (SPE4HD-11)", () => {
  it("is one call a service while nothing is in use", async () => {
    const live = await readQuota(session({ "compute /limits": nova(0) }), zone, objects);
    expect(live).toEqual({
      machines: { limit: 3, used: 0, own: 0 },
      cores: { used: 0, own: 0 },
      memory: { limit: 24, used: 0, own: 0 },
    });
    expect(calls).toEqual(["compute /limits"]);
  });

  it("tells what is ours by name from what is not, in sizes too, and keys by their volumes", async () => {
    const live = await readQuota(
      session({
        "compute /limits": nova(2),
        "compute /servers": [{ name: "mini-work-box" }, { name: "a stranger" }],
        "block-storage /limits": cinder,
        "block-storage /volumes": [{ name: "mini-work-box-root" }, { name: null }],
        "key-manager /quotas": { quotas: { secrets: 100 } },
        "key-manager /secrets": { total: 4 },
      }),
      zone,
      objects,
    );
    expect(live).toMatchObject({
      machines: { used: 2, own: 1 },
      cores: { used: 4, own: 2 },
      memory: { used: 16, own: 8 },
      volumes: { limit: 5, used: 2, own: 1 },
      storage: { used: 25, own: 5 },
      secrets: { limit: 100, used: 4, own: 1 },
    });
  });

  it("counts the key of an encrypted local disk as its machine's (C4H-11)", async () => {
    const memory = structuredClone(zone);
    const { box } = memory.areas["work"]!.machines;
    Object.assign(box!, { dataInMemory: true, disk: undefined });
    const planned = planZone(memory).objects.filter(({ project }) => project === "mini-work");
    const answers = {
      "compute /limits": nova(1),
      "compute /servers": [{ name: "mini-work-box" }],
      "key-manager /quotas": { quotas: { secrets: 100 } },
      "key-manager /secrets": { total: 4 },
    };
    expect((await readQuota(session(answers), memory, planned)).secrets).toEqual({ limit: 100, used: 4, own: 1 });
    // Control: the key of a machine with a volume is its volume's, which is not there.
    expect((await readQuota(session(answers), zone, objects)).secrets).toEqual({ limit: 100, used: 4, own: 0 });
  });

  it("says nothing of Neutron where it refuses the pipeline, and counts ports where it does not", async () => {
    const refused = { "network /ports": [] };
    expect(await readQuota(session(refused), zone, objects)).toEqual({});
    const told = {
      "network /quotas/p/details": { quota: { port: { limit: 5, used: 3 } } },
      "network /ports": [{ name: "mini-work-box" }, { name: "" }],
    };
    // Neutron's own port on the network belongs to the plan as well.
    expect(await readQuota(session(told), zone, objects)).toEqual({ ports: { limit: 5, used: 3, own: 2 } });
  });
});

describe("what a cloud has (DIGIMED-1)", () => {
  const inventory = (total: number, ratio = 1, reserved = 0) => ({ total, reserved, allocation_ratio: ratio });
  const placement = {
    "placement /resource_providers": [{ uuid: "host" }, { uuid: "sev" }, { uuid: "snp" }],
    "placement /resource_providers?snp": [{ uuid: "snp" }],
    "placement /resource_providers/host/inventories": {
      inventories: { VCPU: inventory(64, 4), MEMORY_MB: inventory(65_536, 1, 4096), DISK_GB: inventory(100) },
    },
    "placement /resource_providers/sev/inventories": { inventories: { MEM_ENCRYPTION_CONTEXT: inventory(10) } },
    "placement /resource_providers/snp/inventories": { inventories: { MEM_ENCRYPTION_CONTEXT: inventory(8, 1, 1) } },
  };

  it("is its hosts with their ratios, and slots of SEV-SNP alone, not those of plain SEV", async () => {
    expect(await readSupply(session(placement))).toEqual({
      cores: { physical: 64, allocatable: 256 },
      memory: { physical: 60, allocatable: 60 },
      slots: { physical: 7, allocatable: 7 },
    });
  });

  it("counts pools that tell their size, thin ones with their ratio, and none where one does not", async () => {
    const pools = (...capabilities: object[]) => ({
      ...placement,
      "block-storage /scheduler-stats/get_pools": { pools: capabilities.map((of) => ({ capabilities: of })) },
    });
    const thin = { total_capacity_gb: 100, thin_provisioning_support: true, max_over_subscription_ratio: "20.0" };
    const thick = { total_capacity_gb: 50, thin_provisioning_support: false, max_over_subscription_ratio: "20.0" };
    expect((await readSupply(session(pools(thin, thick)))).storage).toEqual({ physical: 150, allocatable: 2050 });
    expect((await readSupply(session(pools(thin, { total_capacity_gb: "infinite" })))).storage).toBeUndefined();
    expect((await readSupply(session(pools()))).storage).toBeUndefined();
  });
});
