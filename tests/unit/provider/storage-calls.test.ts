import { afterEach, beforeEach, expect, it } from "vitest";
import { FakeAttachments } from "./fake/attachments.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeNova } from "./fake/nova.ts";
import { FakeManila } from "./fake/storage.ts";
import { fakeShares, fakeVolumes } from "./fake/stored.ts";

let b: Bench;
let counted: Record<string, number>;
beforeEach(async () => {
  b = await bench();
  const nova = new FakeNova(b.cloud);
  const manila = new FakeManila(b.cloud);
  const rules = b.cloud.handlerOf("POST", "/share/v2/shares/:id/action");
  const shares = fakeShares(b.cloud);
  b.cloud.on("POST", "/share/v2/shares/:id/action", rules);
  const volumes = fakeVolumes(b.cloud);
  new FakeAttachments(b.cloud, nova, volumes);
  shares.looks = volumes.looks = 2;
  manila.shares.add("share-1");
  b.cloud.asked.length = 0;
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const count = (): Record<string, number> => {
  const calls = b.cloud.asked.filter(({ path }) => !path.includes("/auth/") && !/\/v[\d.]+\/$/.test(path));
  const lines = calls.map(({ method, path }) => `${method} ${path.replace(/\w+-\d+/, "{id}")}`);
  b.cloud.asked.length = 0;
  return Object.fromEntries(
    Object.entries(Object.groupBy(lines, (line) => line)).map(([line, all]) => [line, all!.length]),
  );
};
const sum = (): number => Object.values(counted).reduce((all, one) => all + one, 0);

/** What a zone of two machines holds in one project, in the order in which the engine can make it. */
async function make(): Promise<Resource[]> {
  const volume = (name: string): Resource => b.resource("tresor:blockstorage:Volume", name);
  const [root1, root2, data] = [volume("root1"), volume("root2"), volume("data")];
  const share = b.resource("tresor:share:Share");
  const args = { size: 5, volumeType: "encrypted" };
  await Promise.all([
    ...[root1, root2, data].map((one, index) => one.create({ ...args, name: `v${index}` })),
    share.create({ name: "s", size: 5, shareType: "nfs", shareProto: "NFS" }),
  ]);
  const machine = (name: string): Resource => b.resource("tresor:compute:Machine", name);
  const [one, two] = [machine("one"), machine("two")];
  const access = b.resource("tresor:share:ShareAccessSet");
  const rules = ["10.1.0.0/24", "10.2.0.0/24"].map((to) => ({ accessType: "ip", accessTo: to, accessLevel: "rw" }));
  const server = { flavorId: "f1", imageId: "i1" };
  await Promise.all([
    one.create({ ...server, name: "one", bootVolumeId: root1.id, ports: ["p1"] }),
    two.create({ ...server, name: "two", bootVolumeId: root2.id, ports: ["p2"] }),
    access.create({ shareId: share.id, rules }),
  ]);
  const attachment = b.resource("tresor:compute:VolumeAttachment");
  await attachment.create({ serverId: one.id, volumeId: data.id });
  return [root1, root2, data, share, one, two, access, attachment];
}

it("makes three volumes, two machines, an attachment and a share with its rules in few calls", async () => {
  const all = await make();
  counted = count();
  // Writes are as many as there are things to make: 3 volumes, 2 machines, 1 attachment, 1 share, 2 rules.
  const writes = Object.entries(counted).filter(([line]) => line.startsWith("POST"));
  expect(writes.reduce((number, [, one]) => number + one, 0)).toBe(9);
  // One look a kind for what was left behind; then looks that all who wait share, four at most for a build of three.
  expect(counted["GET /volume/v3/home/volumes/detail"]).toBeLessThanOrEqual(1 + 4);
  expect(counted["GET /compute/v2.1/servers/detail"]).toBeLessThanOrEqual(1 + 4);
  expect(counted["GET /share/v2/shares/detail"]).toBe(1);
  // The set: what is there, and what came of it; nothing is asked of the share itself.
  expect(counted["GET /share/v2/share-access-rules"]).toBeLessThanOrEqual(3);
  expect(sum()).toBeLessThanOrEqual(32);

  await Promise.all(all.map((one) => one.refresh()));
  counted = count();
  expect(counted).toEqual({
    "GET /volume/v3/home/volumes/detail": 1,
    "GET /compute/v2.1/servers/detail": 1,
    "GET /network/v2.0/ports": 1,
    "GET /share/v2/shares/{id}": 1,
    "GET /share/v2/share-access-rules": 1,
  });
});
