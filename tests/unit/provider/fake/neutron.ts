import type { FakeCloud } from "./cloud.ts";
import { portShelf, serve, serveAddressGroups, subnetShelf, type Shelf, type Stored } from "./neutron-objects.ts";

export interface Row {
  id: string;
  /** False for what the operator made: a member's delete is refused. */
  own: boolean;
  [key: string]: unknown;
}

/** Subnets, ports, security groups, rules and RBAC policies as Neutron serves them to a member. */
export class FakeNeutron {
  readonly subnets = new Map<string, Stored>();
  readonly ports = new Map<string, Stored>();
  readonly groups = new Map<string, Stored>();
  readonly addressGroups = new Map<string, Stored>();
  /** How many there may be of what quotas name. */
  readonly limits: Record<string, number> = {};
  readonly networks = new Set<string>();
  /** Ids of subnets that other projects made on the networks. */
  readonly hiddenSubnets: string[] = [];
  private readonly subnetsOf = (network: string): string[] =>
    [...this.subnets.values()].filter(({ network_id }) => network_id === network).map(({ id }) => String(id));
  rules: Row[] = [];
  policies: Row[] = [];
  /** Rules of the template that a member may not remove. */
  keepsTemplate = false;
  #next = 1;

  constructor(cloud: FakeCloud) {
    const base = "/network/v2.0";
    serve(cloud, subnetShelf(this.subnets, this.ports), this.limits);
    serve(cloud, portShelf(this.ports), this.limits);
    serve(cloud, this.#groupShelf(), this.limits);
    serveAddressGroups(cloud, this.addressGroups, () => this.rules, this.limits);
    cloud.on("GET", `${base}/security-group-rules`, ({ params }) => {
      const groups = params.getAll("security_group_id");
      return [
        200,
        { security_group_rules: this.rules.filter((rule) => groups.includes(String(rule.security_group_id))) },
      ];
    });
    cloud.on("POST", `${base}/security-group-rules`, ({ body }) => {
      const wanted = body.security_group_rules as Record<string, unknown>[];
      if (new Set(wanted.map((rule) => rule.security_group_id)).size > 1)
        return [400, { NeutronError: { message: "Only allowed to update rules for one security profile at a time" } }];
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
          rule.remote_address_group_id,
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
      this.networks.has(p.id ?? "")
        ? [200, { network: { id: p.id, subnets: [...this.subnetsOf(p.id ?? ""), ...this.hiddenSubnets] } }]
        : [404, {}],
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
    this.groups.set(id, { id, name: id, description: "", project_id: project });
    this.#template(id);
  }

  /** What a group carries from the start. */
  #template(id: string): void {
    for (const ethertype of ["IPv4", "IPv6"]) this.rule(id, { direction: "egress", ethertype }, !this.keepsTemplate);
  }

  #groupShelf(): Shelf {
    const rulesOf = (id: string): Row[] => this.rules.filter((rule) => rule.security_group_id === id);
    return {
      path: "/security-groups",
      one: "security_group",
      many: "security_groups",
      rows: this.groups,
      quota: "security_group",
      make: (body, id) => {
        this.#template(id);
        return { description: "", project_id: "home", ...body, id } as Stored;
      },
      shown: (group) => ({ ...group, security_group_rules: rulesOf(group.id) }),
      held: (id) =>
        [...this.ports.values()].some((port) => (port.security_groups as string[]).includes(id))
          ? `Security Group ${id} in use.`
          : undefined,
      removed: (id) => {
        this.rules = this.rules.filter((rule) => rule.security_group_id !== id);
      },
      // A list makes the default group of its project, or of the token's, where it is not there yet.
      beforeList: ({ query: { project_id: project = "home" } }) => {
        const has = [...this.groups.values()].some((row) => row.project_id === project && row.name === "default");
        const id = `default-${project}`;
        if (!has) this.groups.set(id, { id, name: "default", description: "", project_id: project });
      },
    };
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
