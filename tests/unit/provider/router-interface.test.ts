import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { markOf } from "../../../provider/own.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeNeutron } from "./fake/neutron.ts";
import { serveVpn } from "./fake/vpn.ts";

let b: Bench;
let neutron: FakeNeutron;
let leg: Resource;
beforeEach(async () => {
  b = await bench();
  neutron = new FakeNeutron(b.cloud);
  serveVpn(b.cloud, neutron.ports);
  leg = b.resource("tresor:network:RouterInterface", "l");
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const LEG = { name: "l", description: "", routerId: "r", networkId: "n", subnetId: "s", address: "10.8.3.1" };
const port = () => neutron.ports.get(leg.id);

describe("RouterInterface (C4H-3)", () => {
  it("is a port at the address, which the router then has, and no change after a refresh", async () => {
    await leg.create(LEG);
    expect(b.cloud.writes()).toEqual(["POST /network/v2.0/ports", "PUT /network/v2.0/routers/r/add_router_interface"]);
    expect(port()).toMatchObject({
      network_id: "n",
      device_id: "r",
      fixed_ips: [{ subnet_id: "s", ip_address: "10.8.3.1" }],
      port_security_enabled: false,
      security_groups: [],
    });
    expect((await leg.refresh()).props).toEqual(leg.state);
    expect((await leg.diff(LEG)).changes).toBe(false);
  });

  it("makes all legs of one moment in one call", async () => {
    const six = b.resource("tresor:network:RouterInterface", "m");
    await Promise.all([leg.create(LEG), six.create({ ...LEG, name: "m", subnetId: "t", address: "fd00::1" })]);
    expect(b.cloud.writes().filter((write) => write.startsWith("POST"))).toHaveLength(1);
    expect((await six.refresh()).props).toMatchObject({ address: "fd00::1", routerId: "r" });
  });

  it("takes up the port of an interrupted run, attached or not", async () => {
    await leg.create(LEG);
    const again = b.resource("tresor:network:RouterInterface", "l");
    await again.create(LEG);
    expect(again.id).toBe(leg.id);
    expect(port()?.description).toBe(markOf(leg.urn));
    Object.assign(port()!, { device_id: "", device_owner: "" });
    await b.resource("tresor:network:RouterInterface", "l").create(LEG);
    expect([neutron.ports.size, port()?.device_id]).toEqual([1, "r"]);
  });

  it("is another one for another router, subnet or address, and says so where it was given to another router", async () => {
    await leg.create(LEG);
    for (const change of [{ routerId: "q" }, { subnetId: "t" }, { address: "10.8.3.2" }, { networkId: "m" }])
      expect((await leg.diff({ ...LEG, ...change })).replaces).toEqual(Object.keys(change));
    Object.assign(port()!, { device_id: "q" });
    await leg.refresh();
    expect((await leg.diff(LEG)).replaces).toEqual(["routerId"]);
  });

  it("goes with its port, and is gone twice; a port that was never attached goes, too", async () => {
    await leg.create(LEG);
    await leg.delete();
    expect(neutron.ports.size).toBe(0);
    await leg.delete();
    await leg.create(LEG);
    Object.assign(port()!, { device_id: "" });
    await leg.delete();
    expect(neutron.ports.size).toBe(0);
    expect((await leg.refresh()).id).toBe("");
  });

  it("names the step that is next where the router refuses", async () => {
    const refused = () => [409, { NeutronError: { message: "Router r is in use" } }] as [number, object];
    b.cloud.on("PUT", "/network/v2.0/routers/:id/add_router_interface", refused);
    await expect(leg.create(LEG)).rejects.toThrow(
      /cannot attach "l" \(port-1\) to router r: .*Next: see that the operator's router/,
    );
  });

  it("is not taken for made where Neutron says yes and takes the leg away again", async () => {
    b.cloud.on("PUT", "/network/v2.0/routers/:id/add_router_interface", ({ body }) => {
      neutron.ports.delete(String(body.port_id));
      return [200, { port_id: body.port_id }];
    });
    await expect(leg.create(LEG)).rejects.toThrow(/has no leg "l".*took it away again.*access_as_external/s);
  });
});
