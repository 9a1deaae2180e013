import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OWN_KEY } from "../../../../provider/metadata-mark.ts";
import { clusterBench, type ClusterBench } from "../fake/quobyte.ts";
import type { Resource } from "../fake/harness.ts";

let b: ClusterBench;
let volume: Resource;
beforeEach(async () => {
  b = await clusterBench();
  volume = b.resource("Volume", "genomes");
  await b.client.call("setTenant", { tenant: { tenant_id: "p1", name: "heart" } });
});
afterEach(() => b.stop());

const GENOMES = { tenantId: "p1", name: "genomes", labels: { owner: "heart-centre" } };
const encrypt = (): Promise<unknown> =>
  b.client.call("createPolicyRule", {
    policy_rule: {
      ...{ name: "encryption", enabled: true, scope: { tenant: [{ uuid: "p1" }] } },
      policies: { volume_encryption: { profile: "SYSTEM_AES_256" } },
    },
  });
const volumes = () => b.simulator.state.volumes;

describe("quobyte Volume (DIGIMED-5, DIGIMED-16)", () => {
  it("is encrypted by the rule of its tenant, and reads that back", async () => {
    await encrypt();
    await volume.create({ ...GENOMES, rootUser: "etl", accessMode: "750" });
    expect(volume.state).toMatchObject({
      encryption: "AES_XTS_256 by SYSTEM",
      status: "available",
      accessMode: "0750",
    });
    expect((await volume.refresh()).props).toEqual(volume.state);
    expect((await volume.diff({ ...GENOMES, rootUser: "etl", accessMode: "0750" })).changes).toBe(false);
  });

  it("is no volume where no rule encrypts it: what was made is empty, and erased again", async () => {
    await expect(volume.create(GENOMES)).rejects.toThrow(
      /volume "genomes" \(.*\) is not encrypted with AES-256, and was erased again \(found none\).*Next: make a policy rule/,
    );
    expect(volumes()).toEqual([]);
    // Control: who asks for no encryption gets a volume, and is told what it is.
    await volume.create({ ...GENOMES, encrypted: false });
    expect(volume.state["encryption"]).toBe("none");
  });

  it("never erases what it did not make: one that was taken over in the clear is refused and stays", async () => {
    const clear = { ...GENOMES, encrypted: false };
    await volume.create(clear);
    expect((await volume.diff(GENOMES)).changes).toBe(true);
    await expect(volume.update(GENOMES)).rejects.toThrow(
      /is not encrypted with AES-256 \(found none\).*copy what is in it/,
    );
    await expect(b.resource("Volume", "genomes").create(GENOMES)).rejects.toThrow(/is not encrypted with AES-256 \(/);
    expect(volumes()).toHaveLength(1);
  });

  it("takes up what an interrupted run left, by its mark; a stranger's of that name is refused and stays", async () => {
    await encrypt();
    b.simulator.faults.add({ fault: "lost", method: "createVolume" });
    await expect(volume.create(GENOMES)).rejects.toThrow(/may have been done all the same/);
    await volume.create({ ...GENOMES, labels: { owner: "uni-north" } });
    expect(volumes()).toHaveLength(1);
    expect((await volume.refresh()).props?.["labels"]).toEqual({ owner: "uni-north" });
    expect(b.simulator.state.labels.map(({ name }) => name).toSorted()).toEqual(["owner", OWN_KEY].toSorted());
    await expect(b.resource("Volume", "other").create(GENOMES)).rejects.toThrow(
      /cannot create volume "genomes": its tenant has one of that name .*this stack did not make it/,
    );
    expect(volumes()).toHaveLength(1);
  });

  it("takes another name and other labels in place, and sees both when they were changed by hand", async () => {
    await encrypt();
    await volume.create(GENOMES);
    await volume.update({ ...GENOMES, name: "genomes-2027", labels: { classification: "special" } });
    expect(volumes()).toMatchObject([{ uuid: volume.id, name: "genomes-2027" }]);
    const byHand = { entity_type: "VOLUME" as const, entity_id: volume.id, name: "owner", value: "somebody" };
    await b.client.call("setLabels", { label: [byHand] });
    await b.client.call("updateVolume", { volume_uuid: volume.id, name: "x" });
    const wanted = { ...GENOMES, name: "genomes-2027", labels: { classification: "special" } };
    expect((await volume.refresh()).props).toMatchObject({
      name: "x",
      labels: { owner: "somebody", classification: "special" },
    });
    await volume.update(wanted);
    await volume.refresh();
    expect((await volume.diff(wanted)).changes).toBe(false);
  });

  it("refuses to change what is settled at its making, and is never replaced: it holds data", async () => {
    await encrypt();
    await volume.create(GENOMES);
    for (const change of [{ tenantId: "p2" }, { rootUser: "x" }, { rootGroup: "x" }, { accessMode: "0777" }]) {
      const { failures } = await volume.check({ ...GENOMES, ...change });
      expect(failures?.map(({ property }) => property)).toEqual(Object.keys(change));
    }
  });

  it("C4H-13: is erased on the explicit word alone, and waits until it is gone", async () => {
    await encrypt();
    await volume.create(GENOMES);
    await expect(volume.delete()).rejects.toThrow(/volume "genomes" \(.*\) is not erased.*Next: set erase: true/);
    expect(volumes()).toHaveLength(1);
    expect(volumes()[0]?.erasedAt).toBeUndefined();
    await volume.update({ ...GENOMES, erase: true });
    await volume.delete();
    expect(volumes()).toEqual([]);
    await volume.delete();
    expect((await volume.refresh()).id).toBe("");
  });

  it("shows an erasure that somebody asked for by hand while it can be cancelled", async () => {
    await b.stop();
    b = await clusterBench(() => Date.UTC(2027, 0, 1));
    await b.client.call("setTenant", { tenant: { tenant_id: "p1", name: "heart" } });
    await encrypt();
    const own = b.resource("Volume");
    await own.create(GENOMES);
    await b.client.call("eraseVolume", { volume_uuid: own.id });
    await own.refresh();
    expect((await own.diff(GENOMES)).changes).toBe(true);
    await expect(own.update(GENOMES)).rejects.toThrow(/is being erased.*Next: cancel it/s);
    await b.client.call("cancelVolumeErasure", { volume_uuid: own.id });
    await own.refresh();
    expect((await own.diff(GENOMES)).changes).toBe(false);
  });
});
