import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AttestBench } from "./attest.ts";
import type { CloudBench } from "./cloud.ts";
import type { EngineBench } from "./engine.ts";
import type { FleetBench } from "./fleet.ts";
import type { FlowBench } from "./flows.ts";
import type { Machine } from "./machine.ts";
import type { PlanBench } from "./plan.ts";
import type { RulesBench } from "./rules.ts";

/** Where runs are kept, a file each. */
export const RESULTS = join(import.meta.dirname, "results");

/** When a part was measured, and at which commit: the tables show the newest of each part. */
export interface Origin {
  readonly date: string;
  readonly commit: string;
}

/** One run of the benchmark; parts that were not asked for are absent. */
export interface Results {
  readonly format: 1;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly machine: Machine & { readonly loadAfter: readonly number[] };
  readonly plan?: PlanBench & Origin;
  readonly engine?: EngineBench & Origin;
  readonly flows?: FlowBench & Origin;
  readonly cloud?: CloudBench & Origin;
  readonly rules?: RulesBench & Origin;
  readonly fleet?: FleetBench & Origin;
  readonly attest?: AttestBench & Origin;
}

/** All runs that were kept, the newest first. */
export async function latestResults(directory = RESULTS): Promise<readonly Results[]> {
  const files = (await readdir(directory))
    .filter((file) => file.endsWith(".json"))
    .toSorted()
    .toReversed();
  const all = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(directory, file), "utf8")) as Results),
  );
  return all.filter(({ format }) => format === 1);
}
