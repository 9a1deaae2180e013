import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { planZone } from "../../../../plan/zone.ts";
import { Session } from "../../../../openstack/index.ts";
import { findOutside, findUplinks } from "../../../../stacks/lookup/uplinks.ts";
import { examples, withUplink, withWireguard } from "../../plan/examples.ts";
import { FakeCloud } from "../../provider/fake/cloud.ts";

let cloud: FakeCloud;
let session: Session;
beforeEach(async () => {
  cloud = await new FakeCloud().start();
  session = new Session(cloud.entry({ name: "c" }), { warn: () => undefined });
});
afterEach(async () => {
  session.close();
  await cloud.stop();
});

describe("where gateways have their legs outside (C4H-3)", () => {
  const tenant = withUplink(examples.tenant());
  const subnets = [
    { id: "four", cidr: "203.0.113.0/24" },
    { id: "six", cidr: "2001:db8::/64" },
  ];
  const serve = (networks: readonly object[], of: readonly object[] = subnets): void => {
    cloud.on("GET", "/network/v2.0/networks", () => [200, { networks }]);
    cloud.on("GET", "/network/v2.0/subnets", () => [200, { subnets: of }]);
  };
  const internet = { id: "n1", name: "internet", "router:external": true, project_id: "another-admin" };

  it("each address is put into the subnet that has it; a network of that name which a stranger made is not taken", async () => {
    serve([{ id: "n0", name: "internet", project_id: "stranger" }, internet]);
    expect(await findOutside(session, tenant)).toEqual({
      "digimed-heart": {
        networkId: "n1",
        fixedIps: [
          { subnetId: "four", ipAddress: "203.0.113.19" },
          { subnetId: "six", ipAddress: "2001:db8::19" },
        ],
      },
    });
    serve([{ id: "n0", name: "internet", project_id: "stranger" }]);
    await expect(findOutside(session, tenant)).rejects.toThrow(/there is no network "internet"/);
  });

  it("an address that the network does not have is told at its place; without a grant nobody is asked", async () => {
    serve([internet], [subnets[0]!]);
    await expect(findOutside(session, tenant)).rejects.toThrow(
      /tenant.areas.heart.gateway.addresses: the network internet has no subnet with this address \(found 2001:db8::19; allowed: 203.0.113.0\/24\)/,
    );
    cloud.asked.length = 0;
    expect(await findOutside(session, examples.tenant())).toEqual({});
    expect(cloud.asked).toEqual([]);
  });
});

describe("the leg outside that the operator made (C4H-3)", () => {
  const zone = withWireguard(examples.zone());
  const { addresses } = zone.granted.gateways["heart"]!;
  const of = { project: "digimed-heart", projectId: "p1", addresses };
  const port = {
    id: "port-1",
    name: "digimed-heart-uplink",
    project_id: "p1",
    fixed_ips: [{ ip_address: "2001:db8::19" }, { ip_address: "203.0.113.19" }],
    port_security_enabled: true,
    allowed_address_pairs: [],
  };
  const find = (change: object = {}) => {
    cloud.on("GET", "/network/v2.0/ports", () => [200, { ports: [{ ...port, ...change }] }]);
    return findUplinks(session, planZone(zone), of);
  };

  it("is found by name in the area's own project, where the plan has a gateway", async () => {
    expect(await find()).toEqual({ "digimed-heart-uplink": "port-1" });
    expect(await findUplinks(session, planZone(examples.zone()), of)).toEqual({});
  });

  it("is refused where it is another than was granted, is somebody else's, or is not there", async () => {
    await expect(find({ fixed_ips: [{ ip_address: "203.0.113.20" }] })).rejects.toThrow(
      /the port digimed-heart-uplink is not what was granted .*203.0.113.20, granted 2001:db8::19, 203.0.113.19/,
    );
    await expect(find({ port_security_enabled: false })).rejects.toThrow(/port security is off/);
    await expect(find({ allowed_address_pairs: [{ ip_address: "0.0.0.0/1" }] })).rejects.toThrow(/address pairs/);
    await expect(find({ project_id: "stranger" })).rejects.toThrow(
      /there is no port "digimed-heart-uplink" in project/,
    );
  });
});
