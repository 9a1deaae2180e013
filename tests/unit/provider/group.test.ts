import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { markOf } from "../../../provider/own.ts";
import type { Props } from "../../../provider/wire.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";

interface Group {
  id: string;
  name: string;
  domain_id: string;
  description: string;
}

let b: Bench;
let group: Resource;
let groups: Group[];
beforeEach(async () => {
  b = await bench();
  groups = [];
  group = b.resource("tresor:identity:Group", "heart");
  const find = (id: string | undefined): Group | undefined => groups.find((one) => one.id === id);
  const gone = [404, { error: { message: "Could not find group" } }] as const;
  b.cloud.on("GET", "/v3/groups", ({ query }) => [
    200,
    { groups: groups.filter((one) => one.domain_id === query.domain_id && !one.id.startsWith("hidden")) },
  ]);
  b.cloud.on("GET", "/v3/groups/:id", ({ p }) => {
    const found = find(p.id);
    return found ? [200, { group: found }] : gone;
  });
  b.cloud.on("POST", "/v3/groups", ({ body }) => {
    const made = { id: `g${groups.length + 1}`, ...(body as { group: Omit<Group, "id"> }).group };
    groups.push(made);
    return [201, { group: made }];
  });
  b.cloud.on("PATCH", "/v3/groups/:id", ({ p, body }) => {
    Object.assign(find(p.id) ?? {}, (body as { group: object }).group);
    return [200, { group: find(p.id) }];
  });
  b.cloud.on("DELETE", "/v3/groups/:id", ({ p }) => {
    const found = find(p.id);
    groups = groups.filter((one) => one !== found);
    return found ? [204] : gone;
  });
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const HEART = { name: "digimed-heart", domainId: "d1", description: "Heart centre" };
const calls = (): string[] =>
  b.cloud.asked.filter((one) => !one.path.includes("/auth/")).map((one) => `${one.method} ${one.path}`);

describe("Group", () => {
  it("makes the group with a mark that people do not see in the stack, and sees no change afterwards", async () => {
    await group.create(HEART);
    expect(groups).toEqual([
      { id: "g1", name: "digimed-heart", domain_id: "d1", description: `Heart centre ${markOf(group.urn)}` },
    ]);
    const before = group.state;
    expect(before.description).toBe("Heart centre");
    expect((await group.refresh()).props).toEqual(before);
    expect((await group.diff(HEART)).changes).toBe(false);
  });

  it("takes up what an interrupted run made, under another name and text too, and makes no second", async () => {
    groups.push({ id: "left", name: "digimed-hart", domain_id: "d1", description: `Old ${markOf(group.urn)}` });
    expect((await group.create(HEART)).id).toBe("left");
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({ name: "digimed-heart", description: `Heart centre ${markOf(group.urn)}` });
    await group.create(HEART);
    expect(b.cloud.writes()).toEqual(["PATCH /v3/groups/left"]);
  });

  it.each([
    ["made by hand", "Heart centre"],
    ["of another resource", `Heart centre ${markOf("urn:of:another")}`],
  ])(
    "never takes a group of the name that is %s: its members would get what the partner's people get",
    async (_, description) => {
      groups.push({ id: "other", name: "digimed-heart", domain_id: "d1", description });
      await expect(group.create(HEART)).rejects.toThrow(
        /cannot create group "digimed-heart": domain d1 has a group of that name \(other\): this stack did not make it.*Next: see who is in it, then remove it \(`openstack group delete other`\)/,
      );
      expect(b.cloud.writes()).toEqual([]);
    },
  );

  it("is not in the way of a group of the name in another domain", async () => {
    groups.push({ id: "far", name: "digimed-heart", domain_id: "d2", description: markOf(group.urn) });
    expect((await group.create(HEART)).id).not.toBe("far");
  });

  it("shows a name or a text that was changed by hand, and an up restores them in place", async () => {
    await group.create(HEART);
    Object.assign(groups[0] ?? {}, { name: "renamed", description: "other" });
    await group.refresh();
    expect(group.state).toMatchObject({ name: "renamed", description: "other" });
    expect(await group.diff(HEART)).toMatchObject({ changes: true, replaces: [] });
    await group.update(HEART);
    expect(groups[0]).toMatchObject({ name: "digimed-heart", description: `Heart centre ${markOf(group.urn)}` });
    expect((await group.diff({ ...HEART, domainId: "d2" })).replaces).toEqual(["domainId"]);
  });

  it("counts as gone only when its own address says so, and is removed without a word about its members", async () => {
    groups.push({
      id: "hidden-1",
      name: "digimed-heart",
      domain_id: "d1",
      description: `Heart centre ${markOf(group.urn)}`,
    });
    group.id = "hidden-1";
    group.state = { cloud: "fake", ...HEART } as Props;
    expect((await group.refresh()).id).toBe("hidden-1");
    await group.delete();
    expect(groups).toEqual([]);
    expect((await group.refresh()).id).toBe("");
    await group.delete();
  });

  it("is imported by its id alone", async () => {
    groups.push({ id: "g9", name: "digimed-heart", domain_id: "d1", description: "Heart centre" });
    group.id = "g9";
    expect((await group.refresh()).inputs).toMatchObject(HEART);
  });

  it("fails over a list that is refused: no group counts as gone, and none is made", async () => {
    b.cloud.on("GET", "/v3/groups", () => [403, { error: { message: "no" } }]);
    await expect(group.create(HEART)).rejects.toThrow(/cannot list the groups of domain d1: the credential may not/);
    expect(b.cloud.writes()).toEqual([]);
  });

  it("asks once for all groups of a domain that are read, or made, at one moment", async () => {
    const all = ["a", "b", "c"].map((name) => b.resource("tresor:identity:Group", name));
    await Promise.all(all.map((one) => one.create({ ...HEART, name: one.urn.slice(-1) })));
    expect(calls().sort()).toEqual(["GET /v3/groups", "POST /v3/groups", "POST /v3/groups", "POST /v3/groups"]);
    b.cloud.asked.length = 0;
    await Promise.all(all.map((one) => one.refresh()));
    expect(calls()).toEqual(["GET /v3/groups"]);
  });
});
