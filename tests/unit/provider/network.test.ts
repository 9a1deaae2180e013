import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Props } from "../../../provider/wire.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeNeutron } from "./fake/neutron.ts";

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

const SSH = {
  direction: "ingress",
  ethertype: "IPv4",
  protocol: "tcp",
  portMin: 22,
  portMax: 22,
  remoteCidr: "10.1.0.0/24",
};
const WEB = { direction: "ingress", ethertype: "IPv4", protocol: "tcp", portMin: 443, remoteGroupId: "other" };

describe("RuleSet", () => {
  let set: Resource;
  const args = (...rules: Props[]): Props => ({ securityGroupId: "g", rules });
  beforeEach(() => {
    neutron.group("g");
    set = b.resource("tresor:network:RuleSet");
  });

  it("DIGIMED-11: leaves no rule but its own, default ones included, and makes them in one call", async () => {
    expect(neutron.rules).toHaveLength(2);
    const { id } = await set.create(args(SSH, WEB));
    expect(id).toBe("g");
    expect(neutron.rules.map((rule) => rule.port_range_min).sort()).toEqual([22, 443]);
    expect(b.cloud.writes().filter((write) => write.startsWith("POST"))).toHaveLength(1);
  });

  it("sees no change after create and refresh, in whatever order rules come", async () => {
    await set.create(args(SSH, WEB));
    const before = set.state;
    expect((await set.refresh()).props).toEqual(before);
    expect((await set.diff(args(WEB, SSH))).changes).toBe(false);
    neutron.rules.reverse();
    expect((await set.refresh()).props).toEqual(before);
  });

  it.each([
    ["protocol numbers", { ...SSH, protocol: "6" }],
    ["host bits of a block", { ...SSH, remoteCidr: "10.1.0.7/24" }],
    ["one port as a range of one", { ...SSH, portMax: undefined }],
    ["an empty description", { ...SSH, description: "" }],
  ])("takes %s as no change", async (_, rule) => {
    await set.create(args(SSH));
    expect((await set.diff(args(rule))).changes).toBe(false);
    expect((await set.diff(args({ ...SSH, portMin: 23, portMax: 23 }))).changes).toBe(true);
  });

  it("reports a rule made by hand as drift, and an up removes it", async () => {
    await set.create(args(SSH));
    neutron.rule("g", {
      direction: "ingress",
      ethertype: "IPv4",
      protocol: "tcp",
      port_range_min: 22,
      port_range_max: 22,
      remote_ip_prefix: "0.0.0.0/0",
    });
    await set.refresh();
    expect(set.state.rules).toHaveLength(2);
    expect(JSON.stringify(set.state.rules)).toContain("0.0.0.0/0");
    const diff = await set.diff(args(SSH));
    expect(diff).toMatchObject({ changes: true, replaces: [] });
    await set.update(args(SSH));
    expect(neutron.rules.map((rule) => rule.remote_ip_prefix)).toEqual(["10.1.0.0/24"]);
  });

  it("reports a second rule of the same meaning, spelled without an address", async () => {
    const open = { direction: "egress", ethertype: "IPv4", remoteCidr: "0.0.0.0/0" };
    await set.create(args(open));
    neutron.rule("g", { direction: "egress", ethertype: "IPv4" });
    await set.update(args(open, SSH));
    expect(neutron.rules).toHaveLength(2);
  });

  it("makes a removed rule again", async () => {
    await set.create(args(SSH, WEB));
    neutron.rules.pop();
    await set.refresh();
    expect((await set.diff(args(SSH, WEB))).changes).toBe(true);
    await set.update(args(SSH, WEB));
    expect(neutron.rules).toHaveLength(2);
  });

  it("changes a description, which Neutron takes for the same rule", async () => {
    await set.create(args(SSH));
    await set.update(args({ ...SSH, description: "flow heart -> commons" }));
    expect(neutron.rules.map((rule) => rule.description)).toEqual(["flow heart -> commons"]);
  });

  it("fails closed over the operator's rule, names it, and does all the rest", async () => {
    await set.create(args(SSH));
    const id = neutron.rule("g", { direction: "ingress", ethertype: "IPv4" }, false);
    await expect(set.update(args(SSH, WEB))).rejects.toThrow(
      new RegExp(
        `may not remove .*ingress IPv4 any from 0.0.0.0/0 \\(${id}\\).*made by the operator.*Next: ask the operator to remove ${id}`,
      ),
    );
    expect(neutron.rules.map((rule) => rule.port_range_min)).toEqual([22, null, 443]);
  });

  it("converges after an interrupted create, and a group that is gone is gone", async () => {
    await set.create(args(SSH, WEB));
    await set.create(args(SSH, WEB));
    expect(neutron.rules).toHaveLength(2);
    await set.delete();
    expect(neutron.rules).toEqual([]);
    neutron.groups.delete("g");
    await set.delete();
    expect((await set.refresh()).id).toBe("");
    await expect(set.update(args(SSH))).rejects.toThrow(
      /cannot set the rules of security group g: it is not there.*Next: run `pulumi refresh`/,
    );
  });

  it("replaces the set only where the group changes", async () => {
    await set.create(args(SSH));
    expect(await set.diff({ ...args(SSH), securityGroupId: "h" })).toMatchObject({
      changes: true,
      replaces: ["securityGroupId"],
    });
    expect(await set.diff({ ...args(SSH), cloud: "renamed" })).toMatchObject({ changes: true, replaces: [] });
  });

  it("writes another entry of clouds.yaml to the state without a call", async () => {
    await set.create(args(SSH));
    const before = b.cloud.asked.length;
    await set.update({ ...args(SSH), cloud: "renamed" });
    expect(set.state.cloud).toBe("renamed");
    expect(b.cloud.asked.length).toBe(before);
  });

  it("says a quota as such", async () => {
    b.cloud.on("POST", "/network/v2.0/security-group-rules", () => [
      409,
      { NeutronError: { message: "Quota exceeded for resources: ['security_group_rule']." } },
    ]);
    await expect(set.create(args(SSH))).rejects.toThrow(
      /^cannot create a rule of security group g: the project's quota of security group rules is used up .*Next: .*raise/,
    );
  });

  it("keeps a protocol that is named like an inherited property: without one the rule would open everything", async () => {
    const { inputs } = await set.check(
      args({ ...SSH, protocol: "constructor", portMin: undefined, portMax: undefined }),
    );
    expect(inputs).toMatchObject({ rules: [{ protocol: "constructor" }] });
  });

  const wrong: readonly [string, Props, string, RegExp][] = [
    ["a direction", { ...SSH, direction: "in" }, "rules[0].direction", /ingress/],
    ["a block", { ...SSH, remoteCidr: "10.1.0.0/33" }, "rules[0].remoteCidr", /address block/],
    ["an IPv6 block on IPv4", { ...SSH, remoteCidr: "2001:db8::/64" }, "rules[0].remoteCidr", /IPv4/],
    ["two remotes", { ...SSH, remoteGroupId: "x" }, "rules[0].remoteCidr", /only one/],
    ["ports without protocol", { ...SSH, protocol: undefined }, "rules[0].portMin", /protocol/],
    ["a port range backwards", { ...SSH, portMax: 21 }, "rules[0].portMax", /below/],
    ["a port beyond all", { ...SSH, portMax: 65536 }, "rules[0].portMax", /65535/],
    ["an unknown key", { ...SSH, remoteIp: "10.0.0.0/8" }, "rules[0].remoteIp", /is no input/],
  ];
  it.each(wrong)("refuses %s at its property", async (_, rule, property, reason) => {
    const { failures } = await set.check(args(rule));
    expect(failures?.map((one) => one.property)).toContain(property);
    expect(failures?.map((one) => one.reason).join()).toMatch(reason);
  });
});

describe("SharedNetworkAccess", () => {
  let access: Resource;
  const args = (...list: Props[]): Props => ({ networkId: "n", access: list });
  const share = (targetProjectId: string): Props => ({ action: "access_as_shared", targetProjectId });
  beforeEach(() => {
    neutron.networks.add("n");
    access = b.resource("tresor:network:SharedNetworkAccess");
  });

  it("owns all policies: makes, reports, withdraws, and leaves none at delete", async () => {
    await access.create(args(share("p1"), share("p2")));
    expect((await access.diff(args(share("p2"), share("p1")))).changes).toBe(false);
    neutron.policies.push({
      id: "x",
      own: true,
      object_type: "network",
      object_id: "n",
      action: "access_as_external",
      target_tenant: "*",
    });
    await access.refresh();
    expect(access.state.access).toContainEqual({ action: "access_as_external", targetProjectId: "*" });
    expect((await access.diff(args(share("p1"), share("p2")))).changes).toBe(true);
    await access.update(args(share("p2")));
    expect(neutron.policies.map((one) => one.target_tenant)).toEqual(["p2"]);
    await access.delete();
    expect(neutron.policies).toEqual([]);
  });

  it("names a policy that it may not withdraw", async () => {
    await access.create(args());
    neutron.policies.push({
      id: "x",
      own: false,
      object_type: "network",
      object_id: "n",
      action: "access_as_shared",
      target_tenant: "p9",
    });
    await expect(access.update(args(share("p1")))).rejects.toThrow(
      /cannot withdraw access_as_shared of network n for project p9.*ask the operator to remove the RBAC policy x/,
    );
  });

  it("takes a network that is gone for gone", async () => {
    await access.create(args(share("p1")));
    neutron.networks.clear();
    expect((await access.refresh()).id).toBe("");
    await access.delete();
  });
});

describe("DefaultSecurityGroup", () => {
  it("provokes and finds the group, reads it by id, and removes what is left", async () => {
    const group = b.resource("tresor:network:DefaultSecurityGroup");
    const { id, outs } = await group.create({ projectId: "p7" });
    expect([id, (outs as Props).securityGroupId]).toEqual(["default-p7", "default-p7"]);
    expect((await group.refresh()).props).toEqual(group.state);
    await group.delete();
    expect(neutron.groups.size).toBe(0);
    // A list would make the group again: neither read nor delete may send one.
    expect((await group.refresh()).id).toBe("");
    await group.delete();
    expect(neutron.groups.size).toBe(0);
  });
});

describe("NetworkQuota (DIGIMED-7)", () => {
  const args = {
    projectId: "p1",
    networks: 3,
    subnets: 12,
    ports: 20,
    securityGroups: 50,
    securityGroupRules: 1000,
    routers: 0,
    floatingIps: 0,
    rbacPolicies: 0,
    subnetPools: 0,
  };
  const PATH = "/network/v2.0/quotas/p1";
  let limits: Record<string, unknown> | undefined;
  let knowsForce: boolean;
  beforeEach(() => {
    limits = undefined;
    knowsForce = true;
    b.cloud.on("PUT", PATH, ({ body }) => {
      const { force, ...quota } = (body as { quota: Record<string, unknown> }).quota;
      if (force !== undefined && !knowsForce)
        return [400, { NeutronError: { message: "Unrecognized attribute(s) 'force'" } }];
      limits = quota;
      return [200, { quota }];
    });
    b.cloud.on("GET", PATH, () => (limits ? [200, { quota: limits }] : [404, {}]));
    b.cloud.on("DELETE", PATH, () => {
      limits = undefined;
      return [204];
    });
  });

  it.each([true, false])(
    "closes every door, is read back, changed and given back (cloud knows force: %s)",
    async (known) => {
      knowsForce = known;
      const quota = b.resource("tresor:network:NetworkQuota");
      await quota.create(args);
      expect(limits).toMatchObject({ network: 3, router: 0, floatingip: 0, rbac_policy: 0, subnetpool: 0 });
      expect((await quota.refresh()).props).toEqual(quota.state);
      limits = { ...limits, router: 5 };
      await quota.refresh();
      expect((await quota.diff(args)).changes).toBe(true);
      await quota.update(args);
      expect(limits?.router).toBe(0);
      await quota.delete();
      expect((await quota.refresh()).id).toBe("");
    },
  );
});
