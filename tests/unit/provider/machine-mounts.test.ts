import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bench, type Bench, type Resource } from "./fake/harness.ts";
import { FakeNova } from "./fake/nova.ts";

let b: Bench;
let machine: Resource;
beforeEach(async () => {
  b = await bench();
  new FakeNova(b.cloud);
  machine = b.resource("tresor:compute:Machine", "heart-db");
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const ARGS = { name: "db", flavorId: "f1", bootVolumeId: "v1", imageId: "i1", ports: ["p1", "p2"] };
const MOUNT = { source: "192.0.2.10:/shares/8e2f", directory: "/data/cohort", options: ["ro", "vers=4.2", "nosuid"] };
const told = (): string => {
  const sent = b.cloud.asked.findLast(({ method, path }) => method === "POST" && path.endsWith("/servers"));
  return Buffer.from(String(sent?.body.server.user_data), "base64").toString();
};

describe("mounts of a Machine (DIGIMED-10)", () => {
  it("are told to cloud-init, alone or beside the machine's own user data", async () => {
    await machine.create({ ...ARGS, mounts: [MOUNT] });
    expect(told()).toMatch(/^#cloud-config\n/);
    expect(told()).toContain('["192.0.2.10:/shares/8e2f","/data/cohort","nfs4","ro,vers=4.2,nosuid","0","0"]');
    const other = b.resource("tresor:compute:Machine", "other");
    await other.create({ ...ARGS, name: "other", userData: "#!/bin/sh\n:\n", mounts: [MOUNT] });
    expect(told()).toMatch(/^Content-Type: multipart\/mixed/);
  });

  it("are no change while they stay, and another machine where they change", async () => {
    await machine.create({ ...ARGS, mounts: [MOUNT] });
    expect((await machine.refresh()).props).toEqual(machine.state);
    expect((await machine.diff({ ...ARGS, mounts: [MOUNT] })).changes).toBe(false);
    const moved = { ...MOUNT, source: "192.0.2.11:/shares/8e2f" };
    expect((await machine.diff({ ...ARGS, mounts: [moved] })).replaces).toEqual(["mounts"]);
  });

  it("are refused beside user data that cannot be joined with them", async () => {
    const args = { ...ARGS, userData: "#include\nhttp://192.0.2.1/a", mounts: [MOUNT] };
    expect((await machine.check(args)).failures).toEqual([
      { property: "userData", reason: "must be #cloud-config or a script where there are mounts" },
    ]);
    // Control: alone they are the machine's own matter.
    expect((await machine.check({ ...ARGS, userData: args.userData })).failures ?? []).toEqual([]);
  });
});
