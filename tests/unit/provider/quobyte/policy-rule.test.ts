import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { markOf } from "../../../../provider/own.ts";
import { clusterBench, type ClusterBench } from "../fake/quobyte.ts";
import type { Resource } from "../fake/harness.ts";

let b: ClusterBench;
let rule: Resource;
beforeEach(async () => {
  b = await clusterBench();
  rule = b.resource("PolicyRule", "heart");
  for (const id of ["p1", "p2"]) await b.client.call("setTenant", { tenant: { tenant_id: id, name: `tenant-${id}` } });
});
afterEach(() => b.stop());

const ENCRYPTED = { name: "heart-encryption", tenantIds: ["p1"], encryption: "SYSTEM_AES_256" };
const volume = (name: string, tenant = "p1"): Promise<string> =>
  b.client.call("createVolume", { name, tenant_domain: tenant }).then((made) => made.volume_uuid);
const contextOf = (uuid: string) => b.simulator.state.volumes.find((one) => one.uuid === uuid)?.encryption;
const [live] = [() => b.simulator.state.rules[0]!];

describe("quobyte PolicyRule (DIGIMED-5, DIGIMED-16)", () => {
  it("encrypts every volume of its tenant that is made from then on, by whom ever, and of no other tenant", async () => {
    await rule.create(ENCRYPTED);
    expect(contextOf(await volume("share-1"))).toMatchObject({
      key_owner: "SYSTEM",
      file_encryption_method: "AES_XTS_256",
    });
    // Control: the same call without the rule.
    expect(contextOf(await volume("share-1", "p2"))).toBeUndefined();
    expect((await rule.refresh()).props).toMatchObject({ ...ENCRYPTED, inTheClear: "", foreign: "", enabled: true });
    expect((await rule.diff(ENCRYPTED)).changes).toBe(false);
  });

  it("fails closed over a volume that was made before it, and names it; the rule stands, so that no more are made", async () => {
    const uuid = await volume("share-0");
    await expect(rule.create(ENCRYPTED)).rejects.toThrow(
      new RegExp(
        `policy rule "heart-encryption" stands, and volumes.*found "share-0" \\(${uuid}\\): none; allowed: SYSTEM_AES_256`,
      ),
    );
    expect(contextOf(await volume("share-1"))).toBeDefined();
    // The next run says the same, and makes no second rule.
    await expect(b.resource("PolicyRule", "heart").create(ENCRYPTED)).rejects.toThrow(/"share-0"/);
    expect(b.simulator.state.rules).toHaveLength(1);
    await b.client.call("deleteVolume", { volume_uuid: uuid });
    await rule.create(ENCRYPTED);
    expect(b.simulator.state.rules).toHaveLength(1);
  });

  it("sees at a refresh a volume in the clear that another rule made so, and fails the next run over it", async () => {
    await rule.create(ENCRYPTED);
    const other = {
      name: "by hand",
      enabled: true,
      scope: { global: true },
      policies: { volume_encryption: { profile: "NONE" as const } },
    };
    await b.client.call("createPolicyRule", { policy_rule: other });
    await volume("share-9");
    await rule.refresh();
    expect(rule.state["inTheClear"]).toMatch(/^"share-9" \(.*\): none$/);
    expect((await rule.diff(ENCRYPTED)).changes).toBe(true);
    await expect(rule.update(ENCRYPTED)).rejects.toThrow(/"share-9".*look for a rule of another scope/s);
  });

  it("tells a weaker cipher from the one that was asked for", async () => {
    const weak = b.resource("PolicyRule", "weak");
    await weak.create({ ...ENCRYPTED, name: "weak", encryption: "SYSTEM_AES_128" });
    await volume("share-1");
    await weak.delete();
    await expect(rule.create(ENCRYPTED)).rejects.toThrow(/"share-1" \(.*\): AES_XTS_128 by SYSTEM/);
  });

  it("is whole: what was changed, widened or switched off by hand is drift, and undone", async () => {
    await rule.create(ENCRYPTED);
    const spoil = (change: object) =>
      b.client.call("updatePolicyRules", { policy_rule: [{ ...live(), ...change } as never] });
    const spoils: readonly object[] = [
      { enabled: false },
      { scope: { tenant: [{ uuid: "p2" }] } },
      { scope: { tenant: [{ uuid: "p1", name_regex: "x.*" }] } },
      { scope: { tenant: [{ uuid: "p1" }], client: [{ client_type: "NFS" }] } },
      { policies: { volume_encryption: { profile: "NONE" } } },
      {
        policies: { volume_encryption: { profile: "SYSTEM_AES_256" }, file_retention: { property: ["DELETE_AFTER"] } },
      },
    ];
    for (const change of spoils) {
      await spoil(change);
      await rule.refresh();
      expect((await rule.diff(ENCRYPTED)).changes, JSON.stringify(change)).toBe(true);
      await rule.update(ENCRYPTED);
      await rule.refresh();
      expect((await rule.diff(ENCRYPTED)).changes, JSON.stringify(change)).toBe(false);
    }
    expect(live()).toMatchObject({ enabled: true, ordering_number: 1, scope: { tenant: [{ uuid: "p1" }] } });
  });

  it("DIGIMED-18: places files by tags and keeps them for a time, in the words of the API", async () => {
    const wanted = {
      name: "heart-placement",
      tenantIds: ["p1"],
      requiredTags: ["ssd", "berlin"],
      forbiddenTags: ["hdd"],
      retention: { properties: ["RETAIN_UNTIL", "IMMUTABLE"], days: 3650 },
    };
    await rule.create(wanted);
    expect(live().policies).toMatchObject({
      file_tag_based_placement: { required_tag: ["berlin", "ssd"], forbidden_tag: ["hdd"] },
      file_retention: { property: ["IMMUTABLE", "RETAIN_UNTIL"], default_retention_duration_s: 315_360_000n },
    });
    await volume("in the clear, which this rule is not about");
    await rule.refresh();
    expect((await rule.diff(wanted)).changes).toBe(false);
    expect((await rule.diff({ ...wanted, retention: { ...wanted.retention, days: 10 } })).changes).toBe(true);
  });

  it("is known again by its mark after a lost answer; a stranger's of the same name is refused", async () => {
    b.simulator.faults.add({ fault: "lost", method: "createPolicyRule" });
    await expect(rule.create(ENCRYPTED)).rejects.toThrow(/may have been done all the same/);
    await rule.create({ ...ENCRYPTED, description: "of the heart centre" });
    expect(b.simulator.state.rules).toHaveLength(1);
    expect(live().description).toBe(`of the heart centre ${markOf(rule.urn)}`);
    expect((await rule.refresh()).props?.["description"]).toBe("of the heart centre");
    await expect(b.resource("PolicyRule", "other").create(ENCRYPTED)).rejects.toThrow(
      /cannot create policy rule "heart-encryption": the cluster has one of that name/,
    );
  });

  it("goes, is gone when it is gone, and lives through a session that ended", async () => {
    await rule.create(ENCRYPTED);
    b.simulator.faults.add({ fault: "expired" });
    expect((await rule.refresh()).id).toBe(rule.id);
    await rule.delete();
    await rule.delete();
    expect(b.simulator.state.rules).toEqual([]);
    expect((await rule.refresh()).id).toBe("");
    await expect(rule.update({ ...ENCRYPTED, description: "x" })).rejects.toThrow(/it is not there/);
  });

  it("refuses to be about everything, or to say nothing", async () => {
    expect((await rule.check({ name: "r", encryption: "SYSTEM_AES_256" })).failures?.[0]?.property).toBe("tenantIds");
    expect((await rule.check({ name: "r", tenantIds: ["p1"] })).failures?.[0]?.property).toBe("encryption");
    expect((await rule.check({ ...ENCRYPTED, encryption: "NONE" })).failures?.[0]?.property).toBe("encryption");
  });
});
