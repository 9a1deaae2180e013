import { readdirSync, statSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { QuobyteClient } from "../../../quobyte/client.ts";
import { METHODS } from "../../../quobyte/contract/index.ts";
import type { Simulator } from "../../../scripts/devcloud/quobyte/index.ts";
import { HANDLERS } from "../../../scripts/devcloud/quobyte/methods/index.ts";
import { clientOf, failureOf, startSimulator, testTls } from "./target.ts";
import { scratch } from "../../scratch.ts";

let simulator: Simulator;
let client: QuobyteClient;
beforeAll(async () => {
  simulator = await startSimulator();
  client = clientOf(simulator);
});
afterAll(() => simulator.close());

interface Seen {
  readonly status: number;
  readonly body: { readonly error?: { readonly code: number; readonly message: string }; readonly result?: unknown };
}
const LOGIN = `Basic ${Buffer.from("toolkit:a-secret-of-the-tests").toString("base64")}`;

/** A request without our client, so that it can be wrong. */
function raw(
  text: string,
  more: { readonly path?: string; readonly method?: string; readonly type?: string } = {},
): Promise<Seen> {
  const { path = "/", method = "POST", type = "application/json" } = more;
  return new Promise((resolve, reject) => {
    const headers = { Authorization: LOGIN, "Content-Type": type };
    const request = https.request(
      `${simulator.url}${path}`,
      { method, headers, ca: testTls().ca, agent: false },
      (answer) => {
        let body = "";
        answer.on("data", (part: Buffer) => (body += part.toString()));
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            body: body.startsWith("{") ? (JSON.parse(body) as Seen["body"]) : {},
          }),
        );
      },
    );
    request.once("error", reject);
    request.end(text);
  });
}
const rpc = (change: object) =>
  raw(JSON.stringify({ jsonrpc: "2.0", id: "1", method: "getTenant", params: {}, ...change }));

describe("the strict contract", () => {
  it("has every method of the contract and no other", () => {
    expect(Object.keys(HANDLERS).sort()).toEqual(Object.keys(METHODS).sort());
  });

  it.each<[string, object, number]>([
    ["a method that is not published", { method: "getSecrets" }, -32601],
    ["a name that every object has", { method: "constructor" }, -32601],
    ["a field that no document has", { params: { tenant_ids: ["a"] } }, -32600],
    ["null where a text is published", { method: "resolveVolumeName", params: { volume_name: null } }, -32600],
    ["another word than the published ones", { params: { retry: "SOMETIMES" } }, -32600],
    ["an id that is no text", { id: 1 }, -32600],
    ["another protocol", { jsonrpc: "1.0" }, -32600],
    ["a member beside the published ones", { token: "x" }, -32600],
    ["parameters in a list", { params: [] }, -32600],
  ])("refuses %s", async (_, change, code) => {
    expect((await rpc(change)).body.error?.code).toBe(code);
    // The control: the same without the change is answered.
    expect((await rpc({})).body.result).toEqual({ tenant: [] });
  });

  it("refuses what is no JSON, no POST, of another type, or too large", async () => {
    expect((await raw("{")).body.error?.code).toBe(-32700);
    expect((await raw("", { method: "PUT" })).status).toBe(405);
    expect((await raw("{}", { type: "text/plain" })).status).toBe(415);
    expect((await raw(" ".repeat(1024 * 1024 + 1))).status).toBe(413);
  });

  it("switches faults by its own address, for those who may log in", async () => {
    expect(
      (await raw(JSON.stringify({ fault: "absent", method: "getTenant" }), { path: "/simulator/faults" })).status,
    ).toBe(204);
    expect((await rpc({})).body.error?.code).toBe(2);
    expect((await rpc({})).body.result).toEqual({ tenant: [] });
    expect((await raw('{"fault":"flood"}', { path: "/simulator/faults" })).status).toBe(400);
  });
});

const tenantNamed = async (name: string): Promise<string> =>
  (await client.call("setTenant", { tenant: { name } })).tenant_id ?? "";
const volumeIn = async (tenant: string, name: string, label: { name: string; value: string }[] = []): Promise<string> =>
  (await client.call("createVolume", { name, tenant_id: tenant, label })).volume_uuid;
const seen = async (uuid: string) =>
  (await client.call("getVolumeList", { volume_uuid: [uuid] })).volume?.[0] ?? { volume_uuid: "gone" };
const encrypt = (
  name: string,
  scope: object,
  profile: "SYSTEM_AES_256" | "SYSTEM_AES_128" | "NONE" = "SYSTEM_AES_256",
  more = {},
) =>
  client.call("createPolicyRule", {
    policy_rule: { name, enabled: true, scope, policies: { volume_encryption: { profile } }, ...more },
  });

describe("encryption (DIGIMED-5)", () => {
  it("is fixed at creation: a rule that comes after the volume leaves it in the clear", async () => {
    const tenant = await tenantNamed("fixed");
    const before = await volumeIn(tenant, "before");
    const { policy_rule_uuid: rule } = await encrypt("fixed", { tenant: [{ uuid: tenant }] });
    const after = await volumeIn(tenant, "after");
    expect((await seen(before)).volume_encryption_context).toBeUndefined();
    expect((await seen(after)).volume_encryption_context).toMatchObject({
      key_owner: "SYSTEM",
      file_encryption_method: "AES_XTS_256",
    });
    await client.call("deletePolicyRules", { policy_rule_uuid: [rule] });
    expect((await seen(after)).volume_encryption_context).toBeDefined();
    expect((await seen(await volumeIn(tenant, "without"))).volume_encryption_context).toBeUndefined();
  });

  it("holds for the tenant, names and labels of the rule's scope, and for nobody else", async () => {
    const [own, other] = [await tenantNamed("own"), await tenantNamed("other")];
    await encrypt("names", { tenant: [{ uuid: own }], volume: [{ name_regex: "study-.*" }] });
    await encrypt("labels", { volume: [{ label_pattern: { name_regex: "secret", value_regex: "yes" } }] });
    const context = async (...of: Parameters<typeof volumeIn>) =>
      (await seen(await volumeIn(...of))).volume_encryption_context;
    expect(await context(own, "study-a")).toBeDefined();
    expect(await context(own, "my-study-a")).toBeUndefined();
    expect(await context(other, "study-a")).toBeUndefined();
    expect(await context(other, "labelled", [{ name: "secret", value: "yes" }])).toBeDefined();
    expect(await context(other, "labelled-no", [{ name: "secret", value: "no" }])).toBeUndefined();
  });

  it("is not given by a rule that is not enabled, and the weaker of two rules holds", async () => {
    const tenant = await tenantNamed("weak");
    const scope = { tenant: [{ uuid: tenant }] };
    await client.call("createPolicyRule", {
      policy_rule: { name: "asleep", scope, policies: { volume_encryption: { profile: "SYSTEM_AES_256" } } },
    });
    expect((await seen(await volumeIn(tenant, "asleep"))).volume_encryption_context).toBeUndefined();
    await encrypt("strong", scope);
    await encrypt("weak", scope, "SYSTEM_AES_128");
    expect((await seen(await volumeIn(tenant, "both"))).volume_encryption_context?.file_encryption_method).toBe(
      "AES_XTS_128",
    );
    const asked = { policy_subject: { tenant: { uuid: tenant } } };
    const { policy_rule: effective = [] } = await client.call("filterPolicyRules", asked);
    expect(effective.map(({ name }) => name)).toEqual(["strong", "weak"]);
    const { proto_dump } = await client.call("dumpEffectivePolicyRules", { ...asked, policies_only: true });
    expect(proto_dump).toMatch(/volume_encryption \{\n\s+profile: SYSTEM_AES_256/);
  });

  it.each<[string, object]>([
    ["an id of its own", { uuid: "00000000-0000-4000-8000-000000000000" }],
    ["default", { default: true }],
    ["no scope", { scope: {} }],
    ["global and a tenant", { scope: { global: true, tenant: [{ uuid: "x" }] } }],
    ["a broken pattern", { scope: { volume: [{ name_regex: "(" }] } }],
    ["no policies", { policies: undefined }],
  ])("a rule with %s is refused", async (_, change) => {
    const rule = { name: "wrong", enabled: true, scope: { global: true }, policies: {}, ...change };
    expect(await failureOf(client.call("createPolicyRule", { policy_rule: rule }))).toMatchObject({
      kind: "GARBAGE_ARGS",
    });
  });

  it("refuses the obsolete profile of a volume instead of leaving it in the clear", async () => {
    const params = {
      name: "old",
      tenant_id: await tenantNamed("old"),
      volume_encryption_profile: "SYSTEM_AES_256" as const,
    };
    expect(await failureOf(client.call("createVolume", params))).toMatchObject({ kind: "GARBAGE_ARGS" });
  });
});

describe("tenants, volumes, quotas", () => {
  it("sets a tenant whole, refuses its bare id a second time, and one that holds volumes does not go", async () => {
    const id = "0123456789abcdef0123456789abcdef";
    await client.call("setTenant", { tenant: { tenant_id: id } });
    expect(await failureOf(client.call("setTenant", { tenant: { tenant_id: id } }))).toMatchObject({
      kind: "GARBAGE_ARGS",
    });
    await client.call("setTenant", { tenant: { tenant_id: id, name: "project", restrict_to_network: ["10.0.0.0/8"] } });
    await client.call("setTenant", { tenant: { tenant_id: id, name: "project" } });
    const { tenant: [kept] = [] } = await client.call("getTenant", { tenant_id: [id] });
    expect(kept).toEqual({ tenant_id: id, name: "project" });
    const uuid = await volumeIn(id, "v");
    expect(await failureOf(client.call("deleteTenant", { tenant_id: id }))).toMatchObject({ kind: "GARBAGE_ARGS" });
    await client.call("deleteVolume", { volume_uuid: uuid });
    await client.call("deleteTenant", { tenant_id: id });
    expect((await client.call("getTenant", { tenant_id: [id] })).tenant).toEqual([]);
  });

  it("enforces quotas of the tenant: number of volumes, and their sum where oversubscription is off", async () => {
    const tenant = await tenantNamed("limited");
    const limit = (
      type: "TENANT" | "VOLUME",
      identifier: string,
      limits: { type: "LOGICAL_DISK_SPACE" | "VOLUME_COUNT"; value: number }[],
    ) =>
      client.call("setQuota", {
        quotas: [{ consumer: [{ type, identifier, disable_oversubscription: type === "TENANT" }], limits }],
      });
    const [disk, count] = ["LOGICAL_DISK_SPACE", "VOLUME_COUNT"] as const;
    await limit("TENANT", tenant, [
      { type: disk, value: 100 },
      { type: count, value: 2 },
    ]);
    const [one, two] = [await volumeIn(tenant, "one"), await volumeIn(tenant, "two")];
    expect(String(await failureOf(volumeIn(tenant, "three")))).toMatch(
      /a quota is used up .*VOLUME_COUNT.*Next: raise the quota/,
    );
    await limit("VOLUME", one, [{ type: disk, value: 60 }]);
    expect(String(await failureOf(limit("VOLUME", two, [{ type: disk, value: 41 }])))).toMatch(
      /Quota exceeded: LOGICAL_DISK_SPACE/,
    );
    await limit("VOLUME", two, [{ type: disk, value: 40 }]);
    expect((await seen(two)).quota_disk_space_bytes).toBe(40n);
    simulator.fill(two, 7);
    const { quotas = [] } = await client.call("getQuota", { only_entity: [{ type: "TENANT", identifier: tenant }] });
    expect(quotas[0]?.current_usage).toEqual([
      { type: disk, value: 7n },
      { type: count, value: 2n },
    ]);
  });

  it("schedules an erasure, which can be taken back until its time has come", async () => {
    let now = 0;
    const slow = await startSimulator({ erasure: 5000, now: () => now });
    const own = clientOf(slow);
    const { tenant_id = "" } = await own.call("setTenant", { tenant: { name: "t" } });
    const { volume_uuid } = await own.call("createVolume", { name: "v", tenant_id });
    const scheduled = async () =>
      (await own.call("getVolumeList", {})).volume?.map((volume) => volume.scheduled_for_deletion);
    await own.call("eraseVolume", { volume_uuid });
    expect(await scheduled()).toEqual([true]);
    await own.call("cancelVolumeErasure", { volume_uuid });
    now += 6000;
    expect(await scheduled()).toEqual([false]);
    await own.call("eraseVolume", { volume_uuid });
    now += 6000;
    expect(await scheduled()).toEqual([]);
    await slow.close();
  });

  it("keeps everything over a restart, in a file that nobody else reads", async () => {
    const directory = scratch();
    const stateFile = join(directory, "state.json");
    const first = await startSimulator({ stateFile });
    const { tenant_id = "" } = await clientOf(first).call("setTenant", { tenant: { name: "kept" } });
    await clientOf(first).call("createVolume", { name: "kept", tenant_id });
    const value = 2n ** 62n + 1n;
    await clientOf(first).call("setQuota", {
      quotas: [
        { consumer: [{ type: "TENANT", identifier: tenant_id }], limits: [{ type: "LOGICAL_DISK_SPACE", value }] },
      ],
    });
    await first.close();
    expect(statSync(stateFile).mode & 0o777).toBe(0o600);
    const second = await startSimulator({ stateFile });
    expect((await clientOf(second).call("getVolumeList", {})).volume).toMatchObject([
      { name: "kept", tenant_domain: tenant_id },
    ]);
    expect((await clientOf(second).call("getQuota", {})).quotas?.[0]?.limits?.[0]?.value).toBe(value);
    expect(readdirSync(directory)).toEqual(["state.json"]);
    await second.close();
  });

  it("starts in milliseconds", async () => {
    testTls();
    const start = performance.now();
    await (await startSimulator()).close();
    expect(performance.now() - start).toBeLessThan(500);
  });
});
