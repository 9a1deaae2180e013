import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clusterBench, type ClusterBench } from "../fake/quobyte.ts";
import type { Resource } from "../fake/harness.ts";

let b: ClusterBench;
let quota: Resource;
beforeEach(async () => {
  b = await clusterBench();
  quota = b.resource("Quota");
  await b.client.call("setTenant", { tenant: { tenant_id: "p1", name: "heart" } });
});
afterEach(() => b.stop());

const GIB = 2 ** 30;
const volume = (): Promise<string> =>
  b.client.call("createVolume", { name: "v", tenant_id: "p1" }).then((made) => made.volume_uuid);
const setByHand = (...limits: { type: "LOGICAL_DISK_SPACE" | "FILE_COUNT" | "VOLUME_COUNT"; value: number }[]) =>
  b.client.call("setQuota", { quotas: [{ consumer: [{ type: "TENANT", identifier: "p1" }], limits }] });

describe("quobyte Quota (DIGIMED-16, DIGIMED-18)", () => {
  it("limits a tenant, in bytes beyond what a number holds exactly, and is no change after a refresh", async () => {
    const wanted = { tenantId: "p1", gigabytes: 8_000_000_001, volumes: 12 };
    expect((await quota.create(wanted)).id).toBe("p1");
    expect(b.simulator.state.quotas).toMatchObject([
      {
        consumer: [{ type: "TENANT", identifier: "p1" }],
        limits: [
          { type: "LOGICAL_DISK_SPACE", value: 8_000_000_001n * 2n ** 30n },
          { type: "VOLUME_COUNT", value: 12n },
        ],
      },
    ]);
    expect((await quota.refresh()).props).toEqual(quota.state);
    expect((await quota.diff(wanted)).changes).toBe(false);
  });

  it("limits a volume within its tenant", async () => {
    const volumeId = await volume();
    expect((await quota.create({ tenantId: "p1", volumeId, gigabytes: 5, files: 1000 })).id).toBe(`p1/${volumeId}`);
    expect((await quota.refresh()).props).toMatchObject({ tenantId: "p1", volumeId, gigabytes: 5, files: 1000 });
  });

  it("holds: one volume more than granted is refused by the cluster", async () => {
    await quota.create({ tenantId: "p1", volumes: 1 });
    await volume();
    await expect(b.client.call("createVolume", { name: "second", tenant_id: "p1" })).rejects.toThrow(/VOLUME_COUNT/);
  });

  it("shows what was raised, lowered, added and taken away by hand, and undoes it", async () => {
    const wanted = { tenantId: "p1", gigabytes: 10, volumes: 2 };
    await quota.create(wanted);
    const spoils = [
      () => setByHand({ type: "LOGICAL_DISK_SPACE", value: 99 * GIB }, { type: "VOLUME_COUNT", value: 2 }),
      () => setByHand({ type: "LOGICAL_DISK_SPACE", value: 10 * GIB - 1 }, { type: "VOLUME_COUNT", value: 2 }),
      () => setByHand({ type: "LOGICAL_DISK_SPACE", value: 10 * GIB }),
    ];
    for (const spoil of spoils) {
      await spoil();
      await quota.refresh();
      expect((await quota.diff(wanted)).changes).toBe(true);
      await quota.update(wanted);
      await quota.refresh();
      expect((await quota.diff(wanted)).changes).toBe(false);
    }
    await setByHand();
    expect((await quota.refresh()).id).toBe("");
  });

  it("is refused where it is smaller than what is used, before a first quota and after one", async () => {
    const volumeId = await volume();
    b.simulator.fill(volumeId, 7 * GIB + 1);
    await expect(quota.create({ tenantId: "p1", gigabytes: 7 })).rejects.toThrow(
      /the quota of tenant p1 is smaller than what is used \(found 8 GiB used, 7 wanted\).*Next: raise the quota/,
    );
    expect(b.simulator.state.quotas).toEqual([]);
    await quota.create({ tenantId: "p1", gigabytes: 8, volumes: 1 });
    await b.client.call("setQuota", { quotas: [{ consumer: [{ type: "TENANT", identifier: "p1" }], limits: [] }] });
    await b.client.call("createVolume", { name: "second", tenant_id: "p1" });
    await expect(quota.update({ tenantId: "p1", gigabytes: 9, volumes: 1 })).rejects.toThrow(
      /2 volumes used, 1 wanted/,
    );
    const own = b.resource("Quota", "of the volume");
    await expect(own.create({ tenantId: "p1", volumeId, gigabytes: 7 })).rejects.toThrow(/quota of volume/);
  });

  it("leaves its limits in force when it goes: no method takes a quota away", async () => {
    await quota.create({ tenantId: "p1", gigabytes: 10 });
    await quota.delete();
    expect(b.simulator.state.quotas).toHaveLength(1);
    await b.client.call("deleteTenant", { tenant_id: "p1" });
    expect((await quota.refresh()).id).toBe("");
  });

  it("refuses 0, which could mean everything, and a quota of nothing", async () => {
    expect((await quota.check({ tenantId: "p1", gigabytes: 0 })).failures?.[0]?.property).toBe("gigabytes");
    expect((await quota.check({ tenantId: "p1" })).failures?.[0]?.property).toBe("gigabytes");
    await expect(b.provider.read("fake//a/b/c", quota.urn, {})).rejects.toThrow(/"a\/b\/c" is no id of a Quota/);
  });
});
