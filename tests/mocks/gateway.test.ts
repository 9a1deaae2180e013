import { describe, expect, it } from "vitest";
import type { ZoneConfig } from "../../config/index.ts";
import { examples, withUplink, withWireguard } from "../unit/plan/examples.ts";
import { ofType, type Registered } from "./harness.ts";
import { runTenant, runZone } from "./programs.ts";

const zone = withWireguard(examples.zone());
const { resources } = await runZone(zone);
const named = (name: string, all: readonly Registered[] = resources): Registered =>
  all.find((resource) => resource.custom && resource.inputs["name"] === name)!;
const groupsOf = (all: readonly Registered[]): Registered => ofType(all, "PortGroups")[0]!;

/** URNs of all that must be there before a resource, by one step or many. */
function before(resource: Registered, all: readonly Registered[]): readonly string[] {
  const next = [...resource.dependencies, resource.parent];
  const found = all.filter(({ urn }) => next.includes(urn));
  return [...next, ...found.flatMap((one) => before(one, all))];
}

describe("the gateway of an area (C4H-3)", () => {
  it("has a leg in the area with its sites' networks as pairs, and no other port has any", () => {
    const { ipv4 } = zone.granted.networks["heart"]!;
    const leg = named("digimed-heart-gateway", ofType(resources, "Port"));
    expect(leg.inputs).toMatchObject({
      cloud: "digimed-heart",
      portSecurityEnabled: true,
      allowedAddressPairs: [{ ipAddress: "192.168.50.9/32" }, { ipAddress: "fd50::9/128" }],
      securityGroupIds: ["digimed-heart-network-group-digimed-heart-gateway-id"],
    });
    expect(leg.inputs["fixedIps"]).toMatchObject([{ ipAddress: ipv4.replace("0/24", "2") }, {}]);
    const others = ofType(resources, "Port").filter((port) => port !== leg);
    expect(others.length).toBeGreaterThan(0);
    for (const { name, inputs } of others) expect(inputs["allowedAddressPairs"], name).toEqual([]);
  });

  it("is plugged into the operator's port only after that has the zone's groups", () => {
    const groups = groupsOf(resources);
    expect(groups.inputs).toMatchObject({
      cloud: "digimed-heart",
      portId: "digimed-heart-uplink-looked-up",
      securityGroupIds: ["digimed-heart-network-group-digimed-heart-uplink-id"],
    });
    const server = named("digimed-heart-gateway", ofType(resources, "Machine"));
    expect(server.inputs["ports"]).toEqual([
      "digimed-heart-gateway-port-digimed-heart-gateway-id",
      "digimed-heart-gateway-uplink-id",
    ]);
    expect(server.dependencies).toContain(groups.urn);
    expect(server.secretInputs).toEqual(["userData"]);
  });

  it("has its key on a volume that is protected, kept and attached; the explicit word frees it", async () => {
    const key = named("digimed-heart-gateway-key");
    expect(key).toMatchObject({ protect: true, retainOnDelete: true, inputs: { size: 1, encrypted: true } });
    const attached = ofType(resources, "VolumeAttachment").filter(
      ({ inputs }) => inputs["volumeId"] === `${key.name}-id`,
    );
    expect(attached).toHaveLength(1);
    const free = structuredClone(zone) as ZoneConfig;
    free.areas["heart"]!.gateway!.deletion = "allowed";
    const run = await runZone(free);
    expect(named("digimed-heart-gateway-key", run.resources)).toMatchObject({ protect: false, retainOnDelete: false });
  });

  it("of a frozen zone is off, and its leg outside has no group", async () => {
    const frozen = { reason: "an incident", by: "x", since: "2026-11-20" };
    const run = await runZone({ ...zone, frozen });
    expect(groupsOf(run.resources).inputs["securityGroupIds"]).toEqual([]);
    expect(named("digimed-heart-gateway", ofType(run.resources, "Machine")).inputs["powerState"]).toBe("shutoff");
  });

  it("is led to by the area's subnets", () => {
    const subnet = named("digimed-heart-ipv4", ofType(resources, "Subnet"));
    const { ipv4 } = zone.granted.networks["heart"]!;
    expect(subnet.inputs["hostRoutes"]).toEqual([
      { destination: "192.168.50.9/32", nextHop: ipv4.replace("0/24", "2") },
    ]);
  });
});

describe("the outside leg, in the operator's half (C4H-3)", () => {
  it("is a filtered port of the area's project without a group, which may use that network; its groups are not looked at", async () => {
    const run = await runTenant(withUplink(examples.tenant()), examples.entry());
    const [access] = ofType(run.resources, "RbacPolicyV2");
    expect(access!.inputs).toEqual({
      action: "access_as_shared",
      objectType: "network",
      objectId: "internet-looked-up",
      targetTenant: "digimed-heart-project-id",
    });
    const [port, ...more] = ofType(run.resources, "Port");
    expect(more).toEqual([]);
    expect(port!.inputs).toMatchObject({
      name: "digimed-heart-uplink",
      tenantId: "digimed-heart-project-id",
      networkId: "internet-looked-up",
      portSecurityEnabled: true,
      noSecurityGroups: true,
      fixedIps: [
        { subnetId: "outside-subnet", ipAddress: "2001:db8::19" },
        { subnetId: "outside-subnet", ipAddress: "203.0.113.19" },
      ],
    });
    expect(port!.inputs["allowedAddressPairs"]).toBeUndefined();
    expect(port!.dependencies).toContain(access!.urn);
    expect(port!.ignoreChanges).toEqual(expect.arrayContaining(["noSecurityGroups", "securityGroupIds"]));
    // The area's network goes first: as long as a zone stands in it, its gateway keeps what it stands on.
    const network = ofType(run.resources, "Network").find(({ inputs }) => inputs["name"] === "digimed-heart")!;
    const earlier = before(network, run.resources);
    expect(earlier).toContain(port!.urn);
    // And its pipeline, without which nobody could take it down.
    for (const user of ofType(run.resources, "User")) expect(earlier).toContain(user.urn);
  });

  it("is not there where none is granted", async () => {
    const run = await runTenant(examples.tenant(), examples.entry());
    expect(ofType(run.resources, "Port")).toEqual([]);
    expect(ofType(run.resources, "RbacPolicyV2")).toEqual([]);
  });
});
