import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "./machine.ts";
import { measureNode, spreadOf, type Spread } from "./measure.ts";

/** A genuine attestation report of Milan, verified with its certificates read before. */
export interface AttestBench {
  readonly loadBefore: readonly number[];
  readonly runs: number;
  /** Reports that each run verifies. */
  readonly reports: number;
  /** Import of the verifier, its compiled code cached as the command line has it. */
  readonly importMs: Spread;
  /** One report, wall time: the median of a run. */
  readonly verifyMs: Spread;
  /** The same, CPU time of the thread: the mean of a run. */
  readonly verifyCpuMs: Spread;
}

const REPORTS = 400;

interface Sample {
  readonly importMs: number;
  readonly verifyMs: number;
  readonly verifyCpuMs: number;
}

/** Measures the verifier, each run a process of its own. */
export async function benchAttest(runs: number, say: (what: string) => void): Promise<AttestBench> {
  const cache = await mkdtemp(join(tmpdir(), "tresor-bench-"));
  try {
    const worker = join(import.meta.dirname, "attest-worker.ts");
    const once = async (): Promise<Sample> =>
      JSON.parse((await measureNode([worker, `${REPORTS}`], { NODE_COMPILE_CACHE: cache })).stdout) as Sample;
    await once(); // fills the cache
    const loadBefore = load();
    const samples: Sample[] = [];
    for (let run = 1; run <= runs; run++) {
      say(`run ${run} of ${runs}: ${REPORTS} reports`);
      samples.push(await once());
    }
    const spread = (of: keyof Sample): Spread => spreadOf(samples.map((sample) => sample[of]));
    const figures = { importMs: spread("importMs"), verifyMs: spread("verifyMs"), verifyCpuMs: spread("verifyCpuMs") };
    return { loadBefore, runs, reports: REPORTS, ...figures };
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}
