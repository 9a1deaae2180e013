import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Props } from "../../../provider/wire.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakePeople } from "./fake/people.ts";

let b: Bench;
let people: FakePeople;
let set: Resource;
beforeEach(async () => {
  b = await bench();
  people = new FakePeople(b.cloud);
  set = b.resource("tresor:identity:GroupMembers");
  for (const name of ["ada", "ben", "eve"]) people.add(name);
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const args = (...members: Props[]): Props => ({ groupId: "g1", domainId: "d1", members });
const ADA = { userId: "id-of-ada" };
const BEN = { name: "ben" };
const inGroup = (): string[] => [...(people.members.get("g1") ?? [])].sort();

describe("GroupMembers (DIGIMED-12)", () => {
  it("makes the members equal to the list, by id and by name, and sees no change afterwards", async () => {
    people.members.get("g1")?.add("id-of-eve");
    await set.create(args(ADA, BEN));
    expect(inGroup()).toEqual(["id-of-ada", "id-of-ben"]);
    expect(b.cloud.writes()[0]).toBe("DELETE /v3/groups/g1/users/id-of-eve");
    const before = set.state;
    expect((await set.refresh()).props).toEqual(before);
    expect((await set.diff(args(BEN, ADA))).changes).toBe(false);
  });

  it("shows a member put in by hand with the name, and an up takes him out and nobody else", async () => {
    await set.create(args(ADA));
    people.members.get("g1")?.add("id-of-eve");
    await set.refresh();
    expect(set.state.members).toContainEqual({ userId: "id-of-eve", name: "eve" });
    expect((await set.diff(args(ADA))).changes).toBe(true);
    await set.update(args(ADA));
    expect(inGroup()).toEqual(["id-of-ada"]);
  });

  it("shows a member taken out by hand, and an up puts him in again", async () => {
    await set.create(args(ADA, BEN));
    people.members.get("g1")?.clear();
    await set.refresh();
    expect(set.state.members).toEqual([]);
    await set.update(args(ADA, BEN));
    expect(inGroup()).toEqual(["id-of-ada", "id-of-ben"]);
  });

  it("waits for a name that the domain does not know yet: told, no error, no change; then takes the person in", async () => {
    const wanted = args(ADA, { name: "new@uni.example" });
    await set.create(wanted);
    expect(set.state.waiting).toBe("new@uni.example");
    await set.refresh();
    expect((await set.diff(wanted)).changes).toBe(false);
    people.add("new@uni.example");
    await set.refresh();
    expect((await set.diff(wanted)).changes).toBe(true);
    await set.update(wanted);
    expect(inGroup()).toEqual(["id-of-ada", "id-of-new@uni.example"]);
    expect(set.state.waiting).toBe("");
  });

  it("never takes a user of another domain for the one that is meant", async () => {
    people.add("zoe", "d2");
    await set.create(args({ name: "zoe" }));
    expect(inGroup()).toEqual([]);
    expect(set.state.waiting).toBe("zoe");
  });

  it("fails over a name that two users have, before anything is changed", async () => {
    people.users.push({ id: "second", name: "ben", domain_id: "d1", enabled: true });
    await expect(set.create(args(BEN))).rejects.toThrow(/has 2 users called "ben" \(found id-of-ben, second\).*Next: /);
    expect(b.cloud.writes()).toEqual([]);
  });

  it("leaves a member of another domain to the operator, by name, after all else is as wanted", async () => {
    people.members.get("g1")?.add(people.add("shadow", "federated"));
    await expect(set.create(args(ADA))).rejects.toThrow(
      /group g1 has members that this credential may not take out \(found shadow \(id-of-shadow\)\).*Next: ask the operator to take out id-of-shadow/,
    );
    expect(inGroup()).toEqual(["id-of-ada", "id-of-shadow"]);
  });

  it("takes out its own at delete, nobody else; a group that is gone is gone", async () => {
    await set.create(args(ADA));
    people.members.get("g1")?.add("id-of-eve");
    await set.delete();
    expect(inGroup()).toEqual(["id-of-eve"]);
    people.members.clear();
    expect((await set.refresh()).id).toBe("");
    await set.delete();
  });

  it.each([
    ["neither id nor name", {}],
    ["both", { userId: "a", name: "b" }],
  ])("refuses a member with %s", async (_, member) => {
    expect((await set.check(args(member))).failures?.[0]).toMatchObject({ property: "members[0].userId" });
  });
});
