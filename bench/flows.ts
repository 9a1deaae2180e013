import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flowZone } from "./flow-zone.ts";
import { load } from "./machine.ts";
import { measureNode, spreadOf, type Spread } from "./measure.ts";

/** One zone of so many areas and flows, judged and planned. */
export interface FlowResult {
  readonly areas: number;
  readonly flows: number;
  readonly objects: number;
  readonly rules: number;
  readonly addressGroups: number;
  readonly addresses: number;
  /** The whole process, start of Node included. */
  readonly wallMs: Spread;
  /** CPU time of reading YAML, schema and rules. */
  readonly checkCpuMs: Spread;
  /** CPU time of the plan. */
  readonly planCpuMs: Spread;
}

export interface FlowBench {
  readonly loadBefore: readonly number[];
  readonly runs: number;
  readonly results: readonly FlowResult[];
}

type Counts = Pick<FlowResult, "objects" | "rules" | "addressGroups" | "addresses">;
interface Sample extends Counts {
  readonly wallMs: number;
  readonly checkCpuMs: number;
  readonly planCpuMs: number;
}

/** Ten flows an area, whatever the size. */
export const FLOW_SIZES = [
  [10, 100],
  [25, 250],
  [50, 500],
] as const;

const worker = join(import.meta.dirname, "flows-worker.ts");

/** Measures what a zone's flows cost the planner, each run a process of its own, the sizes interleaved. */
export async function benchFlows(runs: number, say: (what: string) => void): Promise<FlowBench> {
  const root = await mkdtemp(join(tmpdir(), "tresor-bench-"));
  try {
    const sets = FLOW_SIZES.map(([areas, flows]) => {
      const samples: Sample[] = [];
      return { areas, flows, file: join(root, `Pulumi.flows-${flows}.yaml`), samples };
    });
    for (const { areas, flows, file } of sets) await writeFile(file, flowZone(areas, flows));
    const loadBefore = load();
    for (let run = 1; run <= runs; run++) {
      say(`run ${run} of ${runs}: ${FLOW_SIZES.map(([areas, flows]) => `${areas} areas, ${flows} flows`).join("; ")}`);
      for (const { file, samples } of sets) {
        const { wallMs, stdout } = await measureNode([worker, file]);
        samples.push({ wallMs, ...(JSON.parse(stdout) as Omit<Sample, "wallMs">) });
      }
    }
    const results = sets.map(({ areas, flows, samples }): FlowResult => {
      const { objects, rules, addressGroups, addresses } = samples[0]!;
      const spread = (of: "wallMs" | "checkCpuMs" | "planCpuMs"): Spread =>
        spreadOf(samples.map((sample) => sample[of]));
      return {
        ...{ areas, flows, objects, rules, addressGroups, addresses },
        ...{ wallMs: spread("wallMs"), checkCpuMs: spread("checkCpuMs"), planCpuMs: spread("planCpuMs") },
      };
    });
    return { loadBefore, runs, results };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
