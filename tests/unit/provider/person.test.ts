import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { markOf } from "../../../provider/own.ts";
import { isSecret, unwrap } from "../../../provider/wire.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakePeople } from "./fake/people.ts";

let b: Bench;
let people: FakePeople;
let person: Resource;
beforeEach(async () => {
  b = await bench();
  people = new FakePeople(b.cloud);
  person = b.resource("tresor:identity:Person", "cleo");
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const CLEO = { name: "digimed-cleo", domainId: "d1", description: "Cleo, until 2027-12-31", enabled: true };

describe("Person (DIGIMED-12)", () => {
  it("makes a user with a random one-time password that must be changed, kept as a secret", async () => {
    await person.create(CLEO);
    const [user] = people.users;
    expect(user).toMatchObject({ name: "digimed-cleo", domain_id: "d1", enabled: true });
    expect(user!.options).toEqual({ ignore_change_password_upon_first_use: false });
    expect(user!.password).toMatch(/^[\w-]{43}$/);
    expect(isSecret(person.state.oneTimePassword)).toBe(true);
    expect(unwrap(person.state.oneTimePassword)).toBe(user!.password);
    const before = person.state;
    expect((await person.refresh()).props).toEqual(before);
    expect((await person.diff(CLEO)).changes).toBe(false);
  });

  it("is disabled in place when the time is over, and the password stays the person's (C4H-10)", async () => {
    await person.create(CLEO);
    people.users[0]!.password = "the person's own";
    await person.update({ ...CLEO, enabled: false });
    expect(people.users[0]).toMatchObject({ enabled: false, password: "the person's own" });
    expect(isSecret(person.state.oneTimePassword)).toBe(true);
  });

  it("shows a user enabled by hand, and an up disables it again", async () => {
    await person.create({ ...CLEO, enabled: false });
    people.users[0]!.enabled = true;
    await person.refresh();
    expect((await person.diff({ ...CLEO, enabled: false })).changes).toBe(true);
    await person.update({ ...CLEO, enabled: false });
    expect(people.users[0]!.enabled).toBe(false);
  });

  it("takes up what an interrupted run made, with a new password", async () => {
    const description = `x ${markOf(person.urn)}`;
    people.users.push({
      id: "left",
      name: "digimed-cleo",
      domain_id: "d1",
      enabled: true,
      description,
      password: "lost",
    });
    expect((await person.create(CLEO)).id).toBe("left");
    expect(people.users).toHaveLength(1);
    expect(people.users[0]!.password).toBe(unwrap(person.state.oneTimePassword));
    expect(people.users[0]!.password).not.toBe("lost");
  });

  it("never takes somebody else's user of the name: whoever knows its password would be the person", async () => {
    people.add("digimed-cleo");
    await expect(person.create(CLEO)).rejects.toThrow(/has a user of that name \(id-of-digimed-cleo\)/);
    expect(b.cloud.writes()).toEqual([]);
  });

  it("never says the password in an error", async () => {
    let sent = "";
    b.cloud.on("POST", "/v3/users", ({ body }) => {
      sent = (body as { user: { password: string } }).user.password;
      return [400, { error: { message: `The password ${sent} is too weak` } }];
    });
    const error = (await person.create(CLEO).catch((caught: unknown) => caught)) as Error;
    expect(error.message).toMatch(/cannot create user "digimed-cleo"/);
    expect(sent).not.toBe("");
    expect(error.message).not.toContain(sent);
  });

  it("goes, and is gone", async () => {
    await person.create(CLEO);
    await person.delete();
    expect(people.users).toEqual([]);
    expect((await person.refresh()).id).toBe("");
    await person.delete();
  });
});
