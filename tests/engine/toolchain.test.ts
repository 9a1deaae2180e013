import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Result, execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Progress } from "../../scripts/console.ts";
import { type Toolchain, describeToolchain, ensureToolchain } from "../../scripts/toolchain/index.ts";
import { asset, packageRoot } from "../../scripts/toolchain/root.ts";

/** The real engine on a real program in a directory of its own: language host, stand-ins, state in files, passphrase. */
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { local } from "@pulumi/command";
const { length } = new pulumi.Config("tresor").requireObject<{ length: number }>("password");
const password = new RandomPassword("password", { length, minUpper: 2 });
const made = new local.Command("made", { create: "printf %s \\"$KEY\\"; cat", stdin: "!", environment: { KEY: password.result } });
const plain = new local.Command("plain", { create: "printf made", update: "printf updated", triggers: [length] });
export const result: pulumi.Output<string> = password.result;
export const copy: pulumi.Output<string> = made.stdout;
export const run: pulumi.Output<string> = plain.stdout;
export const node: string = process.version;
`;

let root: string;
let site: string;
let toolchain: Toolchain;
let env: Record<string, string>;

const pulumi = async (...args: string[]): Promise<Result<{ reject: false }>> =>
  execa(toolchain.pulumi, ["--non-interactive", ...args], { cwd: site, env, reject: false, stdin: "ignore" });

async function ok(...args: string[]): Promise<string> {
  const result = await pulumi(...args);
  expect(result.exitCode, `${args.join(" ")}: ${result.stdout}\n${result.stderr}`).toBe(0);
  return result.stdout;
}

/** Everything that the file backend holds: state, history, backups. */
async function stored(): Promise<string> {
  const files = await readdir(join(root, "state"), { recursive: true, withFileTypes: true });
  const texts = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

const pulumiYaml = (main: string, standIn: (name: string) => string): string => `name: tresor
runtime: { name: nodejs, options: { typescript: false, nodeargs: "--stack-trace-limit=1" } }
main: ${main}
plugins:
  providers:
    - { name: random, path: ${standIn("random")} }
    - { name: command, path: ${standIn("command")} }
`;

beforeAll(async () => {
  toolchain = await ensureToolchain(new Progress());
  root = await mkdtemp(join(tmpdir(), "tresor-engine-"));
  site = join(root, "site");
  // As installed: the program lies outside the site directory, which names it through node_modules.
  for (const directory of ["site/node_modules", "state", "installed/program/stacks"])
    await mkdir(join(root, directory), { recursive: true });
  const program = join(root, "installed", "program");
  await symlink(program, join(site, "node_modules", "program"));
  // Its dependencies are found above the link's target only, as npm lays them out.
  await symlink(join(packageRoot, "node_modules"), join(root, "installed", "node_modules"));
  await writeFile(join(program, "package.json"), JSON.stringify({ name: "program", type: "module" }));
  await writeFile(join(program, "stacks", "index.ts"), PROGRAM);
  const standIn = (name: string): string => asset(`scripts/toolchain/stand-ins/${name}`);
  await writeFile(join(site, "Pulumi.yaml"), pulumiYaml("node_modules/program/stacks/index.ts", standIn));
  env = {
    ...toolchain.environment,
    PULUMI_BACKEND_URL: `file://${root}/state`,
    PULUMI_CONFIG_PASSPHRASE: "only for this test",
  };
  await ok("stack", "init", "dev");
  await ok("config", "set", "--path", "tresor:password.length", "24", "--type", "int");
});
afterAll(async () => rm(root, { recursive: true, force: true }));

describe("the toolchain", () => {
  it("stands ready after it was installed, and says so without changing anything", async () => {
    const { engine, writes } = await describeToolchain();
    expect(engine.install).toBe(false);
    expect(writes).toEqual([]);
    expect((await execa(toolchain.pulumi, ["version"])).stdout).toBe(`v${toolchain.version}`);
  });

  it("serves the OpenStack plugin from Pulumi's own cache, without a stand-in under an official name", async () => {
    const { stdout } = await execa(toolchain.pulumi, ["plugin", "ls", "--json"], { env });
    const names = (JSON.parse(stdout) as { name: string; version?: string }[]).map(
      ({ name, version }) => `${name} ${version}`,
    );
    expect(names).toContain("openstack 5.5.3");
    for (const plugin of toolchain.plugins.filter(({ source }) => source === "stand-in"))
      expect(names).not.toContain(`${plugin.name} ${plugin.version}`);
  });

  it("gives the OpenStack plugin's schema, the same as the one that is committed", async () => {
    const { stdout } = await execa(toolchain.pulumi, ["package", "get-schema", "openstack@5.5.3"], { env, cwd: site });
    const committed = JSON.parse(await readFile(asset("scripts/toolchain/openstack-plugin/schema.json"), "utf8"));
    const served = JSON.parse(stdout) as { resources: object; functions: object };
    expect(Object.keys(served.resources).sort()).toEqual(Object.keys(committed.resources).sort());
    expect(Object.keys(served.functions).sort()).toEqual(Object.keys(committed.functions).sort());
  });
});

describe("a stack on it", () => {
  it("comes up, runs on Node 24, and keeps its password out of the state", async () => {
    await ok("up", "--yes", "--skip-preview");
    const outputs = JSON.parse(await ok("stack", "output", "--json", "--show-secrets")) as Record<string, string>;
    expect(outputs.result).toHaveLength(24);
    expect(outputs.copy).toBe(`${outputs.result}!`);
    expect(outputs.run).toBe("made");
    expect(Number(outputs.node?.slice(1).split(".")[0])).toBeGreaterThanOrEqual(24);
    // The control: what is not secret is found where the password is looked for.
    expect(await stored()).toContain("printf made");
    expect(await stored()).not.toContain(outputs.result);
    expect(await ok("stack", "output", "result")).toBe("[secret]");
  });

  it("shows no change afterwards, in a preview and in a refresh", async () => {
    await ok("preview", "--expect-no-changes");
    await ok("refresh", "--preview-only", "--expect-no-changes");
  });

  it("keeps the password secret over a refresh that writes the state", async () => {
    const before = await ok("stack", "output", "result", "--show-secrets");
    await ok("refresh", "--yes", "--skip-preview");
    expect(await ok("stack", "output", "result", "--show-secrets")).toBe(before);
    expect(await stored()).not.toContain(before);
  });

  it("says with exit code 7 that something would change, then changes it", async () => {
    await ok("config", "set", "--path", "tresor:password.length", "25", "--type", "int");
    expect((await pulumi("preview", "--expect-no-changes")).exitCode).toBe(7);
    await ok("up", "--yes", "--skip-preview");
    expect(await ok("stack", "output", "result", "--show-secrets")).toHaveLength(25);
    expect(await ok("stack", "output", "run")).toBe("updated");
    await ok("preview", "--expect-no-changes");
  });

  it("shows what a stand-in refuses, with the property", async () => {
    await ok("config", "set", "--path", "tresor:password.length", "1", "--type", "int");
    const { exitCode, stdout, stderr } = await pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain("1 is less than the minima of the classes need together (2)");
    expect(stdout + stderr).not.toContain("at async");
  });

  it("goes down and leaves nothing", async () => {
    await ok("destroy", "--yes", "--skip-preview");
    expect(JSON.parse(await ok("stack", "export")).deployment.resources ?? []).toEqual([]);
  });
});

describe("a policy pack on it", () => {
  it("judges the stack through the same language host", async () => {
    const pack = join(root, "pack");
    await mkdir(pack);
    await symlink(join(packageRoot, "node_modules"), join(pack, "node_modules"));
    await writeFile(join(pack, "package.json"), JSON.stringify({ name: "pack", type: "module", version: "0.0.1" }));
    await writeFile(
      join(pack, "PulumiPolicy.yaml"),
      "runtime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
    );
    await copyFile(join(packageRoot, "tests/fixtures/toolchain/pack.ts"), join(pack, "index.ts"));
    await ok("config", "set", "--path", "tresor:password.length", "24", "--type", "int");
    const short = await pulumi("preview", "--policy-pack", pack);
    expect(short.exitCode).not.toBe(0);
    expect(short.stdout).toContain("a password has 30 characters or more");
    await ok("config", "set", "--path", "tresor:password.length", "30", "--type", "int");
    await ok("preview", "--policy-pack", pack);
  });
});
