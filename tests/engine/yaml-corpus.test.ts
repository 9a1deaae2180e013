import { execa } from "execa";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../../config/index.ts";
import { loadStackFile } from "../../config/loader.ts";
import { formatProblem } from "../../config/problem.ts";
import { checkStackConfig } from "../../policies/index.ts";
import { Progress } from "../../scripts/console.ts";
import { ensureToolchain } from "../../scripts/toolchain/index.ts";

/** The real engine reads every example as our loader does; what the house rules refuse, it reads otherwise. */
const EXAMPLES = fileURLToPath(new URL("../../stacks/examples/", import.meta.url));
const MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));
const PROGRAM = `import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
writeFileSync(process.env.TRESOR_TEST_DUMP, JSON.stringify(pulumi.runtime.allConfig()));
`;

let root: string;
let pulumi: string;
let env: Record<string, string | undefined>;
const file = (stack: string): string => join(root, `Pulumi.${stack}.yaml`);
const run = (...args: string[]) => execa(pulumi, [...args, "--non-interactive"], { cwd: root, env, reject: false });

beforeAll(async () => {
  const toolchain = await ensureToolchain(new Progress());
  pulumi = toolchain.pulumi;
  root = await mkdtemp(join(tmpdir(), "tresor-corpus-"));
  await mkdir(join(root, "state"));
  await symlink(MODULES, join(root, "node_modules"));
  await writeFile(join(root, "package.json"), JSON.stringify({ name: "corpus", type: "module" }));
  await writeFile(join(root, "dump.js"), PROGRAM);
  const runtime = "{ name: nodejs, options: { typescript: false } }";
  await writeFile(join(root, "Pulumi.yaml"), `name: tresor\nruntime: ${runtime}\nmain: dump.js\n`);
  env = {
    ...toolchain.environment,
    PULUMI_BACKEND_URL: `file://${root}/state`,
    PULUMI_CONFIG_PASSPHRASE: "only for this test",
    TRESOR_TEST_DUMP: join(root, "dump.json"),
  };
});
afterAll(async () => rm(root, { recursive: true, force: true }));

/** What a program gets of a stack file: its config by key, after the engine has read and rewritten the file. */
async function handedOver(stack: string, text: string): Promise<Record<string, unknown>> {
  await writeFile(file(stack), text);
  const made = await run("stack", "init", stack);
  expect(made.exitCode, made.stderr).toBe(0);
  const previewed = await run("preview", "-s", stack);
  expect(previewed.exitCode, previewed.stdout + previewed.stderr).toBe(0);
  const config = JSON.parse(await readFile(join(root, "dump.json"), "utf8")) as Record<string, string>;
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, JSON.parse(value) as unknown]));
}

const days = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_key, entry: unknown) =>
    typeof entry === "string" ? entry.replace(/^(\d{4}-\d{2}-\d{2}) 00:00:00 \+0000 UTC$/, "$1") : entry,
  );

/** Every stack file below the examples, under a name of its own. */
const stacks = (await readdir(EXAMPLES, { recursive: true })).flatMap((name) => {
  const [, directory = "", stack] = /^(.*\/)?Pulumi\.(.+)\.yaml$/.exec(name) ?? [];
  return stack === undefined
    ? []
    : [[`${directory.replace("profiles/", "").replace("/", "-")}${stack}`, name] as const];
});

describe("every example", () => {
  it.each(stacks)(
    "%s is the same to the engine and to us, whether the engine rewrote it or not",
    async (stack, name) => {
      const text = await readFile(join(EXAMPLES, name), "utf8");
      const config = await handedOver(stack, text);
      const kind = KINDS.find((one) => `tresor:${one}` in config)!;
      const handed = config[`tresor:${kind}`];
      const ours = loadStackFile(text, "ours");
      const rewritten = loadStackFile(await readFile(file(stack)), "rewritten");
      expect(rewritten.problems.map(formatProblem)).toEqual([]);
      expect(days(handed)).toEqual(days(ours.value));
      expect(days(rewritten.value)).toEqual(days(ours.value));
      expect(rewritten.stack).toEqual(ours.stack);
      expect(checkStackConfig(kind, handed, { today: "2026-11-21" }, rewritten).stack).toEqual(ours.stack);
    },
  );
});

describe("what the house rules refuse, the engine reads otherwise", () => {
  const probe = (value: string): string => `config:\n  tresor:zone:\n    probe: ${value}\n`;
  it.each([
    ["octal", "0644", 420],
    ["underscores", "1_0", 10],
    ["binary", "0b11", 3],
    ["versions", "1.10", 1.1],
    ["days", "2027-01-31", "2027-01-31 00:00:00 +0000 UTC"],
  ])("%s", async (name, written, read) => {
    const config = await handedOver(`probe-${name}`, probe(written));
    expect(config["tresor:zone"]).toEqual({ probe: read });
    const { problems } = loadStackFile(probe(written), "x");
    expect(problems.some(({ path, found }) => path === "zone.probe" && found === written)).toBe(true);
  });

  it("merge keys", async () => {
    const text = "config:\n  tresor:zone:\n    a: &a { x: 1 }\n    b: { <<: *a }\n";
    const config = await handedOver("probe-merge", text);
    expect(config["tresor:zone"]).toEqual({ a: { x: 1 }, b: { x: 1 } });
    expect(loadStackFile(text, "x").problems.some(({ what }) => what.includes("merge keys"))).toBe(true);
  });
});

describe("what the command line refuses itself, before any program", () => {
  it.each([
    ["a key twice", "config:\n  tresor:zone:\n    a: 1\n    a: 2\n", /already (set|defined)/],
    ["a tab", "config:\n  tresor:zone:\n\t  a: 1\n", /found character that cannot start any token/],
    ["an open bracket", "config:\n  tresor:zone: [a\n", /did not find expected ',' or '\]'/],
  ])("%s", async (name, text, words) => {
    const stack = `refused-${name.replaceAll(" ", "-")}`;
    expect((await run("stack", "init", stack)).exitCode).toBe(0);
    await writeFile(file(stack), text);
    const { exitCode, stdout, stderr } = await run("preview", "-s", stack);
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toMatch(words);
    expect(loadStackFile(text, "x").problems.length).toBeGreaterThan(0);
  });
});
