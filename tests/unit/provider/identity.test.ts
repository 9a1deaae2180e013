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

describe("QuotaRemoval (DIGIMED-7)", () => {
  const PATHS = ["/compute/v2.1/os-quota-sets/p1", "/volume/v3/home/os-quota-sets/p1"];
  const left = new Set<string>();
  let removal: Resource;
  beforeEach(async () => {
    left.clear();
    for (const path of PATHS) {
      left.add(path);
      b.cloud.on("DELETE", path, () => (left.delete(path) ? [204] : [404, {}]));
    }
    removal = b.resource("tresor:identity:QuotaRemoval");
    await removal.create({ projectId: "p1" });
  });

  it("does nothing to a project that lives: no limit falls back to the cloud's default", async () => {
    expect(removal.id).toBe("p1");
    await removal.refresh();
    expect((await removal.diff({ projectId: "p1" })).changes).toBe(false);
    expect(b.cloud.writes()).toEqual([]);
    expect(left.size).toBe(PATHS.length);
  });

  it("removes what Nova and Cinder keep of a project that goes, and nothing else", async () => {
    await removal.delete();
    expect(b.cloud.writes()).toEqual(PATHS.map((path) => `DELETE ${path}`));
    expect(left.size).toBe(0);
  });

  it("takes limits that are gone for gone, and removes the rest", async () => {
    left.delete(PATHS[0] ?? "");
    await removal.delete();
    expect(left.size).toBe(0);
    await removal.delete();
  });

  it("fails over a refusal, naming the project", async () => {
    b.cloud.on("DELETE", PATHS[1] ?? "", () => [403, { forbidden: { message: "disallowed by policy" } }]);
    await expect(removal.delete()).rejects.toThrow(/cannot remove the quota of project p1/);
  });

  it("belongs to one project: another one is another removal", async () => {
    expect((await removal.diff({ projectId: "p2" })).replaces).toEqual(["projectId"]);
  });
});
