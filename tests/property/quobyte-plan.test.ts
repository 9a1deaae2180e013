import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quobyteGrant } from "../../config/quobyte.ts";
import { subnetsOf } from "../../plan/addresses.ts";
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
        for (const { facts } of planned(plan, "quobyte-quota"))
          expect(planned(plan, "quobyte-tenant").find(({ id }) => id === facts.tenantId)?.facts.holds).toBe("shares");
        // What a limit of 0 means to Quobyte is not published: none is ever planned.
        for (const { facts } of planned(plan, "quobyte-quota"))
          expect(Math.min(facts.volumes, facts.gigabytes)).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });

  it("DIGIMED-5, DIGIMED-10: no volume without Manila is without its rule, and none is open beyond its own area and benches", () => {
    const ways = fc.constantFrom<readonly string[]>(["nfs"], ["client"], ["client", "nfs"]);
    const rights = fc.constantFrom("none", "read", "write");
    fc.assert(
      fc.property(zoneShape("alpha"), clusters, ways, rights, (shape, quobyte, by, machines) => {
        const { tenant, ledger } = halvesOf(shape);
        const entry = ledger.zones[tenant.zone]!;
        const volumes = quobyteGrant.parse({
          volumes: Object.fromEntries(
            Object.entries(tenant.areas).map(([area, { benches }]) => [
              `${area}/data`,
              {
                ...{ size: "1 TiB", by, machines },
                access: Object.fromEntries(Object.keys(benches).map((bench) => [bench, "read"])),
                certificates: by.includes("client")
                  ? [{ fingerprint: `0123456789abcdef${area}`.replace(/-/g, ""), of: "machines" }]
                  : [],
              },
            ]),
          ),
        }).volumes;
        const [first] = Object.keys(quobyte);
        const on = { ...quobyte, [first!]: { ...quobyte[first!]!, volumes } };
        const plan = planTenant({ ...tenant, quobyte: on }, entry);
        const all = planned(plan, "quobyte-volume");
        expect(all).toHaveLength(Object.keys(tenant.areas).length);
        for (const { id, facts, project } of all) {
          const rules = planned(plan, "quobyte-rule").filter((rule) => rule.facts.tenantId === facts.tenantId);
          expect(rules.filter((rule) => rule.facts.encryption === "SYSTEM_AES_256")).toHaveLength(1);
          // Manila's driver makes nothing there.
          const own = planned(plan, "quobyte-tenant").find((one) => one.id === facts.tenantId);
          expect([own?.facts.holds, own?.project]).toEqual(["volumes", project]);
          const area = id.split("/")[2]!;
          const places = Object.keys(entry.networks).filter((key) => key === area || key.startsWith(`${area}/`));
          const networks = new Set(places.flatMap((key) => Object.values(subnetsOf(entry, key))));
          const open = planned(plan, "quobyte-export").filter((one) => one.facts.volumeId === id);
          for (const { network } of open.flatMap((one) => one.facts.networks)) expect(networks).toContain(network);
          const passes = planned(plan, "quobyte-certificate").filter((one) =>
            one.facts.uses.some((use) => use.volumeId === id),
          );
          for (const host of passes.flatMap((one) => one.facts.hosts)) expect(networks).toContain(host);
        }
      }),
      { numRuns: 60 },
    );
  });
});
