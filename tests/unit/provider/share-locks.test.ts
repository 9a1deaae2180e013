import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Props } from "../../../provider/wire.ts";
import { bench, type Bench } from "./fake/harness.ts";
import { FakeManila } from "./fake/storage.ts";

let b: Bench;
let manila: FakeManila;
beforeEach(async () => {
  b = await bench();
  manila = new FakeManila(b.cloud);
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

/** A Manila of OpenStack 2023.1, which knows no locks. */
const older = (): void => b.cloud.on("GET", "/share/v2/", () => [200, { versions: [{ version: "2.78" }] }]);

describe("ResourceLock (DIGIMED-9, DIGIMED-11)", () => {
  const token = "tresor:share:ResourceLock";
  const args = { shareId: "s1", reason: "data set heart/imaging", demand: "required" };

  it("locks a share, reads back as made, changes its reason in place and is taken off", async () => {
    const lock = b.resource(token);
    await lock.create(args);
    expect(manila.locksOf("s1")).toEqual(["share delete"]);
    expect((await lock.refresh()).props).toEqual(lock.state);
    expect((await lock.diff(args)).changes).toBe(false);
    await lock.update({ ...args, reason: "moved" });
    expect(manila.locks[0]?.lock_reason).toMatch(/^moved \[tresor /);
    await lock.delete();
    expect(manila.locks).toEqual([]);
    await lock.delete();
  });

  it("is taken up after an interrupted run, beside the lock of somebody else", async () => {
    manila.lock("s1", { user_id: "operator", lock_reason: "audit" });
    const lock = b.resource(token);
    await lock.create(args);
    const again = b.resource(token);
    await again.create({ ...args, reason: "said better" });
    expect(again.id).toBe(lock.id);
    expect(manila.locks.map(({ lock_reason }) => lock_reason.split(" [")[0])).toEqual(["audit", "said better"]);
    // Control: another resource has a lock of its own.
    await b.resource(token, "other").create(args);
    expect(manila.locksOf("s1")).toHaveLength(3);
  });

  it("is put on again where an administrator took it off", async () => {
    const lock = b.resource(token);
    await lock.create(args);
    manila.locks = [];
    expect((await lock.refresh()).id).toBe("");
  });

  it("names who may take it off where that is another user", async () => {
    const lock = b.resource(token);
    await lock.create(args);
    manila.locks[0]!.user_id = "yesterday's pipeline";
    await expect(lock.delete()).rejects.toThrow(
      /cannot take the lock off share s1: .* by the user who put it on, or by the operator\. Next: ask the operator/s,
    );
  });

  it("is refused on a cloud without locks, or goes without where that is allowed, until the cloud has them", async () => {
    older();
    await expect(b.resource(token).create(args)).rejects.toThrow(
      /the cloud "fake" has no locks on shares \(found microversion 2\.78 of Manila; allowed: 2\.81 or newer/,
    );
    const lock = b.resource(token);
    await lock.create({ ...args, demand: "offered" });
    expect(lock.id).toBe("none/s1");
    expect(lock.state.status).toMatch(/^not offered: .*2\.81 of Manila, and the cloud "fake" offers 2\.78/);
    expect((await lock.refresh()).props).toEqual(lock.state);
    await lock.delete();
    expect(manila.locks).toEqual([]);
  });

  it("is made once the cloud has locks", async () => {
    const id = "none/s1";
    const lock = b.resource(token);
    Object.assign(lock, { id, state: { cloud: "fake", ...args, demand: "offered", status: "not offered" } });
    expect((await lock.refresh()).id).toBe("");
  });

  it("says of a share that is gone that it is not there", async () => {
    manila.shares.clear();
    await expect(b.resource(token).create(args)).rejects.toThrow(/cannot lock share s1 against deletion: .*No such/);
  });
});

describe("locks of a ShareAccessSet (DIGIMED-10, EV-11)", () => {
  const token = "tresor:share:ShareAccessSet";
  const rw = { accessType: "ip", accessTo: "10.1.0.0/24", accessLevel: "rw" };
  const ro = { accessType: "ip", accessTo: "10.2.0.0/24", accessLevel: "ro" };
  const key = { accessType: "cephx", accessTo: "digimed-heart", accessLevel: "rw" };
  const args = (locks: string, ...rules: Props[]): Props => ({ shareId: "s1", rules, locks });
  const BOTH = ["access_rule delete", "access_rule show"];
  const all = (): string[][] => manila.rules.map(({ id }) => manila.locksOf(id));

  it("are there from a rule's first moment, and read back as made", async () => {
    const set = b.resource(token);
    await set.create(args("required", rw, key));
    expect(all()).toEqual([BOTH, BOTH]);
    expect(b.cloud.asked.filter(({ method, path }) => method === "POST" && path.endsWith("/resource-locks"))).toEqual(
      [],
    );
    expect((await set.refresh()).props).toEqual(set.state);
    expect(set.state.locked).toBe("deletion and visibility of every rule");
  });

  it("keep a key of CephX out of the state, which Manila tells to whoever put the lock on (DIGIMED-6)", async () => {
    const set = b.resource(token);
    await set.create(args("required", key));
    Object.assign(manila.rules[0]!, { access_key: "AQC-canary-key" });
    await set.refresh();
    expect(JSON.stringify(manila.rules)).toContain("AQC-canary-key");
    expect(JSON.stringify([set.state, set.inputs])).not.toContain("AQC-canary-key");
    expect((await set.diff(args("required", key))).changes).toBe(false);
  });

  it("are put on rules that stand without, once each", async () => {
    const set = b.resource(token);
    await set.create(args("none", rw));
    expect(all()).toEqual([[]]);
    await set.update(args("required", rw, ro));
    await set.update(args("required", ro, rw));
    expect(all()).toEqual([BOTH, BOTH]);
    // And taken off again where nobody wants them.
    manila.lock(manila.rules[0]!.id, { user_id: "operator", resource_type: "access_rule" });
    await set.update(args("none", ro, rw));
    expect(all()).toEqual([["access_rule delete"], []]);
  });

  it("that were taken off are drift, and put on again", async () => {
    const set = b.resource(token);
    await set.create(args("required", rw));
    manila.locks = manila.locks.filter((lock) => lock.resource_action === "delete");
    await set.refresh();
    expect(set.state.locked).toBe(`lacking: visibility of ${manila.rules[0]!.id}`);
    expect((await set.diff(args("required", rw))).changes).toBe(true);
    await set.update(args("required", rw));
    expect(all()).toEqual([BOTH]);
    expect((await set.diff(args("required", rw))).changes).toBe(false);
  });

  it("do not keep the set from withdrawing its own rules", async () => {
    const set = b.resource(token);
    await set.create(args("required", rw, ro));
    await set.update(args("required", ro));
    expect(manila.rules.map(({ access_to }) => access_to)).toEqual(["10.2.0.0/24"]);
    await set.delete();
    expect([manila.rules, manila.locks]).toEqual([[], []]);
  });

  it("are refused on a cloud without them, or gone without and said; keys never lie open", async () => {
    older();
    await expect(b.resource(token).create(args("required", rw))).rejects.toThrow(/has no locks on access rules/);
    await expect(b.resource(token).create(args("offered", rw, key))).rejects.toThrow(
      /keys of CephX would lie open to every reader of the project/,
    );
    expect(manila.rules).toEqual([]);
    const set = b.resource(token);
    await set.create(args("offered", rw));
    expect(set.state.locked).toMatch(/^not offered: .*2\.82 of Manila/);
    expect((await set.refresh()).props).toEqual(set.state);
    expect((await set.diff(args("offered", rw))).changes).toBe(false);
    expect(all()).toEqual([[]]);
  });
});

describe("ExportPath (DIGIMED-10)", () => {
  const token = "tresor:share:ExportPath";

  it("tells what the storage prefers, else the first, and is read again", async () => {
    const place = b.resource(token);
    await place.create({ shareId: "s1" });
    expect(place.state).toMatchObject({ path: "192.0.2.10:/shares/a", options: "" });
    manila.exports = [{ path: "192.0.2.10:/shares/a" }, { path: "192.0.2.99:/shares/a", preferred: true }];
    await place.refresh();
    expect(place.state.path).toBe("192.0.2.99:/shares/a");
    await place.delete();
    expect(manila.shares.has("s1")).toBe(true);
  });

  it("says that a share has no place, or is gone", async () => {
    manila.exports = [];
    await expect(b.resource(token).create({ shareId: "s1" })).rejects.toThrow(/has no place from which it is mounted/);
    manila.shares.clear();
    await expect(b.resource(token).create({ shareId: "s1" })).rejects.toThrow(/s1 is not there/);
  });
});
