import { execa } from "execa";
import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../config/problem.ts";

/** Several runs of one thing: others use the machine as well, so the minimum says what it costs and the median what one sees. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly runs: readonly number[];
}

const rounded = (value: number): number => Number(value.toPrecision(4));

/** @throws RangeError for no runs */
export function spreadOf(runs: readonly number[]): Spread {
  if (runs.length === 0) throw new RangeError("no runs");
  const sorted = runs.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { min: rounded(sorted[0]!), median: rounded(median), runs: runs.map(rounded) };
}

/** What one process took, from its start to its end. */
export interface Usage {
  readonly wallMs: number;
  /** User and system time: steadier than the wall clock on a busy machine. */
  readonly cpuMs: number;
  /** Most memory at any time. */
  readonly rssMiB: number;
  readonly stdout: string;
}

/**
 * Runs one Node process and measures it as a whole.
 * @param args options of Node, then the script and its arguments
 * @throws UserError when it fails: a failed run is no measurement
 */
export async function measureNode(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Usage> {
  const usage = join(tmpdir(), `tresor-bench-${randomUUID()}.json`);
  const preload = join(import.meta.dirname, "usage.mjs");
  const start = performance.now();
  const run = await execa(process.execPath, ["--disable-warning=ExperimentalWarning", `--import=${preload}`, ...args], {
    reject: false,
    stdin: "ignore",
    env: { ...environment, TRESOR_BENCH_USAGE: usage },
  });
  const wallMs = performance.now() - start;
  try {
    if (run.exitCode !== 0)
      throw new UserError({
        what: `node ${args.join(" ")} ended with exit code ${run.exitCode ?? run.signal}`,
        why: run.stderr.trim().slice(-2000),
      });
    const used = JSON.parse(await readFile(usage, "utf8")) as Pick<Usage, "cpuMs" | "rssMiB">;
    return { wallMs, ...used, stdout: run.stdout };
  } finally {
    await rm(usage, { force: true });
  }
}

/** The three figures of several runs of a process. */
export interface UsageSpread {
  readonly wallMs: Spread;
  readonly cpuMs: Spread;
  readonly rssMiB: Spread;
}

export const usageSpread = (runs: readonly Omit<Usage, "stdout">[]): UsageSpread => ({
  wallMs: spreadOf(runs.map(({ wallMs }) => wallMs)),
  cpuMs: spreadOf(runs.map(({ cpuMs }) => cpuMs)),
  rssMiB: spreadOf(runs.map(({ rssMiB }) => rssMiB)),
});
