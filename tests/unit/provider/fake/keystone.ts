import type { FakeCloud } from "./cloud.ts";

interface Grant {
  role: string;
  user?: string;
  group?: string;
  /** "" for a direct one, else the domain that hands it down. */
  from: string;
  /** False for what a domain manager may not revoke. */
  own: boolean;
}

/** Roles, one project and its grants as Keystone serves them to a domain manager. */
export class FakeKeystone {
  readonly projects = new Map([["p1", "d1"]]);
  grants: Grant[] = [];

  constructor(cloud: FakeCloud) {
    const roles = ["reader", "member", "manager", "admin"].map((name) => ({
      id: `role-${name}`,
      name,
      domain_id: null,
    }));
    const strange = { id: "role-strange", name: "member", domain_id: "d9" };
    cloud.on("GET", "/v3/roles", () => [200, { roles: [strange, ...roles] }]);
    cloud.on("GET", "/v3/projects", ({ query }) => {
      const all = [...this.projects].map(([id, domain_id]) => ({ id, domain_id }));
      return [200, { projects: all.filter((project) => project.domain_id === query.domain_id) }];
    });
    cloud.on("GET", "/v3/projects/:id", ({ p }) => {
      const domain = this.projects.get(p.id ?? "");
      return domain === undefined
        ? [404, { error: { message: "Could not find project" } }]
        : [200, { project: { id: p.id, domain_id: domain } }];
    });
    cloud.on("GET", "/v3/role_assignments", ({ query }) => {
      if (query.effective !== undefined) return [400, { error: { message: "not asked for here" } }];
      const domain = query["scope.domain.id"];
      const found = this.grants.filter((grant) => grant.from === (domain ?? ""));
      return [200, { role_assignments: found.map((grant) => this.#entry(grant, query["scope.project.id"] ?? "")) }];
    });
    const change =
      (kind: "user" | "group", remove: boolean) =>
      ({ p }: { p: Readonly<Record<string, string>> }): [number, unknown?] => {
        const role = (p.role ?? "").replace("role-", "");
        const same = (grant: Grant): boolean => grant.from === "" && grant.role === role && grant[kind] === p.who;
        if (!remove) {
          if (role === "admin") return [403, { error: { message: "You are not authorized to create_grant" } }];
          if (!this.grants.some(same)) this.grants.push({ role, [kind]: p.who, from: "", own: true });
          return [204];
        }
        const found = this.grants.find(same);
        if (!found) return [404, {}];
        if (!found.own) return [403, { error: { message: "You are not authorized to revoke_grant" } }];
        this.grants = this.grants.filter((grant) => grant !== found);
        return [204];
      };
    for (const kind of ["user", "group"] as const) {
      cloud.on("PUT", `/v3/projects/:project/${kind}s/:who/roles/:role`, change(kind, false));
      cloud.on("DELETE", `/v3/projects/:project/${kind}s/:who/roles/:role`, change(kind, true));
    }
  }

  grant(role: string, user: string, { from = "", own = true } = {}): void {
    this.grants.push({ role, user, from, own });
  }

  #entry(grant: Grant, project: string): object {
    const inherit = grant.from === "" ? {} : { "OS-INHERIT:inherited_to": "projects" };
    const scope = grant.from === "" ? { project: { id: project } } : { domain: { id: grant.from } };
    const actor =
      grant.user === undefined
        ? { group: { id: grant.group, name: grant.group } }
        : { user: { id: grant.user, name: grant.user } };
    return { role: { id: `role-${grant.role}`, name: grant.role }, ...actor, scope: { ...scope, ...inherit } };
  }
}
