import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { markOf } from "../../../provider/own.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeNeutron } from "./fake/neutron.ts";
import type { Stored } from "./fake/neutron-objects.ts";

let b: Bench;
let neutron: FakeNeutron;
beforeEach(async () => {
  b = await bench();
  neutron = new FakeNeutron(b.cloud);
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

/** What an interrupted run of this resource left. */
const left = (resource: Resource, row: Record<string, unknown>): Stored =>
  ({ id: "left", name: "s", project_id: "home", ...row, description: `old text ${markOf(resource.urn)}` }) as Stored;

describe("SecurityGroup", () => {
  const GROUP = { name: "g", description: "Flows of a, zone z" };
  const SSH = { direction: "ingress", ethertype: "IPv4", protocol: "tcp", portMin: 22, remoteCidr: "10.1.0.0/24" };
  let group: Resource;
  let set: Resource;
  beforeEach(() => {
    group = b.resource("tresor:network:SecurityGroup", "g");
    set = b.resource("tresor:network:RuleSet", "g");
  });

  it("DIGIMED-11: starts without any rule, before a rule set is there", async () => {
    await group.create(GROUP);
    expect(neutron.rules).toEqual([]);
    expect((await group.refresh()).props).toEqual(group.state);
    expect((await group.diff(GROUP)).changes).toBe(false);
  });

  it("takes one call to set the rules of a group that this run made, and looks first at every other", async () => {
    const { id } = await group.create(GROUP);
    const before = b.cloud.asked.length;
    await set.create({ securityGroupId: id, rules: [SSH] });
    expect(b.cloud.asked.slice(before).map(({ method }) => method)).toEqual(["POST"]);
    // Once only: what another run may have put there is seen.
    neutron.rule(id, { direction: "ingress", ethertype: "IPv4" });
    await set.create({ securityGroupId: id, rules: [SSH] });
    expect(neutron.rules.map((rule) => rule.remote_ip_prefix)).toEqual(["10.1.0.0/24"]);
  });

  it("empties what it takes up, and its rule set looks: the list may not show all", async () => {
    neutron.groups.set("left", left(group, {}));
    neutron.rule("left", { direction: "ingress", ethertype: "IPv4" });
    const { id } = await group.create(GROUP);
    expect(id).toBe("left");
    expect(neutron.rules).toEqual([]);
    neutron.rule("left", { direction: "ingress", ethertype: "IPv6" });
    await set.create({ securityGroupId: id, rules: [] });
    expect(neutron.rules).toEqual([]);
  });

  it("fails closed over a default rule that it may not remove: the group goes again", async () => {
    neutron.keepsTemplate = true;
    await expect(group.create(GROUP)).rejects.toThrow(
      /^cannot take the default rule egress IPv[46] any to \S+ \(rule-\d\) out of security group "g": the credential may not do this.*Next: /,
    );
    expect([...neutron.groups.values()].map(({ name }) => name)).toEqual(["default"]);
    neutron.keepsTemplate = false;
    await group.create(GROUP);
    expect([...neutron.groups.values()].map(({ name }) => name)).toEqual(["default", "g"]);
  });

  it("is renamed in place, and sees a name and text changed by hand", async () => {
    await group.create(GROUP);
    await group.update({ ...GROUP, name: "h" });
    const row = neutron.groups.get(group.id) as Stored;
    expect(row.name).toBe("h");
    Object.assign(row, { name: "x", description: "y" });
    await group.refresh();
    expect(group.state).toMatchObject({ name: "x", description: "y" });
    expect(await group.diff(GROUP)).toMatchObject({ changes: true, replaces: [] });
  });

  it("names the port that holds it", async () => {
    await group.create(GROUP);
    neutron.ports.set("p", { ...left(group, {}), id: "p", name: "vm", security_groups: [group.id], fixed_ips: [] });
    await expect(group.delete()).rejects.toThrow(/cannot remove security group "g" .*in use .*port "vm" \(p\)/);
    neutron.ports.clear();
    await group.delete();
    await group.delete();
  });
});
