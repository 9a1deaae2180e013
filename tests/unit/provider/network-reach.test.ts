import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeNeutron } from "./fake/neutron.ts";
import type { Stored } from "./fake/neutron-objects.ts";

let b: Bench;
let neutron: FakeNeutron;
let reach: Resource;
/** Routers of the project: a leg of any other one this credential cannot take away. */
const own = new Set(["own-router"]);
beforeEach(async () => {
  b = await bench();
  neutron = new FakeNeutron(b.cloud);
  neutron.networks.add("n");
  b.cloud.on("PUT", "/network/v2.0/routers/:id/remove_router_interface", ({ p, body }) => {
    if (!own.has(p.id ?? "")) return [404, { NeutronError: { message: "Router could not be found" } }];
    neutron.ports.delete(String(body.port_id));
    return [200, {}];
  });
  reach = b.resource("tresor:network:NetworkReach", "n");
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const ARGS = {
  networkId: "n",
  subnets: ["10.8.0.0/24", "fd00:8::/64"],
  projectIds: ["home", "bench"],
  routerIds: ["granted"],
};
const port = (id: string, more: Partial<Stored>): void => {
  const blank = { name: "", description: "", network_id: "n", device_id: "", device_owner: "", fixed_ips: [] };
  neutron.ports.set(id, { ...blank, project_id: "home", id, ...more } as Stored);
};
const subnet = (id: string, cidr: string): void =>
  void neutron.subnets.set(id, { id, name: id, description: "", project_id: "home", network_id: "n", cidr });

/** All that may be there. */
function peaceful(): void {
  subnet("v4", "10.8.0.0/24");
  subnet("v6", "fd00:8::/64");
  port("machine", { device_owner: "compute:nova" });
  port("guest", { project_id: "bench", device_owner: "compute:nova" });
  port("metadata", { project_id: "home", device_owner: "network:distributed" });
  port("leg", { device_owner: "network:router_interface", device_id: "granted" });
}

describe("NetworkReach (C4H-2, DIGIMED-11)", () => {
  it("sees nothing in what may be there, other networks' ports included", async () => {
    peaceful();
    port("elsewhere", { network_id: "m", project_id: "stranger" });
    await reach.create(ARGS);
    expect((await reach.refresh()).props).toEqual(reach.state);
    expect(reach.state.strangers).toEqual([]);
    expect((await reach.diff(ARGS)).changes).toBe(false);
    expect(b.cloud.writes()).toEqual([]);
  });

  it("names a router's leg, a port of another project and a further subnet, and takes them away, legs first", async () => {
    peaceful();
    await reach.create(ARGS);
    subnet("hidden", "192.0.2.0/24");
    port("spy", { project_id: "stranger", fixed_ips: [{ subnet_id: "v4", ip_address: "10.8.0.66" }] });
    const fixed_ips = [{ subnet_id: "v4", ip_address: "10.8.0.1" }];
    port("way", { device_owner: "network:router_interface", device_id: "own-router", fixed_ips });
    await reach.refresh();
    expect(reach.state.strangers).toEqual([
      "leg of router own-router at 10.8.0.1 (port way)",
      "port of project stranger at 10.8.0.66 (port spy)",
      'subnet 192.0.2.0/24 ("hidden" hidden)',
    ]);
    expect((await reach.diff(ARGS)).changes).toBe(true);
    await reach.update(ARGS);
    expect(b.cloud.writes()).toEqual([
      "PUT /network/v2.0/routers/own-router/remove_router_interface",
      "DELETE /network/v2.0/ports/spy",
      "DELETE /network/v2.0/subnets/hidden",
    ]);
    expect((await reach.refresh()).props).toMatchObject({ strangers: [] });
    expect([...neutron.ports.keys()]).toEqual(["machine", "guest", "metadata", "leg"]);
  });

  it("names a leg of a router that it cannot see, removes the rest, and fails", async () => {
    peaceful();
    port("way", { device_owner: "network:router_interface", device_id: "hidden-router" });
    port("spy", { project_id: "stranger" });
    await expect(reach.create(ARGS)).rejects.toThrow(
      /may not remove \(found leg of router hidden-router.*ask the operator to remove way/,
    );
    expect(neutron.ports.has("spy")).toBe(false);
  });

  it("names a subnet of another project, which stands in no list, and fails over it", async () => {
    peaceful();
    await reach.create(ARGS);
    neutron.hiddenSubnets.push("theirs");
    await reach.refresh();
    expect(reach.state.strangers).toEqual(["subnet theirs of another project"]);
    await expect(reach.update(ARGS)).rejects.toThrow(
      /may not remove \(found subnet theirs of another project.*ask the operator to remove theirs/,
    );
  });

  it("takes a leg of a granted router for a stranger where no router is named", async () => {
    peaceful();
    await expect(reach.create({ ...ARGS, routerIds: [] })).rejects.toThrow(/leg of router granted/);
  });

  it("accepts no stranger as wanted", async () => {
    await expect(reach.create({ ...ARGS, strangers: ["a friend"] })).rejects.toThrow();
  });

  it("leaves everything at delete: it made nothing", async () => {
    peaceful();
    await reach.create(ARGS);
    await reach.delete();
    expect(b.cloud.writes()).toEqual([]);
  });
});
