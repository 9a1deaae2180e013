import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const directory = join(import.meta.dirname, "../../../scripts/devcloud/policies");
const rulesOf = (name: string): Record<string, string> =>
  (parse(readFileSync(join(directory, name), "utf8")) as Record<string, string> | null) ?? {};

describe("shipped policy files", () => {
  it("DIGIMED-7: leave making projects, and their tags, to the administrator", () => {
    const rules = rulesOf("keystone.yaml");
    for (const verb of ["create", "update", "delete"])
      expect(rules[`identity:${verb}_project`], verb).toBe("rule:admin_required");
  });

  it("keep users, groups and role grants with the domain's manager: no rule of theirs is touched", () => {
    const touched = Object.keys(rulesOf("keystone.yaml")).filter((name) => /(user|group|grant)/.test(name));
    expect(touched.filter((name) => /:(create|update|delete|add|remove|revoke)/.test(name))).toEqual([]);
    expect(touched.length).toBeGreaterThan(3);
  });

  it.each(readdirSync(directory))("%s opens nothing but reading to the auditor", (name) => {
    const opened = Object.entries(rulesOf(name)).filter(([, rule]) => rule.includes("role:auditor"));
    const reading = /(:|_|^)(get|list|index|detail|show|context)|access|extended|extra_specs|attribute|default_get/;
    for (const [rule] of opened) {
      expect(rule).toMatch(reading);
      expect(rule).not.toMatch(/(^|[:_])(create|update|delete|add|remove|reset|force)(_|:|$)/);
    }
  });

  it("do open the lists of all projects: the test above has something to judge", () => {
    expect(rulesOf("nova.yaml")["os_compute_api:servers:detail:get_all_tenants"]).toContain("role:auditor");
    expect(rulesOf("neutron.yaml").context_with_global_access).toBe("role:auditor");
    expect(rulesOf("manila.yaml")["share:list_all_projects"]).toContain("role:auditor");
  });
});
