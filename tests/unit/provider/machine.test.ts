import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Props } from "../../../provider/wire.ts";
import { isSecret, secret, unwrap } from "../../../provider/wire.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeNova } from "./fake/nova.ts";

let b: Bench;
let nova: FakeNova;
let machine: Resource;
const volume = { status: "in-use" };
beforeEach(async () => {
  b = await bench();
  nova = new FakeNova(b.cloud);
  volume.status = "in-use";
  b.cloud.on("GET", "/volume/v3/home/volumes/v1", () => [200, { volume: { id: "v1", name: "db-root", ...volume } }]);
  b.cloud.on("GET", "/volume/v3/home/messages", ({ query }) => [
    200,
    { messages: query.resource_uuid === "v1" ? [{ user_message: "create volume:No storage could be allocated" }] : [] },
  ]);
  machine = b.resource("tresor:compute:Machine", "heart-db");
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const DATA = "#cloud-config canary-8842";
const ARGS = {
  name: "db",
  flavorId: "f1",
  bootVolumeId: "v1",
  imageId: "i1",
  ports: ["p1", "p2"],
  metadata: { zone: "digimed" },
  tags: ["snp"],
};
const only = () => [...nova.servers.values()][0]!;

describe("Machine", () => {
  it("DIGIMED-1: is made once it is ACTIVE, with its volume kept and its microversion above 2.86", async () => {
    const { id } = await machine.create({
      ...ARGS,
      userData: DATA,
      serverGroupId: "sg1",
      availabilityZone: "one",
      configDrive: true,
    });
    expect(machine.state).toMatchObject({ status: "ACTIVE", flavorName: "SCS-f1" });
    const sent = b.cloud.asked.find((one) => one.method === "POST" && one.path.endsWith("/servers"));
    expect(sent?.headers["openstack-api-version"]).toBe("compute 2.100");
    expect(sent?.body).toMatchObject({
      server: {
        networks: [{ port: "p1" }, { port: "p2" }],
        block_device_mapping_v2: [{ uuid: "v1", boot_index: 0, delete_on_termination: false }],
        user_data: Buffer.from(DATA).toString("base64"),
        availability_zone: "one",
      },
      "OS-SCH-HNT:scheduler_hints": { group: "sg1" },
    });
    expect(sent?.body.server).not.toHaveProperty("imageRef");
    expect((await machine.refresh()).id).toBe(id);
    expect(
      (
        await machine.diff({
          ...ARGS,
          userData: DATA,
          serverGroupId: "sg1",
          availabilityZone: "one",
          configDrive: true,
        })
      ).changes,
    ).toBe(false);
  });

  it("shows Nova's reason for one that fails, removes it, and the next run makes it again", async () => {
    nova.slots = 0;
    await expect(machine.create(ARGS)).rejects.toThrow(
      /machine "db" was not built: it came to ERROR, and it was removed, its volumes and ports are kept: Nova says: No valid host was found\. Next: free a slot/,
    );
    expect(nova.servers.size).toBe(0);
    nova.slots = 1;
    await machine.create(ARGS);
    expect(only().status).toBe("ACTIVE");
  });

  const INVALID = { badRequest: { message: "Block Device Mapping is Invalid." } };
  const BROKEN =
    /^machine "db" was not built: volume "db-root" \(v1\) is in status error: Cinder says: create volume:No storage could be allocated\. Next: ask the storage's operator to mend it/;

  it("names the boot volume that is broken, whether Nova refuses it at once or fails over it", async () => {
    volume.status = "error";
    nova.slots = 0;
    await expect(machine.create(ARGS)).rejects.toThrow(BROKEN);
    expect(nova.servers.size).toBe(0);
    b.cloud.on("POST", "/compute/v2.1/servers", () => [400, INVALID]);
    await expect(machine.create(ARGS)).rejects.toThrow(BROKEN);
    // Control: a volume that is sound is not blamed.
    volume.status = "available";
    await expect(machine.create(ARGS)).rejects.toThrow(
      /^cannot create machine "db": .*Block Device Mapping is Invalid/,
    );
  });

  it("says that Cinder gives no reason where its messages are not shown to us", async () => {
    volume.status = "error";
    nova.slots = 0;
    b.cloud.on("GET", "/volume/v3/home/messages", () => [403, { forbidden: { message: "disallowed by policy" } }]);
    await expect(machine.create(ARGS)).rejects.toThrow(/is in status error: Cinder gives no reason\. Next:/);
  });

  it("takes up the machine of an interrupted run instead of making a second one", async () => {
    await machine.create(ARGS);
    const { id } = only();
    expect((await b.resource("tresor:compute:Machine", "heart-db").create(ARGS)).id).toBe(id);
    // Control: the same name in another resource is another machine.
    expect((await b.resource("tresor:compute:Machine", "other").create(ARGS)).id).not.toBe(id);
  });

  it("makes a new machine where an interrupted run made one from other inputs", async () => {
    await machine.create({ ...ARGS, userData: "of yesterday" });
    const { id } = only();
    const again = await b.resource("tresor:compute:Machine", "heart-db").create({ ...ARGS, userData: "of today" });
    expect(again.id).not.toBe(id);
    expect(only().id).toBe(again.id);
  });

  it("leaves alone a machine with its mark under another name: it was handed to another resource", async () => {
    await machine.create(ARGS);
    const { id } = only();
    only().name = "db-of-old";
    const next = await b.resource("tresor:compute:Machine", "heart-db").create({ ...ARGS, ports: ["p3"] });
    expect([...nova.servers.keys()]).toEqual([id, next.id]);
  });

  it("removes what an interrupted run left in ERROR, and makes a new one", async () => {
    await machine.create(ARGS);
    const { id } = only();
    only().status = "ERROR";
    const next = await b.resource("tresor:compute:Machine", "heart-db").create(ARGS);
    expect(next.id).not.toBe(id);
    expect([...nova.servers.keys()]).toEqual([next.id]);
  });

  it("reports a machine in ERROR after a refresh and replaces it; one that is off is started", async () => {
    await machine.create(ARGS);
    only().status = "ERROR";
    await machine.refresh();
    expect(machine.state.status).toBe("ERROR");
    expect(await machine.diff(ARGS)).toMatchObject({ changes: true, replaces: ["status"], deleteBeforeReplace: true });
    only().status = "SHUTOFF";
    await machine.refresh();
    expect(await machine.diff(ARGS)).toMatchObject({ changes: true, replaces: [] });
    await machine.update(ARGS);
    expect(machine.state.status).toBe("ACTIVE");
    expect((await machine.diff(ARGS)).changes).toBe(false);
  });

  it("stops a machine where the plan says so", async () => {
    await machine.create(ARGS);
    await machine.update({ ...ARGS, powerState: "shutoff" });
    expect([machine.state.status, only().status]).toEqual(["SHUTOFF", "SHUTOFF"]);
    await machine.refresh();
    expect((await machine.diff({ ...ARGS, powerState: "shutoff" })).changes).toBe(false);
    const off = b.resource("tresor:compute:Machine", "off");
    await off.create({ ...ARGS, powerState: "shutoff" });
    expect(off.state.status).toBe("SHUTOFF");
  });

  it("changes name, metadata and tags in place, and sees them changed by hand", async () => {
    await machine.create(ARGS);
    const next = { ...ARGS, name: "db2", metadata: { zone: "x" }, tags: ["a", "b"] };
    expect(await machine.diff(next)).toMatchObject({ changes: true, replaces: [] });
    await machine.update(next);
    expect(only()).toMatchObject({ name: "db2", metadata: { zone: "x" }, tags: ["a", "b"] });
    expect(only().metadata.tresor_id).toMatch(/^[0-9a-f]{32}-[0-9a-f]{16}$/);
    only().metadata.zone = "evil";
    await machine.refresh();
    expect((await machine.diff(next)).changes).toBe(true);
  });

  it.each([
    ["flavorId", "f2"],
    ["imageId", "i2"],
    ["bootVolumeId", "v2"],
    ["ports", ["p2", "p1"]],
    ["userData", "other"],
  ])("is made anew where %s changes", async (key, value) => {
    await machine.create(ARGS);
    expect((await machine.diff({ ...ARGS, [key]: value })).replaces).toEqual([key]);
  });

  it("DIGIMED-4: sees a resize by hand and a port that was added", async () => {
    await machine.create(ARGS);
    only().flavor = { original_name: "SCS-f2" };
    only().ports.push("p9");
    await machine.refresh();
    expect(machine.state).toMatchObject({ flavorId: "f2", ports: ["p1", "p2", "p9"] });
    expect((await machine.diff(ARGS)).replaces).toEqual(["flavorId", "ports"]);
  });

  it("keeps interfaces in the state's order, whatever order Nova has", async () => {
    await machine.create(ARGS);
    only().ports.reverse();
    await machine.refresh();
    expect((await machine.diff(ARGS)).changes).toBe(false);
  });

  it("keeps user data a secret through create, refresh and update, and out of messages", async () => {
    await machine.create({ ...ARGS, userData: secret(DATA) });
    expect(isSecret(machine.state.userData)).toBe(true);
    const { props, inputs } = await machine.refresh();
    for (const bag of [props, inputs] as Props[]) {
      expect(isSecret(bag.userData)).toBe(true);
      expect(unwrap(bag.userData)).toBe(DATA);
    }
    await machine.update({ ...ARGS, userData: secret(DATA), tags: [] });
    expect(isSecret(machine.state.userData)).toBe(true);
    const plain = b.resource("tresor:compute:Machine", "plain");
    await plain.create({ ...ARGS, userData: DATA });
    expect(isSecret(plain.state.userData)).toBe(true);
    b.cloud.on("POST", "/compute/v2.1/servers", ({ body }) => [
      400,
      { badRequest: { message: `Invalid user_data ${String(body.server.user_data)}` } },
    ]);
    const error = await b
      .resource("tresor:compute:Machine", "x")
      .create({ ...ARGS, userData: DATA })
      .catch((reason: unknown) => reason);
    expect(String((error as Error).message)).toMatch(/Invalid user_data \[secret\]/);
  });

  it("says what to do where the flavor is not there", async () => {
    await expect(machine.create({ ...ARGS, flavorId: "x" })).rejects.toThrow(
      /^cannot create machine "db": Flavor x could not be found\.?\. Next: check that the flavor exists and that the operator gave/,
    );
    expect(nova.servers.size).toBe(0);
  });

  it("reads machines and their ports of one moment in one list each, server groups where a machine has one", async () => {
    const other = b.resource("tresor:compute:Machine", "other");
    await Promise.all([machine.create(ARGS), other.create({ ...ARGS, ports: ["p3"] })]);
    b.cloud.asked.length = 0;
    await Promise.all([machine.refresh(), other.refresh()]);
    expect(b.cloud.asked.map((one) => one.path)).toEqual(["/compute/v2.1/servers/detail", "/network/v2.0/ports"]);
    expect([machine.state.ports, other.state.ports]).toEqual([["p1", "p2"], ["p3"]]);
    const grouped = b.resource("tresor:compute:Machine", "grouped");
    await grouped.create({ ...ARGS, serverGroupId: "sg1" });
    nova.servers.get(grouped.id)!.server_groups = [];
    await Promise.all([machine.refresh(), grouped.refresh()]);
    expect((await grouped.diff({ ...ARGS, serverGroupId: "sg1" })).replaces).toEqual(["serverGroupId"]);
  });

  it("takes no machine for changed of which Nova shows the id alone", async () => {
    await machine.create(ARGS);
    const shown = { server: { id: machine.id, status: "UNKNOWN" } };
    b.cloud.on("GET", `/compute/v2.1/servers/${machine.id}`, () => [200, shown]);
    await expect(machine.refresh()).rejects.toThrow(/cannot read machine .*: Nova shows its id alone/);
  });

  it("says a quota with the machine's name", async () => {
    b.cloud.on("POST", "/compute/v2.1/servers", () => [
      403,
      { forbidden: { message: "Quota exceeded for cores: Requested 8, but already used 16 of 20 cores" } },
    ]);
    await expect(machine.create(ARGS)).rejects.toThrow(
      /^cannot create machine "db": the project's quota of .* is used up .*Next: .*raise/,
    );
  });

  it("ends a wait when the run is interrupted, and leaves the machine to the next run", async () => {
    nova.buildLooks = -1;
    const work = machine.create(ARGS).catch((reason: unknown) => reason);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await b.provider.cancel();
    expect(String(((await work) as Error).message)).toMatch(/the run was interrupted/);
    expect(nova.servers.size).toBe(1);
  });

  it("is deleted, and what is gone is gone", async () => {
    await machine.create(ARGS);
    await machine.delete();
    expect(nova.servers.size).toBe(0);
    await machine.delete();
    expect((await machine.refresh()).id).toBe("");
  });

  it.each([
    ["no port", { ports: [] }, "ports"],
    ["a host in the zone", { availabilityZone: "nova:host1" }, "availabilityZone"],
    ["nothing to boot from", { bootVolumeId: undefined, imageId: undefined }, "bootVolumeId"],
    ["our own metadata key", { metadata: { tresor_id: "x" } }, "metadata"],
    ["a tag with a comma", { tags: ["a,b"] }, "tags[0]"],
  ])("refuses %s", async (_, change, property) => {
    expect((await machine.check({ ...ARGS, ...change })).failures?.map((one) => one.property)).toEqual([property]);
  });
});
