import { describe, expect, it } from "vitest";
import type { PlatformConfig, TenantConfig } from "../../../config/index.ts";
import { gibibytes } from "../../../config/scalars.ts";
import { planTenant } from "../../../plan/tenant.ts";
import { quobyteProblems } from "../../../plan/quobyte.ts";
import { planned } from "../../../plan/types.ts";
import { examples, withQuobyte } from "./examples.ts";

const plan = planTenant(withQuobyte(examples.tenant()), examples.entry());
const projects = planned(plan, "project");

describe("a tenant whose shares lie on Quobyte", () => {
  it("DIGIMED-16: has a tenant of the cluster for every project, benches too, which can make shares as well", () => {
    const tenants = planned(plan, "quobyte-tenant");
    expect(tenants.map(({ facts }) => facts.projectId).toSorted()).toEqual(projects.map(({ id }) => id).toSorted());
    expect(tenants.map(({ name }) => name)).toContain("digimed-commons-uni-north-main");
    for (const { facts } of tenants) expect(facts).toMatchObject({ cluster: "main", deletable: false });
  });

  it("DIGIMED-5: has a rule with AES-256 for each of these tenants, whatever else is asked for", () => {
    const rules = planned(plan, "quobyte-rule").filter(({ facts }) => facts.encryption !== null);
    expect(rules.map(({ facts }) => facts.tenantId).toSorted()).toEqual(
      planned(plan, "quobyte-tenant")
        .map(({ id }) => id)
        .toSorted(),
    );
    for (const { facts, tier, requirements } of rules) {
      expect(facts).toMatchObject({ encryption: "SYSTEM_AES_256", requiredTags: [], retention: null });
      expect(tier).toBe("storage");
      expect(requirements).toContain("DIGIMED-5");
    }
  });

  it("DIGIMED-18: says tags and retention in rules of their own, and only where the config does", () => {
    const [placement] = planned(plan, "quobyte-rule").filter(({ id }) => id.endsWith("/heart/main/placement"));
    expect(placement?.facts).toMatchObject({
      encryption: null,
      requiredTags: ["ssd"],
      forbiddenTags: ["hdd", "shingled"],
    });
    const [retention] = planned(plan, "quobyte-rule").filter(({ id }) => id.endsWith("/heart/main/retention"));
    expect(retention?.facts.retention).toEqual({ properties: ["IMMUTABLE", "RETAIN_UNTIL"], days: 3650 });
    const bare = withQuobyte(examples.tenant());
    bare.quobyte["main"] = { requiredTags: [], forbiddenTags: [], volumes: {} };
    expect(planned(planTenant(bare, examples.entry()), "quobyte-rule")).toHaveLength(projects.length);
  });

  it("DIGIMED-18: has the project's quota of shares in the cluster too, and none where that would be 0", () => {
    const tenant = withQuobyte(examples.tenant());
    const { shares, shareStorage } = tenant.areas["commons"]!.quota;
    const of = (all: typeof plan, area: string) =>
      planned(all, "quobyte-quota").find(({ facts }) => facts.projectId.endsWith(area));
    expect(of(plan, "/commons")?.facts).toMatchObject({ volumes: shares, gigabytes: gibibytes(shareStorage!) });
    expect(of(plan, "/heart")).toBeUndefined();
    tenant.areas["commons"]!.quota.shares = 0;
    expect(of(planTenant(tenant, examples.entry()), "/commons")).toBeUndefined();
  });

  it("keeps apart what lies on two clusters, and plans nothing where none is named", () => {
    const two = withQuobyte(examples.tenant());
    two.quobyte["other"] = { requiredTags: [], forbiddenTags: [], volumes: {} };
    const both = planned(planTenant(two, examples.entry()), "quobyte-tenant");
    expect(new Set(both.map(({ name }) => name)).size).toBe(projects.length * 2);
    const none = planTenant(examples.tenant(), examples.entry()).objects.filter(({ kind }) =>
      kind.startsWith("quobyte"),
    );
    expect(none).toEqual([]);
  });

  it("may be erased only where the config says the word", () => {
    const allowed = planTenant({ ...withQuobyte(examples.tenant()), deletion: "allowed" }, examples.entry());
    for (const { facts } of planned(allowed, "quobyte-tenant")) expect(facts.deletable).toBe(true);
    for (const { facts } of planned(allowed, "quobyte-rule")) expect(facts.deletable).toBe(true);
  });
});

describe("tenant and platform", () => {
  const type = { backend: "q", protocols: ["NFS" as const], transit: "none" as const, snapshots: false };
  const platform: Pick<PlatformConfig, "shareTypes" | "quobyte"> = {
    quobyte: {
      main: { title: "Quobyte", url: "https://q.example:7860/", transit: "none" },
      spare: { title: "S", url: "https://s.example/", transit: "none" },
    },
    shareTypes: {
      fast: { ...type, driver: "quobyte", cluster: "main" },
      lost: { ...type, driver: "quobyte" },
      plain: { ...type, driver: "generic" },
    },
  };
  const grant = { requiredTags: [], forbiddenTags: [], volumes: {} };
  const said = (shareTypes: string[], ...clusters: string[]): readonly (string | undefined)[] => {
    const quobyte: TenantConfig["quobyte"] = Object.fromEntries(clusters.map((name) => [name, grant]));
    return quobyteProblems(platform, { shareTypes, quobyte }).map(({ path, found }) => `${path}: ${found}`);
  };

  it("fit where every cluster of a granted type is named", () => {
    expect(said(["plain", "fast"], "main")).toEqual([]);
    expect(said(["plain"])).toEqual([]);
  });

  it("DIGIMED-5: do not where one is left out: its shares would lie in the clear", () => {
    expect(said(["plain", "fast"])).toEqual(["tenant.shareTypes[1]: fast on main"]);
    expect(said(["lost"])).toEqual(["tenant.shareTypes[0]: lost, whose cluster the platform does not say"]);
  });

  it("do not where a cluster is named that nothing lies on, or that is not there", () => {
    expect(said(["fast"], "main", "spare", "mian")).toEqual([
      "tenant.quobyte.spare: spare",
      "tenant.quobyte.mian: mian",
    ]);
  });
});
