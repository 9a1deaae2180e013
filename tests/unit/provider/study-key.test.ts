import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeBarbican, type FakeSecret } from "./fake/barbican.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";

let b: Bench;
let barbican: FakeBarbican;
let key: Resource;
beforeEach(async () => {
  b = await bench();
  barbican = new FakeBarbican(b.cloud);
  key = b.resource("tresor:keys:StudyKey", "study");
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const END = "2099-12-31T23:59:59Z";
const VOLUME = { service: "block-storage", resourceType: "volumes", resourceId: "v1" };
const STUDY = { name: "digimed-heart-study", expiration: END, readers: ["u2", "u1", "u1"] };

const only = (): FakeSecret => {
  const [first, ...more] = barbican.secrets.values();
  if (first === undefined || more.length > 0) throw new Error(`${barbican.secrets.size} secrets`);
  return first;
};

/** The order as a run leaves it that is killed before anything else. */
async function interrupted(more: object = {}): Promise<void> {
  const answer = b.cloud.handlerOf("GET", "/keys/v1/orders/:id");
  b.cloud.on("GET", "/keys/v1/orders/:id", () => [400, { description: "killed" }]);
  await expect(b.resource("tresor:keys:StudyKey", "study").create({ ...STUDY, ...more })).rejects.toThrow();
  b.cloud.on("GET", "/keys/v1/orders/:id", answer);
}

describe("StudyKey (DIGIMED-5, C4H-9)", () => {
  it("orders AES-256, waits for it, opens it to the named users alone, and reads back as it was wanted", async () => {
    barbican.slow = 2;
    await key.create({ ...STUDY, consumers: [VOLUME] });
    expect(only()).toMatchObject({
      id: key.id,
      acl: { users: ["u1", "u2"], "project-access": false },
      consumers: [{ service: "block-storage", resource_type: "volumes", resource_id: "v1" }],
    });
    expect(key.state).toMatchObject({ status: "ACTIVE", access: "private", readers: ["u1", "u2"], others: "" });
    const before = key.state;
    expect((await key.refresh()).props).toEqual(before);
    expect((await key.diff({ ...STUDY, consumers: [VOLUME] })).changes).toBe(false);
  });

  it("DIGIMED-6: never asks for the bytes of the key", async () => {
    await key.create(STUDY);
    await key.refresh();
    await key.update({ ...STUDY, readers: [] });
    await key.delete();
    expect(
      b.cloud.asked.filter(({ path, headers }) => /payload/.test(path) || /octet/.test(headers.accept ?? "")),
    ).toEqual([]);
  });

  it("takes up what an interrupted run ordered: never two keys", async () => {
    await interrupted();
    expect(barbican.orders.size).toBe(1);
    await key.create(STUDY);
    expect(barbican.orders.size).toBe(1);
    expect(only().acl).toEqual({ users: ["u1", "u2"], "project-access": false });
    await b.resource("tresor:keys:StudyKey", "another").create({ ...STUDY, name: "other" });
    expect(barbican.secrets.size).toBe(2);
  });

  it("takes no key up that ends at another time, and names it", async () => {
    await interrupted({ expiration: "2098-12-31T23:59:59Z" });
    await expect(key.create(STUDY)).rejects.toThrow(/an earlier run left one that ends at 2098-12-31T23:59:59Z/);
    expect(barbican.orders.size).toBe(1);
  });

  it("removes the order of a key that was deleted, before it makes another", async () => {
    await key.create(STUDY);
    barbican.secrets.clear();
    await b.resource("tresor:keys:StudyKey", "study").create(STUDY);
    expect(barbican.orders.size).toBe(1);
    expect(only().id).not.toBe(key.id);
  });

  it("says why Barbican made none, and leaves nothing", async () => {
    barbican.broken = "no secret store takes it";
    await expect(key.create(STUDY)).rejects.toThrow(/was not made.*no secret store takes it/s);
    expect(barbican.orders.size).toBe(0);
  });

  it("EV-10: shows a reader added by hand and a key opened to its project, and an up closes both", async () => {
    await key.create(STUDY);
    only().acl = { users: ["u1", "u2", "mallory"], "project-access": true };
    await key.refresh();
    expect(key.state).toMatchObject({ readers: ["mallory", "u1", "u2"], access: "project" });
    expect((await key.diff(STUDY)).changes).toBe(true);
    await key.update(STUDY);
    expect(only().acl).toEqual({ users: ["u1", "u2"], "project-access": false });
    await key.refresh();
    expect((await key.diff(STUDY)).changes).toBe(false);
  });

  it("EV-10: a key whose list somebody deleted is open to its project by default, and is closed again", async () => {
    await key.create({ ...STUDY, readers: [] });
    Reflect.deleteProperty(only(), "acl");
    await key.refresh();
    expect(key.state.access).toBe("project");
    expect((await key.diff({ ...STUDY, readers: [] })).changes).toBe(true);
    await key.update({ ...STUDY, readers: [] });
    expect(only().acl).toEqual({ users: [], "project-access": false });
  });

  it("DENBI-4: is emptied in one step and filled again", async () => {
    await key.create(STUDY);
    await key.update({ ...STUDY, readers: [] });
    expect(only().acl?.users).toEqual([]);
    await key.update(STUDY);
    expect(only().acl?.users).toEqual(["u1", "u2"]);
  });

  it("says whose rule it is where the policy lets it set no list, and goes on with the same key later", async () => {
    const answer = b.cloud.handlerOf("PUT", "/keys/v1/secrets/:id/acl");
    b.cloud.on("PUT", "/keys/v1/secrets/:id/acl", () => [403, { description: "secret_acls:put_patch" }]);
    await expect(key.create(STUDY)).rejects.toThrow(/ask the operator for the rule secret_acls:put_patch/);
    b.cloud.on("PUT", "/keys/v1/secrets/:id/acl", answer);
    await key.create(STUDY);
    expect(only().id).toBe(key.id);
  });
});

describe("the end of a study key (DIGIMED-5)", () => {
  const SOON = { ...STUDY, expiration: "2026-01-02T00:00:00Z" };
  beforeEach(() => (barbican.now = () => Date.parse("2026-01-01T00:00:00Z")));
  const pass = (): void => void (barbican.now = () => Date.parse("2026-01-03T00:00:00Z"));

  it("is reported and never mended by another key: up fails with the next step", async () => {
    await key.create(SOON);
    pass();
    const { id } = await key.refresh();
    expect(id).toBe(key.id);
    expect(key.state.status).toBe("expired");
    expect(await key.diff(SOON)).toMatchObject({ changes: true, replaces: [] });
    await expect(key.update(SOON)).rejects.toThrow(/expired at 2026-01-02T00:00:00Z.*add a key under another name/s);
    expect(barbican.orders.size).toBe(1);
  });

  it("is as wanted once the plan knows of it", async () => {
    await key.create(SOON);
    pass();
    await key.refresh();
    await key.update({ ...SOON, ended: true, readers: [] });
    await key.refresh();
    expect((await key.diff({ ...SOON, ended: true, readers: [] })).changes).toBe(false);
    await key.delete();
    expect(barbican.orders.size).toBe(0);
  });

  it("is for good: another end is refused in a preview, and so is another name", async () => {
    await key.create(STUDY);
    const properties = async (more: object) =>
      (await key.check({ ...STUDY, ...more })).failures?.map(({ property }) => property);
    expect(await properties({ expiration: "2098-01-01T00:00:00Z" })).toEqual(["expiration"]);
    expect(await properties({ name: "other" })).toEqual(["name"]);
    expect(await properties({ readers: [] })).toEqual([]);
  });

  it("of a shortened permit: a key that is there stays with an emptied list, and none is made anew", async () => {
    await key.create(STUDY);
    const closed = { ...STUDY, readers: [], shortened: true };
    expect((await key.check(closed)).failures).toEqual([]);
    await key.update(closed);
    expect(only().acl).toEqual({ users: [], "project-access": false });
    await key.refresh();
    expect((await key.diff(closed)).changes).toBe(false);
    const another = b.resource("tresor:keys:StudyKey", "another");
    expect((await another.check(closed)).failures?.map(({ property }) => property)).toEqual(["shortened"]);
    await expect(another.create(closed)).rejects.toThrow(/no new one is made.*write an earlier end/s);
    expect(barbican.orders.size).toBe(1);
  });

  it("a key that is gone before its end is gone: a refresh says so", async () => {
    await key.create(STUDY);
    barbican.secrets.clear();
    await expect(key.update({ ...STUDY, readers: [] })).rejects.toThrow(/is gone before its end/);
    expect((await key.refresh()).id).toBe("");
  });
});

describe("deleting a study key (DIGIMED-8, EV-20)", () => {
  it("deletes the key and its order, its own consumers first, and is done where both are gone", async () => {
    await key.create({ ...STUDY, consumers: [VOLUME] });
    await key.delete();
    expect([barbican.secrets.size, barbican.orders.size]).toEqual([0, 0]);
    await key.delete();
  });

  it("refuses while somebody else uses it, says who, and takes nothing away", async () => {
    await key.create({ ...STUDY, consumers: [VOLUME] });
    only().consumers.push({ service: "image", resource_type: "images", resource_id: "i7" });
    await key.refresh();
    expect(key.state.others).toBe("image/images/i7");
    expect((await key.diff({ ...STUDY, consumers: [VOLUME] })).changes).toBe(false);
    await expect(key.delete()).rejects.toThrow(/still in use and was not deleted.*image\/images\/i7/s);
    expect(only().consumers).toHaveLength(2);
    only().consumers.pop();
    await key.delete();
    expect(barbican.secrets.size).toBe(0);
  });

  it("asks Barbican itself to refuse what came to be used in between, and an older one without that", async () => {
    await key.create(STUDY);
    b.cloud.on("GET", "/keys/v1/secrets/:id/consumers", () => [200, { consumers: [], total: 0 }]);
    only().consumers.push({ service: "image", resource_type: "images", resource_id: "i7" });
    await expect(key.delete()).rejects.toThrow(/cannot be deleted as it has consumers/);
    only().consumers.pop();
    const answer = b.cloud.handlerOf("DELETE", "/keys/v1/secrets/:id");
    b.cloud.on("DELETE", "/keys/v1/secrets/:id", (asked) =>
      asked.headers["openstack-api-version"] === undefined ? answer(asked) : [406, { description: "too new" }],
    );
    await key.delete();
    expect(barbican.secrets.size).toBe(0);
  });

  it("takes away what the config no longer names, and leaves what others registered", async () => {
    await key.create({ ...STUDY, consumers: [VOLUME] });
    only().consumers.push({ service: "image", resource_type: "images", resource_id: "i7" });
    await key.update(STUDY);
    expect(only().consumers.map(({ service }) => service)).toEqual(["image"]);
  });

  it("needs no list of consumers from a Barbican that keeps none, and says so where one is wanted", async () => {
    for (const method of ["GET", "POST"]) b.cloud.on(method, "/keys/v1/secrets/:id/consumers", () => [405]);
    await expect(key.create({ ...STUDY, consumers: [VOLUME] })).rejects.toThrow(/microversion 1.1/);
    await key.create(STUDY);
    await key.delete();
    expect(barbican.secrets.size).toBe(0);
  });
});

describe("SecretAcl (EV-10, DIGIMED-6)", () => {
  const secret: FakeSecret = { id: "s1", name: "by hand", expiration: null, consumers: [] };
  let acl: Resource;
  beforeEach(() => {
    Reflect.deleteProperty(secret, "acl");
    barbican.secrets.set("s1", secret);
    acl = b.resource("tresor:keys:SecretAcl", "acl");
  });

  it("owns the whole list of a secret that was not made here, shows one more reader and closes it", async () => {
    await acl.create({ secretId: "s1", readers: ["u1"] });
    expect(secret.acl).toEqual({ users: ["u1"], "project-access": false });
    const before = acl.state;
    expect((await acl.refresh()).props).toEqual(before);
    secret.acl = { users: ["u1", "mallory"], "project-access": true };
    await acl.refresh();
    expect((await acl.diff({ secretId: "s1", readers: ["u1"] })).changes).toBe(true);
    await acl.update({ secretId: "s1", readers: ["u1"] });
    expect(secret.acl).toEqual({ users: ["u1"], "project-access": false });
  });

  it("leaves the secret private when it goes: the default would open it", async () => {
    await acl.create({ secretId: "s1", readers: ["u1"] });
    await acl.delete();
    expect(secret.acl).toEqual({ users: [], "project-access": false });
    expect(barbican.secrets.has("s1")).toBe(true);
    barbican.secrets.clear();
    await acl.delete();
    expect((await acl.refresh()).id).toBe("");
    await expect(acl.create({ secretId: "s1" })).rejects.toThrow(/is not there/);
  });
});
