import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QuobyteClient } from "../../quobyte/client.ts";
import { Progress } from "../../scripts/console.ts";
import { loopbackTls, Simulator } from "../../scripts/devcloud/quobyte/index.ts";
import { type Toolchain, ensureToolchain } from "../../scripts/toolchain/index.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";

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
const parts = new QuobyteParts("z-a-quobyte", {
  scope: { cloud: "operator" },
  projectId: "${PROJECT}",
  objects: [
    of("quobyte-tenant", tenantId, "z-a-main", {}),
    of("quobyte-rule", "quobyte-rule/z/a/main/encryption", "z-a-main-encryption", { ...none, tenantId, encryption: "SYSTEM_AES_256" }),
    of("quobyte-rule", "quobyte-rule/z/a/main/placement", "z-a-main-placement", { ...none, tenantId, requiredTags: ["ssd"] }),
    of("quobyte-quota", "quobyte-quota/z/a/main", "z-a-main", { tenantId, volumes: 9, gigabytes: 100 }),
  ],
});
if (process.env.ONLY !== "parts") {
  const cluster = "main";
  const volume = new sdk.QuobyteVolume("genomes", { cluster, tenantId: "${PROJECT}", name: "genomes", erase: deletable }, { dependsOn: parts, protect: !deletable });
  new sdk.QuobyteExport("genomes", { cluster, volumeId: volume.id, networks: [{ network: "10.8.0.0/24", level: "ro" }] });
  new sdk.QuobyteAccessKey("mount", { cluster, tenantId: "${PROJECT}", userName: "mount", type: "DATA_ACCESS_KEY", validityDays: 30 }, { dependsOn: parts });
}
`;

let root: string;
let toolchain: Toolchain;
let simulator: Simulator;
let client: QuobyteClient;
let env: Record<string, string>;

async function run(code: number, args: readonly string[], more: Record<string, string> = {}): Promise<string> {
  const result = await execa(toolchain.pulumi, ["--non-interactive", "--color", "never", ...args], {
    cwd: join(root, "site"),
    env: { ...env, ...more },
    reject: false,
    all: true,
    stdin: "ignore",
  });
  expect(result.exitCode, result.all).toBe(code);
  expect(result.all).not.toContain(PASSWORD);
  return result.all;
}
const up = (code: number, more?: Record<string, string>) =>
  run(code, ["up", "--yes", "--skip-preview", "--refresh"], more);
const volumes = () => simulator.state.volumes.map(({ name }) => name).toSorted();

beforeAll(async () => {
  toolchain = await ensureToolchain(new Progress());
  root = await mkdtemp(join(tmpdir(), "tresor-engine-"));
  for (const directory of ["site", "state"]) await mkdir(join(root, directory), { recursive: true });
  const tls = loopbackTls(join(root, "tls"));
  simulator = await Simulator.start({ tls, user: "tresor", password: PASSWORD, erasure: 300 });
  client = new QuobyteClient({ url: simulator.url, ca: tls.ca, user: "tresor", password: PASSWORD });
  const site = join(root, "site");
  await symlink(join(packageRoot, "node_modules"), join(site, "node_modules"));
  const inSite = (name: string, text: string): Promise<void> => writeFile(join(site, name), text, { mode: 0o600 });
  await inSite("package.json", JSON.stringify({ name: "program", type: "module" }));
  await inSite("index.ts", PROGRAM);
  await inSite(
    "Pulumi.yaml",
    `name: tresor
runtime: { name: nodejs, options: { typescript: false } }
main: index.ts
plugins: { providers: [{ name: tresor, path: ${packageRoot}/provider/plugin }] }
`,
  );
  const entry = { url: simulator.url, ca: tls.caFile, user: "tresor", password: PASSWORD };
  await inSite("quobyte.yaml", JSON.stringify({ clusters: { main: entry } }));
  env = {
    ...toolchain.environment,
    PULUMI_BACKEND_URL: `file://${root}/state`,
    PULUMI_CONFIG_PASSPHRASE: "only for this test",
    // quobyte.yaml is looked for beside it; nothing here asks for a cloud.
    OS_CLIENT_CONFIG_FILE: join(site, "clouds.yaml"),
  };
  await client.call("createUser", { user_name: "mount" });
  await run(0, ["stack", "init", "dev"]);
});
afterAll(async () => {
  await simulator.close();
  if (root) await rm(root, { recursive: true, force: true });
});

describe("a project's part of a Quobyte cluster, by the real engine", () => {
  it("DIGIMED-5, DIGIMED-16: stands with its rule before the first volume, and a second run finds nothing to do", async () => {
    await up(0);
    expect(simulator.state.tenants).toMatchObject([{ tenant_id: PROJECT, name: "z-a-main" }]);
    expect(simulator.state.volumes[0]?.encryption).toMatchObject({ file_encryption_method: "AES_XTS_256" });
    // A share as Manila's driver makes it.
    await client.call("setTenant", { tenant: { tenant_id: PROJECT } }).catch(() => undefined);
    await client.call("createVolume", { name: "share-1", tenant_domain: PROJECT });
    expect(simulator.state.volumes.map(({ encryption }) => encryption?.file_encryption_method)).toEqual([
      "AES_XTS_256",
      "AES_XTS_256",
    ]);
    await run(0, ["preview", "--refresh", "--expect-no-changes"]);
  });

  it("DIGIMED-6: keeps no secret in the state in plain, neither the cluster's nor the key's", async () => {
    const secret = simulator.state.users.find(({ id }) => id === "mount")?.access_key_credentials[0]?.secret_access_key;
    expect(secret?.length).toBeGreaterThan(20);
    await run(0, ["refresh", "--yes"]);
    const state = await run(0, ["stack", "export"]);
    expect(state).not.toContain(secret);
    expect(state).toContain("secretAccessKey");
    // Control: it is there, wrapped.
    const shown = await execa(toolchain.pulumi, ["stack", "export", "--show-secrets"], {
      cwd: join(root, "site"),
      env,
    });
    expect(shown.stdout).toContain(secret);
    expect(shown.stdout).not.toContain(PASSWORD);
  });

  it("undoes by a plain run what was changed by hand", async () => {
    const rule = simulator.state.rules.find(({ name }) => name === "z-a-main-encryption")!;
    await client.call("updatePolicyRules", { policy_rule: [{ ...rule, enabled: false }] });
    const exported = simulator.state.volumes.find(({ name }) => name === "genomes")!.uuid;
    await client.call("exportVolume", { volume_uuid: exported, add_allow_ip: "0.0.0.0/0" });
    await up(0);
    expect(simulator.state.rules.find(({ uuid }) => uuid === rule.uuid)?.enabled).toBe(true);
    const access = simulator.state.tenants[0]?.volume_access?.map(({ restrict_to_network: network }) => network);
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
    expect(volumes()).toEqual(["genomes", "share-1"]);
    await up(0, { DELETABLE: "yes" });
    await run(0, ["destroy", "--yes", "--skip-preview"]);
    expect(simulator.state).toMatchObject({ tenants: [], volumes: [], rules: [], quotas: [], labels: [] });
    expect(simulator.state.users.find(({ id }) => id === "mount")?.access_key_credentials).toEqual([]);
  });
});
