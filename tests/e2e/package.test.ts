import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Result, execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Progress } from "../../scripts/console.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { type Toolchain, ensureToolchain } from "../../scripts/toolchain/index.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";

/** The package as a user gets it: packed, installed into an empty directory outside the clone, used from there. */
let root: string;
let user: string;
let toolchain: Toolchain;
let packed: readonly string[];

// npm puts the clone's own programs first on the PATH; a user's shell has none of them.
const path = (process.env.PATH ?? "")
  .split(":")
  .filter((directory) => !directory.includes("node_modules"))
  .join(":");
const run = async (file: string, args: readonly string[], options: object = {}): Promise<Result<{ reject: false }>> =>
  execa(file, args, { cwd: user, env: { PATH: path }, reject: false, stdin: "ignore", ...options });
const tresor = async (...args: string[]): Promise<Result<{ reject: false }>> => run("node_modules/.bin/tresor", args);

beforeAll(async () => {
  toolchain = await ensureToolchain(new Progress());
  root = await mkdtemp(join(tmpdir(), "tresor-package-"));
  user = join(root, "user");
  await mkdir(user);
  const pack = await execa("npm", ["pack", "--json", "--pack-destination", root], { cwd: packageRoot });
  // What the build prints stands before the JSON.
  const [{ files }] = JSON.parse(pack.stdout.slice(pack.stdout.indexOf("[\n"))) as [{ files: { path: string }[] }];
  packed = files.map((file) => file.path);
  const tarball = (await readdir(root)).find((name) => name.endsWith(".tgz"))!;
  await writeFile(join(user, "package.json"), JSON.stringify({ name: "user", private: true }));
  await execa(
    "npm",
    ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", join(root, tarball)],
    {
      cwd: user,
    },
  );
});
afterAll(async () => rm(root, { recursive: true, force: true }));

describe("the npm package", () => {
  it("holds compiled code with its data, and neither tests nor TypeScript", () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        "bin/tresor.mjs",
        "dist/stacks/index.js",
        "dist/provider/main.js",
        "dist/scripts/toolchain/launch.sh",
        "dist/scripts/toolchain/engine/go.sum",
        "dist/scripts/toolchain/openstack-plugin/bridge/tokens.json",
        "dist/scripts/toolchain/language-host/main.mjs",
        "provider/plugin/pulumi-resource-tresor",
        "stacks/examples/Pulumi.platform.yaml",
        "LICENSE",
      ]),
    );
    expect(packed.filter((file) => /\.ts$|^tests\/|^node_modules\/|passphrase|\.log$/.test(file))).toEqual([]);
  });

  it("shows its help on the machine's own Node, however old", async () => {
    const { stdout, exitCode } = await tresor("--help");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Usage: tresor");
  });

  it("uses the engine that the clone made: one cache for all", async () => {
    const { stdout } = await tresor("toolchain", "--json");
    const installed = JSON.parse(stdout) as Toolchain;
    expect(installed.binDirectory).toBe(toolchain.binDirectory);
    for (const plugin of installed.plugins.filter(({ source }) => source === "stand-in"))
      expect(plugin.path).toContain(join(user, "node_modules/tresor/dist/"));
  });

  it("makes a site directory, validates it, and the engine runs the compiled program there", async () => {
    const site = join(root, "operator"); // not below the installation: the program is reached through a link
    const made = await tresor("init", "operator", site, "--cloud", "devcloud-operator", "--stack", "digimed");
    expect(made.exitCode, made.stderr).toBe(0);
    expect((await tresor("validate", site)).exitCode).toBe(0);
    const shell = async (command: string): Promise<Result<{ reject: false }>> =>
      run("sh", ["-c", `. ./env.platform.sh && ${command}`], { cwd: site });
    expect((await shell("pulumi stack init platform")).exitCode).toBe(0);
    await copyFile(devcloudSettings().cloudsYaml, join(site, "clouds.yaml"));
    const preview = await shell("pulumi preview --non-interactive -s platform --diff");
    expect(preview.exitCode, preview.stdout + preview.stderr).toBe(0);
    expect(preview.stdout).toContain("platform-flavor-SCS-4T-16_z4");
  });
});
