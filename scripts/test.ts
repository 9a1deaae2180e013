import { execa } from "execa";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatProblem } from "../config/problem.ts";
import { bold, duration, green, Progress, red, runMain, table, yellow } from "./console.ts";
import { devcloudDown, devcloudReset, devcloudSettings, devcloudStatus } from "./devcloud/index.ts";
import { checkPreconditions, systemProblems } from "./devcloud/preconditions.ts";
import { ensureToolchain } from "./toolchain/index.ts";
import { packageRoot } from "./toolchain/root.ts";

/** A layer of tests: checks are commands, the rest are projects of vitest.config.ts. */
interface Layer {
  readonly name: string;
  readonly proves: string;
  readonly command?: readonly [string, ...string[]];
  /** Left out of `npm test`; run by name. */
  readonly onDemand?: true;
  readonly needsCloud?: true;
}

const LAYERS: readonly Layer[] = [
  { name: "typecheck", proves: "types hold", command: ["tsc", "--noEmit"] },
  { name: "lint", proves: "house rules hold, no I/O in the pure layers", command: ["eslint", "."] },
  { name: "format", proves: "one format", command: ["prettier", "--check", "--log-level=warn", "."] },
  { name: "unit", proves: "each piece does what it says" },
  { name: "property", proves: "the planner holds its promises for any config" },
  { name: "policies", proves: "each rule fires on its own violation and on nothing else" },
  { name: "mocks", proves: "which resources with which inputs" },
  { name: "e2e", proves: "it is true on a real engine and a real cloud", needsCloud: true },
  { name: "long", proves: "full matrices, kills, fuzz, scale", needsCloud: true, onDemand: true },
];

interface Result {
  readonly layer: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly milliseconds: number;
}

/** Why the one-machine cloud cannot run here, or undefined where it can. */
function cloudMissing(): string | undefined {
  const problems = systemProblems();
  return problems.length === 0 ? undefined : problems.map(formatProblem).join("; ");
}

/** Where the tests' own cloud lies; it is emptied before each run, and the demo's cloud is left alone. */
const TEST_CLOUD = process.env.TRESOR_DEVCLOUD_HOME ?? "/var/lib/tresor/devcloud-test";
const TEST_BASE_PORT = 23800;

/** Engine and empty cloud for the layers that need them. A cloud of the tests that runs already is taken as it is, and left running. */
async function withCloud<T>(work: () => Promise<T>): Promise<T> {
  const progress = new Progress();
  const options = {
    home: TEST_CLOUD,
    ...(process.env.TRESOR_DEVCLOUD_HOME === undefined ? { basePort: TEST_BASE_PORT } : {}),
  };
  process.env.TRESOR_DEVCLOUD_HOME = TEST_CLOUD;
  // What stops the cloud is said before minutes are spent on the engine.
  await checkPreconditions(devcloudSettings(options));
  await progress.stage("engine and plugins", async () => {
    const { environment } = await ensureToolchain(progress);
    Object.assign(process.env, environment);
  });
  const { state } = await devcloudStatus(options);
  const fresh = state !== "up";
  const settings = await progress.stage("the tests' own cloud", async () => {
    if (!fresh) return devcloudSettings(options);
    await rm(join(TEST_CLOUD, "sites"), { recursive: true, force: true });
    return devcloudReset(options, progress);
  });
  process.env.OS_CLIENT_CONFIG_FILE = settings.cloudsYaml;
  try {
    return await work();
  } finally {
    if (fresh && process.env.TRESOR_KEEP_CLOUD === undefined) await devcloudDown(options, progress);
  }
}

async function runLayer(layer: Layer, filters: readonly string[]): Promise<Result> {
  const start = performance.now();
  process.stdout.write(`\n${bold(layer.name)}: ${layer.proves}\n`);
  const run = { cwd: packageRoot, stdio: "inherit", preferLocal: true, reject: false } as const;
  const done = (counts: Omit<Result, "layer" | "milliseconds">): Result => ({
    layer: layer.name,
    ...counts,
    milliseconds: performance.now() - start,
  });
  if (layer.command) {
    const [file, ...args] = layer.command;
    const { exitCode } = await execa(file, args, run);
    return done(exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 });
  }
  const directory = await mkdtemp(join(tmpdir(), "tresor-test-"));
  try {
    const report = join(directory, "report.json");
    const args = [
      "run",
      "--project",
      layer.name,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
      ...filters,
    ];
    const { exitCode } = await execa("vitest", args, run);
    const json = JSON.parse(await readFile(report, "utf8").catch(() => "{}")) as Record<string, number | undefined>;
    const { numPassedTests: passed = 0, numFailedTests: failed = 0, numPendingTests: skipped = 0 } = json;
    return done({ passed, failed: exitCode === 0 ? failed : Math.max(failed, 1), skipped });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const named = LAYERS.filter(({ name }) => args.includes(name));
  const filters = args.filter((arg) => !LAYERS.some(({ name }) => name === arg));
  const chosen = named.length > 0 ? named : LAYERS.filter(({ onDemand }) => !onDemand);
  const missing = cloudMissing();
  const results: Result[] = [];
  for (const layer of chosen) {
    if (layer.needsCloud && missing !== undefined) {
      const fatal = process.env.CI === "true";
      process.stdout.write(`\n${bold(layer.name)}: ${(fatal ? red : yellow)("not run")}: ${missing}\n`);
      if (fatal) results.push({ layer: layer.name, passed: 0, failed: 1, skipped: 0, milliseconds: 0 });
      continue;
    }
    const run = (): Promise<Result> => runLayer(layer, filters);
    results.push(await (layer.needsCloud ? withCloud(run) : run()));
  }
  const sum = (key: "passed" | "failed" | "skipped"): number =>
    results.reduce((total, result) => total + result[key], 0);
  const rows = results.map((result) => [
    result.layer,
    String(result.passed),
    String(result.failed),
    String(result.skipped),
    duration(result.milliseconds),
    result.failed === 0 ? green("ok") : red("failed"),
  ]);
  process.stdout.write(`\n${table([["layer", "passed", "failed", "skipped", "time", ""], ...rows])}\n\n`);
  process.stdout.write(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped\n`);
  return sum("failed") === 0 ? 0 : 1;
}

await runMain(main);
