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

const first = (rows: Map<string, Stored>): Stored => [...rows.values()][0] as Stored;
const messages = (outcomes: PromiseSettledResult<unknown>[]): string[] =>
  outcomes.map((one) => (one.status === "fulfilled" ? "made" : String((one.reason as Error).message)));
/** What an interrupted run of this resource left. */
const left = (resource: Resource, row: Record<string, unknown>): Stored =>
  ({ id: "left", name: "s", project_id: "home", ...row, description: `old text ${markOf(resource.urn)}` }) as Stored;

const SUBNET = {
  name: "s",
  description: "Subnet of zone z",
  networkId: "n",
  ipVersion: 4,
  cidr: "10.1.0.0/24",
  enableDhcp: true,
};
const LEFT_SUBNET = {
  network_id: "n",
  ip_version: 4,
  cidr: "10.1.0.0/24",
  gateway_ip: null,
  enable_dhcp: true,
  dns_nameservers: [],
  host_routes: [],
};

describe("Subnet", () => {
  let subnet: Resource;
  beforeEach(() => {
    subnet = b.resource("tresor:network:Subnet", "s");
  });

  it("C4H-2: has no gateway, name server or route unless one is named, and is read back as it was made", async () => {
    await subnet.create(SUBNET);
    expect(first(neutron.subnets)).toMatchObject({ gateway_ip: null, dns_nameservers: [], host_routes: [] });
    expect(first(neutron.subnets).description).toBe(`Subnet of zone z ${markOf(subnet.urn)}`);
    expect((await subnet.refresh()).props).toEqual(subnet.state);
    expect(subnet.state.description).toBe("Subnet of zone z");
    expect((await subnet.diff(SUBNET)).changes).toBe(false);
  });

  it("makes ten in one call, after one look for what an interrupted run left", async () => {
    const ten = Array.from({ length: 10 }, (_, index) => ({
      ...SUBNET,
      name: `s${index}`,
      cidr: `10.1.${index}.0/24`,
    }));
    const made = await Promise.all(ten.map((args) => b.resource("tresor:network:Subnet", args.name).create(args)));
    expect(made.map(({ id }) => neutron.subnets.get(id)?.name)).toEqual(ten.map(({ name }) => name));
    expect(b.cloud.asked.filter(({ path }) => path.includes("/network/")).map(({ method }) => method)).toEqual([
      "GET",
      "POST",
    ]);
  });

  it("names a used-up quota at the subnet that has no room, and makes the others", async () => {
    neutron.limits.subnet = 2;
    const outcomes = await Promise.allSettled(
      ["a", "b", "c"].map((name, index) =>
        b.resource("tresor:network:Subnet", name).create({ ...SUBNET, name, cidr: `10.1.${index}.0/24` }),
      ),
    );
    const said = messages(outcomes);
    expect(said.filter((one) => one === "made")).toHaveLength(2);
    const index = said.findIndex((one) => one !== "made");
    const name = ["a", "b", "c"][index] ?? "";
    expect(said[index]).toMatch(
      new RegExp(
        `^cannot create subnet "${name}": the project's quota of subnets is used up .*Next: .*ask the operator`,
      ),
    );
    expect(said[index]?.match(/create subnet/g)).toHaveLength(1);
  });

  it("says an overlap with what is in the way of it", async () => {
    await b.resource("tresor:network:Subnet", "other").create({ ...SUBNET, name: "other" });
    await expect(subnet.create(SUBNET)).rejects.toThrow(
      /^cannot create subnet "s": its addresses overlap .*10\.1\.0\.0\/24.*Next: remove the subnet that is in the way/,
    );
  });

  it("takes up what an interrupted run of it left, with the text and settings that are wanted now", async () => {
    neutron.subnets.set("left", left(subnet, { ...LEFT_SUBNET, name: "before", enable_dhcp: false }));
    expect((await subnet.create(SUBNET)).id).toBe("left");
    expect(b.cloud.writes()).toEqual(["PUT /network/v2.0/subnets/left"]);
    expect((await subnet.refresh()).props).toEqual(subnet.state);
    expect((await subnet.diff(SUBNET)).changes).toBe(false);
  });

  it("changes nothing of what it takes up as it is", async () => {
    neutron.subnets.set("left", {
      ...left(subnet, LEFT_SUBNET),
      description: `Subnet of zone z ${markOf(subnet.urn)}`,
    });
    expect((await subnet.create(SUBNET)).id).toBe("left");
    expect(b.cloud.writes()).toEqual([]);
  });

  it.each([
    ["network", { network_id: "other" }],
    ["block", { cidr: "10.9.0.0/24" }],
    ["version", { ip_version: 6 }],
  ])("makes it anew where another %s was wanted then", async (_, other) => {
    neutron.subnets.set("left", left(subnet, { ...LEFT_SUBNET, ...other }));
    const { id } = await subnet.create(SUBNET);
    expect([...neutron.subnets.keys()]).toEqual([id]);
    expect(id).not.toBe("left");
  });

  it("takes up one of two that are left, and removes the other", async () => {
    neutron.subnets.set("left", left(subnet, LEFT_SUBNET));
    neutron.subnets.set("twice", { ...left(subnet, LEFT_SUBNET), id: "twice" });
    expect((await subnet.create(SUBNET)).id).toBe("left");
    expect([...neutron.subnets.keys()]).toEqual(["left"]);
  });

  it("never takes, changes or removes another project's object with the same mark, whatever the list holds", async () => {
    neutron.subnets.set("left", { ...left(subnet, { ...LEFT_SUBNET, network_id: "theirs" }), project_id: "other" });
    b.cloud.on("GET", "/network/v2.0/subnets", () => [200, { subnets: [...neutron.subnets.values()] }]);
    expect((await subnet.create(SUBNET)).id).not.toBe("left");
    expect(neutron.subnets.has("left")).toBe(true);
    expect(b.cloud.writes()).toEqual(["POST /network/v2.0/subnets"]);
  });

  it("does not take another resource's object, and asks for its own project's alone", async () => {
    neutron.subnets.set(
      "left",
      left(b.resource("tresor:network:Subnet", "t"), { ...LEFT_SUBNET, cidr: "10.7.0.0/24" }),
    );
    expect((await subnet.create(SUBNET)).id).not.toBe("left");
    expect(b.cloud.asked.find(({ method, path }) => method === "GET" && path.endsWith("/subnets"))?.query).toEqual({
      project_id: "home",
    });
  });

  it.each([
    ["a name", { name: "door" }, "name"],
    ["a gateway", { gateway_ip: "10.1.0.1" }, "gateway"],
    ["DHCP", { enable_dhcp: false }, "enableDhcp"],
    ["a name server", { dns_nameservers: ["9.9.9.9"] }, "dnsNameservers"],
    ["a route", { host_routes: [{ destination: "0.0.0.0/0", nexthop: "10.1.0.9" }] }, "hostRoutes"],
    ["a text", { description: "mine now" }, "description"],
  ])("shows %s changed by hand as drift, and an up undoes it in one call", async (_, change, key) => {
    await subnet.create(SUBNET);
    const before = { ...first(neutron.subnets) };
    const made = subnet.state[key];
    Object.assign(first(neutron.subnets), change);
    await subnet.refresh();
    expect(subnet.state[key]).not.toEqual(made);
    expect(await subnet.diff(SUBNET)).toMatchObject({ changes: true, replaces: [] });
    await subnet.update(SUBNET);
    expect(first(neutron.subnets)).toEqual(before);
    expect(b.cloud.writes().filter((write) => write.startsWith("PUT"))).toHaveLength(1);
  });

  it("changes name servers in place, in their order, and a gateway", async () => {
    const args = { ...SUBNET, dnsNameservers: ["10.1.0.8", "10.1.0.9"], gateway: "10.1.0.1" };
    await subnet.create(args);
    const turned = { ...args, dnsNameservers: ["10.1.0.9", "10.1.0.8"], gateway: undefined };
    expect(await subnet.diff(turned)).toMatchObject({ changes: true, replaces: [] });
    await subnet.update(turned);
    expect(first(neutron.subnets)).toMatchObject({ dns_nameservers: ["10.1.0.9", "10.1.0.8"], gateway_ip: null });
  });

  it("is another subnet where network, block or version change", async () => {
    await subnet.create(SUBNET);
    const other = { ...SUBNET, networkId: "m", cidr: "2001:db8::/64", ipVersion: 6 };
    expect((await subnet.diff(other)).replaces?.toSorted()).toEqual(["cidr", "ipVersion", "networkId"]);
    expect((await subnet.diff({ ...SUBNET, cidr: "10.1.0.7/24" })).changes).toBe(false);
  });

  it("waits for ports that are about to go, and is gone twice", async () => {
    await subnet.create(SUBNET);
    neutron.ports.set("p", { ...left(subnet, {}), id: "p", fixed_ips: [{ subnet_id: subnet.id }] });
    const work = subnet.delete();
    setTimeout(() => neutron.ports.clear(), 2);
    await work;
    expect(neutron.subnets.size).toBe(0);
    await subnet.delete();
    expect((await subnet.refresh()).id).toBe("");
  });

  it("names what holds it", async () => {
    await subnet.create(SUBNET);
    const holder = { id: "p", name: "vm-port", device_owner: "compute:nova", device_id: "vm" };
    neutron.ports.set("p", { ...left(subnet, {}), ...holder, fixed_ips: [{ subnet_id: subnet.id }] });
    await expect(subnet.delete()).rejects.toThrow(
      /^cannot remove subnet "s" \(subnet-1\): it is in use .*port "vm-port" \(p\) of compute:nova vm.*Next: remove what holds it/,
    );
  });
});
