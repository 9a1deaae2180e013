import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";

interface Live {
  id: string;
  name: string;
  policy: string;
  rules: Record<string, number>;
  members: string[];
}

let b: Bench;
let group: Resource;
let live: Live[];
let quota: number;
beforeEach(async () => {
  b = await bench();
  group = b.resource("tresor:compute:ServerGroup", "commons");
  live = [];
  quota = 9;
  const base = "/compute/v2.1/os-server-groups";
  b.cloud.on("GET", base, () => [200, { server_groups: live }]);
  b.cloud.on("GET", `${base}/:id`, ({ p: { id = "" } }) => {
    const found = live.find((one) => one.id === id);
    return found ? [200, { server_group: found }] : [404, { itemNotFound: { message: "Instance group not found." } }];
  });
  b.cloud.on("POST", base, ({ body }) => {
    if (live.length >= quota) return [403, { forbidden: { message: "Quota exceeded, too many server groups." } }];
    const { name, policy } = body.server_group as Live;
    const made: Live = { id: `g${live.length + 1}`, name, policy, rules: {}, members: [] };
    live.push(made);
    return [200, { server_group: made }];
  });
  b.cloud.on("DELETE", `${base}/:id`, ({ p: { id = "" } }) => {
    const before = live.length;
    live = live.filter((one) => one.id !== id);
    return live.length < before ? [204] : [404, {}];
  });
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const APART = { name: "digimed-commons", policy: "anti-affinity" };
const left = (change: Partial<Live>): Live => ({ id: "left", ...APART, rules: {}, members: [], ...change });

describe("ServerGroup (C4H-15)", () => {
  it("is made with its policy in one call, and is no change after a refresh, with members or without", async () => {
    await group.create(APART);
    expect(b.cloud.writes()).toHaveLength(1);
    expect(live).toEqual([{ id: "g1", ...APART, rules: {}, members: [] }]);
    live[0]!.members.push("machine");
    expect((await group.refresh()).props).toEqual(group.state);
    expect((await group.diff(APART)).changes).toBe(false);
  });

  it("is made anew for another policy or name: Nova changes neither", async () => {
    await group.create(APART);
    expect(await group.diff({ ...APART, policy: "soft-anti-affinity" })).toMatchObject({ replaces: ["policy"] });
    expect(await group.diff({ ...APART, name: "b" })).toMatchObject({ replaces: ["name"], deleteBeforeReplace: true });
  });

  it("shows a rule that lets more than one machine on a host: another promise", async () => {
    await group.create(APART);
    live[0]!.rules = { max_server_per_host: 3 };
    await group.refresh();
    expect(await group.diff(APART)).toMatchObject({ changes: true, replaces: ["policy"] });
  });

  it("takes up what an interrupted run left, by name and without members", async () => {
    live = [left({}), left({ id: "twice" })];
    expect((await group.create(APART)).id).toBe("left");
    expect(live.map(({ id }) => id)).toEqual(["left"]);
  });

  it.each([
    ["of another policy is removed", { policy: "affinity" }, []],
    ["with rules is removed", { rules: { max_server_per_host: 2 } }, []],
    ["with machines in it stays, and is not taken", { members: ["machine"] }, ["left"]],
    ["of another name stays", { name: "others" }, ["left"]],
  ])("one %s", async (_case, change, kept) => {
    live = [left(change)];
    const { id } = await group.create(APART);
    expect(id).not.toBe("left");
    expect(live.filter((one) => one.id !== id).map((one) => one.id)).toEqual(kept);
  });

  it("goes, and stays gone; one that was removed by hand is made anew", async () => {
    await group.create(APART);
    await group.delete();
    await group.delete();
    expect(live).toEqual([]);
    expect((await group.refresh()).id).toBe("");
  });

  it("says that the quota is used up in Nova's words", async () => {
    quota = 0;
    await expect(group.create(APART)).rejects.toThrow(/create server group "digimed-commons".*too many server groups/s);
  });

  it.each([
    ["an empty name", { ...APART, name: "" }, "name"],
    ["a policy that Nova does not know", { ...APART, policy: "apart" }, "policy"],
  ])("refuses %s before any call", async (_case, news, property) => {
    const { failures } = await group.check(news);
    expect(failures?.map((one) => one.property)).toEqual([property]);
    expect(b.cloud.writes()).toEqual([]);
  });
});
