import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Result, execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Progress } from "../../scripts/console.ts";
import { type Toolchain, ensureToolchain } from "../../scripts/toolchain/index.ts";
import { asset, packageRoot } from "../../scripts/toolchain/root.ts";
import type { Site } from "./provider-site.ts";
import { hasCloud, site as makeSite } from "./provider-site.ts";

/** The real engine, the provider as its plugin, the real cloud: what a user sees of owned sets. */
const CANARY = "canary-of-user-data-7731";
const PROGRAM = `
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { KeyQuota, Machine, ProjectAccess, RuleSet } from "${packageRoot}/provider/sdk.ts";
const c = JSON.parse(readFileSync("facts.json", "utf8"));
const ssh = { direction: "ingress", ethertype: "IPv4", protocol: "tcp", portMin: 22, remoteCidr: "10.1.0.0/24" };
const rules = new RuleSet("rules", { cloud: "area", securityGroupId: c.groupId, rules: [ssh, { ...ssh, portMin: 443 }] });
new ProjectAccess("people", { cloud: "domain", projectId: c.projectId, assignments: [{ role: "reader", userId: c.person }], expected: [{ role: "member", userId: c.pipelineId }] });
new KeyQuota("keys", { cloud: "operator", projectId: c.projectId, secrets: 9, orders: 9, containers: 9, consumers: 9, cas: 0 });
const machine = new Machine("db", { cloud: "area", name: c.prefix + "-db", flavorId: c.flavor, bootVolumeId: c.volume, ports: [c.port], userData: new pulumi.Config("tresor").requireSecret("userData") }, { dependsOn: rules });
export const status: pulumi.Output<string> = machine.status;
`;

let s: Site;
let root: string;
let toolchain: Toolchain;
let env: Record<string, string>;
let facts: Record<string, string>;

const pulumi = (...args: string[]): Promise<Result<{ reject: false; all: true }>> =>
  execa(toolchain.pulumi, ["--non-interactive", "--color", "never", ...args], {
    cwd: join(root, "site"),
    env,
    reject: false,
    all: true,
    stdin: "ignore",
  });
async function expectExit(code: number, ...args: string[]): Promise<string> {
  const result = await pulumi(...args);
  expect(result.exitCode, `${args.join(" ")}: ${result.all}`).toBe(code);
  return result.all;
}
const refreshCheck = (code: number): Promise<string> =>
  expectExit(code, "refresh", "--preview-only", "--expect-no-changes", "--diff");

async function cloudObjects(): Promise<Record<string, string>> {
  const group = await s.make("network", "/security-groups", "security_group", { name: `${s.prefix}-g` }, s.area);
  const network = await s.make("network", "/networks", "network", { name: `${s.prefix}-n` }, s.area);
  await s.make(
    "network",
    "/subnets",
    "subnet",
    { network_id: network.id, ip_version: 4, cidr: "10.78.0.0/24" },
    s.area,
  );
  const port = await s.make(
    "network",
    "/ports",
    "port",
    { network_id: network.id, security_groups: [group.id] },
    s.area,
  );
  const volume = await s.make("block-storage", "/volumes", "volume", { size: 1, name: `${s.prefix}-boot` }, s.area);
  const path = `/volumes/${volume.id}`;
  const status = async (): Promise<string | undefined> =>
    (await s.area.find<{ volume: { status: string } }>("block-storage", path))?.volume.status;
  for (let look = 0; (await status()) !== "available" && look < 120; look++)
    await new Promise((done) => setTimeout(done, 500));
  await s.area.request("block-storage", "POST", `${path}/action`, { body: { "os-set_bootable": { bootable: true } } });
  const flavor = await s.make("compute", "/flavors", "flavor", {
    name: `${s.prefix}-f`,
    vcpus: 1,
    ram: 512,
    disk: 0,
    "os-flavor-access:is_public": true,
  });
  await s.operator.request("compute", "POST", `/flavors/${flavor.id}/os-extra_specs`, {
    body: { extra_specs: { "hw:mem_encryption": "false" } },
  });
  const { prefix, projectId, pipelineId } = s;
  return {
    prefix,
    projectId,
    pipelineId,
    groupId: group.id,
    port: port.id,
    volume: volume.id,
    flavor: flavor.id,
    person: await s.person("ada"),
  };
}

describe.skipIf(!hasCloud)("the provider under the real engine", () => {
  beforeAll(async () => {
    toolchain = await ensureToolchain(new Progress());
    s = await makeSite();
    root = await mkdtemp(join(tmpdir(), "tresor-e2e-"));
    for (const directory of ["site", "state"]) await mkdir(join(root, directory));
    const inSite = (name: string, text: string): Promise<void> =>
      writeFile(join(root, "site", name), text, { mode: 0o600 });
    await symlink(join(packageRoot, "node_modules"), join(root, "site", "node_modules"));
    facts = await cloudObjects();
    await inSite("facts.json", JSON.stringify(facts));
    await inSite("package.json", JSON.stringify({ name: "program", type: "module" }));
    await inSite("index.ts", PROGRAM);
    await inSite("clouds.yaml", s.cloudsYaml());
    const plugin = `plugins: { providers: [{ name: tresor, path: ${asset("provider/plugin")} }] }`;
    await inSite(
      "Pulumi.yaml",
      `name: tresor\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n${plugin}\n`,
    );
    env = {
      ...toolchain.environment,
      PULUMI_BACKEND_URL: `file://${root}/state`,
      PULUMI_CONFIG_PASSPHRASE: "only for this test",
      OS_CLIENT_CONFIG_FILE: join(root, "site", "clouds.yaml"),
    };
    await expectExit(0, "stack", "init", "dev");
    await expectExit(0, "config", "set", "--secret", "tresor:userData", CANARY);
  });
  afterAll(async () => {
    if (root) await pulumi("destroy", "--yes", "--skip-preview");
    await s?.down();
    if (root) await rm(root, { recursive: true, force: true });
  });

  it("comes up, and then neither preview nor refresh sees a change", async () => {
    await expectExit(0, "up", "--yes", "--skip-preview");
    expect(await expectExit(0, "stack", "output", "status")).toContain("ACTIVE");
    await expectExit(0, "preview", "--expect-no-changes");
    await refreshCheck(0);
  });

  it("ends a refresh with 7 over a rule, a role and a quota made by hand, names them, and an up removes them", async () => {
    const rule = {
      security_group_id: facts.groupId,
      direction: "ingress",
      protocol: "tcp",
      port_range_min: 2222,
      port_range_max: 2222,
    };
    await s.area.request("network", "POST", "/security-group-rules", { body: { security_group_rule: rule } });
    await s.grant(`/projects/${s.projectId}/users/${facts.person} member`);
    const project_quotas = { secrets: -1, orders: 9, containers: 9, consumers: 9, cas: 0 };
    await s.operator.request("key-manager", "PUT", `/project-quotas/${s.projectId}`, { body: { project_quotas } });
    const seen = await refreshCheck(7);
    expect(seen).toContain("2222");
    expect(seen).toMatch(/secrets *: 9 => -1/);
    expect(seen).toMatch(/role *: "member"/);
    await expectExit(0, "up", "--refresh", "--yes", "--skip-preview");
    await refreshCheck(0);
  });

  it("fails closed over what the operator made, in one sentence and without a stack", async () => {
    const rule = {
      security_group_id: facts.groupId,
      direction: "ingress",
      protocol: "tcp",
      port_range_min: 3333,
      port_range_max: 3333,
    };
    const made = await s.operator.request<{ security_group_rule: { id: string } }>(
      "network",
      "POST",
      "/security-group-rules",
      { body: { security_group_rule: rule } },
    );
    const { id } = made.body.security_group_rule;
    await refreshCheck(7);
    const output = await expectExit(1, "up", "--refresh", "--yes", "--skip-preview");
    expect(output).toContain(`ask the operator to remove ${id}`);
    expect(output).not.toMatch(/\n\s+at /);
    await s.operator.request("network", "DELETE", `/security-group-rules/${id}`);
    await expectExit(0, "up", "--refresh", "--yes", "--skip-preview");
    await refreshCheck(0);
  });

  it("replaces a machine that came to ERROR, and keeps its volume", async () => {
    const server = (): Promise<{ id: string; status: string } | undefined> =>
      s.area.paginate<{ id: string; status: string }>("compute", "/servers/detail", "servers").then((list) => list[0]);
    const before = await server();
    await s.operator.request("compute", "POST", `/servers/${before?.id}/action`, {
      body: { "os-resetState": { state: "error" } },
    });
    await refreshCheck(7);
    await expectExit(0, "up", "--refresh", "--yes", "--skip-preview");
    const after = await server();
    expect(after?.status).toBe("ACTIVE");
    expect(after?.id).not.toBe(before?.id);
    await refreshCheck(0);
  });

  it("DIGIMED-5: keeps user data out of the state, its history and its backups, also after a refresh", async () => {
    await expectExit(0, "refresh", "--yes", "--skip-preview");
    const files = await readdir(join(root, "state"), { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8")),
    );
    const all = texts.join("\n");
    expect(all).toContain(`${s.prefix}-db`);
    for (const form of [CANARY, Buffer.from(CANARY).toString("base64")]) expect(all).not.toContain(form);
  });

  it("shows wrong inputs at their property, in the preview", async () => {
    const file = join(root, "site", "index.ts");
    await writeFile(file, PROGRAM.replace('remoteCidr: "10.1.0.0/24"', 'remoteCidr: "10.1.0.0/99"'));
    const output = await expectExit(1, "preview");
    expect(output).toMatch(/rules\[0\]\.remoteCidr.*must be an address block/s);
    await writeFile(file, PROGRAM);
  });

  it("is destroyed without a rest, and comes up again", async () => {
    await expectExit(0, "destroy", "--yes", "--skip-preview");
    const query = { security_group_id: facts.groupId };
    expect(await s.operator.paginate("network", "/security-group-rules", "security_group_rules", { query })).toEqual(
      [],
    );
    expect(await s.area.paginate("compute", "/servers", "servers")).toEqual([]);
    await expectExit(0, "up", "--yes", "--skip-preview");
    await expectExit(0, "destroy", "--yes", "--skip-preview");
  });
});
