import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { QuobyteClient } from "../../../../quobyte/client.ts";
import { clusterBench, type ClusterBench } from "../fake/quobyte.ts";
import type { Resource } from "../fake/harness.ts";

let b: ClusterBench;
let tenant: Resource;
beforeEach(async () => {
  b = await clusterBench();
  tenant = b.resource("Tenant", "heart");
});
afterEach(() => b.stop());

// As Keystone writes the ids of projects.
const PROJECT = "8e2f4c0d1a7b4c21b64e3b5a11f0c9d2";
const HEART = { tenantId: PROJECT, name: "digimed-heart-main" };
const volume = (name = "share-1"): Promise<string> =>
  b.client.call("createVolume", { name, tenant_domain: PROJECT }).then((made) => made.volume_uuid);
const live = () => b.simulator.state.tenants.find(({ tenant_id: id }) => id === PROJECT);

describe("quobyte Tenant (DIGIMED-16)", () => {
  it("has the id that was chosen, and is no change after a refresh", async () => {
    expect((await tenant.create(HEART)).id).toBe(PROJECT);
    expect(live()).toMatchObject({ tenant_id: PROJECT, name: "digimed-heart-main" });
    expect((await tenant.refresh()).props).toEqual(tenant.state);
    expect((await tenant.diff(HEART)).changes).toBe(false);
    expect(await tenant.diff({ ...HEART, tenantId: "other" })).toMatchObject({ replaces: ["tenantId"] });
  });

  it("takes up what Manila's driver made before it, and what an interrupted run left; a stranger's it refuses", async () => {
    await b.client.call("setTenant", { tenant: { tenant_id: PROJECT } });
    await tenant.create(HEART);
    expect(live()?.name).toBe("digimed-heart-main");
    await b.resource("Tenant", "heart").create(HEART);
    expect(b.simulator.state.tenants).toHaveLength(1);
    await b.client.call("setTenant", { tenant: { tenant_id: "p2", name: "radiology" } });
    await expect(b.resource("Tenant").create({ tenantId: "p2", name: "mine" })).rejects.toThrow(
      /tenant p2 is there already, under another name \(found radiology; allowed: mine\)/,
    );
    expect(b.simulator.state.tenants.map(({ name }) => name)).toContain("radiology");
  });

  it("is made once where the answer to its making was lost", async () => {
    b.simulator.faults.add({ fault: "lost", method: "setTenant" });
    await expect(tenant.create(HEART)).rejects.toThrow(/cannot create tenant "digimed-heart-main"/);
    await tenant.create(HEART);
    expect(b.simulator.state.tenants).toHaveLength(1);
  });

  it("keeps exports and what else it does not own when it changes", async () => {
    await tenant.create(HEART);
    const uuid = await volume();
    await b.client.call("exportVolume", { volume_uuid: uuid, protocol: "NFS", add_allow_ip: "10.8.0.0/24" });
    await tenant.update({ ...HEART, name: "digimed-heart", networks: ["10.8.0.9/16"] });
    expect(live()).toMatchObject({
      name: "digimed-heart",
      restrict_to_network: ["10.8.0.0/16"],
      volume_access: [{ volume_uuid: uuid, restrict_to_network: "10.8.0.0/24" }],
    });
  });

  it("owns its networks only where it names them: a list that it does not name stays", async () => {
    await tenant.create(HEART);
    await b.client.call("setTenant", { tenant: { ...live()!, restrict_to_network: ["10.9.0.0/16"] } });
    await tenant.refresh();
    expect((await tenant.diff(HEART)).changes).toBe(false);
    await tenant.update({ ...HEART, networks: ["10.8.0.0/16"] });
    await b.client.call("setTenant", { tenant: { ...live()!, restrict_to_network: ["10.8.0.0/16", "0.0.0.0/0"] } });
    await tenant.refresh();
    expect((await tenant.diff({ ...HEART, networks: ["10.8.0.0/16"] })).changes).toBe(true);
  });

  it("C4H-13: is not removed while it has volumes, and erases them on the explicit word alone", async () => {
    await tenant.create(HEART);
    await volume("share-1");
    await volume("share-2");
    await expect(tenant.delete()).rejects.toThrow(
      /it has 2 volumes \(found "share-1" \(.*\), "share-2" .*Next: erase them in Quobyte, or write deletion: allowed/,
    );
    expect(b.simulator.state.volumes).toHaveLength(2);
    await tenant.update({ ...HEART, eraseVolumes: true });
    await tenant.delete();
    expect(b.simulator.state).toMatchObject({ tenants: [], volumes: [] });
    // What is gone is done.
    await tenant.delete();
    expect((await tenant.refresh()).id).toBe("");
  });

  it("erases no volume of another tenant", async () => {
    await tenant.create({ ...HEART, eraseVolumes: true });
    await b.client.call("setTenant", { tenant: { tenant_id: "p2", name: "radiology" } });
    await b.client.call("createVolume", { name: "share-1", tenant_id: "p2" });
    await volume();
    await tenant.delete();
    expect(b.simulator.state.volumes.map((one) => one.tenant)).toEqual(["p2"]);
  });

  it("erases nothing where the cluster lists a volume that says it is another tenant's", async () => {
    await tenant.create({ ...HEART, eraseVolumes: true });
    await volume();
    const call = vi.spyOn(QuobyteClient.prototype, "call");
    const { volume: listed = [] } = await b.client.call("getVolumeList", { tenant_domain: PROJECT });
    call.mockImplementationOnce(() => Promise.resolve({ tenant: [{ tenant_id: PROJECT }] } as never));
    for (let look = 0; look < 2; look++)
      call.mockImplementationOnce(() => Promise.resolve({ volume: [{ ...listed[0]!, tenant_domain: "p2" }] } as never));
    await expect(tenant.delete()).rejects.toThrow(/some that say they are another's.*"share-1".*of p2/);
    call.mockRestore();
    expect(b.simulator.state.volumes[0]?.erasedAt).toBeUndefined();
  });

  it("sends nothing where nothing differs: an export made meanwhile would be gone", async () => {
    await tenant.create(HEART);
    b.simulator.calls.length = 0;
    await b.resource("Tenant", "heart").create(HEART);
    expect(b.simulator.calls.map(({ method }) => method)).toEqual(["getTenant"]);
  });

  it("is taken over by its id behind the cluster's name, and says what it cannot find", async () => {
    await b.client.call("setTenant", { tenant: { tenant_id: PROJECT, name: "old" } });
    const { props } = await b.provider.read(`fake//${PROJECT}`, tenant.urn, {});
    expect(props).toMatchObject({ cluster: "fake", tenantId: PROJECT, name: "old" });
    await expect(b.provider.read("fake//nobody", tenant.urn, {})).rejects.toThrow(/cannot take over nobody/);
  });

  it("tells wrong inputs at their property, and names its cluster", async () => {
    const { failures } = await tenant.check({ name: "x", networks: ["10.0.0.0/33"] });
    expect(failures?.map(({ property }) => property)).toEqual(["tenantId", "networks[0]"]);
    const missing = await b.provider.check(tenant.urn, {}, HEART);
    expect(missing.failures).toEqual([{ property: "cluster", reason: "must be the name of an entry of quobyte.yaml" }]);
    const cloud = await b.provider.check(tenant.urn, {}, { ...HEART, cluster: "main", cloud: "operator" });
    expect(cloud.failures?.[0]).toMatchObject({ property: "cloud" });
  });
});
