import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeSwift } from "./fake/swift.ts";

let b: Bench;
let swift: FakeSwift;
let container: Resource;
let key: Resource;
beforeEach(async () => {
  b = await bench();
  swift = new FakeSwift(b.cloud);
  container = b.resource("tresor:objectstorage:Container", "results");
  key = b.resource("tresor:objectstorage:IngestKey", "key");
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const RESULTS = {
  name: "digimed-heart-results",
  writers: ["a1:b1"],
  quotaBytes: 1024,
  versions: true,
  metadata: { purpose: "held: ä" },
};
const INGEST = { container: "in", networks: ["192.0.2.17/28", "2001:db8::/64"], expiresAt: "2027-12-31T23:59:59Z" };
const KEY = "x-container-meta-temp-url-key";

describe("Container (SPE4HD-7)", () => {
  it("makes a container with its lists, reads it back as it was wanted", async () => {
    await container.create(RESULTS);
    expect(swift.headersOf(RESULTS.name)).toMatchObject({
      "x-container-write": "a1:b1",
      "x-container-meta-quota-bytes": "1024",
      "x-versions-enabled": "true",
    });
    expect(swift.headersOf(RESULTS.name)["x-container-read"]).toBeUndefined();
    const before = container.state;
    expect((await container.refresh()).props).toEqual(before);
    expect((await container.diff(RESULTS)).changes).toBe(false);
  });

  it("DIGIMED-20: shows a reader added by hand, and an up takes it away", async () => {
    await container.create(RESULTS);
    swift.headersOf(RESULTS.name)["x-container-read"] = ".r:*,.rlistings";
    await container.refresh();
    expect(container.state.readers).toEqual([".r:*", ".rlistings"]);
    expect((await container.diff(RESULTS)).changes).toBe(true);
    await container.update(RESULTS);
    expect(swift.headersOf(RESULTS.name)["x-container-read"]).toBeUndefined();
    await container.refresh();
    expect((await container.diff(RESULTS)).changes).toBe(false);
  });

  it.each([
    ["container", KEY, "signing key"],
    ["container", `${KEY}-2`, "second signing key"],
    ["container", "x-container-sync-to", "copies to another container"],
    ["account", "x-account-meta-temp-url-key", "signing key of the whole project"],
  ])("DIGIMED-20: shows and closes a way of the %s that nobody planned: %s", async (of, header, way) => {
    await container.create(RESULTS);
    const there = of === "account" ? swift.account : swift.headersOf(RESULTS.name);
    there[header] = "by-hand";
    await container.refresh();
    expect(container.state.ways).toBe(way);
    expect((await container.diff(RESULTS)).changes).toBe(true);
    await container.update(RESULTS);
    expect(there[header]).toBeUndefined();
    await container.refresh();
    expect(container.state.ways).toBe("");
  });

  it.each([".r:*", ".rlistings", "*:*", "*", "a1:*", "a1:someone@x"])(
    "refuses the grant %s in a preview",
    async (grant) => {
      const { failures } = await container.check({ ...RESULTS, readers: [grant] });
      expect(failures?.map(({ property }) => property)).toEqual(["readers[0]"]);
      expect((await container.check({ ...RESULTS, readers: ["reader", "a1:b2"] })).failures).toEqual([]);
    },
  );

  it("refuses metadata that open a door", async () => {
    const { failures } = await container.check({ ...RESULTS, metadata: { "temp-url-key": "x" } });
    expect(failures?.[0]?.property).toBe("metadata");
  });

  it("takes nothing over that somebody else made, and takes up what an interrupted run made", async () => {
    await container.create(RESULTS);
    await expect(b.resource("tresor:objectstorage:Container", "other").create(RESULTS)).rejects.toThrow(
      /the project has one of that name.*this stack did not make it/s,
    );
    const again = b.resource("tresor:objectstorage:Container", "results");
    await again.create({ ...RESULTS, quotaBytes: 2048 });
    expect(swift.headersOf(RESULTS.name)["x-container-meta-quota-bytes"]).toBe("2048");
  });

  it("deletes what is in it, older versions too, and is done where it is gone", async () => {
    await container.create(RESULTS);
    swift.containers.get(RESULTS.name)!.objects = [
      { name: "a b.csv", version_id: "2" },
      { name: "a b.csv", version_id: "1" },
      { name: "c.csv" },
    ];
    await container.delete();
    expect(swift.containers.size).toBe(0);
    await container.delete();
    expect((await container.refresh()).id).toBe("");
  });
});

describe("IngestKey (DIGIMED-20, SPE4HD-10)", () => {
  beforeEach(() => swift.containers.set("in", { headers: {}, objects: [] }));

  it("sets a random key and keeps its hash alone", async () => {
    await key.create(INGEST);
    const set = swift.headersOf("in")[KEY] ?? "";
    expect(set).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(key.state)).not.toContain(set);
    expect(key.state).toMatchObject({ status: "ours", networks: ["192.0.2.16/28", "2001:db8::/64"] });
    const before = key.state;
    expect((await key.refresh()).props).toEqual(before);
    expect((await key.diff(INGEST)).changes).toBe(false);
  });

  it("makes a new key with every change, so that wider or longer addresses of before open nothing", async () => {
    await key.create(INGEST);
    const before = swift.headersOf("in")[KEY];
    await key.update({ ...INGEST, networks: ["192.0.2.16/28"] });
    const narrower = swift.headersOf("in")[KEY];
    expect(narrower).not.toBe(before);
    await key.update({ ...INGEST, networks: ["192.0.2.16/28"], expiresAt: "2027-06-30T23:59:59Z" });
    expect(swift.headersOf("in")[KEY]).not.toBe(narrower);
  });

  it("takes the key away while the zone is frozen, and makes another one after", async () => {
    await key.create(INGEST);
    const before = swift.headersOf("in")[KEY];
    await key.update({ ...INGEST, enabled: false });
    expect(swift.headersOf("in")[KEY]).toBeUndefined();
    await key.refresh();
    expect((await key.diff({ ...INGEST, enabled: false })).changes).toBe(false);
    await key.update(INGEST);
    expect(swift.headersOf("in")[KEY]).toMatch(/^[\w-]{43}$/);
    expect(swift.headersOf("in")[KEY]).not.toBe(before);
  });

  it.each(["a-key-of-somebody", ""])(
    "shows a key set or removed by hand (%s), and an up sets a new one",
    async (byHand) => {
      await key.create(INGEST);
      if (byHand === "") Reflect.deleteProperty(swift.headersOf("in"), KEY);
      else swift.headersOf("in")[KEY] = byHand;
      await key.refresh();
      expect(key.state.status).toBe(byHand === "" ? "none" : "foreign");
      expect((await key.diff(INGEST)).changes).toBe(true);
      await key.update(INGEST);
      expect(swift.headersOf("in")[KEY]).not.toBe(byHand);
      await key.refresh();
      expect((await key.diff(INGEST)).changes).toBe(false);
    },
  );

  it.each([{ networks: [] }, { networks: ["everywhere"] }, { expiresAt: "2027-12-31" }, { expiresAt: "soon" }])(
    "refuses %j in a preview",
    async (wrong) => {
      expect((await key.check({ ...INGEST, ...wrong })).failures).toHaveLength(1);
      expect((await key.check(INGEST)).failures).toEqual([]);
    },
  );

  it("takes its key with it", async () => {
    await key.create(INGEST);
    await key.delete();
    expect(swift.headersOf("in")[KEY]).toBeUndefined();
    swift.containers.clear();
    await key.delete();
    expect((await key.refresh()).id).toBe("");
  });
});
