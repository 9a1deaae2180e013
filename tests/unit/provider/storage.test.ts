import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Props } from "../../../provider/wire.ts";
import type { Bench } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeBarbican, FakeCinder, FakeManila } from "./fake/storage.ts";

let b: Bench;
let cinder: FakeCinder;
let barbican: FakeBarbican;
let manila: FakeManila;
beforeEach(async () => {
  b = await bench();
  cinder = new FakeCinder(b.cloud);
  barbican = new FakeBarbican(b.cloud);
  manila = new FakeManila(b.cloud);
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

describe("VolumeTypeEncryption", () => {
  const LUKS = {
    volumeTypeId: "t1",
    provider: "luks",
    cipher: "aes-xts-plain64",
    keySize: 256,
    controlLocation: "front-end",
  };
  const token = "tresor:blockstorage:VolumeTypeEncryption";

  it("DIGIMED-5: encrypts a type, takes an equal encryption up and reads it back", async () => {
    const encryption = b.resource(token);
    await encryption.create(LUKS);
    expect(cinder.encryptions.get("t1")).toMatchObject({
      provider: "luks",
      key_size: 256,
      control_location: "front-end",
    });
    const again = b.resource(token);
    expect((await again.create(LUKS)).id).toBe("t1");
    expect(b.cloud.writes()).toHaveLength(1);
    expect((await encryption.refresh()).props).toEqual(encryption.state);
  });

  it("is replaced by every change and refuses to go over another encryption", async () => {
    const encryption = b.resource(token);
    await encryption.create(LUKS);
    expect(await encryption.diff({ ...LUKS, keySize: 512 })).toMatchObject({
      replaces: ["keySize"],
      deleteBeforeReplace: true,
    });
    await expect(b.resource(token).create({ ...LUKS, keySize: 512 })).rejects.toThrow(
      /has another encryption already \(found luks aes-xts-plain64 256 front-end\)/,
    );
  });

  it("reports an encryption that was changed or removed by hand", async () => {
    const encryption = b.resource(token);
    await encryption.create(LUKS);
    cinder.encryptions.set("t1", { ...cinder.encryptions.get("t1"), key_size: 128 });
    await encryption.refresh();
    expect((await encryption.diff(LUKS)).replaces).toEqual(["keySize"]);
    cinder.encryptions.clear();
    expect((await encryption.refresh()).id).toBe("");
  });

  it("refuses names that Cinder would take and never attach", async () => {
    const { failures } = await b.resource(token).check({ ...LUKS, provider: "bogus" });
    expect(failures).toEqual([
      { property: "provider", reason: expect.stringContaining("must be luks or luks2") as string },
    ]);
  });

  it("says of a type in use that it must be replaced, and of a type that is gone nothing", async () => {
    const encryption = b.resource(token);
    await encryption.create(LUKS);
    cinder.inUse.add("t1");
    await expect(encryption.delete()).rejects.toThrow(
      /cannot remove the encryption of volume type t1: it has volumes.*Next: an encrypted type is replaced and never edited/,
    );
    cinder.types.clear();
    await encryption.delete();
  });
});

describe("ProjectDefaultVolumeType", () => {
  it("DIGIMED-5: is set, read, changed and removed", async () => {
    const type = b.resource("tresor:blockstorage:ProjectDefaultVolumeType");
    await type.create({ projectId: "p1", volumeTypeId: "luks" });
    cinder.defaults.set("p1", "plain");
    await type.refresh();
    expect((await type.diff({ projectId: "p1", volumeTypeId: "luks" })).changes).toBe(true);
    await type.update({ projectId: "p1", volumeTypeId: "luks" });
    expect(cinder.defaults.get("p1")).toBe("luks");
    await type.delete();
    await type.delete();
    expect(cinder.defaults.size).toBe(0);
    expect((await type.refresh()).id).toBe("");
  });
});

describe("KeyQuota", () => {
  it("is set, read, changed and given back", async () => {
    const args = { projectId: "p1", secrets: 10, orders: 10, containers: 5, consumers: 20, cas: 0 };
    const quota = b.resource("tresor:keys:KeyQuota");
    await quota.create(args);
    barbican.quotas.set("p1", { ...barbican.quotas.get("p1"), secrets: -1 });
    await quota.refresh();
    expect(quota.state.secrets).toBe(-1);
    expect((await quota.diff(args)).changes).toBe(true);
    await quota.update(args);
    expect(barbican.quotas.get("p1")?.secrets).toBe(10);
    await quota.delete();
    expect((await quota.refresh()).id).toBe("");
    await quota.delete();
    expect((await quota.check({ ...args, secrets: -2 })).failures?.[0]?.property).toBe("secrets");
  });
});

describe("ShareType", () => {
  const args = {
    name: "confidential",
    description: "[scs:encrypted]",
    driverHandlesShareServers: false,
    extraSpecs: { snapshot_support: "True" },
  };
  const token = "tresor:share:ShareType";

  it("is made private, read back, changed in place and deleted", async () => {
    const type = b.resource(token);
    const { id } = await type.create(args);
    expect(manila.types.get(id)).toMatchObject({
      "share_type_access:is_public": false,
      extra_specs: { driver_handles_share_servers: "false" },
    });
    expect((await type.refresh()).props).toEqual(type.state);
    const next = { ...args, name: "renamed", extraSpecs: { share_backend_name: "QUOBYTE" } };
    expect(await type.diff(next)).toMatchObject({ changes: true, replaces: [] });
    await type.update(next);
    expect(manila.types.get(id)).toMatchObject({
      name: "renamed",
      extra_specs: { driver_handles_share_servers: "false", share_backend_name: "QUOBYTE" },
    });
    expect(Object.keys(manila.types.get(id)?.extra_specs ?? {})).not.toContain("snapshot_support");
    expect((await type.diff({ ...next, driverHandlesShareServers: true })).replaces).toEqual([
      "driverHandlesShareServers",
    ]);
    await type.delete();
    await type.delete();
    expect((await type.refresh()).id).toBe("");
  });

  it("takes up the type of an interrupted run, and refuses one that is different", async () => {
    const { id } = await b.resource(token).create(args);
    expect((await b.resource(token).create(args)).id).toBe(id);
    await expect(b.resource(token).create({ ...args, extraSpecs: {} })).rejects.toThrow(
      new RegExp(`there is a share type "confidential" already \\(found id ${id}\\).*import it by its id ${id}`),
    );
  });

  it("reports a type that was made public or given a spec by hand", async () => {
    const type = b.resource(token);
    const { id } = await type.create(args);
    const live = manila.types.get(id);
    manila.types.set(id, {
      ...live!,
      "share_type_access:is_public": true,
      extra_specs: { ...live!.extra_specs, x: "1" },
    });
    await type.refresh();
    expect(type.state).toMatchObject({ isPublic: true, extraSpecs: { snapshot_support: "True", x: "1" } });
    expect((await type.diff(args)).changes).toBe(true);
    await type.update(args);
    expect((await type.refresh()).props).toMatchObject({ isPublic: false, extraSpecs: args.extraSpecs });
  });
});

describe("ShareTypeAccess", () => {
  it("is given once, read by its id alone and withdrawn", async () => {
    const access = b.resource("tresor:share:ShareTypeAccess");
    expect((await access.create({ shareTypeId: "t", projectId: "p" })).id).toBe("t/p");
    await access.create({ shareTypeId: "t", projectId: "p" });
    expect((await access.refresh()).props).toMatchObject({ shareTypeId: "t", projectId: "p" });
    await access.delete();
    expect((await access.refresh()).id).toBe("");
    await access.delete();
    access.id = "nonsense";
    await expect(access.refresh()).rejects.toThrow(
      /no id of a ShareTypeAccess \(allowed: <shareTypeId>\/<projectId>\)/,
    );
  });

  it("refuses a public type", async () => {
    const message = "Type access modification is not applicable to public share type.";
    b.cloud.on("POST", "/share/v2/types/:id/action", () => [409, { conflictingRequest: { message } }]);
    await expect(
      b.resource("tresor:share:ShareTypeAccess").create({ shareTypeId: "t", projectId: "p" }),
    ).rejects.toThrow(/the type is public/);
  });
});

describe("ShareQuota", () => {
  const perType = { shareType: "quobyte", shares: 2, gigabytes: 20, snapshots: 0, snapshotGigabytes: 0 };
  const args = {
    projectId: "p1",
    shares: 5,
    gigabytes: 50,
    snapshots: 0,
    snapshotGigabytes: 0,
    shareNetworks: 0,
    shareTypeQuotas: [perType],
  };

  it("DIGIMED-18: is set for project and type, read back, changed and given back", async () => {
    const quota = b.resource("tresor:share:ShareQuota");
    await quota.create(args);
    expect(manila.quotas.get("p1/")).toEqual({
      shares: 5,
      gigabytes: 50,
      snapshots: 0,
      snapshot_gigabytes: 0,
      share_networks: 0,
    });
    expect((await quota.refresh()).props).toEqual(quota.state);
    manila.quotas.set("p1/", { ...manila.quotas.get("p1/"), gigabytes: 5000 });
    await quota.refresh();
    expect((await quota.diff(args)).changes).toBe(true);
    await quota.update({ ...args, shareTypeQuotas: [] });
    expect([...manila.quotas]).toEqual([
      ["p1/", { shares: 5, gigabytes: 50, snapshots: 0, snapshot_gigabytes: 0, share_networks: 0 }],
    ]);
    await quota.delete();
    expect(manila.quotas.size).toBe(0);
  });

  it("refuses a type that is named twice", async () => {
    const { failures } = await b
      .resource("tresor:share:ShareQuota")
      .check({ ...args, shareTypeQuotas: [perType, perType] });
    expect(failures).toEqual([{ property: "shareTypeQuotas", reason: "must name each share type once" }]);
  });
});

describe("ShareAccessSet", () => {
  const token = "tresor:share:ShareAccessSet";
  const rw = { accessType: "ip", accessTo: "10.1.0.0/24", accessLevel: "rw" };
  const ro = { accessType: "ip", accessTo: "10.2.0.0/24", accessLevel: "ro" };
  const args = (...rules: Props[]): Props => ({ shareId: "s1", rules });
  const live = (): string[] =>
    manila.rules.map((rule) => `${rule.access_to} ${rule.access_level} ${rule.state}`).sort();

  it("DIGIMED-9, DIGIMED-10: makes the rules equal to the config and waits until they hold", async () => {
    manila.rule("0.0.0.0/0");
    const set = b.resource(token);
    await set.create(args(rw, ro));
    expect(live()).toEqual(["10.1.0.0/24 rw active", "10.2.0.0/24 ro active"]);
    expect((await set.refresh()).props).toEqual(set.state);
    expect((await set.diff(args(ro, rw))).changes).toBe(false);
  });

  it("reports a rule made by hand, and an up withdraws it", async () => {
    const set = b.resource(token);
    await set.create(args(ro));
    manila.rule("0.0.0.0/0");
    await set.refresh();
    expect(set.state.rules).toContainEqual({ accessType: "ip", accessTo: "0.0.0.0/0", accessLevel: "rw" });
    expect((await set.diff(args(ro))).changes).toBe(true);
    await set.update(args(ro));
    expect(live()).toEqual(["10.2.0.0/24 ro active"]);
  });

  it("changes a level by withdrawing first", async () => {
    const set = b.resource(token);
    await set.create(args(rw));
    await set.update(args({ ...rw, accessLevel: "ro" }));
    expect(live()).toEqual(["10.1.0.0/24 ro active"]);
  });

  it("names a rule that the storage did not carry out, and sets it anew at the next run", async () => {
    manila.outcome = "error";
    const set = b.resource(token);
    await expect(set.create(args(rw))).rejects.toThrow(
      /rules that the storage did not carry out \(found ip 10\.1\.0\.0\/24 rw/,
    );
    manila.outcome = "active";
    await set.create(args(rw));
    expect(live()).toEqual(["10.1.0.0/24 rw active"]);
    manila.rules[0]!.state = "error";
    await set.refresh();
    expect((await set.diff(args(rw))).changes).toBe(true);
  });

  it("names a share that is broken, with Manila's reason and the next step", async () => {
    manila.status = "error";
    const none = { resource_id: "s2", user_message: "not about this one" };
    manila.messages = [{ resource_id: "s1", user_message: "create: no storage could be allocated." }, none];
    await expect(b.resource(token).create(args(rw))).rejects.toThrow(
      /^cannot let ip 10\.1\.0\.0\/24 into share s1 \(rw\): share "cohort" \(s1\) is in status error: Manila says: create: no storage could be allocated\. Next: ask the storage's operator to mend it/,
    );
    expect(manila.rules).toEqual([]);
    // Control: a share that is only on its way is Manila's own refusal.
    manila.status = "extending";
    await expect(b.resource(token).create(args(rw))).rejects.toThrow(/invalid state/);
    manila.status = "available";
    await b.resource(token).create(args(rw));
    expect(live()).toEqual(["10.1.0.0/24 rw active"]);
  });

  it("fails closed over a rule that somebody else locked, hidden or not, and does all the rest", async () => {
    const id = manila.rule("******", { locked: true });
    await expect(b.resource(token).create(args(rw))).rejects.toThrow(
      new RegExp(
        `may not withdraw \\(found ip \\(hidden by a lock\\) rw \\(${id}\\)\\).*Next: ask the operator to withdraw ${id}`,
      ),
    );
    expect(live()).toEqual(["****** rw active", "10.1.0.0/24 rw active"]);
  });

  it("withdraws all at delete and takes a share that is gone for gone", async () => {
    const set = b.resource(token);
    await set.create(args(rw, ro));
    await set.delete();
    expect(live()).toEqual([]);
    manila.shares.clear();
    await set.delete();
    expect((await set.refresh()).id).toBe("");
  });

  it("refuses a client that is named twice, and an address that is none", async () => {
    const set = b.resource(token);
    expect((await set.check(args(rw, { ...rw, accessLevel: "ro" }))).failures?.[0]?.reason).toBe(
      "must name each client once",
    );
    expect((await set.check(args({ ...rw, accessTo: "heart" }))).failures?.[0]?.property).toBe("rules[0].accessTo");
  });
});
