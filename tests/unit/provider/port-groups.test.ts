import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeNeutron } from "./fake/neutron.ts";

let b: Bench;
let neutron: FakeNeutron;
let groups: Resource;
let portId: string;
beforeEach(async () => {
  b = await bench();
  neutron = new FakeNeutron(b.cloud);
  const made = b.resource("tresor:network:Port", "p");
  await made.create({ name: "p", networkId: "n", securityGroupIds: [], fixedIps: [{ subnetId: "four" }] });
  portId = made.id;
  groups = b.resource("tresor:network:PortGroups", "g");
  b.cloud.asked.length = 0;
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const live = () => neutron.ports.get(portId);

describe("PortGroups (C4H-2, C4H-3)", () => {
  it("gives a port its groups, touches nothing else of it, and is read back as it was made", async () => {
    const before = { ...live() };
    await groups.create({ portId, securityGroupIds: ["b", "a"] });
    expect(b.cloud.writes()).toEqual([`PUT /network/v2.0/ports/${portId}`]);
    expect(live()).toEqual({ ...before, security_groups: expect.arrayContaining(["a", "b"]) });
    expect(groups.id).toBe(portId);
    expect((await groups.refresh()).props).toEqual(groups.state);
    expect((await groups.diff({ portId, securityGroupIds: ["a", "b"] })).changes).toBe(false);
  });

  it("shows a group that was put there by hand as drift, and an up undoes it", async () => {
    await groups.create({ portId, securityGroupIds: ["a"] });
    Object.assign(live()!, { security_groups: ["a", "open"] });
    await groups.refresh();
    expect(await groups.diff({ portId, securityGroupIds: ["a"] })).toMatchObject({ changes: true, replaces: [] });
    await groups.update({ portId, securityGroupIds: ["a"] });
    expect(live()).toMatchObject({ security_groups: ["a"] });
  });

  it("leaves the port without a group when it goes, and is done where the port has gone", async () => {
    await groups.create({ portId, securityGroupIds: ["a"] });
    await groups.delete();
    expect(live()).toMatchObject({ security_groups: [] });
    neutron.ports.delete(portId);
    await groups.delete();
    expect((await groups.refresh()).id).toBe("");
  });

  it("says so where there is no such port", async () => {
    neutron.ports.delete(portId);
    await expect(groups.create({ portId, securityGroupIds: ["a"] })).rejects.toThrow(/it is not there, or not visible/);
  });
});
