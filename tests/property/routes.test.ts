import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contains } from "../../plan/addresses.ts";
import { isBeyond } from "../../plan/ends.ts";
import { flowsOf } from "../../plan/flows.ts";
import { planTenant } from "../../plan/tenant.ts";
import { planned } from "../../plan/types.ts";
import { planZone } from "../../plan/zone.ts";
import { BEYOND, halvesOf, zoneShape } from "./arbitraries.ts";

const shape = zoneShape("alpha");
/** Both halves with a router for each area. */
const routed = (of: Parameters<typeof halvesOf>[0]) => {
  const { tenant, zone, ledger } = halvesOf(of);
  const ends: ("site" | "network" | "outside")[] = ["site", "network", "outside"];
  for (const area of Object.values(tenant.areas)) area.router = { external: "ext", ends, addresses: [], routes: [] };
  for (const area of Object.keys(zone.areas)) zone.granted.routers[area] = { ends, addresses: [] };
  return { tenant, zone, entry: ledger.zones["alpha"]! };
};

describe("ways out (C4H-2, C4H-3)", () => {
  it("never one router for two areas: each is in its area's project, and every leg of it, too", () => {
    fc.assert(
      fc.property(shape, (of) => {
        const { tenant, zone, entry } = routed(of);
        const routers = planned(planTenant(tenant, entry), "router");
        expect(new Set(routers.map(({ name }) => name)).size).toBe(Object.keys(zone.areas).length);
        for (const { name, project } of routers) expect(project).toBe(name);
        const plan = planZone(zone);
        for (const { project, facts } of planned(plan, "router-interface")) {
          expect([facts.router, facts.network]).toEqual([project, project]);
          const subnet = planned(plan, "subnet").find(({ id }) => id === facts.subnetId)!;
          expect([subnet.project, subnet.facts.network]).toEqual([project, project]);
          expect(contains(subnet.facts.cidr, facts.address)).toBe(true);
        }
        for (const { project, facts } of planned(plan, "vpn-service")) expect(facts.router).toBe(project);
      }),
    );
  });

  it("there for flows alone: a leg or a route where one names an end beyond, and nowhere else", () => {
    fc.assert(
      fc.property(shape, (of) => {
        const { zone } = routed(of);
        const plan = planZone(zone);
        const asking = new Set(
          flowsOf(zone)
            .filter(({ from, to }) =>
              [from, to].some((end) => isBeyond(end) && !(end.kind === "site" && end.name === "north")),
            )
            .map(({ area }) => `alpha-${area}`),
        );
        expect(new Set(planned(plan, "router-interface").map(({ project }) => project))).toEqual(asking);
        const open = planned(plan, "subnet").filter(({ facts }) => facts.routes.length > 0);
        for (const { project = "", facts } of open) {
          expect(facts.network).toBe(project);
          for (const { destination } of facts.routes) expect(destination).not.toMatch(/\/0$/);
        }
      }),
    );
  });

  it("a tunnel's far side is the site's own networks, of one version, and the near side the area's subnet", () => {
    fc.assert(
      fc.property(shape, (of) => {
        const { zone } = routed(of);
        const plan = planZone(zone);
        const groups = new Map(planned(plan, "endpoint-group").map((group) => [group.id, group]));
        for (const { project, facts } of planned(plan, "vpn-connection")) {
          const [near, far] = [groups.get(facts.localGroupId)!, groups.get(facts.peerGroupId)!];
          expect([near.project, far.project]).toEqual([project, project]);
          expect(near.facts.endpoints).toHaveLength(1);
          for (const network of far.facts.endpoints) {
            expect(BEYOND.sites.south.networks as readonly string[]).toContain(network);
            expect(network.includes(":")).toBe(facts.version === 6);
          }
        }
      }),
    );
  });
});
