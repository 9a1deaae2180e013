import type { FakeCloud } from "./cloud.ts";

export interface Row {
  id: string;
  /** False for what the operator made: a member's delete is refused. */
  own: boolean;
  [key: string]: unknown;
}

/** Security groups, rules and RBAC policies as Neutron serves them to a member. */
export class FakeNeutron {
  readonly groups = new Map<string, { id: string; name: string; project_id: string }>();
  readonly networks = new Set<string>();
  rules: Row[] = [];
  policies: Row[] = [];
  #next = 1;

  constructor(cloud: FakeCloud) {
    const base = "/network/v2.0";
    cloud.on("GET", `${base}/security-groups/:id`, ({ p }) => {
      const group = this.groups.get(p.id ?? "");
      if (!group) return [404, { NeutronError: { message: "Security group does not exist" } }];
      const rules = this.rules.filter((rule) => rule.security_group_id === p.id);
      return [200, { security_group: { ...group, security_group_rules: rules } }];
    });
    cloud.on("GET", `${base}/security-groups`, ({ query }) => {
      const project = query.project_id ?? "";
      const has = [...this.groups.values()].some((group) => group.project_id === project && group.name === "default");
      if (!has)
        this.groups.set(`default-${project}`, { id: `default-${project}`, name: "default", project_id: project });
      const found = [...this.groups.values()].filter(
        (group) => group.project_id === project && group.name === query.name,
      );
      return [200, { security_groups: found }];
    });
    cloud.on("DELETE", `${base}/security-groups/:id`, ({ p }) => (this.groups.delete(p.id ?? "") ? [204] : [404, {}]));
    cloud.on("GET", `${base}/security-group-rules`, ({ query }) => [
      200,
      { security_group_rules: this.rules.filter((rule) => rule.security_group_id === query.security_group_id) },
    ]);
    cloud.on("POST", `${base}/security-group-rules`, ({ body }) => {
      const wanted = body.security_group_rules as Record<string, unknown>[];
      const key = (rule: Record<string, unknown>): string =>
        JSON.stringify([
          rule.security_group_id,
          rule.direction,
          rule.ethertype,
          rule.protocol,
          rule.port_range_min,
          rule.port_range_max,
          rule.remote_ip_prefix,
          rule.remote_group_id,
        ]);
      const live = new Set(this.rules.map(key));
      if (wanted.some((rule) => live.has(key(rule))))
        return [409, { NeutronError: { message: "Security group rule already exists." } }];
      const made = wanted.map((rule) => ({ ...rule, id: `rule-${this.#next++}`, own: true }));
      this.rules.push(...made);
      return [201, { security_group_rules: made }];
    });
    cloud.on("DELETE", `${base}/security-group-rules/:id`, ({ p }) => this.#remove("rules", p.id));
    cloud.on("GET", `${base}/networks/:id`, ({ p }) =>
      this.networks.has(p.id ?? "") ? [200, { network: { id: p.id } }] : [404, {}],
    );
    cloud.on("GET", `${base}/rbac-policies`, ({ query }) => [
      200,
      {
        rbac_policies: this.policies.filter(
          (one) => one.object_id === query.object_id && one.object_type === query.object_type,
        ),
      },
    ]);
    cloud.on("POST", `${base}/rbac-policies`, ({ body }) => {
      const made = { ...(body.rbac_policy as object), id: `policy-${this.#next++}`, own: true };
      this.policies.push(made);
      return [201, { rbac_policy: made }];
    });
    cloud.on("DELETE", `${base}/rbac-policies/:id`, ({ p }) => this.#remove("policies", p.id));
  }

  group(id: string, project = "home"): void {
    this.groups.set(id, { id, name: id, project_id: project });
    // What a group carries from the start.
    for (const ethertype of ["IPv4", "IPv6"]) this.rule(id, { direction: "egress", ethertype });
  }

  rule(group: string, more: Record<string, unknown>, own = true): string {
    const id = `rule-${this.#next++}`;
    const blank = {
      protocol: null,
      port_range_min: null,
      port_range_max: null,
      remote_ip_prefix: null,
      remote_group_id: null,
      description: "",
    };
    this.rules.push({ ...blank, ...more, id, own, security_group_id: group });
    return id;
  }

  #remove(list: "rules" | "policies", id: string | undefined): [number, unknown?] {
    const row = this[list].find((one) => one.id === id);
    if (!row) return [404, { NeutronError: { message: "does not exist" } }];
    if (!row.own) return [403, { NeutronError: { message: "rule:delete is disallowed by policy" } }];
    this[list] = this[list].filter((one) => one !== row);
    return [204];
  }
}
