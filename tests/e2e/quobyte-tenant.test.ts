import { readFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasStatus, loadCloud, Session } from "../../openstack/index.ts";
import { QuobyteClient } from "../../quobyte/client.ts";
import { directTenantId } from "../../quobyte/direct-tenant.ts";
import type { Granted } from "../../plan/handover.ts";
import { tresor } from "../../scripts/demo/steps.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { loadSecrets } from "../../scripts/devcloud/secrets.ts";
import { SIMULATOR_USER, simulatorCa, simulatorUrl } from "../../scripts/devcloud/simulator.ts";
import { until } from "../../scripts/proof/wait.ts";
import { pulumi } from "../../scripts/site/pulumi.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import { hasCloud } from "./provider-site.ts";

/** The operator's own program for a zone whose shares lie on Quobyte, and a volume without Manila: whole stacks, the real Keystone and Manila, OpenStack's own driver. */
const settings = devcloudSettings();
const hasQuobyte = hasCloud && settings.extras.includes("quobyte");
const SITE = join(process.env.TRESOR_TEST_SITES ?? join(settings.home, "sites"), "quobyte-operator");
const TYPE = "qbio-shares";
const READY_MS = 120_000;

let operator: Session;
let project: Session;
let projectId: string;
let quobyte: QuobyteClient;

const platformText = (url: string): string => `config:
  tresor:platform:
    format: 1
    cloud: devcloud-operator
    region: RegionOne
    quobyte:
      main: { title: Quobyte, url: "${url}", manila: { deletesShares: true, verifiesTls: true } }
    shareTypes:
      ${TYPE}: { driver: quobyte, backend: QUOBYTE_SIMULATED, cluster: main }
`;
const tenantText = (closed: readonly string[]): string => `config:
  tresor:tenant:
    format: 1
    zone: qbio
    cloud: devcloud-operator
    preset: guarded
    deletion: allowed
    places: { region: RegionOne, zones: [nova] }
    network: { kind: overlay }
    closedVolumeTypes: ${JSON.stringify(closed)}
    shareTypes: [${TYPE}]
    quobyte: { main: { requiredTags: [ssd], volumes: { work/scans: { size: 2 GiB, by: [nfs], machines: write } } } }
    areas:
      work: { quota: { shares: 3, shareStorage: 10 GiB, ports: 5 } }
`;

async function stack(name: string, ends: "well" | "refused", ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await pulumi(SITE, name, args);
  const said = `${stdout}\n${stderr}`;
  expect(exitCode === 0 ? "well" : "refused", said).toBe(ends);
  return said;
}
const up = (name: string, ends: "well" | "refused" = "well"): Promise<string> =>
  stack(name, ends, "up", "--yes", "--skip-preview", "--suppress-progress");
const destroy = (name: string): Promise<string> =>
  stack(name, "well", "destroy", "--yes", "--skip-preview", "--suppress-progress");

const volumes = async (tenant = projectId) =>
  (await quobyte.call("getVolumeList", { tenant_domain: tenant })).volume ?? [];

/** What `tresor allocate` hands over to the zone. */
async function allocated(): Promise<{ readonly granted: Granted }> {
  const args = [join(packageRoot, "bin", "tresor.mjs"), "allocate", "qbio", "--dir", SITE, "--dry-run", "--json"];
  return JSON.parse((await execa(process.execPath, args)).stdout) as { granted: Granted };
}

interface Share {
  readonly id: string;
  readonly status: string;
}
async function share(id: string): Promise<Share | undefined> {
  try {
    const { body } = await operator.request<{ share: Share }>("shared-file-system", "GET", `/shares/${id}`);
    return body.share;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

describe.skipIf(!hasQuobyte)("a tenant whose shares lie on Quobyte (DIGIMED-5, DIGIMED-16)", () => {
  beforeAll(async () => {
    const [url, password] = [simulatorUrl(settings), loadSecrets(settings).quobyte];
    quobyte = new QuobyteClient({
      url,
      ca: readFileSync(simulatorCa(settings), "utf8"),
      user: SIMULATOR_USER,
      password,
    });
    operator = await Session.open(
      "devcloud-operator",
      {},
      { ...process.env, OS_CLIENT_CONFIG_FILE: settings.cloudsYaml },
    );
    const types = await operator.paginate<{ name: string }>("block-storage", "/types", "volume_types", {
      query: { is_public: "None" },
    });
    await mkdir(SITE, { recursive: true });
    await writeFile(join(SITE, "Pulumi.platform.yaml"), platformText(url));
    await writeFile(join(SITE, "Pulumi.qbio-tenant.yaml"), tenantText(types.map(({ name }) => name)));
    await tresor("init", "operator", SITE, "--stack", "qbio");
    await writeFile(join(SITE, "clouds.yaml"), await readFile(settings.cloudsYaml), { mode: 0o600 });
    const entry = { url, ca: simulatorCa(settings), user: SIMULATOR_USER, password };
    await writeFile(join(SITE, "quobyte.yaml"), JSON.stringify({ clusters: { main: entry } }), { mode: 0o600 });
    await tresor("allocate", "qbio", "--dir", SITE);
    for (const name of ["platform", "qbio-tenant"]) {
      await stack(name, "well", "stack", "select", "--create");
      await up(name);
    }
    const query = { name: "qbio-work" };
    const [made] = await operator.paginate<{ id: string }>("identity", "/projects", "projects", { query });
    projectId = made?.id ?? "";
    // The operator lets himself in, as an administrator can.
    const { userId } = await operator.token();
    const [admin] = await operator.paginate<{ id: string }>("identity", "/roles", "roles", {
      query: { name: "admin" },
    });
    await operator.request("identity", "PUT", `/projects/${projectId}/users/${userId}/roles/${admin?.id ?? ""}`);
    const { credential } = await loadCloud("devcloud-operator", { OS_CLIENT_CONFIG_FILE: settings.cloudsYaml });
    project = operator.as(credential, { kind: "project", project: { id: projectId } });
  }, 900_000);

  afterAll(async () => {
    if (operator === undefined) return;
    for (const name of ["qbio-tenant", "platform"])
      await pulumi(SITE, name, ["destroy", "--yes", "--skip-preview", "--suppress-progress"]);
    project?.close();
    operator.close();
    await rm(SITE, { recursive: true, force: true });
  }, 900_000);

  it("has for its project a tenant with the project's id, rules for it, and the quota", async () => {
    const { tenant = [] } = await quobyte.call("getTenant", { tenant_id: [projectId] });
    expect(tenant).toMatchObject([{ tenant_id: projectId, name: "qbio-work-main" }]);
    const rules = ((await quobyte.call("getPolicyRules", {})).policy_rule ?? []).filter(
      ({ scope }) => scope?.tenant?.some(({ uuid }) => uuid === projectId) === true,
    );
    expect(rules.map(({ name, enabled }) => [name, enabled]).toSorted()).toEqual([
      ["qbio-work-main-encryption", true],
      ["qbio-work-main-placement", true],
    ]);
    const only = { type: "TENANT" as const, identifier: projectId };
    const { quotas: [quota] = [] } = await quobyte.call("getQuota", { only_entity: [only] });
    expect(quota?.limits?.map(({ type, value }) => [type, value])).toEqual([
      ["LOGICAL_DISK_SPACE", 10n * 2n ** 30n],
      ["VOLUME_COUNT", 3n],
    ]);
  });

  it("DIGIMED-9, DIGIMED-10: has a volume without Manila beside, encrypted, limited, and open to the area's network alone", async () => {
    const tenantId = directTenantId(projectId);
    const [scans, ...more] = await volumes(tenantId);
    expect(more).toEqual([]);
    expect(scans).toMatchObject({
      name: "qbio-work-scans",
      quota_disk_space_bytes: 2n * 2n ** 30n,
      volume_encryption_context: { file_encryption_method: "AES_XTS_256" },
    });
    const { tenant: [own] = [] } = await quobyte.call("getTenant", { tenant_id: [tenantId] });
    const open = (own?.volume_access ?? []).map(({ restrict_to_network: network, read_only: only }) => [network, only]);
    const { granted } = await allocated();
    const { ipv4, ipv6 } = granted.networks["work"]!;
    expect(open.toSorted()).toEqual(
      [
        [ipv4, false],
        [ipv6, false],
      ].toSorted(),
    );
    // Control: what the zone is told is what stands there.
    expect(granted.quobyte["work/scans"]).toMatchObject({ tenant: own?.name, volume: scans?.name, by: ["nfs"] });
    const { stdout } = await pulumi(SITE, "qbio-tenant", ["stack", "output", "quobyteVolumes", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      "work/scans": { volumeId: scans?.volume_uuid, nfs: `127.0.0.1:/${scans?.volume_uuid}` },
    });
  });

  it("gets each share that OpenStack's own driver makes encrypted in that tenant, and stays as planned", async () => {
    const body = { share: { name: "qbio-1", size: 1, share_proto: "NFS", share_type: TYPE } };
    const { body: made } = await project.request<{ share: Share }>("shared-file-system", "POST", "/shares", { body });
    await until(
      async () => ((await share(made.share.id))?.status === "available" ? true : undefined),
      "the share to be available",
      READY_MS,
    );
    expect((await volumes()).map(({ volume_encryption_context: context }) => context?.file_encryption_method)).toEqual([
      "AES_XTS_256",
    ]);
    await stack("qbio-tenant", "well", "preview", "--expect-no-changes");
    await tresor("preflight", "qbio-tenant", "--dir", SITE).catch((error: Error) => {
      // Other checks may say something of this cloud; those of Quobyte may not.
      expect(error.message).not.toMatch(/failed\s+(Quobyte|no volume of the zone lies on Quobyte)/);
    });
    await operator.request("shared-file-system", "DELETE", `/shares/${made.share.id}`);
    await until(
      async () => ((await share(made.share.id)) === undefined ? true : undefined),
      "the share to go",
      READY_MS,
    );
    expect(await volumes()).toEqual([]);
  });

  it("does not get up where its file forgets the cluster: its shares would lie in the clear", async () => {
    const file = join(SITE, "Pulumi.qbio-tenant.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/^ +quobyte:.*\n( {6}.*\n)*/m, ""));
    try {
      expect(await up("qbio-tenant", "refused")).toMatch(
        /this share type lies on a Quobyte cluster that the tenant does not name/,
      );
    } finally {
      await writeFile(file, text);
    }
    expect((await quobyte.call("getTenant", { tenant_id: [projectId] })).tenant).toHaveLength(1);
  });

  it("C4H-13: leaves nothing on the cluster when it goes by the word, not even what Manila has forgotten", async () => {
    await quobyte.call("createVolume", { name: "share-that-manila-lost", tenant_domain: projectId });
    await destroy("qbio-tenant");
    expect(await volumes()).toEqual([]);
    expect(await volumes(directTenantId(projectId))).toEqual([]);
    const tenants = [projectId, directTenantId(projectId)];
    expect((await quobyte.call("getTenant", { tenant_id: tenants })).tenant ?? []).toEqual([]);
    const rules = (await quobyte.call("getPolicyRules", {})).policy_rule ?? [];
    expect(rules.filter(({ name = "" }) => name.startsWith("qbio-"))).toEqual([]);
    await destroy("platform");
  });
});
