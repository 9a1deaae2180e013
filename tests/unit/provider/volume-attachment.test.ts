import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeAttachments } from "./fake/attachments.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeNova } from "./fake/nova.ts";
import type { FakeStored } from "./fake/stored.ts";
import { fakeVolumes } from "./fake/stored.ts";

let b: Bench;
let nova: FakeNova;
let volumes: FakeStored;
let attachments: FakeAttachments;
let one: Resource;
let ids: { serverId: string; volumeId: string };
const TOKEN = "tresor:compute:VolumeAttachment";

beforeEach(async () => {
  b = await bench();
  nova = new FakeNova(b.cloud);
  volumes = fakeVolumes(b.cloud);
  attachments = new FakeAttachments(b.cloud, nova, volumes);
  one = b.resource(TOKEN);
  const machine = b.resource("tresor:compute:Machine");
  const { id: serverId } = await machine.create({ name: "db", flavorId: "f1", bootVolumeId: "v1", ports: ["p1"] });
  ids = { serverId, volumeId: volumes.make({ name: "data", size: 5, volume_type: "encrypted" }, "available").id };
  b.cloud.asked.length = 0;
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

describe("VolumeAttachment", () => {
  it("is made once the machine holds the volume, and reads back by its id alone", async () => {
    const { id } = await one.create(ids);
    expect(id).toBe(`${ids.serverId}/${ids.volumeId}`);
    expect(volumes.only.status).toBe("in-use");
    expect((await b.provider.read(`fake//${id}`, one.urn)).inputs).toEqual({ cloud: "fake", ...ids });
    expect(await one.diff({ ...ids, serverId: "other" })).toMatchObject({
      replaces: ["serverId"],
      deleteBeforeReplace: true,
    });
  });

  it("takes up what an interrupted run asked for, and refuses a volume that another machine holds", async () => {
    await one.create(ids);
    await b.resource(TOKEN).create(ids);
    const other = await b
      .resource("tresor:compute:Machine", "other")
      .create({ name: "db2", flavorId: "f1", bootVolumeId: "v2", ports: ["p2"] });
    await expect(b.resource(TOKEN).create({ ...ids, serverId: other.id })).rejects.toThrow(
      /cannot attach volume .*status must be available/,
    );
  });

  it("says why the host did not attach it, and which volume is broken", async () => {
    attachments.outcome = "refused";
    volumes.say(ids.volumeId, "attach: no key");
    await expect(one.create(ids)).rejects.toThrow(
      /cannot attach volume .*"data" .*came back in status available: Cinder says: attach: no key\. Next: see `openstack server event list/,
    );
    volumes.only.status = "error_extending";
    await expect(one.create(ids)).rejects.toThrow(/volume "data" .* is in status error_extending: Cinder says/);
  });

  it("is drift where it was detached by hand", async () => {
    await one.create(ids);
    Object.assign(nova.servers.get(ids.serverId)!, { "os-extended-volumes:volumes_attached": [] });
    expect((await one.refresh()).id).toBe("");
  });

  it("is deleted once the volume is free, and a machine that is gone let go of it", async () => {
    await one.create(ids);
    await one.delete();
    expect(volumes.only).toMatchObject({ status: "available", attachments: [] });
    nova.servers.clear();
    await one.delete();
    expect((await one.refresh()).id).toBe("");
    one.id = "nonsense";
    await expect(one.refresh()).rejects.toThrow(/no id of a VolumeAttachment/);
  });
});
