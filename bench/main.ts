import { Command, InvalidArgumentError } from "commander";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { Progress, runMain } from "../scripts/console.ts";
import { packageRoot } from "../scripts/toolchain/root.ts";
import { benchAttest } from "./attest.ts";
import { benchCloud } from "./cloud.ts";
import { benchEngine } from "./engine.ts";
import { benchFleet } from "./fleet.ts";
import { benchFlows } from "./flows.ts";
import { load, machineFacts } from "./machine.ts";
import { benchPlan } from "./plan.ts";
import { renderReadme, withTables } from "./report.ts";
import { latestResults, RESULTS, type Results } from "./results.ts";
import { benchRules } from "./rules.ts";
import { ensurePlatform } from "./site.ts";

const PARTS = ["plan", "flows", "engine", "cloud", "rules", "fleet", "attest"] as const;
type Part = (typeof PARTS)[number];

interface Options {
  readonly only: readonly Part[];
  readonly zones: readonly number[];
  readonly engineZones: readonly number[];
  readonly fleet: number;
  readonly runs: number;
  readonly rounds: number;
  readonly json: boolean;
  readonly write: boolean;
  readonly render?: true;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 4096)
    throw new InvalidArgumentError("allowed: a whole number from 1 to 4096");
  return value;
}

function parts(text: string): readonly Part[] {
  const named = text.split(",");
  const isKnown = (name: string): name is Part => (PARTS as readonly string[]).includes(name);
  if (!named.every(isKnown)) throw new InvalidArgumentError(`allowed: ${PARTS.join(", ")}, separated by commas`);
  return named;
}

const counts = (text: string): readonly number[] => text.split(",").map(positive);

type Work = (options: Options, say: (what: string) => void, progress: Progress) => Promise<object>;

/** What each part is called while it runs, and what it does. */
const WORK: Readonly<Record<Part, readonly [name: string, work: Work]>> = {
  plan: ["validate and plan", ({ zones, runs }, say) => benchPlan(zones, runs, say)],
  flows: ["a zone's flows", ({ runs }, say) => benchFlows(runs, say)],
  attest: ["attestation reports verified", ({ runs }, say) => benchAttest(runs, say)],
  engine: ["the program under mocks", ({ engineZones, runs }, say) => benchEngine(engineZones, runs, say)],
  cloud: ["one zone on the one-machine cloud", ({ rounds }, say, progress) => benchCloud(rounds, progress, say)],
  rules: [
    "rules of one security group",
    async ({ runs }, _say, progress) => {
      await ensurePlatform(progress);
      return benchRules(runs);
    },
  ],
  fleet: [
    "zones brought up at once",
    async ({ fleet, rounds }, say, progress) => {
      await ensurePlatform(progress);
      return benchFleet(fleet, rounds, say);
    },
  ],
};

async function measure(options: Options, progress: Progress): Promise<Results> {
  const machine = await machineFacts(packageRoot);
  const date = new Date().toISOString();
  const origin = { date, commit: machine.commit };
  const wants = (part: Part): boolean => options.only.includes(part);
  progress.note(
    `${machine.cores} cores, load ${machine.loadBefore.join(" ")}: others use the machine above ${machine.cores}`,
  );
  const measured: Record<string, object> = {};
  for (const part of PARTS.filter(wants)) {
    const [name, work] = WORK[part];
    measured[part] = { ...origin, ...(await progress.stage(name, (say) => work(options, say, progress))) };
  }
  return { format: 1, date, machine: { ...machine, loadAfter: load() }, ...measured };
}

/** Keeps a run as a file of its day; a second one of the same day gets its time as well. */
async function keep(results: Results): Promise<string> {
  await mkdir(RESULTS, { recursive: true });
  const file = join(RESULTS, `${results.date.slice(0, 16).replace(":", "").replace("T", "-")}.json`);
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
}

async function writeReadme(): Promise<string> {
  const readme = join(import.meta.dirname, "README.md");
  await writeFile(readme, await withTables(readme, await latestResults()));
  return relative(process.cwd(), readme);
}

async function bench(options: Options): Promise<number> {
  if (options.render) {
    process.stderr.write(`wrote ${await writeReadme()}\n`);
    return 0;
  }
  const results = await measure(options, new Progress());
  if (options.write) {
    const file = relative(process.cwd(), await keep(results));
    process.stderr.write(`wrote ${file} and ${await writeReadme()}\n`);
  }
  process.stdout.write(options.json ? `${JSON.stringify(results, null, 2)}\n` : `${renderReadme(results)}\n`);
  return 0;
}

const EXAMPLES = `
Examples:
  $ npm run bench                                   everything; the cloud's part takes some minutes
  $ npm run bench -- --only plan                    without a cloud
  $ npm run bench -- --only plan --zones 1,10,100   other counts
  $ npm run bench -- --only engine --no-write       only look
  $ TRESOR_DEVCLOUD_HOME=<dir> npm run bench -- --only rules,fleet   on the one-machine cloud of another directory

The parts on the cloud make zones of their own, "bench" and "fleet0" to "fleet9", and remove them again; data of others is not touched.
Each run is kept in bench/results/; the tables in bench/README.md show the newest of each part.`;

const program = new Command("npm run bench --")
  .description("Measures validation and planning, the program under mocks, and zones' lives on the one-machine cloud.")
  .option("--only <parts>", `parts, separated by commas: ${PARTS.join(", ")}`, parts, PARTS)
  .option("--zones <counts>", "how many zones are validated and planned", counts, [1, 100, 1000])
  .option("--engine-zones <counts>", "how many zones are made under mocks", counts, [1, 10, 50])
  .option("--fleet <count>", "how many small zones are brought up at once", positive, 10)
  .option("--runs <count>", "runs of each, without the cloud", positive, 5)
  .option("--rounds <count>", "rounds of up, no-op and destroy of the zone on the cloud", positive, 3)
  .option("--no-write", "keep nothing: bench/results and bench/README.md stay as they are")
  .option("--render", "measure nothing: write bench/README.md anew from the runs that were kept")
  .option("--json", "the results as JSON", false)
  .addHelpText("after", EXAMPLES);

await runMain(async () => {
  program.parse();
  return bench(program.opts<Options>());
});
