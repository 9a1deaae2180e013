import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Props } from "../../../provider/wire.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";

interface Grant {
  role: string;
  who: string;
  kind: "user" | "group";
  down: boolean;
  /** False for what a domain's manager may not revoke. */
  own: boolean;
}

let b: Bench;
let access: Resource;
let grants: Grant[];
const give = (role: string, who: string, more: Partial<Grant> = {}): void =>
  void grants.push({ role, who, kind: "user", down: false, own: true, ...more });

beforeEach(async () => {
  b = await bench();
  b.cloud.projectId = undefined;
  grants = [];
  access = b.resource("tresor:identity:DomainAccess");
  const roles = ["reader", "member", "manager", "admin"].map((name) => ({ id: `role-${name}`, name, domain_id: null }));
  b.cloud.on("GET", "/v3/roles", () => [200, { roles }]);
  b.cloud.on("GET", "/v3/role_assignments", ({ query }) => {
    if (query["scope.domain.id"] !== "d1") return [400, {}];
    const entries = grants.map(({ role, who, kind, down }) => ({
      role: { id: `role-${role}`, name: role },
      [kind]: { id: who, name: who },
      scope: { domain: { id: "d1" }, ...(down ? { "OS-INHERIT:inherited_to": "projects" } : {}) },
    }));
    return [200, { role_assignments: entries }];
  });
  for (const kind of ["user", "group"] as const)
    for (const down of [false, true]) {
      const path = `/domains/d1/${kind}s/:who/roles/:role`;
      const address = down ? `/v3/OS-INHERIT${path}/inherited_to_projects` : `/v3${path}`;
      const same = (p: Readonly<Record<string, string>>) => (one: Grant) =>
        one.kind === kind && one.down === down && one.who === p.who && `role-${one.role}` === p.role;
      b.cloud.on("PUT", address, ({ p }) => {
        give((p.role ?? "").replace("role-", ""), p.who ?? "", { kind, down });
        return [204];
      });
      b.cloud.on("DELETE", address, ({ p }) => {
        const found = grants.find(same(p));
        if (found?.own === false) return [403, { error: { message: "You are not authorized" } }];
        grants = grants.filter((one) => one !== found);
        return found ? [204] : [404, {}];
      });
    }
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const MANAGER = { role: "manager", userId: "pipeline" };
const args = (...assignments: Props[]): Props => ({ domainId: "d1", assignments, expected: [MANAGER] });
const left = (): string[] => grants.map(({ role, who, down }) => `${role} ${who}${down ? " down" : ""}`).sort();

describe("DomainAccess (DIGIMED-12, DIGIMED-6)", () => {
  it("leaves the pipeline's role, revokes every other, and sees no change afterwards", async () => {
    give("manager", "pipeline", { own: false });
    give("reader", "eve");
    give("member", "eves-group", { kind: "group", down: true });
    await access.create(args());
    expect(left()).toEqual(["manager pipeline"]);
    expect(b.cloud.writes()).toContain(
      "DELETE /v3/OS-INHERIT/domains/d1/groups/eves-group/roles/role-member/inherited_to_projects",
    );
    const before = access.state;
    expect((await access.refresh()).props).toEqual(before);
    expect((await access.diff(args())).changes).toBe(false);
  });

  it("shows a role given by hand, handed down or not, and an up revokes it", async () => {
    give("manager", "pipeline");
    await access.create(args());
    give("reader", "auditor", { down: true });
    give("manager", "mallory");
    await access.refresh();
    expect(access.state.assignments).toEqual([
      { role: "manager", userId: "mallory" },
      { role: "reader", userId: "auditor", toProjects: true },
    ]);
    expect((await access.diff(args())).changes).toBe(true);
    await access.update(args());
    expect(left()).toEqual(["manager pipeline"]);
  });

  it("tells direct ones and those handed down apart, and gives both", async () => {
    const both = args({ role: "reader", groupId: "g" }, { role: "reader", groupId: "g", toProjects: true });
    await access.create(both);
    expect(left()).toEqual(["reader g", "reader g down"]);
    await access.refresh();
    expect((await access.diff(both)).changes).toBe(false);
    await access.delete();
    expect(left()).toEqual([]);
  });

  it("fails closed over the operator's own role, by name, when all else is as wanted", async () => {
    give("admin", "operator", { own: false });
    give("reader", "eve");
    await expect(access.create(args())).rejects.toThrow(
      /domain d1 holds role assignments that this credential may not revoke \(found role admin of user operator \(operator\)\)/,
    );
    expect(left()).toEqual(["admin operator"]);
  });

  it("never takes away the role by which it acts itself", async () => {
    give("manager", "ada-id");
    await expect(access.create(args())).rejects.toThrow(/role manager of user ada-id/);
    expect(left()).toEqual(["manager ada-id"]);
  });
});
