import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { devcloudSettings } from "../scripts/devcloud/index.ts";
import { forEachZone, makeFleet, removeFleet, zoneName, zoneSite } from "./fleet-site.ts";
import { load } from "./machine.ts";
import { spreadOf, type Spread } from "./measure.ts";
import { markLogs, requestsSince } from "./requests.ts";
import { engine } from "./site.ts";

/** What the first `up` of some zones at once took. */
export interface FleetResult {
  readonly zones: number;
  /** Until the last one ended. */
  readonly wallMs: Spread;
  /** CPU time of engines, plugins and programs of all of them. */
  readonly clientCpuMs: Spread;
  /** Of the last run: how long the APIs were at the answers, all together, by service. */
  readonly apiMs: Readonly<Record<string, number>>;
  /** Of the last run. */
  readonly calls: number;
}

export interface FleetBench {
  readonly loadBefore: readonly number[];
  readonly rounds: number;
  readonly results: readonly FleetResult[];
}

/** CPU milliseconds of all children that have ended, and theirs. Linux counts them in hundredths of a second. */
function childrenCpuMs(): number {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

interface Sample {
  readonly wallMs: number;
  readonly clientCpuMs: number;
  readonly apiMs: Readonly<Record<string, number>>;
  readonly calls: number;
}

/** Brings the first so many zones up at once, and removes them again. */
async function sample(zones: number, agent: string): Promise<Sample> {
  const { logs } = devcloudSettings().dirs;
  const mark = await markLogs(logs);
  const [start, cpu] = [performance.now(), childrenCpuMs()];
  await forEachZone(zones, zones, async (index) => {
    await engine(zoneSite(index), zoneName(index), ["up", "--yes", "--skip-preview", "--suppress-progress"]);
  });
  const [wallMs, clientCpuMs] = [performance.now() - start, childrenCpuMs() - cpu];
  const requests = await requestsSince(logs, mark, agent);
  const apiMs: Record<string, number> = {};
  for (const { api, milliseconds } of requests) apiMs[api] = (apiMs[api] ?? 0) + milliseconds;
  await forEachZone(zones, 3, async (index) => {
    await engine(zoneSite(index), zoneName(index), ["destroy", "--yes", "--skip-preview", "--suppress-progress"]);
  });
  return { wallMs, clientCpuMs, apiMs, calls: requests.length };
}

/**
 * Measures the first `up` of one small zone and of several at once, interleaved; tenants stand before it.
 * @param zones how many at once
 */
export async function benchFleet(zones: number, rounds: number, say: (what: string) => void): Promise<FleetBench> {
  const agent = `bench-${randomBytes(6).toString("hex")}`;
  process.env.TRESOR_USER_AGENT = agent;
  await removeFleet(zones, say);
  try {
    await makeFleet(zones, say);
    const samples = new Map<number, Sample[]>([1, zones].map((count) => [count, []]));
    const loadBefore = load();
    for (let round = 1; round <= rounds; round++)
      for (const [count, taken] of samples) {
        const found = await sample(count, agent);
        taken.push(found);
        say(`round ${round} of ${rounds}: ${count} at once: ${(found.wallMs / 1000).toFixed(1)} s`);
      }
    const results = [...samples].map(([count, taken]): FleetResult => {
      const { apiMs, calls } = taken.at(-1)!;
      const spread = (of: "wallMs" | "clientCpuMs"): Spread => spreadOf(taken.map((one) => one[of]));
      return { zones: count, wallMs: spread("wallMs"), clientCpuMs: spread("clientCpuMs"), apiMs, calls };
    });
    return { loadBefore, rounds, results };
  } finally {
    await removeFleet(zones, say);
  }
}
