import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../scripts/toolchain/root.ts";
import { generateLedger, generateZones, SIZES, type GeneratedZone, type Size } from "./generate.ts";
import { load } from "./machine.ts";
import { measureNode, spreadOf, usageSpread, type Spread, type Usage, type UsageSpread } from "./measure.ts";

/** What the generated files of one count come to. */
interface Input {
  readonly zones: number;
  readonly sizes: Readonly<Record<Size, number>>;
  readonly lines: number;
  readonly bytes: number;
  /** Planned objects of all zones. */
  readonly objects: number;
  /** Bytes of all plans as JSON. */
  readonly planBytes: number;
}

/** So many zones, validated and planned. */
export interface PlanResult {
  readonly input: Input;
  /** `tresor validate <dir>`: the whole process, the ledger and the output included. */
  readonly validate: UsageSpread;
  /** One process that loads, judges and plans every file and makes each plan JSON, start of Node included. */
  readonly plan: UsageSpread & {
    /** Of it, reading YAML, schema and rules. */
    readonly checkMs: Spread;
    /** Of it, the plan as JSON. */
    readonly planMs: Spread;
  };
  /** Zones in a second of the median run, of validation and of planning. */
  readonly zonesPerSecond: { readonly validate: number; readonly plan: number };
}

export interface PlanBench {
  readonly loadBefore: readonly number[];
  readonly runs: number;
  /** `tresor validate` of one zone with an empty compile cache: the very first run after an installation. */
  readonly firstEverMs: number;
  readonly results: readonly PlanResult[];
}

interface Work {
  readonly checkMs: number;
  readonly planMs: number;
  readonly zones: number;
  readonly objects: number;
  readonly bytes: number;
}

interface Set {
  readonly count: number;
  readonly directory: string;
  readonly zones: readonly GeneratedZone[];
  readonly validate: Usage[];
  readonly plan: (Usage & { readonly work: Work })[];
}

async function writeZones(directory: string, zones: readonly GeneratedZone[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const { name, text } of zones) await writeFile(join(directory, `Pulumi.${name}.yaml`), text);
  await writeFile(join(directory, "ledger.yaml"), generateLedger(zones));
}

const command = join(packageRoot, "bin", "tresor.mjs");
const worker = join(import.meta.dirname, "plan-worker.ts");

async function round({ directory, validate, plan }: Set): Promise<void> {
  validate.push(await measureNode([command, "validate", directory]));
  const usage = await measureNode([worker, directory]);
  plan.push({ ...usage, work: JSON.parse(usage.stdout) as Work });
}

function resultOf({ count, zones, validate, plan }: Set): PlanResult {
  const text = zones.map((zone) => zone.text).join("");
  const [first] = plan;
  if (first?.work.zones !== count) throw new Error(`${count} zones were written, ${first?.work.zones} were planned`);
  const [validated, done] = [usageSpread(validate), usageSpread(plan)];
  const perSecond = ({ wallMs }: UsageSpread): number => Math.round((count / wallMs.median) * 1000);
  return {
    input: {
      zones: count,
      sizes: Object.fromEntries(
        SIZES.map((size) => [size, zones.filter((zone) => zone.size === size).length]),
      ) as Record<Size, number>,
      lines: text.split("\n").length - 1,
      bytes: Buffer.byteLength(text),
      objects: first.work.objects,
      planBytes: first.work.bytes,
    },
    validate: validated,
    plan: {
      ...done,
      checkMs: spreadOf(plan.map(({ work }) => work.checkMs)),
      planMs: spreadOf(plan.map(({ work }) => work.planMs)),
    },
    zonesPerSecond: { validate: perSecond(validated), plan: perSecond(done) },
  };
}

/**
 * Measures validation and planning of so many zones, each as a process of its own, the counts interleaved.
 * @param say told what is being run
 */
export async function benchPlan(
  counts: readonly number[],
  runs: number,
  say: (what: string) => void,
): Promise<PlanBench> {
  const root = await mkdtemp(join(tmpdir(), "tresor-bench-"));
  try {
    const sets = counts.map((count): Set => ({
      count,
      directory: join(root, String(count)),
      zones: generateZones(count),
      validate: [],
      plan: [],
    }));
    for (const { directory, zones } of sets) await writeZones(directory, zones);
    const loadBefore = load();
    const one = sets[0]!.directory;
    const cold = { NODE_COMPILE_CACHE: join(root, "cache"), XDG_CACHE_HOME: join(root, "cache") };
    const { wallMs: firstEverMs } = await measureNode([command, "validate", one], cold);
    for (let run = 1; run <= runs; run++) {
      say(`run ${run} of ${runs}: ${counts.join(", ")} zones`);
      for (const set of sets) await round(set);
    }
    return { loadBefore, runs, firstEverMs: Math.round(firstEverMs), results: sets.map(resultOf) };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
