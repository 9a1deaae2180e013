import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Props } from "../../../provider/wire.ts";
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
describe("Port", () => {
  const PORT = {
    name: "p",
    networkId: "n",
    securityGroupIds: ["g"],
    fixedIps: [{ subnetId: "four" }, { subnetId: "six" }],
  };
  let port: Resource;
  beforeEach(() => {
    port = b.resource("tresor:network:Port", "p");
  });

  it("C4H-2: is filtered, has no address pair and the addresses of its subnets, and is read back as it was made", async () => {
    await port.create(PORT);
    expect(first(neutron.ports)).toMatchObject({ port_security_enabled: true, allowed_address_pairs: [] });
    expect(port.state).toMatchObject({ portSecurityEnabled: true, macAddress: "fa:16:3e:00:00:10" });
    expect((await port.refresh()).props).toEqual(port.state);
    expect((await port.diff({ ...PORT, fixedIps: PORT.fixedIps.toReversed() })).changes).toBe(false);
  });

  it.each([
    ["port security that is off", { port_security_enabled: false, security_groups: [] }, "portSecurityEnabled"],
    ["an address pair", { allowed_address_pairs: [{ ip_address: "0.0.0.0/1" }] }, "allowedAddressPairs"],
    ["another group", { security_groups: ["g", "open"] }, "securityGroupIds"],
    ["a port that is off", { admin_state_up: false }, "adminStateUp"],
  ])("shows %s as drift, and an up undoes it", async (_, change, key) => {
    await port.create(PORT);
    const before = { ...first(neutron.ports) };
    Object.assign(first(neutron.ports), change);
    await port.refresh();
    expect(await port.diff(PORT)).toMatchObject({ changes: true, replaces: [] });
    expect(port.state[key]).not.toEqual(port.inputs[key]);
    await port.update(PORT);
    expect(first(neutron.ports)).toEqual(before);
  });

  it("shows a second address in its own subnet as drift, and a device of Nova's not at all", async () => {
    await port.create(PORT);
    Object.assign(first(neutron.ports), { device_id: "vm", device_owner: "compute:nova", status: "ACTIVE" });
    await port.refresh();
    expect((await port.diff(PORT)).changes).toBe(false);
    (first(neutron.ports).fixed_ips as object[]).push({ subnet_id: "four", ip_address: "10.0.0.99" });
    await port.refresh();
    expect(port.state.fixedIps).toHaveLength(3);
    expect((await port.diff(PORT)).changes).toBe(true);
  });

  it("keeps an address and a pair that are named, in one spelling", async () => {
    const args = {
      ...PORT,
      fixedIps: [{ subnetId: "six", ipAddress: "2001:DB8:0::5" }],
      allowedAddressPairs: [
        { ipAddress: "10.1.0.9/24" },
        { ipAddress: "10.1.0.9", macAddress: "FA:16:3E:00:00:10" },
        { ipAddress: "10.1.0.7", macAddress: "fa:16:3e:99:99:99" },
      ],
    };
    await port.create(args);
    expect(port.state.fixedIps).toEqual([{ subnetId: "six", ipAddress: "2001:db8::5" }]);
    expect((await port.refresh()).props).toEqual(port.state);
    expect((await port.diff(args)).changes).toBe(false);
    expect((await port.diff({ ...args, allowedAddressPairs: [] })).changes).toBe(true);
  });

  it("is another port only where the network changes", async () => {
    await port.create(PORT);
    expect((await port.diff({ ...PORT, networkId: "m" })).replaces).toEqual(["networkId"]);
    expect((await port.diff({ ...PORT, fixedIps: [{ subnetId: "four" }] })).replaces).toEqual([]);
  });

  it("takes up its own with the same subnets, and makes it anew with others", async () => {
    await port.create(PORT);
    const again = b.resource("tresor:network:Port", "p");
    expect((await again.create(PORT)).id).toBe(port.id);
    const other = await again.create({ ...PORT, fixedIps: [{ subnetId: "four" }] });
    expect([...neutron.ports.keys()]).toEqual([other.id]);
  });

  it.each([
    ["a subnet twice", { fixedIps: [{ subnetId: "four" }, { subnetId: "four" }] }, "fixedIps", /once only/],
    ["no address", { fixedIps: [{ subnetId: "four", ipAddress: "10.1" }] }, "fixedIps[0].ipAddress", /address/],
    ["no block", { allowedAddressPairs: [{ ipAddress: "x" }] }, "allowedAddressPairs[0].ipAddress", /address/],
    [
      "no MAC",
      { allowedAddressPairs: [{ ipAddress: "10.0.0.1", macAddress: "x" }] },
      "allowedAddressPairs[0].macAddress",
      /MAC/,
    ],
    ["an unknown key", { deviceId: "vm" }, "deviceId", /is no input/],
  ] as [string, Props, string, RegExp][])("refuses %s at its property", async (_, change, property, reason) => {
    const { failures } = await port.check({ ...PORT, ...change });
    expect(failures?.map((one) => one.property)).toEqual([property]);
    expect(failures?.[0]?.reason).toMatch(reason);
  });
});
