import { join } from "node:path";
import { load } from "./machine.ts";
import { measureNode, spreadOf, type Spread } from "./measure.ts";

/** How the program is run: as Node does by default, or as `tresor init` writes it into Pulumi.yaml. */
const TRACES = { default: [], short: ["--stack-trace-limit=1"] } as const;
type Trace = keyof typeof TRACES;

/** So many zones in one program under mocks. */
interface EngineResult {
  readonly zones: number;
  readonly trace: Trace;
  readonly resources: number;
  /** From the start of Node until the first resource can be made: loading SDKs and program. */
  readonly readyMs: Spread;
  /** From the first resource to the last registration's end. */
  readonly makeMs: Spread;
  readonly resourcesPerSecond: Spread;
  /** Growth of the resident peak while resources are made. */
  readonly mibPerResource: Spread;
  readonly rssMiB: Spread;
}

export interface EngineBench {
  readonly loadBefore: readonly number[];
  readonly runs: number;
  readonly results: readonly EngineResult[];
}

interface Sample {
  readonly resources: number;
  readonly readyMs: number;
  readonly constructMs: number;
  readonly drainMs: number;
  readonly grownMiB: number;
  readonly rssMiB: number;
}

const worker = join(import.meta.dirname, "engine-worker.ts");

async function sample(zones: number, trace: Trace): Promise<Sample> {
  const { stdout, rssMiB } = await measureNode([...TRACES[trace], worker, String(zones)]);
  return { ...(JSON.parse(stdout) as Omit<Sample, "rssMiB">), rssMiB };
}

function resultOf(zones: number, trace: Trace, samples: readonly Sample[]): EngineResult {
  const each = (figure: (sample: Sample) => number): Spread => spreadOf(samples.map(figure));
  const makeMs = ({ constructMs, drainMs }: Sample): number => constructMs + drainMs;
  return {
    zones,
    trace,
    resources: samples[0]?.resources ?? 0,
    readyMs: each(({ readyMs }) => readyMs),
    makeMs: each(makeMs),
    resourcesPerSecond: each((one) => (one.resources / makeMs(one)) * 1000),
    mibPerResource: each((one) => one.grownMiB / one.resources),
    rssMiB: each(({ rssMiB }) => rssMiB),
  };
}

/**
 * Measures the program alone: the components of so many zones under mocks, short stack traces against the default, side by side in
 * every round.
 */
export async function benchEngine(
  counts: readonly number[],
  runs: number,
  say: (what: string) => void,
): Promise<EngineBench> {
  const loadBefore = load();
  const sets = counts.flatMap((zones) =>
    (Object.keys(TRACES) as Trace[]).map((trace) => ({ zones, trace, samples: [] as Sample[] })),
  );
  for (let run = 1; run <= runs; run++) {
    say(`run ${run} of ${runs}: ${counts.join(", ")} zones, with default and short stack traces`);
    for (const { zones, trace, samples } of sets) samples.push(await sample(zones, trace));
  }
  return { loadBefore, runs, results: sets.map(({ zones, trace, samples }) => resultOf(zones, trace, samples)) };
}
