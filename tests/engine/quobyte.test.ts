import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QuobyteClient } from "../../quobyte/client.ts";
import { directTenantId } from "../../quobyte/direct-tenant.ts";
import { loopbackTls, Simulator } from "../../scripts/devcloud/quobyte/index.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import { EngineSite } from "./site.ts";

/** The real engine and our own plugin in a simulated Quobyte cluster: what a tenant's project has there, and every kind beside it. */
const PASSWORD = "canary-of-a-password-5521";
const PROJECT = "8e2f4c0d1a7b4c21b64e3b5a11f0c9d2";
const PROGRAM = `
import * as sdk from "${packageRoot}/provider/sdk.ts";
import { QuobyteParts } from "${packageRoot}/components/tenant/quobyte.ts";
const deletable = process.env.DELETABLE === "yes";
const shared = { projectId: "project/z/a", cluster: "main" };
const none = { encryption: null, requiredTags: [], forbiddenTags: [], retention: null };
const of = (kind, id, name, facts) =>
  ({ id, kind, stack: "tenant", name, facts: { ...shared, deletable, ...facts }, because: [], requirements: [] });
const tenantId = "quobyte-tenant/z/a/main";
const volumesId = "quobyte-tenant/z/a/main/volumes";
const scans = "quobyte-volume/z/a/main/scans";
const owner = { user: "imaging", group: "imaging", mode: "0770" };
const direct = [
  of("quobyte-tenant", volumesId, "z-a-main-volumes", { holds: "volumes" }),
  of("quobyte-rule", volumesId.replace("tenant", "rule") + "/encryption", "z-a-main-volumes-encryption", { ...none, tenantId: volumesId, encryption: "SYSTEM_AES_256" }),
  of("quobyte-volume", scans, "z-a-scans", { tenantId: volumesId, sizeGiB: 500, owner }),
  of("quobyte-export", "quobyte-export/z/a/main/scans", "z-a-scans", { volumeId: scans, networks: [{ network: "10.8.1.0/24", level: "ro" }] }),
  of("quobyte-certificate", "quobyte-certificate/z/a/main/f", "f", { fingerprint: process.env.FINGERPRINT, hosts: ["10.8.1.0/24"], uses: [{ volumeId: scans, level: "ro" }] }),
];
const parts = new QuobyteParts("z-a-quobyte", {
  scope: { cloud: "operator" },
  projectId: "${PROJECT}",
  objects: [
    of("quobyte-tenant", tenantId, "z-a-main", { holds: "shares" }),
    of("quobyte-rule", "quobyte-rule/z/a/main/encryption", "z-a-main-encryption", { ...none, tenantId, encryption: "SYSTEM_AES_256" }),
    of("quobyte-rule", "quobyte-rule/z/a/main/placement", "z-a-main-placement", { ...none, tenantId, requiredTags: ["ssd"] }),
    of("quobyte-quota", "quobyte-quota/z/a/main", "z-a-main", { tenantId, volumes: 9, gigabytes: 100 }),
    ...(process.env.DIRECT === "no" ? [] : direct),
  ],
});
export const nfs = parts.volumes[scans]?.nfs;
if (process.env.ONLY !== "parts") {
  const cluster = "main";
  const volume = new sdk.QuobyteVolume("genomes", { cluster, tenantId: "${PROJECT}", name: "genomes", erase: deletable }, { dependsOn: parts, protect: !deletable });
  new sdk.QuobyteExport("genomes", { cluster, volumeId: volume.id, networks: [{ network: "10.8.0.0/24", level: "ro" }] });
  new sdk.QuobyteAccessKey("mount", { cluster, tenantId: "${PROJECT}", userName: "mount", type: "DATA_ACCESS_KEY", validityDays: 30 }, { dependsOn: parts });
}
`;

let site: EngineSite;
let simulator: Simulator;
let client: QuobyteClient;

const run: EngineSite["run"] = (...args) => site.run(...args);
const up = (code: number, more?: Record<string, string>) =>
  run(code, ["up", "--yes", "--skip-preview", "--refresh"], more);
const volumes = () => simulator.state.volumes.map(({ name }) => name).toSorted();

beforeAll(async () => {
  const project = `plugins: { providers: [{ name: tresor, path: ${packageRoot}/provider/plugin }] }\n`;
  site = await EngineSite.make(PROGRAM, { project, hidden: PASSWORD });
  const tls = loopbackTls(site.beside("tls"));
  simulator = await Simulator.start({ tls, user: "tresor", password: PASSWORD, erasure: 300 });
  client = new QuobyteClient({ url: simulator.url, ca: tls.ca, user: "tresor", password: PASSWORD });
  const entry = { url: simulator.url, ca: tls.caFile, user: "tresor", password: PASSWORD };
  await site.write("quobyte.yaml", JSON.stringify({ clusters: { main: entry } }));
  await client.call("createUser", { user_name: "mount" });
  const pem = Buffer.from(tls.cert).toString("base64");
  site.env["FINGERPRINT"] = (await client.call("addCertificate", { certificate: { certificate: pem } })).fingerprint;
  await run(0, ["stack", "init", "dev"]);
});
afterAll(async () => {
  await simulator.close();
  await site.remove();
});

describe("a project's part of a Quobyte cluster, by the real engine", () => {
  it("DIGIMED-5, DIGIMED-16: stands with its rule before the first volume, and a second run finds nothing to do", async () => {
    await up(0);
    const tenants = [...simulator.state.tenants].sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1));
    expect(tenants).toMatchObject([
      { tenant_id: PROJECT, name: "z-a-main" },
      { tenant_id: directTenantId(PROJECT), name: "z-a-main-volumes" },
    ]);
    expect(simulator.state.volumes[0]?.encryption).toMatchObject({ file_encryption_method: "AES_XTS_256" });
    // A share as Manila's driver makes it.
    await client.call("setTenant", { tenant: { tenant_id: PROJECT } }).catch(() => undefined);
    await client.call("createVolume", { name: "share-1", tenant_domain: PROJECT });
    expect(simulator.state.volumes.map(({ encryption }) => encryption?.file_encryption_method)).toEqual([
      "AES_XTS_256",
      "AES_XTS_256",
      "AES_XTS_256",
    ]);
    await run(0, ["preview", "--refresh", "--expect-no-changes"]);
  });

  it("DIGIMED-9, DIGIMED-10, DIGIMED-16: has a volume without Manila, limited, open to one network, by one certificate", async () => {
    const scans = simulator.state.volumes.find(({ name }) => name === "z-a-scans")!;
    expect(scans.tenant).toBe(directTenantId(PROJECT));
    const { quotas = [] } = await client.call("getQuota", {
      only_entity: [{ type: "VOLUME", identifier: scans.uuid, tenant_id: scans.tenant }],
    });
    expect(quotas[0]?.limits).toMatchObject([{ type: "LOGICAL_DISK_SPACE", value: 500n * 2n ** 30n }]);
    expect(simulator.state.tenants.flatMap(({ volume_access: access = [] }) => access)).toContainEqual({
      volume_uuid: scans.uuid,
      restrict_to_network: "10.8.1.0/24",
      read_only: true,
    });
    expect(simulator.state.certificates[0]?.subject).toMatchObject({
      restrict_to_subjects: [{ tenant: scans.tenant, volume: scans.uuid, read_only: true, no_privileged_access: true }],
    });
    expect(await run(0, ["stack", "output", "nfs"])).toMatch(new RegExp(`:/${scans.uuid}$`));
  });

  it("DIGIMED-6: keeps no secret in the state in plain, neither the cluster's nor the key's", async () => {
    const secret = simulator.state.users.find(({ id }) => id === "mount")?.access_key_credentials[0]?.secret_access_key;
    expect(secret?.length).toBeGreaterThan(20);
    await run(0, ["refresh", "--yes"]);
    const state = await run(0, ["stack", "export"]);
    expect(state).not.toContain(secret);
    expect(state).toContain("secretAccessKey");
    // Control: it is there, wrapped.
    expect(await run(0, ["stack", "export", "--show-secrets"])).toContain(secret);
  });

  it("undoes by a plain run what was changed by hand", async () => {
    const rule = simulator.state.rules.find(({ name }) => name === "z-a-main-encryption")!;
    await client.call("updatePolicyRules", { policy_rule: [{ ...rule, enabled: false }] });
    const exported = simulator.state.volumes.find(({ name }) => name === "genomes")!.uuid;
    await client.call("exportVolume", { volume_uuid: exported, add_allow_ip: "0.0.0.0/0" });
    await up(0);
    expect(simulator.state.rules.find(({ uuid }) => uuid === rule.uuid)?.enabled).toBe(true);
    const access = simulator.state.tenants
      .find(({ tenant_id }) => tenant_id === PROJECT)
      ?.volume_access?.map(({ restrict_to_network: network }) => network);
    expect(access).toEqual(["10.8.0.0/24"]);
  });

  it("DIGIMED-5: fails by name over a volume in the clear, and goes on when it is gone", async () => {
    const rule = {
      name: "by hand",
      enabled: true,
      scope: { global: true },
      policies: { volume_encryption: { profile: "NONE" as const } },
    };
    const { policy_rule_uuid: byHand } = await client.call("createPolicyRule", { policy_rule: rule });
    const { volume_uuid: clear } = await client.call("createVolume", { name: "share-2", tenant_domain: PROJECT });
    expect(await up(1)).toMatch(/"share-2" \(.*\): none/);
    await client.call("deletePolicyRules", { policy_rule_uuid: [byHand] });
    await client.call("deleteVolume", { volume_uuid: clear });
    await up(0);
  });

  it("C4H-13: is not destroyed while it is protected, nor with volumes in it; on the word everything is erased", async () => {
    expect(await run(1, ["destroy", "--yes", "--skip-preview"])).toMatch(/protected/);
    expect(volumes()).toEqual(["genomes", "share-1", "z-a-scans"]);
    // Out of the config it is not out of the cluster, while nobody said the word.
    expect(await up(1, { DIRECT: "no" })).toMatch(/protected/);
    expect(volumes()).toContain("z-a-scans");
    await up(0, { DELETABLE: "yes" });
    expect(simulator.state.certificates[0]?.subject.restrict_to_hosts).toEqual(["10.8.1.0/24"]);
    // With the word it goes alone, and its certificate opens nothing any more.
    await up(0, { DELETABLE: "yes", DIRECT: "no" });
    expect(volumes()).toEqual(["genomes", "share-1"]);
    expect(simulator.state.tenants.map(({ tenant_id }) => tenant_id)).toEqual([PROJECT]);
    expect(simulator.state.certificates[0]?.subject.restrict_to_hosts).toEqual(["255.255.255.255/32"]);
    await run(0, ["destroy", "--yes", "--skip-preview"]);
    expect(simulator.state).toMatchObject({ tenants: [], volumes: [], rules: [], quotas: [], labels: [] });
    expect(simulator.state.users.find(({ id }) => id === "mount")?.access_key_credentials).toEqual([]);
  });
});
