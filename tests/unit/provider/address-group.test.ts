import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { markOf } from "../../../provider/own.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeNeutron } from "./fake/neutron.ts";
import type { Stored } from "./fake/neutron-objects.ts";

let b: Bench;
let neutron: FakeNeutron;
let group: Resource;
beforeEach(async () => {
  b = await bench();
  neutron = new FakeNeutron(b.cloud);
  group = b.resource("tresor:network:AddressGroup", "a");
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const CLINIC = { name: "a", description: "site/clinic: A clinic", addresses: ["192.168.40.0/24", "fd40::/64"] };
const row = (): Stored => neutron.addressGroups.get(group.id) as Stored;

describe("AddressGroup (C4H-3)", () => {
  it("is made in one call with all its addresses, and is no change after a refresh, in whatever order and spelling", async () => {
    await group.create(CLINIC);
    expect(b.cloud.writes()).toHaveLength(1);
    expect((await group.refresh()).props).toEqual(group.state);
    for (const addresses of [CLINIC.addresses.toReversed(), ["192.168.40.7/24", "FD40:0::/64"]])
      expect((await group.diff({ ...CLINIC, addresses })).changes).toBe(false);
  });

  it("closes before it opens, takes out no address that stays, and keeps its id", async () => {
    await group.create(CLINIC);
    const before = b.cloud.writes().length;
    const addresses = ["192.168.41.0/24", "fd40::/64"];
    expect(await group.diff({ ...CLINIC, addresses })).toMatchObject({ changes: true, replaces: [] });
    await group.update({ ...CLINIC, name: "b", addresses });
    expect(
      b.cloud
        .writes()
        .slice(before)
        .map((write) => write.split("/").at(-1)),
    ).toEqual(["remove_addresses", "add_addresses", group.id]);
    expect(row()).toMatchObject({ name: "b", addresses: expect.arrayContaining(addresses) as unknown });
    expect(row().addresses).toHaveLength(2);
  });

  it("sees an address that was added by hand, and takes it out again (DIGIMED-11)", async () => {
    await group.create(CLINIC);
    (row().addresses as string[]).push("0.0.0.0/0");
    await group.refresh();
    expect((await group.diff(CLINIC)).changes).toBe(true);
    await group.update(CLINIC);
    expect(row().addresses).toEqual(CLINIC.addresses);
  });

  it("takes up what an interrupted run left, and makes it anew where it holds other addresses", async () => {
    const left = (addresses: string[]): void => {
      const description = `${CLINIC.description} ${markOf(group.urn)}`;
      neutron.addressGroups.set("left", { id: "left", name: "a", project_id: "home", description, addresses });
    };
    left(CLINIC.addresses);
    expect((await group.create(CLINIC)).id).toBe("left");
    left(["10.0.0.0/8"]);
    expect((await group.create(CLINIC)).id).not.toBe("left");
    expect([...neutron.addressGroups.keys()]).toEqual([group.id]);
  });

  it("goes, and stays gone; one that a rule names is told in Neutron's words", async () => {
    await group.create(CLINIC);
    const rule = neutron.rule("g", { direction: "ingress", ethertype: "IPv4", remote_address_group_id: group.id });
    await expect(group.delete()).rejects.toThrow(
      /remove address group "a" .*in use on one or more security group rules/,
    );
    neutron.rules = neutron.rules.filter(({ id }) => id !== rule);
    await group.delete();
    await group.delete();
    expect(neutron.addressGroups.size).toBe(0);
  });

  it("refuses an empty list and what is no network, before any call", async () => {
    for (const addresses of [[], ["clinic"]])
      expect((await group.check({ ...CLINIC, addresses })).failures).toHaveLength(1);
  });
});
