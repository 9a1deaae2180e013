import { describe, expect, it } from "vitest";
import type { TenantConfig, ZoneConfig } from "../../../config/index.ts";
import { allocate } from "../../../plan/allocation.ts";
import { handover } from "../../../plan/handover.ts";
import { explain, parseTarget } from "../../../plan/render/why.ts";
import { pictureOf } from "../../../plan/render/picture.ts";
import { publish } from "../../../plan/render/publish.ts";
import { planTenant } from "../../../plan/tenant.ts";
import { planned } from "../../../plan/types.ts";
import { planZone } from "../../../plan/zone.ts";
import { compact } from "../../../scripts/site/granted.ts";
import { examples } from "./examples.ts";

const PROJECT = "0123456789abcdef0123456789abcdef";

function tenantWith(projects: readonly string[] = []): TenantConfig {
  const tenant = examples.tenant();
  const storage = { title: "Quobyte cluster", projects: [...projects] };
  return { ...tenant, areas: { ...tenant.areas, heart: { ...tenant.areas["heart"]!, storage } } };
}

/** The example zone with a storage network of its area heart, and a flow to it. */
function zoneWith(from = "machines/imaging"): ZoneConfig {
  const zone = examples.zone();
  const heart = zone.areas["heart"]!;
  const flow = { from, to: "storage/heart", ports: ["7861/tcp"], reason: "images lie on Quobyte" };
  const networks = { ...zone.granted.networks, "heart/storage": { ipv4: "10.8.5.0/24", ipv6: "fd00:8:0:5::/64" } };
  return {
    ...zone,
    areas: { ...zone.areas, heart: { ...heart, flows: [flow] } },
    granted: { ...zone.granted, networks, storage: { heart: { title: "Quobyte cluster" } } },
  };
}

describe("a network to a storage: the operator's half (DIGIMED-16, C4H-2)", () => {
  it("is a network of the area with a number and a VLAN of its own, appended to the ledger", () => {
    const ledger = examples.ledger();
    const after = allocate(ledger, tenantWith()).zones["digimed"]!;
    expect(after.networks["heart/storage"]).toEqual({ index: 5, vlan: 106 });
    expect(after.networks).toMatchObject(ledger.zones["digimed"]!.networks);
    const plan = planTenant(tenantWith(), after);
    const network = planned(plan, "network").find(({ name }) => name === "digimed-heart-storage");
    expect(network?.facts).toMatchObject({
      projectId: "project/digimed/heart",
      vlan: 106,
      physicalNetwork: "physnet1",
    });
    expect(planned(plan, "project").map(({ name }) => name)).not.toContain("digimed-heart-storage");
    const quota = planned(plan, "quota").find(({ name }) => name === "digimed-heart");
    expect(quota?.facts.network).toMatchObject({ networks: 2, subnets: 8 });
  });

  it("is shared with nobody, or with the storage's own project alone; never with another area", () => {
    const access = (projects?: readonly string[]) => {
      const tenant = tenantWith(projects);
      const plan = planTenant(tenant, allocate(examples.ledger(), tenant).zones["digimed"]!);
      return planned(plan, "network-access").find(({ name }) => name === "digimed-heart-storage")?.facts.sharedWith;
    };
    expect(access()).toEqual([]);
    expect(access([PROJECT])).toEqual([PROJECT]);
  });

  it("is handed over with its addresses and its title, not with whose project stands in it", () => {
    const tenant = tenantWith([PROJECT]);
    const granted = handover(examples.platform(), tenant, allocate(examples.ledger(), tenant).zones["digimed"]!);
    expect(granted.storage).toEqual({ heart: { title: "Quobyte cluster" } });
    expect(granted.networks["heart/storage"]).toEqual({ ipv4: "10.8.5.0/24", ipv6: "fd00:8:0:5::/64" });
    expect(JSON.stringify(compact(granted))).not.toContain(PROJECT);
    expect(compact(granted)).toMatchObject({ storage: { heart: { title: "Quobyte cluster" } } });
  });
});

describe("a network to a storage: the zone's half (DIGIMED-16, C4H-2)", () => {
  const ports = (zone: ZoneConfig) => planned(planZone(zone), "port").map(({ name }) => name);

  it("is a second interface of the machines that a flow names, and of no other", () => {
    expect(ports(zoneWith())).toContain("digimed-heart-imaging-storage");
    const none = zoneWith();
    none.areas["heart"]!.flows = [];
    expect(ports(none).filter((name) => name.endsWith("-storage"))).toEqual([]);
    expect(ports(zoneWith("area/heart"))).toContain("digimed-heart-imaging-storage");
  });

  it("lets that one flow begin there and nothing come in, in both versions of IP", () => {
    const sets = planned(planZone(zoneWith()), "rule-set").filter(
      ({ name }) => name === "digimed-heart-imaging-storage",
    );
    expect(sets).toHaveLength(1);
    expect(sets[0]!.facts.rules.map(({ direction, remoteCidr, portMin }) => [direction, remoteCidr, portMin])).toEqual([
      ["egress", "10.8.5.0/24", 7861],
      ["egress", "fd00:8:0:5::/64", 7861],
    ]);
  });

  it("is where a share is opened to the area's machines, and their own network no more (DIGIMED-10)", () => {
    const rules = (zone: ZoneConfig) => planned(planZone(zone), "share-access")[0]!.facts.rules.map(({ cidr }) => cidr);
    const zone = zoneWith();
    expect(rules(zone)).toContain("10.8.0.0/24");
    zone.granted.networks["commons/storage"] = { ipv4: "10.8.6.0/24", ipv6: "fd00:8:0:6::/64" };
    zone.granted.storage["commons"] = { title: "NFS servers" };
    expect(rules(zone)).toContain("10.8.6.0/24");
    expect(rules(zone)).not.toContain("10.8.0.0/24");
    // Benches use it from their own networks, as before.
    expect(rules(zone)).toContain("10.8.1.0/24");
  });

  it("has no route and no router, and keeps the first addresses for the storage's servers", () => {
    const subnets = planned(planZone(zoneWith()), "subnet").filter(({ facts }) => facts.network.endsWith("-storage"));
    expect(subnets.map(({ facts }) => [facts.pool?.start, facts.routes])).toEqual([
      ["10.8.5.10", []],
      ["fd00:8:0:5::a", []],
    ]);
  });

  it("is explained and drawn", () => {
    const plan = publish({ kind: "zone", config: zoneWith() });
    const why = (target: string, from: string) => explain(plan, parseTarget(target), { from }).verdict;
    expect(why("storage/heart:7861", "heart/machines/imaging")).toBe("open");
    expect(why("10.8.5.2:7861", "heart/machines/imaging")).toBe("open");
    expect(why("storage/heart:22", "heart/machines/imaging")).toBe("closed");
    expect(why("storage/heart:7861", "commons/machines/analysis")).toBe("closed");
    expect(why("heart/machines/imaging:7861", "storage/heart")).toBe("closed");
    const heart = pictureOf(plan).areas.find(({ title }) => title.startsWith("heart"));
    expect(heart?.nodes.map(({ id }) => id)).toContain("heart/storage/heart");
  });
});
