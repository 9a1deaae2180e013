import { execa } from "execa";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { formatProblem } from "../config/problem.ts";
import { bold, duration, green, Progress, red, runMain, table, yellow } from "./console.ts";
import { devcloudDown, devcloudReset, devcloudSettings, devcloudStatus, devcloudUp } from "./devcloud/index.ts";
import { checkPreconditions, systemProblems } from "./devcloud/preconditions.ts";
import { ensureToolchain, type Toolchain } from "./toolchain/index.ts";
import { packageRoot } from "./toolchain/root.ts";

/** A layer of tests: checks are commands, the rest are projects of vitest.config.ts. */
interface Layer {
  readonly name: string;
  readonly proves: string;
  readonly command?: readonly [string, ...string[]];
  /** Left out of `npm test`; run by name. */
  readonly onDemand?: true;
  /** A cloud comes with the engine that works on it. */
  readonly needs?: "engine" | "cloud";
}

const LAYERS: readonly Layer[] = [
  { name: "typecheck", proves: "types hold", command: ["tsc", "--noEmit"] },
  { name: "lint", proves: "house rules hold, no I/O in the pure layers", command: ["eslint", "."] },
  { name: "format", proves: "one format", command: ["prettier", "--check", "--log-level=warn", "."] },
  { name: "unit", proves: "each piece does what it says" },
  { name: "property", proves: "the planner holds its promises for any config" },
  { name: "policies", proves: "each rule fires on its own violation and on nothing else" },
  { name: "mocks", proves: "which resources with which inputs" },
  {
    name: "engine",
    proves: "program and plugins work with the real engine, without a cloud",
    needs: "engine",
  },
  { name: "e2e", proves: "it is true on a real engine and a real cloud", needs: "cloud" },
  { name: "long", proves: "full matrices, kills, fuzz, scale", needs: "cloud", onDemand: true },
];

interface Result {
  readonly layer: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly milliseconds: number;
}

/** Why engine and one-machine cloud cannot run here, or undefined where they can. */
function machineMissing(): string | undefined {
  const problems = systemProblems();
  return problems.length === 0 ? undefined : problems.map(formatProblem).join("; ");
}

/** Where the tests' own cloud lies; it is emptied before each run, and the demo's cloud is left alone. */
const TEST_CLOUD = process.env.TRESOR_DEVCLOUD_HOME ?? "/var/lib/tresor/devcloud-test";
const TEST_BASE_PORT = 23800;

/** What a layer's processes are told of engine and cloud; lanes run side by side, so that nothing is put into our own environment. */
type Environment = Readonly<Record<string, string>>;
type Work<T> = (environment: Environment) => Promise<T>;
let toolchain: Promise<Toolchain> | undefined;

/** Engine and plugins, made ready once for all layers that need them. */
async function withEngine<T>(work: Work<T>): Promise<T> {
  const progress = new Progress();
  toolchain ??= progress.stage("engine and plugins", () => ensureToolchain(progress));
  return work((await toolchain).environment);
}

/** Engine and empty cloud for the layers that need them. A cloud of the tests that runs already is taken as it is, and left running. */
async function withCloud<T>(work: Work<T>): Promise<T> {
  const progress = new Progress();
  const options = {
    home: TEST_CLOUD,
    ...(process.env.TRESOR_DEVCLOUD_HOME === undefined ? { basePort: TEST_BASE_PORT } : {}),
  };
  // What stops the cloud is said before minutes are spent on the engine.
  await checkPreconditions(devcloudSettings(options));
  return withEngine(async (environment) => {
    const { state } = await devcloudStatus(options);
    const fresh = state !== "up";
    const settings = await progress.stage("the tests' own cloud", async () => {
      const { extras } = devcloudSettings(options);
      if (!fresh && extras.includes("quobyte")) return devcloudSettings(options);
      // One that was made before it had the simulated Quobyte gets it without losing anything.
      if (!fresh) return devcloudUp({ ...options, with: [...extras, "quobyte"] }, progress);
      await rm(join(TEST_CLOUD, "sites"), { recursive: true, force: true });
      // Small parts, so that no test of IPsec sites and of Quobyte is left out.
      return devcloudReset({ ...options, with: ["quobyte", "vpnaas"] }, progress);
    });
    try {
      const cloud = { TRESOR_DEVCLOUD_HOME: TEST_CLOUD, OS_CLIENT_CONFIG_FILE: settings.cloudsYaml };
      return await work({ ...environment, ...cloud });
    } finally {
      if (fresh && process.env.TRESOR_KEEP_CLOUD === undefined) await devcloudDown(options, progress);
    }
  });
}

/** What a lane of layers says: at once, or, while another lane speaks, all together when that has ended. */
class Voice {
  #held: string[] | undefined;

  constructor(held: boolean) {
    this.#held = held ? [] : undefined;
  }

  say(text: string): void {
    if (this.#held) this.#held.push(text);
    else process.stdout.write(text);
  }

  release(): void {
    const held = this.#held?.join("") ?? "";
    this.#held = undefined;
    process.stdout.write(held);
  }

  /** Runs a command of the package's own, and says what it says. */
  async run(file: string, args: readonly string[], environment: Environment): Promise<number> {
    const child = execa(file, args, {
      ...({ cwd: packageRoot, preferLocal: true, reject: false, stdin: "ignore", all: true, buffer: false } as const),
      env: { ...environment, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}) },
    });
    child.all.setEncoding("utf8").on("data", (text: string) => this.say(text));
    return (await child).exitCode ?? 1;
  }
}

async function runLayer(
  layer: Layer,
  filters: readonly string[],
  voice: Voice,
  environment: Environment,
): Promise<Result> {
  const start = performance.now();
  voice.say(`\n${bold(layer.name)}: ${layer.proves}\n`);
  const done = (counts: Omit<Result, "layer" | "milliseconds">): Result => ({
    layer: layer.name,
    ...counts,
    milliseconds: performance.now() - start,
  });
  if (layer.command) {
    const [file, ...args] = layer.command;
    const exitCode = await voice.run(file, args, environment);
    return done(exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 });
  }
  const directory = await mkdtemp(join(tmpdir(), "tresor-test-"));
  try {
    const report = join(directory, "report.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const exitCode = await voice.run("vitest", ["run", "--project", layer.name, ...reporters, ...filters], environment);
    const json = JSON.parse(await readFile(report, "utf8").catch(() => "{}")) as Record<string, number | undefined>;
    const { numPassedTests: passed = 0, numFailedTests: failed = 0, numPendingTests: skipped = 0 } = json;
    return done({ passed, failed: exitCode === 0 ? failed : Math.max(failed, 1), skipped });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs layers one after the other. */
async function runLane(layers: readonly Layer[], filters: readonly string[], voice: Voice): Promise<Result[]> {
  const missing = machineMissing();
  const results: Result[] = [];
  for (const layer of layers) {
    if (layer.needs !== undefined && missing !== undefined) {
      const fatal = process.env.CI === "true";
      voice.say(`\n${bold(layer.name)}: ${(fatal ? red : yellow)("not run")}: ${missing}\n`);
      if (fatal) results.push({ layer: layer.name, passed: 0, failed: 1, skipped: 0, milliseconds: 0 });
      continue;
    }
    const run: Work<Result> = (environment) => runLayer(layer, filters, voice, environment);
    const prepared = {
      cloud: withCloud<Result>,
      engine: withEngine<Result>,
      nothing: (work: Work<Result>) => work({}),
    };
    results.push(await prepared[layer.needs ?? "nothing"](run));
  }
  return results;
}

/** The cloud's layers wait for services most of their time: the others run beside them where there is a second core. */
async function runAll(chosen: readonly Layer[], filters: readonly string[]): Promise<readonly Result[]> {
  const onCloud = chosen.filter(({ needs }) => needs === "cloud");
  const others = chosen.filter(({ needs }) => needs !== "cloud");
  if (onCloud.length === 0 || others.length === 0 || availableParallelism() < 2)
    return runLane(chosen, filters, new Voice(false));
  const second = new Voice(true);
  const lanes = await Promise.allSettled([
    runLane(others, filters, new Voice(false)).finally(() => second.release()),
    runLane(onCloud, filters, second),
  ]);
  return lanes.flatMap((lane) => {
    if (lane.status === "rejected") throw lane.reason;
    return lane.value;
  });
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const named = LAYERS.filter(({ name }) => args.includes(name));
  const filters = args.filter((arg) => !LAYERS.some(({ name }) => name === arg));
  const chosen = named.length > 0 ? named : LAYERS.filter(({ onDemand }) => !onDemand);
  const results = await runAll(chosen, filters);
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
