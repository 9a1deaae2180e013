import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Props } from "../../../provider/wire.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeKeystone } from "./fake/keystone.ts";

let b: Bench;
let keystone: FakeKeystone;
let access: Resource;
beforeEach(async () => {
  b = await bench();
  keystone = new FakeKeystone(b.cloud);
  access = b.resource("tresor:identity:ProjectAccess");
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const READER = { role: "reader", groupId: "clinic" };
const MEMBER = { role: "member", userId: "pipeline" };
const args = (assignments: Props[], expected: Props[] = []): Props => ({ projectId: "p1", assignments, expected });
const roles = (): string[] => keystone.grants.map((one) => `${one.role} ${one.user ?? one.group ?? ""}`).sort();

describe("ProjectAccess", () => {
  it("DIGIMED-12: makes the grants equal to the config, and sees no change afterwards", async () => {
    keystone.grant("member", "left-over");
    const { id } = await access.create(args([READER, MEMBER]));
    expect(id).toBe("p1");
    expect(roles()).toEqual(["member pipeline", "reader clinic"]);
    const before = access.state;
    expect((await access.refresh()).props).toEqual(before);
    expect((await access.diff(args([MEMBER, READER]))).changes).toBe(false);
  });

  it("takes the global role and never a domain's role of the same name", async () => {
    await access.create(args([MEMBER]));
    expect(b.cloud.writes()).toEqual(["PUT /v3/projects/p1/users/pipeline/roles/role-member"]);
  });

  it("reports a grant made by hand, and an up revokes it", async () => {
    await access.create(args([READER]));
    keystone.grant("member", "mallory");
    await access.refresh();
    expect(access.state.assignments).toContainEqual({ role: "member", userId: "mallory" });
    expect((await access.diff(args([READER]))).changes).toBe(true);
    await access.update(args([READER]));
    expect(roles()).toEqual(["reader clinic"]);
  });

  it("leaves what is expected of the operator alone: neither shown, nor revoked, nor made", async () => {
    keystone.grant("member", "pipeline", { own: false });
    const expected = [MEMBER, { role: "manager", userId: "nobody-yet" }];
    await access.create(args([READER], expected));
    expect(roles()).toEqual(["member pipeline", "reader clinic"]);
    await access.refresh();
    expect((await access.diff(args([READER], expected))).changes).toBe(false);
    await access.delete();
    expect(roles()).toEqual(["member pipeline"]);
  });

  it("DIGIMED-6: shows the operator's self-granted role, fails closed over it and does all the rest", async () => {
    await access.create(args([READER]));
    keystone.grant("admin", "operator", { own: false });
    keystone.grant("member", "mallory");
    await access.refresh();
    expect(access.state.assignments).toContainEqual({ role: "admin", userId: "operator" });
    await expect(access.update(args([READER, MEMBER]))).rejects.toThrow(
      /project p1 holds role assignments that this credential may not revoke \(found role admin of user operator \(operator\)\).*Next: ask the operator to revoke/,
    );
    expect(roles()).toEqual(["admin operator", "member pipeline", "reader clinic"]);
  });

  it("shows what the domain hands down, with its source, and leaves it to the domain", async () => {
    await access.create(args([READER]));
    keystone.grant("reader", "auditor", { from: "d1" });
    await access.refresh();
    expect(access.state.assignments).toContainEqual({ role: "reader", userId: "auditor", inheritedFrom: "domain d1" });
    await expect(access.update(args([READER]))).rejects.toThrow(
      /role reader of user auditor \(auditor\), inherited from domain d1/,
    );
    await access.update(args([READER], [{ role: "reader", userId: "auditor" }]));
    expect(roles()).toEqual(["reader auditor", "reader clinic"]);
  });

  it("names an unknown role with those that exist", async () => {
    await expect(access.create(args([{ role: "membr", userId: "u" }]))).rejects.toThrow(
      /has no role "membr" \(allowed: admin, manager, member, reader\)/,
    );
  });

  it("says a refused grant with whom it was for", async () => {
    await expect(access.create(args([{ role: "admin", userId: "ada" }]))).rejects.toThrow(
      /cannot give the role admin on project p1 to user ada: the credential may not do this/,
    );
  });

  it("shares with the other sets of a domain what all of them ask: projects, what is handed down, roles", async () => {
    b.cloud.projectId = undefined;
    for (const id of ["p2", "p3"]) keystone.projects.set(id, "d1");
    const reads = (): Record<string, number> => {
      const asked = b.cloud.asked
        .filter((one) => one.method === "GET")
        .map(
          (one) =>
            one.path +
            Object.keys(one.query)
              .join(" ")
              .replace(/scope\.(\w+).*/, " $1"),
        );
      b.cloud.asked.length = 0;
      return Object.fromEntries(
        [...new Set(asked)].sort().map((one) => [one, asked.filter((each) => each === one).length]),
      );
    };
    const sets = ["p1", "p2", "p3"].map((id) => [id, b.resource("tresor:identity:ProjectAccess", id)] as const);
    await Promise.all(sets.map(([projectId, set]) => set.create({ ...args([READER]), projectId })));
    const lists = { "/v3/projectsdomain_id": 1, "/v3/role_assignments domain": 1, "/v3/role_assignments project": 3 };
    expect(reads()).toEqual({ ...lists, "/v3/roles": 1 });
    const seen = await Promise.all(sets.map(([, set]) => set.refresh()));
    expect(reads()).toEqual(lists);
    for (const { props } of seen) expect(props).toMatchObject({ assignments: [READER] });
    // The control: one that is gone from the list is asked for by itself, and is gone.
    keystone.projects.delete("p2");
    expect((await sets[1]?.[1].refresh())?.id).toBe("");
    expect(reads()).toEqual({ "/v3/projectsdomain_id": 1, "/v3/projects/p2": 1 });
  });

  it("fails each set over a list that is refused: no project counts as gone, nothing as not handed down", async () => {
    b.cloud.projectId = undefined;
    await access.create(args([READER]));
    b.cloud.on("GET", "/v3/projects", () => [403, { error: { message: "no" } }]);
    await expect(access.refresh()).rejects.toThrow(/cannot list the projects of domain d1: the credential may not/);
  });

  it("takes a project that is gone for gone", async () => {
    await access.create(args([READER]));
    keystone.projects.clear();
    expect((await access.refresh()).id).toBe("");
    await access.delete();
  });

  it.each([
    ["neither user nor group", { role: "reader" }],
    ["user and group at once", { role: "reader", userId: "a", groupId: "b" }],
  ])("refuses %s", async (_, assignment) => {
    expect((await access.check(args([assignment]))).failures?.[0]).toMatchObject({ property: "assignments[0].userId" });
  });
});
