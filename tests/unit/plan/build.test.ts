import { describe, expect, it } from "vitest";
import { UserError } from "../../../config/problem.ts";
import { PlanBuilder } from "../../../plan/build.ts";
import { memberNames } from "../../../plan/names.ts";
import { planPlatform } from "../../../plan/platform.ts";
import { planTenant } from "../../../plan/tenant.ts";
import type { Plan } from "../../../plan/types.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples, valueAtPath } from "./examples.ts";

const ledger = examples.ledger();
const plans: readonly (readonly [string, Plan, Record<string, unknown>])[] = [
  ["platform", planPlatform(examples.platform()), { platform: examples.platform() }],
  ["digimed-tenant", planTenant(examples.tenant(), examples.entry()), { tenant: examples.tenant(), ledger }],
  ["digimed", planZone(examples.zone()), { zone: examples.zone() }],
  [
    "mini-tenant",
    planTenant(examples.tenant("mini"), examples.entry("mini")),
    { tenant: examples.tenant("mini"), ledger },
  ],
  ["mini", planZone(examples.zone("mini")), { zone: examples.zone("mini") }],
];

describe.each(plans)("the plan of the example %s", (_name, plan, config) => {
  it("is sorted by id, and every id is there once and begins with its kind", () => {
    const ids = plan.objects.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].toSorted());
    for (const { id, kind } of plan.objects) expect(id.startsWith(`${kind}/`)).toBe(true);
  });

  it("loses nothing as JSON", () => {
    expect(JSON.parse(JSON.stringify(plan))).toStrictEqual(plan);
  });

  it("says for each object which line of the config asked for it", () => {
    for (const { id, because } of plan.objects) {
      expect(because.length, id).toBeGreaterThan(0);
      for (const path of because) {
        // A quota that is left out is its default: the place it would stand at is named all the same.
        const there = path.endsWith(".benches") || path.endsWith(".partners") || path.endsWith(".quota");
        expect(
          valueAtPath(config, there ? path.slice(0, path.lastIndexOf(".")) : path),
          `${id}: ${path}`,
        ).toBeDefined();
      }
    }
  });

  it("names a requirement for each object", () => {
    for (const { id, requirements } of plan.objects) {
      expect(requirements.length, id).toBeGreaterThan(0);
      for (const requirement of requirements) expect(requirement, id).toMatch(/^(DIGIMED|C4H|DENBI|SPE4HD)-\d+$/);
    }
  });

  it("refers only to what is planned: ids of the same plan", () => {
    const ids = new Set(plan.objects.map(({ id }) => id));
    const referred = [
      ...JSON.stringify(plan.objects.map(({ facts }) => facts)).matchAll(
        /"(?:groupId|projectId|networkId|shareId|rootVolumeId|remoteGroup)":"([^"]+)"/g,
      ),
    ];
    for (const [, id] of referred) expect(ids, id).toContain(id);
  });

  it("names are at most 255 characters", () => {
    for (const { name } of plan.objects) expect(name.length).toBeLessThanOrEqual(255);
  });
});

describe("valueAtPath (control)", () => {
  it("knows a path that leads nowhere", () => {
    expect(valueAtPath({ zone: examples.zone() }, "zone.areas.heart.flows[7]")).toBeUndefined();
    expect(valueAtPath({ zone: examples.zone() }, "zone.areas.commons.flows[1]")).toBeDefined();
  });
});

describe("PlanBuilder", () => {
  const domain = (plan: PlanBuilder, zone: string, name: string): string =>
    plan.add("domain", [zone], name, { description: "", deletable: false, adopt: null }, `tenant.${zone}`);

  it("refuses two objects of one id, and two of one name in one project", () => {
    const sameId = new PlanBuilder("tenant");
    domain(sameId, "a", "x");
    domain(sameId, "a", "y");
    expect(() => sameId.close("a")).toThrow(UserError);
    const sameName = new PlanBuilder("tenant");
    domain(sameName, "a", "x");
    domain(sameName, "b", "x");
    expect(() => sameName.close("a")).toThrow(/would be called "x"/);
    const neither = new PlanBuilder("tenant");
    domain(neither, "a", "x");
    domain(neither, "b", "y");
    expect(neither.close("a").objects).toHaveLength(2);
  });

  it("tells both places of a clash: bench `heart` of area `commons`, and area `commons-heart`", () => {
    const tenant = examples.tenant();
    const heart = tenant.areas["heart"]!;
    const clashing = { ...tenant, areas: { ...tenant.areas, "commons-uni-north": heart } };
    const entry = { ...examples.entry() };
    entry.networks = { ...entry.networks, "commons-uni-north": { index: 9, vlan: 1009 } };
    let problem: unknown;
    try {
      planTenant(clashing, entry);
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(UserError);
    expect((problem as UserError).message).toContain("tenant.areas.commons.benches.uni-north");
    expect((problem as UserError).message).toContain("tenant.areas.commons-uni-north");
  });
});

describe("memberNames", () => {
  it("keeps the first machine's name when a group grows: its disk is not another one's", () => {
    expect(memberNames("box", 1)).toEqual(["box"]);
    expect(memberNames("box", 3)).toEqual(["box", "box-2", "box-3"]);
    expect(memberNames("box", 3).slice(0, 2)).toEqual(memberNames("box", 2));
  });
});
