import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { hasStatus } from "../../openstack/index.ts";
import { Transport } from "../../openstack/transport.ts";
import { QuobyteClient } from "../../quobyte/client.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import type { Call, GivenFault } from "../../scripts/devcloud/quobyte/index.ts";
import { loadSecrets } from "../../scripts/devcloud/secrets.ts";
import { SIMULATOR_USER, simulatorCa, simulatorUrl } from "../../scripts/devcloud/simulator.ts";
import { until } from "../../scripts/proof/wait.ts";
import { hasCloud, site, type Site } from "./provider-site.ts";

/** A part of the one-machine cloud by option: `tresor devcloud up --with quobyte`. */
const settings = devcloudSettings();
const hasQuobyte = hasCloud && settings.extras.includes("quobyte");
if (!hasQuobyte) process.stderr.write("Quobyte is not tried: the cloud does not run with quobyte\n");

const GIB = 2n ** 30n;
const READY_MS = 120_000;

interface Share {
  readonly id: string;
  readonly status: string;
  readonly size: number;
}

let s: Site;
let quobyte: QuobyteClient;
let transport: Transport;
let url: string;
let password: string;

/** What is no part of Quobyte: the simulator's switches. */
async function switches(method: string, path: string, body?: object): Promise<string> {
  const Authorization = `Basic ${Buffer.from(`${SIMULATOR_USER}:${password}`).toString("base64")}`;
  const answer = await transport.send({
    ...{ method, url: `${url}/simulator/${path}`, timeout: 10_000 },
    headers: { Authorization, "Content-Type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(answer.status).toBeLessThan(300);
  return answer.text;
}
const once = (fault: GivenFault): Promise<string> => switches("POST", "faults", fault);
const calls = async (): Promise<readonly Call[]> => JSON.parse(await switches("GET", "calls")) as Call[];

async function look(id: string): Promise<Share | undefined> {
  const found = await s.operator
    .request<{ share: Share }>("shared-file-system", "GET", `/shares/${id}`)
    .catch((error: unknown) => {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    });
  return found?.body.share;
}

/** The share once it has come to rest, however that ended. */
const rested = (id: string): Promise<Share> =>
  until(
    async () => {
      const share = await look(id);
      return share === undefined || /ing$/.test(share.status) ? undefined : share;
    },
    `share ${id} to come to rest`,
    READY_MS,
  );

async function create(name: string): Promise<Share> {
  const body = { name: `${s.prefix}-${name}`, size: 1, share_proto: "NFS", share_type: `${s.prefix}-quobyte` };
  return rested((await s.make("shared-file-system", "/shares", "share", body, s.area)).id);
}

async function remove(id: string): Promise<void> {
  await s.operator.request("shared-file-system", "DELETE", `/shares/${id}`);
  await until(async () => ((await look(id)) === undefined ? true : undefined), `share ${id} to go`, READY_MS);
}

const act = (id: string, action: object) =>
  s.operator.request("shared-file-system", "POST", `/shares/${id}/action`, { body: action });

/** The volumes of the project, as our own client sees them. */
async function volumes() {
  return (await quobyte.call("getVolumeList", { tenant_domain: s.projectId })).volume ?? [];
}

/** The one volume that the share became. */
async function volume() {
  const [found, ...more] = await volumes();
  expect(more).toEqual([]);
  return found!;
}

async function accesses(uuid: string) {
  const { tenant: [own] = [] } = await quobyte.call("getTenant", { tenant_id: [s.projectId] });
  return (own?.volume_access ?? []).filter(({ volume_uuid }) => volume_uuid === uuid);
}

async function access(id: string, level: "ro" | "rw", network: string): Promise<string> {
  const { body } = await s.operator.request<{ access: { id: string } }>(
    "shared-file-system",
    "POST",
    `/shares/${id}/action`,
    {
      body: { allow_access: { access_type: "ip", access_to: network, access_level: level } },
    },
  );
  return body.access.id;
}

describe.skipIf(!hasQuobyte)(
  "OpenStack's own Quobyte driver and our client on one Quobyte (DIGIMED-5, DIGIMED-16)",
  () => {
    beforeAll(async () => {
      [url, password] = [simulatorUrl(settings), loadSecrets(settings).quobyte];
      const ca = readFileSync(simulatorCa(settings), "utf8");
      transport = new Transport({ verify: true, ca });
      quobyte = new QuobyteClient({ url, ca, user: SIMULATOR_USER, password });
      s = await site();
      await s.make("shared-file-system", "/types", "share_type", {
        name: `${s.prefix}-quobyte`,
        "share_type_access:is_public": true,
        extra_specs: { driver_handles_share_servers: "false", share_backend_name: "QUOBYTE_SIMULATED" },
      });
      // The order that a zone keeps: tenant and rule stand before the first share.
      await quobyte.call("setTenant", { tenant: { tenant_id: s.projectId, name: s.prefix } });
      const policies = { volume_encryption: { profile: "SYSTEM_AES_256" as const } };
      const rule = { name: s.prefix, enabled: true, scope: { tenant: [{ uuid: s.projectId }] }, policies };
      const { policy_rule_uuid } = await quobyte.call("createPolicyRule", { policy_rule: rule });
      s.later(async () => {
        await quobyte.call("deletePolicyRules", { policy_rule_uuid: [policy_rule_uuid] });
        await quobyte.call("deleteTenant", { tenant_id: s.projectId });
      });
    });
    afterEach(() => switches("DELETE", "faults"));
    afterAll(async () => {
      await s.down();
      transport.close();
    });

    it("create, extend, shrink, access and delete: what Manila does is what our client sees, encrypted", async () => {
      const share = await create("whole");
      expect(share).toMatchObject({ status: "available", size: 1 });
      const made = await volume();
      expect(made).toMatchObject({ tenant_domain: s.projectId, quota_disk_space_bytes: GIB });
      expect(made.volume_encryption_context).toMatchObject({
        key_owner: "SYSTEM",
        file_encryption_method: "AES_XTS_256",
      });
      const { body } = await s.operator.request<{ export_locations: { path: string }[] }>(
        ...(["shared-file-system", "GET", `/shares/${share.id}/export_locations`] as const),
      );
      expect(body.export_locations.map(({ path }) => path)).toEqual([`127.0.0.1:/quobyte/${made.volume_uuid}`]);

      await act(share.id, { extend: { new_size: 3 } });
      expect(await rested(share.id)).toMatchObject({ status: "available", size: 3 });
      expect((await volume()).quota_disk_space_bytes).toBe(3n * GIB);
      await act(share.id, { shrink: { new_size: 2 } });
      expect(await rested(share.id)).toMatchObject({ status: "available", size: 2 });
      expect((await volume()).quota_disk_space_bytes).toBe(2n * GIB);

      for (const [level, network] of [
        ["ro", "10.20.0.0/24"],
        ["rw", "10.30.0.5"],
      ] as const) {
        const id = await access(share.id, level, network);
        const wanted = { restrict_to_network: network, read_only: level === "ro" };
        const given = async () => ((await accesses(made.volume_uuid)).length === 1 ? true : undefined);
        await until(given, `${level} access in the tenant`, READY_MS);
        expect(await accesses(made.volume_uuid)).toMatchObject([wanted]);
        await act(share.id, { deny_access: { access_id: id } });
        const taken = async () => ((await accesses(made.volume_uuid)).length === 0 ? true : undefined);
        await until(taken, `${level} access to be gone from the tenant`, READY_MS);
      }
      await remove(share.id);
      expect(await volumes()).toEqual([]);
    });

    it("is the driver of the release: its calls come over TLS with its own client, and none was refused as unpublished", async () => {
      const own = (await calls()).filter(({ agent }) => agent.startsWith("python-requests"));
      const methods = new Set(own.map(({ method }) => method));
      const driver = ["createVolume", "deleteVolume", "exportVolume", "getSystemStatistics", "setQuota", "setTenant"];
      for (const method of driver) expect(methods).toContain(method);
      expect(own.filter(({ outcome }) => /^-32/.test(outcome))).toEqual([]);
    });

    it.each<[string, GivenFault]>([
      ["a create that was done and told as failed", { fault: "half-done", method: "createVolume" }],
      ["a create whose answer was lost", { fault: "lost", method: "createVolume" }],
      ["an export that failed", { fault: "unavailable", method: "exportVolume" }],
      ["a quota that failed", { fault: "broken", method: "setQuota" }],
    ])("%s leaves a share in error, and deleting it leaves nothing", async (name, fault) => {
      await once(fault);
      const share = await create(name.replaceAll(" ", "-"));
      expect(share.status).toBe("error");
      expect(await volumes()).toHaveLength(1);
      await remove(share.id);
      expect(await volumes()).toEqual([]);
    });

    it("a slow answer and an ended session are no error", async () => {
      await once({ fault: "slow", method: "createVolume", milliseconds: 3000 });
      // The driver keeps no session: it sends user and password with each call.
      await once({ fault: "expired", method: "exportVolume" });
      const share = await create("slow");
      expect(share.status).toBe("available");
      await volumes();
      await once({ fault: "expired", method: "getVolumeList" });
      expect(await volumes()).toHaveLength(1);
      await remove(share.id);
      expect(await volumes()).toEqual([]);
    });

    it("over quota: the cluster refuses one volume more to either client, and no volume is left of it", async () => {
      const limit = (value: bigint | undefined) => {
        const limits = value === undefined ? [] : [{ type: "VOLUME_COUNT" as const, value }];
        const consumer = [{ type: "TENANT" as const, identifier: s.projectId }];
        return quobyte.call("setQuota", { quotas: [{ consumer, limits }] });
      };
      await limit(1n);
      const fits = await create("fits");
      expect(fits.status).toBe("available");
      const over = await create("over");
      expect(over.status).toBe("error");
      await expect(quobyte.call("createVolume", { name: "over", tenant_id: s.projectId })).rejects.toThrow(
        /Quota exceeded/,
      );
      expect(await volumes()).toHaveLength(1);
      await remove(over.id);
      // Control: with room for it both make theirs.
      await limit(undefined);
      const later = await create("later");
      expect(later.status).toBe("available");
      const { volume_uuid } = await quobyte.call("createVolume", { name: "ours", tenant_id: s.projectId });
      expect(await volumes()).toHaveLength(3);
      await quobyte.call("deleteVolume", { volume_uuid });
      for (const { id } of [fits, later]) await remove(id);
      expect(await volumes()).toEqual([]);
    });

    it("no answer to an extension leaves the share as it was, in error, and it can be extended afterwards", async () => {
      const share = await create("silent");
      // The driver waits 60 s for an answer.
      await once({ fault: "silent", method: "setQuota" });
      await act(share.id, { extend: { new_size: 2 } });
      expect(await rested(share.id)).toMatchObject({ status: "extending_error", size: 1 });
      expect((await volume()).quota_disk_space_bytes).toBe(GIB);
      await act(share.id, { reset_status: { status: "available" } });
      await act(share.id, { extend: { new_size: 2 } });
      expect(await rested(share.id)).toMatchObject({ status: "available", size: 2 });
      expect((await volume()).quota_disk_space_bytes).toBe(2n * GIB);
      await remove(share.id);
      expect(await volumes()).toEqual([]);
    }, 300_000);

    it("what Manila forgets because it was told that it is not there, our client finds and erases", async () => {
      const share = await create("forgotten");
      await once({ fault: "absent", method: "resolveVolumeName" });
      await remove(share.id);
      const left = await volume();
      await quobyte.call("eraseVolume", { volume_uuid: left.volume_uuid });
      await until(async () => ((await volumes()).length === 0 ? true : undefined), "the erasure", READY_MS);
    });
  },
);
