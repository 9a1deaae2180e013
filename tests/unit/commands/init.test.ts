import { mkdir, readFile, stat, writeFile, readlink } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { init, type InitOptions } from "../../../scripts/commands/init.ts";
import { testIo } from "./io.ts";

const OPERATOR: InitOptions = { kind: "operator", directory: "op", zones: ["digimed"], dryRun: false, json: true };
const ZONE: InitOptions = { kind: "zone", directory: "digimed", zones: ["digimed"], dryRun: false, json: true };
const toolchain = async () => ({
  pulumi: "/cache/bin/pulumi",
  binDirectory: "/cache/bin",
  version: "3.259.0",
  source: "modules" as const,
  plugins: [
    { name: "openstack", version: "5.5.3", source: "modules" as const },
    { name: "random", version: "4.21.2", source: "stand-in" as const, path: "/elsewhere/random" },
  ],
  stages: [],
  environment: { PATH: "/cache/bin", PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" },
});

async function run(options: InitOptions, io?: Awaited<ReturnType<typeof testIo>>) {
  const used = io ?? (await testIo());
  used.said.length = 0;
  expect(await init(options, used, toolchain)).toBe(0);
  const result = JSON.parse(used.said.join("\n")) as { files: { name: string; outcome: string }[]; stacks: string[] };
  const read = (name: string) => readFile(path.join(used.cwd, options.directory, name), "utf8");
  return {
    io: used,
    read,
    ...result,
    outcome: Object.fromEntries(result.files.map(({ name, outcome }) => [name, outcome])),
  };
}

describe("tresor init", () => {
  it("makes the operator's site: platform, tenant, ledger, and one passphrase that only its owner reads", async () => {
    const { read, stacks, io } = await run(OPERATOR);
    expect(stacks).toEqual(["platform", "digimed-tenant"]);
    const project = parse(await read("Pulumi.yaml"));
    expect(project).toMatchObject({
      name: "tresor",
      runtime: { name: "nodejs", options: { typescript: false, nodeargs: "--stack-trace-limit=1" } },
      main: "node_modules/tresor/stacks/index.ts",
    });
    expect(project.plugins.providers).toEqual([
      { name: "tresor", path: "node_modules/tresor/provider/plugin" },
      { name: "random", path: "/elsewhere/random" },
    ]);
    expect((await stat(path.join(io.cwd, "op/passphrase.operator"))).mode & 0o777).toBe(0o600);
    expect(Object.keys(parse(await read("ledger.yaml")).zones)).toEqual(["digimed"]);
    const env = await read("env.platform.sh");
    expect(env).toContain(`export PULUMI_BACKEND_URL='file://${io.cwd}/op/state?metadata=skip'`);
    expect(env).toContain("export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true");
    expect(env).not.toContain((await read("passphrase.operator")).trim());
    expect(await readlink(path.join(io.cwd, "op/node_modules/tresor"))).toBe(
      path.resolve(import.meta.dirname, "../../.."),
    );
    // Else `npx tresor` would ask the public registry for a package of this name.
    expect((await stat(path.join(io.cwd, "op/node_modules/.bin/tresor"))).mode & 0o111).toBe(0o111);
    expect(parseAllDocuments(await read("pipeline.yml")).every(({ errors }) => errors.length === 0)).toBe(true);
    expect((await read("README.md")).split("\n").length).toBeLessThan(30);
  });

  it("gives the two halves different passphrases and states", async () => {
    const io = await testIo();
    const operator = await run(OPERATOR, io);
    const zone = await run(ZONE, io);
    expect(await operator.read("passphrase.operator")).not.toBe(await zone.read("passphrase.digimed"));
    expect(await zone.read("env.digimed.sh")).toContain(`${io.cwd}/digimed/state`);
    expect(zone.outcome).not.toHaveProperty("ledger.yaml");
  });

  it("ignores in git what is secret or belongs to one machine", async () => {
    const { read } = await run(OPERATOR);
    const ignored = await read(".gitignore");
    for (const name of ["/state/", "/passphrase.*", "/clouds.yaml", "/node_modules/", "/.claim.*"])
      expect(ignored).toContain(name);
    // A killed write leaves its draft: `.<name>.<random>`.
    for (const name of ["/.clouds.yaml.*", "/.passphrase.*", "/..claim.*"]) expect(ignored).toContain(`${name}\n`);
  });

  it("lets no login or switched-off TLS verification of the shell reach the plugin", async () => {
    const env = await (await run(ZONE)).read("env.digimed.sh");
    const unset = /^unset (.*)$/m.exec(env)?.[1]?.split(" ");
    expect(unset).toEqual(expect.arrayContaining(["OS_PASSWORD", "OS_INSECURE", "OS_REGION_NAME", "OS_CACERT"]));
    for (const name of ["OS_CLOUD", "OS_CLIENT_CONFIG_FILE"]) expect(unset).not.toContain(name);
  });

  it("gives a pipeline its own zones and a state that outlasts the runner", async () => {
    const operator = await (await run({ ...OPERATOR, zones: ["lungs", "hearts"] })).read("pipeline.yml");
    expect(operator).toContain("npx tresor init operator . --stack lungs --stack hearts\n");
    const zone = await (await run({ ...ZONE, directory: "lungs", zones: ["lungs"] })).read("pipeline.yml");
    expect(zone).toContain("npx tresor init zone . --stack lungs\n");
    const runs = zone.split("\n").filter((line) => / pulumi (up|preview) /.test(line));
    expect(runs).toHaveLength(4);
    for (const line of runs)
      expect(line).toMatch(/env\.lungs\.sh && export PULUMI_BACKEND_URL="\$STATE_URL" && pulumi/);
  });

  it("changes nothing the second time, and never makes a passphrase anew", async () => {
    const first = await run(OPERATOR);
    const before = await first.read("passphrase.operator");
    const second = await run(OPERATOR, first.io);
    expect(new Set(second.files.map(({ outcome }) => outcome))).toEqual(new Set(["current", "kept"]));
    expect(await second.read("passphrase.operator")).toBe(before);
  });

  it("keeps what was edited and says so, and updates what it wrote itself", async () => {
    const { io, read } = await run(OPERATOR);
    const file = (name: string) => path.join(io.cwd, "op", name);
    await writeFile(file("Pulumi.yaml"), `${await read("Pulumi.yaml")}# mine\n`);
    await writeFile(file("Pulumi.platform.yaml"), `${await read("Pulumi.platform.yaml")}encryptionsalt: v1:x\n`);
    const { outcome } = await run({ ...OPERATOR, zones: ["digimed", "mini"] }, io);
    expect(outcome).toMatchObject({
      "Pulumi.yaml": "kept",
      "Pulumi.platform.yaml": "kept",
      "ledger.yaml": "kept",
      "README.md": "updated",
      "Pulumi.mini-tenant.yaml": "made",
    });
    expect(await read("Pulumi.yaml")).toContain("# mine");
  });

  it("names a zone that no example has, keeps comments, and drops another site's salt", async () => {
    const io = await testIo();
    await mkdir(path.join(io.cwd, "from"));
    const example = "# a zone\nconfig:\n  tresor:zone:\n    name: other # its name\nencryptionsalt: v1:abc\n";
    await writeFile(path.join(io.cwd, "from/Pulumi.other.yaml"), example);
    const { read } = await run({ ...ZONE, directory: "lungs", zones: ["lungs"], from: "from", cloud: "my-cloud" }, io);
    const text = await read("Pulumi.lungs.yaml");
    expect(text).toContain("# yaml-language-server: $schema=node_modules/tresor/schemas/stack.schema.json");
    expect(text).toContain("name: lungs # its name");
    expect(text).not.toContain("encryptionsalt");
    expect(parse(text).config["tresor:zone"]).toEqual({ name: "lungs", cloud: "my-cloud" });
    expect(await read("env.lungs.sh")).toContain("OS_CLOUD=my-cloud");
  });

  it("writes nothing in a dry run", async () => {
    const { io, outcome } = await run({ ...OPERATOR, dryRun: true });
    expect(outcome["Pulumi.yaml"]).toBe("made");
    await expect(stat(path.join(io.cwd, "op"))).rejects.toThrow();
  });

  it("says where no engine is ready", async () => {
    const io = await testIo();
    await init({ ...ZONE, json: false }, io, async () => undefined);
    expect(io.noted.join()).toMatch(/no Pulumi engine.*tresor toolchain/);
    expect(await readFile(path.join(io.cwd, "digimed/env.digimed.sh"), "utf8")).toContain("No engine was installed");
  });
});
