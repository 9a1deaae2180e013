import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bench, type Bench, type Resource } from "./fake/harness.ts";
import { fakeVolumes, type FakeStored } from "./fake/stored.ts";

let b: Bench;
let stored: FakeStored;
let one: Resource;
beforeEach(async () => {
  b = await bench();
  stored = fakeVolumes(b.cloud);
  one = b.resource("tresor:blockstorage:Volume");
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const args = { name: "heart-imaging", size: 10, volumeType: "encrypted-ssd" };
const attach = (): unknown => Object.assign(stored.only, { status: "in-use", attachments: [{ server_id: "m1" }] });
const orders = (): readonly string[] => b.cloud.writes().filter((line) => line.endsWith("/action"));

describe("growth of a volume (DIGIMED-8)", () => {
  it("happens while a machine has it", async () => {
    await one.create(args);
    attach();
    await one.update({ ...args, size: 20 });
    expect(stored.only).toMatchObject({ size: 20, status: "in-use" });
    await one.refresh();
    expect((await one.diff({ ...args, size: 20 })).changes).toBe(false);
  });

  it("is refused while a machine has it, where the driver would break it, and nothing is asked for", async () => {
    await one.create({ ...args, growsAttached: false });
    attach();
    await expect(one.update({ ...args, growsAttached: false, size: 20, description: "x" })).rejects.toThrow(
      /^cannot extend volume "heart-imaging" .* from 10 to 20 GiB while a machine has it \(found attached to machine m1\): .*error_extending.*Next: write 10 GiB again; then take a data set out of its machine's volumes/,
    );
    expect(orders()).toEqual([]);
    expect(stored.only).toMatchObject({ size: 10, status: "in-use", description: "" });
    // Control: the same order for the same volume, once it is free.
    Object.assign(stored.only, { status: "available", attachments: [] });
    await one.update({ ...args, growsAttached: false, size: 20 });
    expect(stored.only).toMatchObject({ size: 20, status: "available" });
  });

  it("says nothing of what does not grow, and is no change by itself", async () => {
    await one.create({ ...args, growsAttached: false });
    attach();
    await one.update({ ...args, growsAttached: false, description: "scans" });
    expect(stored.only.description).toBe("scans");
    await one.refresh();
    expect((await one.diff({ ...args, growsAttached: false, description: "scans" })).changes).toBe(false);
  });
});
