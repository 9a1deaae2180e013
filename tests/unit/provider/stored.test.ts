import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import type { FakeStored } from "./fake/stored.ts";
import { fakeShares, fakeVolumes } from "./fake/stored.ts";

let b: Bench;
let stored: FakeStored;
let one: Resource;
beforeEach(async () => {
  b = await bench();
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const COMMON = { name: "heart-imaging", size: 10, metadata: { owner: "heart" }, availabilityZone: "nova" };
const KINDS = [
  {
    kind: "volume",
    token: "tresor:blockstorage:Volume",
    fake: fakeVolumes,
    args: { ...COMMON, volumeType: "encrypted-ssd" },
    other: { volumeType: "encrypted-hdd" },
    broken: "error_extending",
    title: "Cinder",
  },
  {
    kind: "share",
    token: "tresor:share:Share",
    fake: fakeShares,
    args: { ...COMMON, shareType: "nfs-ssd", shareProto: "nfs" },
    other: { shareType: "nfs-hdd" },
    broken: "extending_error",
    title: "Manila",
  },
];
const writes = (): string[] => b.cloud.writes().map((line) => line.replace(/\/(volume|share)\/v\d(\/home)?/, ""));

describe.each(KINDS)("$kind", ({ kind, token, fake, args, other, broken, title }) => {
  beforeEach(() => {
    stored = fake(b.cloud);
    one = b.resource(token);
  });

  it("DIGIMED-5: is made once it is available, reads back as it was asked for, and hides our own key", async () => {
    const { id } = await one.create(args);
    expect(one.state.status).toBe("available");
    expect(stored.only.metadata.tresor_id).toMatch(/^[0-9a-f]{32}-[0-9a-f]{16}$/);
    expect((await one.refresh()).id).toBe(id);
    expect(one.state.metadata).toEqual({ owner: "heart" });
    expect((await one.diff(args)).changes).toBe(false);
  });

  it("takes up what an interrupted run left, also one that is still built, and brings it to today's inputs", async () => {
    stored.looks = -1;
    const work = one.create(args).catch((reason: unknown) => reason);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await b.provider.cancel();
    expect(String(((await work) as Error).message)).toMatch(/the run was interrupted.*goes on where this ended/);
    stored.only.left = 1;
    stored.looks = 1;
    await b.stop();
    const before = stored.only;
    b = await bench();
    stored = fake(b.cloud);
    stored.all.set(before.id, before);
    one = b.resource(token);
    expect((await one.create({ ...args, size: 20, metadata: { owner: "north" } })).id).toBe(before.id);
    expect(stored.only).toMatchObject({ size: 20, metadata: { owner: "north" } });
    // Control: the same name in another resource is another object.
    stored.all.set("left", { ...structuredClone(before), id: "left" });
    stored.all.delete(before.id);
    expect((await b.resource(token, "other").create(args)).id).not.toBe("left");
  });

  it("takes up none that was made from other inputs, and none of two: data may be on it", async () => {
    await one.create(args);
    const again = b.resource(token);
    await expect(again.create({ ...args, ...other })).rejects.toThrow(
      new RegExp(
        `^cannot create ${kind} "heart-imaging": an earlier run made it already, from other inputs .*data may be`,
      ),
    );
    stored.make(structuredClone(stored.only), "available");
    await expect(again.create(args)).rejects.toThrow(/made it already, more than once/);
    expect(stored.all.size).toBe(2);
    expect(writes().filter((line) => line.startsWith("DELETE"))).toEqual([]);
  });

  it("leaves alone what bears its mark under another name: it was handed to another resource", async () => {
    const { id } = await one.create(args);
    stored.only.name = "scans";
    const next = await b.resource(token).create(args);
    expect(next.id).not.toBe(id);
    expect(stored.all.get(id)).toMatchObject({ name: "scans", status: "available" });
  });

  it("removes nothing that was built once, even where it breaks while it is taken up", async () => {
    await one.create(args);
    b.cloud.on("GET", b.cloud.asked.at(-1)!.path, () => [200, { [kind]: { ...stored.only, status: broken } }]);
    await expect(b.resource(token).create({ ...args, size: 20 })).rejects.toThrow(new RegExp(`in status ${broken}`));
    expect(stored.all.size).toBe(1);
  });

  it("goes on with an extension and with a deletion that an interrupted run began", async () => {
    await one.create(args);
    Object.assign(stored.only, { status: "extending", wanted: 20, left: 1 });
    await one.update({ ...args, size: 20 });
    expect(writes().filter((line) => line.endsWith("/action"))).toEqual([]);
    Object.assign(stored.only, { status: "deleting", left: 2 });
    await one.delete();
    expect(stored.all.size).toBe(0);
  });

  it("removes what failed to build, tells the reason in one sentence, and the next run makes it anew", async () => {
    stored.outcome = "error";
    stored.say(`${kind}-1`, "create: No storage could be allocated.");
    await expect(one.create(args)).rejects.toThrow(
      new RegExp(
        `^${kind} "heart-imaging" was not built: it came to error, it never held data and was removed: ${title} says: create: No storage could be allocated\\. Next: mend that`,
      ),
    );
    expect(stored.all.size).toBe(0);
    stored.outcome = "available";
    await one.create(args);
    expect(stored.only.status).toBe("available");
  });

  it("removes what failed to build while nobody looked, whatever it was made from", async () => {
    await one.create(args);
    Object.assign(stored.only, { status: "error", progress: "0%" });
    const { id } = one;
    const next = await b.resource(token).create({ ...args, ...other });
    expect(next.id).not.toBe(id);
    expect([...stored.all.keys()]).toEqual([next.id]);
  });

  it("removes nothing in error that may have held data", async () => {
    await one.create(args);
    Object.assign(stored.only, { status: "error", updated_at: "2026-11-22T08:00:00.000000" });
    await expect(b.resource(token).create(args)).rejects.toThrow(
      new RegExp(`an earlier run made it already: ${kind} .* is in status error: .*it may hold data`),
    );
    expect(stored.all.size).toBe(1);
  });

  it("grows in place and waits for it", async () => {
    await one.create(args);
    expect(await one.diff({ ...args, size: 20 })).toMatchObject({ changes: true, replaces: [] });
    await one.update({ ...args, size: 20 });
    expect(stored.only).toMatchObject({ size: 20, status: "available" });
    expect((await one.refresh()).props).toMatchObject({ size: 20 });
  });

  it("says why it did not grow, with the service's reason", async () => {
    await one.create(args);
    stored.extension = "ignored";
    await expect(one.update({ ...args, size: 20 })).rejects.toThrow(
      /cannot extend .* from 10 to 20 GiB: it came back with 10 GiB/,
    );
    stored.extension = "error";
    stored.say(one.id, "extend: the pool is full");
    await expect(one.update({ ...args, size: 20 })).rejects.toThrow(
      new RegExp(
        `cannot extend .* from 10 to 20 GiB: .* is in status ${broken}: ${title} says: extend: the pool is full`,
      ),
    );
  });

  it("refuses to shrink, in the preview and against what is there", async () => {
    await one.create(args);
    expect((await one.check({ ...args, size: 5 })).failures).toEqual([
      { property: "size", reason: "must be at least 10 GiB, which it has: data cannot be shrunk" },
    ]);
    // Something new may have any size.
    expect((await one.check({ ...args, ...other, size: 5 })).failures).toEqual([]);
    stored.only.size = 30;
    await expect(one.update({ ...args, size: 20 })).rejects.toThrow(
      /cannot shrink .* from 30 to 20 GiB.*Next: write 30 GiB/,
    );
  });

  it("changes words and metadata in place, and sees them changed by hand", async () => {
    await one.create(args);
    const next = { ...args, name: "imaging", description: "scans", metadata: { owner: "north" } };
    expect(await one.diff(next)).toMatchObject({ changes: true, replaces: [] });
    await one.update(next);
    const mark = stored.only.metadata.tresor_id;
    expect(stored.only).toMatchObject({ name: "imaging", description: "scans", metadata: { owner: "north" } });
    expect(mark).toMatch(/^[0-9a-f]{32}-/);
    stored.only.metadata = { owner: "evil" };
    await one.refresh();
    expect((await one.diff(next)).changes).toBe(true);
    await one.update(next);
    expect(stored.only.metadata).toEqual({ owner: "north" });
  });

  it.each(["availabilityZone", ...Object.keys(other)])(
    "is another one where %s changes, and never two at once",
    async (key) => {
      await one.create(args);
      expect(await one.diff({ ...args, [key]: "x" })).toMatchObject({ replaces: [key], deleteBeforeReplace: true });
    },
  );

  it("shows one that broke later as changed, never replaces it, and an up names it", async () => {
    await one.create(args);
    stored.only.status = broken;
    stored.say(one.id, "the pool is gone");
    await one.refresh();
    expect(await one.diff(args)).toMatchObject({ changes: true, replaces: [] });
    await expect(one.update(args)).rejects.toThrow(
      new RegExp(`is in status ${broken}: ${title} says: the pool is gone\\. Next: ask the storage's operator`),
    );
    // Control: one that is in use is as it should be.
    stored.only.status = "in-use";
    await one.refresh();
    expect((await one.diff(args)).changes).toBe(false);
  });

  it("is deleted once it is gone, and what is gone is gone", async () => {
    await one.create(args);
    stored.looks = 3;
    await one.delete();
    expect(stored.all.size).toBe(0);
    await one.delete();
    expect((await one.refresh()).id).toBe("");
  });

  it("says what holds one that cannot be deleted, and waits for one that is let go this moment", async () => {
    await one.create(args);
    stored.held.add(one.id);
    await expect(one.delete()).rejects.toThrow(/cannot delete .*: something holds it .*Next: detach it/);
    stored.held.clear();
    stored.only.attachments = [{ server_id: "m1" }];
    await expect(one.delete()).rejects.toThrow(/something holds it \(found attached to machine m1\)/);
    Object.assign(stored.only, { attachments: [], status: "detaching", left: 1 });
    await one.delete();
    expect(stored.all.size).toBe(0);
  });

  it("is taken over with all inputs that the config may name, by an entry of clouds.yaml in its id", async () => {
    const live = stored.make(
      {
        name: "old",
        size: 7,
        metadata: { a: "b" },
        volume_type: "encrypted-ssd",
        share_type: "nfs-ssd",
        share_proto: "NFS",
      },
      "available",
    );
    const { id, inputs } = await b.provider.read(`fake//${live.id}`, one.urn);
    expect(id).toBe(live.id);
    const mine =
      kind === "volume"
        ? { volumeType: "encrypted-ssd", encrypted: true }
        : { shareType: "nfs-ssd", shareProto: "NFS", isPublic: false };
    const zone = { availabilityZone: "nova", metadata: { a: "b" } };
    expect(inputs).toEqual({ cloud: "fake", name: "old", description: "", size: 7, ...zone, ...mine });
    await expect(b.provider.read("fake//nowhere", one.urn)).rejects.toThrow(
      /cannot take over nowhere as tresor:.*not visible with the entry "fake"/,
    );
  });

  it("shares its looks: three are found, waited for and read in lists", async () => {
    stored.looks = 4;
    const all = ["a", "b", "c"].map((name) => b.resource(token, name));
    await Promise.all(all.map((each, index) => each.create({ ...args, name: `n${index}` })));
    const reads = (): number =>
      b.cloud.asked.filter((asked) => asked.path.includes(`/${kind}s`) && asked.method === "GET").length;
    // One to find what is left, then one for each look; each of them shows all three.
    expect(reads()).toBeLessThanOrEqual(8);
    b.cloud.asked.length = 0;
    await Promise.all(all.map((each) => each.refresh()));
    expect(reads()).toBe(1);
  });

  it.each([
    ["a size of nothing", { size: 0 }, "size"],
    ["our own metadata key", { metadata: { tresor_id: "x" } }, "metadata"],
    ["no name", { name: "" }, "name"],
  ])("refuses %s", async (_, change, property) => {
    expect((await one.check({ ...args, ...change })).failures?.map((failure) => failure.property)).toEqual([property]);
  });
});

describe("Volume", () => {
  const args = { ...COMMON, volumeType: "encrypted-ssd" };
  beforeEach(() => {
    stored = fakeVolumes(b.cloud);
    one = b.resource("tresor:blockstorage:Volume");
  });

  it("DIGIMED-5: is made from an image, which no edit of its properties makes another", async () => {
    await one.create({ ...args, imageId: "i1" });
    stored.only.volume_image_metadata = { image_id: "i2" };
    await one.refresh();
    expect((await one.diff({ ...args, imageId: "i1" })).changes).toBe(false);
    expect((await one.diff({ ...args, imageId: "i3" })).replaces).toEqual(["imageId"]);
    const { inputs } = await b.provider.read(one.id, one.urn, {});
    expect(inputs).toMatchObject({ imageId: "i2" });
  });

  it("DIGIMED-5: is removed where it came unencrypted, unless the config says that it may", async () => {
    const open = { ...args, volumeType: "plain" };
    await expect(one.create(open)).rejects.toThrow(
      /^volume "heart-imaging" \(volume-1\) is not encrypted: it was removed before anything used it: its type plain has no encryption/,
    );
    expect(stored.all.size).toBe(0);
    await one.create({ ...open, encrypted: false });
    expect((await one.diff({ ...open, encrypted: false })).changes).toBe(false);
  });

  it("DIGIMED-5: one that is found unencrypted is drift, and is refused but never removed", async () => {
    await one.create(args);
    stored.only.encrypted = false;
    await one.refresh();
    expect(await one.diff(args)).toMatchObject({ changes: true, replaces: [] });
    await expect(one.update(args)).rejects.toThrow(/is not encrypted: its type .*encryption cannot be added/);
    expect(stored.all.size).toBe(1);
  });

  it("knows its type by name and by id", async () => {
    await one.create({ ...args, volumeType: "encrypted-ssd" });
    one.state.volumeType = "id-of-encrypted-ssd";
    await one.refresh();
    expect((await one.diff({ ...args, volumeType: "id-of-encrypted-ssd" })).changes).toBe(false);
    stored.only.volume_type = "plain";
    stored.only.volume_type_id = "id-of-plain";
    await one.refresh();
    expect((await one.diff(args)).replaces).toEqual(["volumeType"]);
  });

  it("grows while a machine holds it", async () => {
    await one.create(args);
    Object.assign(stored.only, { status: "in-use", attachments: [{ server_id: "m1" }] });
    await one.update({ ...args, size: 20 });
    expect(stored.only).toMatchObject({ size: 20, status: "in-use" });
    const sent = b.cloud.asked.find((asked) => asked.path.endsWith("/action"));
    expect(sent?.headers["openstack-api-version"]).toBe("volume 3.71");
  });
});

describe("Share", () => {
  const args = { ...COMMON, shareType: "nfs-ssd", shareProto: "nfs" };

  it("DIGIMED-9: is never public, and one that was made public by hand is drift that an up undoes", async () => {
    stored = fakeShares(b.cloud);
    one = b.resource("tresor:share:Share");
    await one.create(args);
    stored.only.is_public = true;
    await one.refresh();
    expect(await one.diff(args)).toMatchObject({ changes: true, replaces: [] });
    await one.update(args);
    expect(stored.only.is_public).toBe(false);
    expect((await one.check({ ...args, isPublic: true })).failures?.[0]?.reason).toMatch(/every project of the cloud/);
  });
});
