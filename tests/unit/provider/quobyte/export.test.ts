import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clusterBench, type ClusterBench } from "../fake/quobyte.ts";
import type { Resource } from "../fake/harness.ts";

let b: ClusterBench;
let share: Resource;
let volumeId: string;
beforeEach(async () => {
  b = await clusterBench();
  share = b.resource("Export");
  await b.client.call("setTenant", { tenant: { tenant_id: "p1", name: "heart" } });
  volumeId = (await b.client.call("createVolume", { name: "genomes", tenant_id: "p1" })).volume_uuid;
});
afterEach(() => b.stop());

const access = () =>
  (b.simulator.state.tenants[0]?.volume_access ?? []).map(
    ({ restrict_to_network: network, read_only: ro }) => `${network ?? ""} ${ro === true ? "ro" : "rw"}`,
  );
const RW = { network: "10.8.0.0/24", level: "rw" };
const RO = { network: "10.8.1.0/24", level: "ro" };

describe("quobyte Export (DIGIMED-10, DIGIMED-16)", () => {
  it("lets in the networks that it lists, each with its level, and tells where it is mounted from", async () => {
    const wanted = { volumeId, networks: [RO, RW] };
    expect((await share.create(wanted)).id).toBe(volumeId);
    expect(access().toSorted()).toEqual(["10.8.0.0/24 rw", "10.8.1.0/24 ro"]);
    expect(share.state).toMatchObject({ nfsServer: "127.0.0.1", nfsPath: `/${volumeId}` });
    expect((await share.refresh()).props).toEqual(share.state);
    expect((await share.diff({ volumeId, networks: [RW, RO] })).changes).toBe(false);
  });

  it("is the whole set: a network that somebody let in is drift and goes, whatever its spelling", async () => {
    const wanted = { volumeId, networks: [RW] };
    await share.create(wanted);
    for (const foreign of ["0.0.0.0/0", "10.8.9.7/24", "10.66.0.1"]) {
      await b.client.call("exportVolume", { volume_uuid: volumeId, add_allow_ip: foreign });
      await share.refresh();
      expect((await share.diff(wanted)).changes, foreign).toBe(true);
      await share.update(wanted);
      expect(access(), foreign).toEqual(["10.8.0.0/24 rw"]);
    }
  });

  it("closes before it opens: a network whose level changes is never in with both", async () => {
    await share.create({ volumeId, networks: [RW] });
    // The first call takes it out; the one after fails: then it is out, and not in with its old level.
    b.simulator.faults.add({ fault: "slow", method: "exportVolume", milliseconds: 0 });
    b.simulator.faults.add({ fault: "absent", method: "exportVolume" });
    await expect(share.update({ volumeId, networks: [{ ...RW, level: "ro" }, RO] })).rejects.toThrow(/export volume/);
    expect(access()).toEqual([]);
    await share.update({ volumeId, networks: [{ ...RW, level: "ro" }, RO] });
    expect(access().toSorted()).toEqual(["10.8.0.0/24 ro", "10.8.1.0/24 ro"]);
    await share.refresh();
    expect((await share.diff({ volumeId, networks: [{ ...RW, level: "ro" }, RO] })).changes).toBe(false);
  });

  it("SPE4HD-8: is a bucket by its name, and only one; a bucket by hand is drift", async () => {
    await share.create({ volumeId, bucket: "results" });
    expect(b.simulator.state.volumes[0]).toMatchObject({ bucket: "results", exported: false });
    expect((await share.refresh()).props).toMatchObject({ networks: [], bucket: "results" });
    await share.update({ volumeId, networks: [RW] });
    expect(b.simulator.state.volumes[0]?.bucket).toBeUndefined();
    await b.client.call("publishBucketVolume", { volume_uuid: volumeId, bucket_name: "by-hand" });
    await share.refresh();
    expect((await share.diff({ volumeId, networks: [RW] })).changes).toBe(true);
    await share.update({ volumeId, networks: [RW] });
    expect(b.simulator.state.volumes[0]?.bucket).toBeUndefined();
  });

  it("refuses a bucket that it did not make, and a volume that is not there", async () => {
    await b.client.call("publishBucketVolume", { volume_uuid: volumeId, bucket_name: "theirs" });
    await expect(share.create({ volumeId, networks: [RW] })).rejects.toThrow(/published as a bucket.*found theirs/);
    await expect(share.create({ volumeId: "nowhere", networks: [RW] })).rejects.toThrow(/cannot export volume nowhere/);
  });

  it("is taken up after a call that was done and told as failed", async () => {
    b.simulator.faults.add({ fault: "half-done", method: "exportVolume", times: 1 });
    await expect(share.create({ volumeId, networks: [RW] })).rejects.toThrow(/cannot export volume "genomes"/);
    await share.create({ volumeId, networks: [RW] });
    expect(access()).toEqual(["10.8.0.0/24 rw"]);
  });

  it("goes with everything that it let in; the volume stays", async () => {
    await share.create({ volumeId, networks: [RW], bucket: "results" });
    await share.delete();
    expect(access()).toEqual([]);
    expect(b.simulator.state.volumes).toMatchObject([{ exported: false }]);
    expect(b.simulator.state.volumes[0]?.bucket).toBeUndefined();
    expect((await share.refresh()).id).toBe("");
    await share.delete();
  });

  it("refuses every address, a network twice, and an export of nothing", async () => {
    const failed = async (news: object) => (await share.check({ volumeId, ...news })).failures?.[0]?.property;
    expect(await failed({ networks: [{ network: "0.0.0.0/0", level: "ro" }] })).toBe("networks");
    expect(await failed({ networks: [RW, { ...RW, level: "ro" }] })).toBe("networks");
    expect(await failed({})).toBe("networks");
    expect(await failed({ bucket: "Not A Bucket" })).toBe("bucket");
  });
});
