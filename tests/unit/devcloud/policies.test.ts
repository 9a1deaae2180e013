import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { CLOSING_RULES, POLICY_PARTS, withoutClosing } from "../../../scripts/devcloud/policy.ts";

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

const closing = POLICY_PARTS.flatMap((part) =>
  Object.entries(CLOSING_RULES[part]).map(([file, names]) => ({ part, file, names: names as readonly string[] })),
);

/** What the rule says in the end, with the names of the file itself looked up. */
const meaning = (rules: Record<string, string>, name: string): string =>
  (rules[name] ?? "missing").replace("rule:tresor_hand_out", rules["tresor_hand_out"] ?? "missing");

/** A zone's pipeline says who reads its study keys; nobody else is manager of a project. */
const OF_OWN_KEYS = " or (role:manager and rule:secret_project_member and rule:secret_owner)";

describe("rules that close a door", () => {
  it.each(closing)("DIGIMED-9, C4H-1: $file leaves them to administrators alone ($part)", ({ file, names }) => {
    const rules = rulesOf(file);
    for (const name of names)
      expect(meaning(rules, name).replace(OF_OWN_KEYS, ""), name).toMatch(
        /^rule:(admin_required|admin_api|context_is_admin|(secret|container)_project_admin)$/,
      );
  });

  it("C4H-9: let a manager open the keys that he made, and no member any", () => {
    const rules = rulesOf("barbican.yaml");
    expect(rules["secret_acls:put_patch"]).toContain(OF_OWN_KEYS);
    expect(rules["container_acls:put_patch"]).not.toContain("role:");
  });

  it("never let an administrator of another project open a key: he would let himself in (DIGIMED-6)", () => {
    for (const name of CLOSING_RULES["handing-out"]["barbican.yaml"])
      expect(rulesOf("barbican.yaml")[name]?.replace(OF_OWN_KEYS, "")).toMatch(/_project_admin$/);
  });

  it("leave to members what a bench is for", () => {
    const touched = closing.flatMap(({ names }) => names);
    for (const honest of [
      "volume:create",
      "volume:delete",
      "share:create",
      "os_compute_api:servers:create",
      "get_image",
    ])
      expect(touched).not.toContain(honest);
    expect(touched).not.toContain("os_compute_api:os-shelve:shelve");
  });

  it.each(closing)(
    "stand first in $file, apart from what opens reading, and are told to operators ($part)",
    ({ file, names }) => {
      const [first = ""] = readFileSync(join(directory, file), "utf8").split("\n\n");
      expect(Object.keys(parse(first) as object).filter((name) => name !== "tresor_hand_out")).toEqual(names);
      const guide = readFileSync(join(import.meta.dirname, "../../../docs/own-cloud.md"), "utf8");
      expect(guide).toContain(`\`${file}\``);
      if (file !== "keystone.yaml") for (const name of names) expect(guide).toContain(`\`${name}\``);
    },
  );

  it.each(closing)("are all of $file's that say who may hand out ($part)", ({ part, file, names }) => {
    if (part !== "handing-out" || file === "barbican.yaml") return;
    const said = Object.entries(rulesOf(file)).filter(([, rule]) => rule === "rule:tresor_hand_out");
    expect(said.map(([name]) => name)).toEqual(names);
  });
});

describe("withoutClosing", () => {
  it.each(closing)("opens exactly the doors of $part in $file", ({ part, file, names }) => {
    const text = readFileSync(join(directory, file), "utf8");
    const before = rulesOf(file);
    const after = (parse(withoutClosing(file, text, [part])) ?? {}) as Record<string, string>;
    const others = Object.entries(before).filter(([name]) => name !== "tresor_hand_out" && !names.includes(name));
    for (const [name, rule] of others) expect(after[name], name).toBe(rule);
    const members = /^role:admin or \(role:member and project_id:%\(project_id\)s\)$/;
    // Gone, so that the release's default counts, or open to members by the name that the rule looks up.
    for (const name of names)
      expect(name in after ? meaning(after, name) : "default", name).toMatch(/^default$|^role:/);
    for (const name of names.filter((one) => one in after)) expect(meaning(after, name)).toMatch(members);
  });

  it("takes no rule out of Glance's file: it would stay in force until a restart", () => {
    const open = parse(
      withoutClosing("glance.yaml", readFileSync(join(directory, "glance.yaml"), "utf8"), ["handing-out"]),
    ) as object;
    expect(Object.keys(open)).toEqual(Object.keys(rulesOf("glance.yaml")));
  });

  it("leaves a file as it is where nothing is opened", () => {
    const text = readFileSync(join(directory, "glance.yaml"), "utf8");
    expect(withoutClosing("glance.yaml", text, [])).toBe(text);
    expect(withoutClosing("glance.yaml", text, ["projects"])).toBe(text);
  });
});
