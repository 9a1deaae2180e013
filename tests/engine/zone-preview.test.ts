import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ZoneConfig } from "../../config/index.ts";
import { loadStackFile } from "../../config/loader.ts";
import { placeName } from "../../plan/names.ts";
import { planZone } from "../../plan/zone.ts";
import { Progress } from "../../scripts/console.ts";
import { type Toolchain, ensureToolchain } from "../../scripts/toolchain/index.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import { FakeCloud } from "../unit/provider/fake/cloud.ts";
import { serveGranted } from "../unit/stacks/lookup/fake-granted.ts";

/** A zone's own program on the real engine, against a cloud of this process: what a preview loads, and what it asks. */
const FILE = "Pulumi.mini.yaml";
const cloud = new FakeCloud();
let root: string;
let toolchain: Toolchain;
let config: ZoneConfig;
let env: Record<string, string>;

async function preview(code: number): Promise<string> {
  cloud.asked.length = 0;
  cloud.tokens = 0;
  const args = ["--non-interactive", "--color", "never", "preview", "--stack", "mini", "--json"];
  const result = await execa(toolchain.pulumi, args, {
    cwd: join(root, "site"),
    env,
    reject: false,
    all: true,
    stdin: "ignore",
  });
  expect(result.exitCode, result.all).toBe(code);
  return result.all;
}

const entriesOf = ({ name, areas }: ZoneConfig): readonly string[] => [
  name,
  ...Object.keys(areas).map((key) => placeName(name, key)),
];

async function writeClouds(names: readonly string[]): Promise<void> {
  const auth = {
    auth_url: cloud.url,
    username: "ada",
    password: "pw",
    user_domain_name: "zone",
    project_name: "home",
    project_domain_name: "zone",
  };
  const clouds = Object.fromEntries(names.map((name) => [name, { auth, region_name: "one" }]));
  await writeFile(join(root, "site", "clouds.yaml"), JSON.stringify({ clouds }), { mode: 0o600 });
}

beforeAll(async () => {
  toolchain = await ensureToolchain(new Progress());
  await cloud.start();
  root = await mkdtemp(join(tmpdir(), "tresor-engine-"));
  for (const directory of ["site/node_modules", "state"]) await mkdir(join(root, directory), { recursive: true });
  const site = join(root, "site");
  await symlink(packageRoot, join(site, "node_modules", "tresor"));
  await copyFile(join(packageRoot, "stacks", "examples", FILE), join(site, FILE));
  const { stack } = loadStackFile(await readFile(join(site, FILE), "utf8"), FILE);
  if (stack?.kind !== "zone") throw new Error("the example is no zone");
  config = stack.config;
  serveGranted(cloud, config, planZone(config));
  await writeFile(
    join(site, "Pulumi.yaml"),
    `name: tresor
runtime: { name: nodejs, options: { typescript: false, nodeargs: "--stack-trace-limit=1" } }
main: node_modules/tresor/stacks/index.ts
plugins: { providers: [{ name: tresor, path: node_modules/tresor/provider/plugin }] }
`,
  );
  env = {
    ...toolchain.environment,
    PULUMI_BACKEND_URL: `file://${root}/state`,
    PULUMI_CONFIG_PASSPHRASE: "only for this test",
    OS_CLIENT_CONFIG_FILE: join(site, "clouds.yaml"),
  };
  await execa(toolchain.pulumi, ["--non-interactive", "stack", "init", "mini"], { cwd: site, env, stdin: "ignore" });
});
afterAll(async () => {
  await cloud.stop();
  if (root) await rm(root, { recursive: true, force: true });
});

describe("a preview of a zone that stands nowhere yet", () => {
  it("loads no plugin but our own, and logs in once for each entry", async () => {
    await writeClouds(entriesOf(config));
    const { steps } = JSON.parse(await preview(0)) as {
      steps: { op: string; urn: string; newState: { type: string } }[];
    };
    const types = steps.map(({ newState }) => newState.type);
    expect(types.length).toBeGreaterThan(10);
    expect(types.filter((type) => type.includes("openstack"))).toEqual([]);
    expect(cloud.tokens).toBe(entriesOf(config).length);
    expect(cloud.writes()).toEqual([]);
    // Two for the one area; projects, flavors and images for the zone.
    expect(
      cloud.asked
        .filter(({ path }) => !path.includes("/auth/"))
        .map(({ path }) => path)
        .sort(),
    ).toEqual([
      "/compute/v2.1/flavors/detail",
      "/image/v2/images",
      "/network/v2.0/networks",
      "/network/v2.0/security-groups",
      "/v3/projects",
    ]);
    expect(cloud.unknown).toEqual([]);
  });

  it("says in one sentence, without a stack, which entry is missing and how it is got", async () => {
    await writeClouds([config.name]);
    const output = await preview(1);
    expect(output).toMatch(
      /has no entry .*mini-work.*Next: run `tresor claim mini`, which writes the entries of this zone/,
    );
    expect(output).not.toMatch(/\n\s+at |grpc|invoke/i);
  });
});
