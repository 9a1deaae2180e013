import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planTenant } from "../../plan/tenant.ts";
import { planned } from "../../plan/types.ts";
import { halvesOf, zoneShape } from "./arbitraries.ts";

const tags = fc.uniqueArray(fc.constantFrom("ssd", "hdd", "nvme", "berlin"), { maxLength: 3 });
const grant = fc.record({ requiredTags: tags, forbiddenTags: tags, volumes: fc.constant({}) });
const clusters = fc.dictionary(fc.constantFrom("main", "spare", "a-b", "a"), grant, {
  minKeys: 1,
  noNullPrototype: true,
});

describe("plans of any zone whose shares lie on Quobyte", () => {
  it("DIGIMED-5: no project is without its tenant and an AES-256 rule for it on every cluster, whatever else is asked for", () => {
    fc.assert(
      fc.property(zoneShape("alpha"), clusters, (shape, quobyte) => {
        const { tenant, ledger } = halvesOf(shape);
        const plan = planTenant({ ...tenant, quobyte }, ledger.zones[tenant.zone]!);
        const projects = planned(plan, "project").map(({ id }) => id);
        const tenants = planned(plan, "quobyte-tenant");
        for (const cluster of Object.keys(quobyte)) {
          const here = tenants.filter(({ facts }) => facts.cluster === cluster);
          expect(here.map(({ facts }) => facts.projectId).toSorted()).toEqual(projects.toSorted());
          // Names are unique in a cluster.
          expect(new Set(here.map(({ name }) => name)).size).toBe(here.length);
          const rules = planned(plan, "quobyte-rule").filter(({ facts }) => facts.cluster === cluster);
          expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
          const encrypted = rules.filter(({ facts }) => facts.encryption === "SYSTEM_AES_256");
          expect(encrypted.map(({ facts }) => facts.tenantId).toSorted()).toEqual(here.map(({ id }) => id).toSorted());
          for (const { facts } of rules)
            expect(here.find(({ id }) => id === facts.tenantId)?.facts.projectId).toBe(facts.projectId);
        }
        // What a limit of 0 means to Quobyte is not published: none is ever planned.
        for (const { facts } of planned(plan, "quobyte-quota"))
          expect(Math.min(facts.volumes, facts.gigabytes)).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });
});
