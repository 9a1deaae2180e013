import { randomBytes } from "node:crypto";
import type { Progress } from "../scripts/console.ts";
import { devcloudSettings } from "../scripts/devcloud/index.ts";
import { load } from "./machine.ts";
import { spreadOf, type Spread } from "./measure.ts";
import type { Counts } from "./objects.ts";
import {
  countCalls,
  markLogs,
  PURPOSES,
  purposeOf,
  requestsSince,
  type CallCount,
  type LoggedRequest,
  type Purpose,
} from "./requests.ts";
import { BENCH_SITES, claimZone, engine, ensurePlatform, makeSites, removeSites, stackCounts, ZONE } from "./site.ts";

/** One kind of run of the engine on one half, several times. */
export interface CloudResult {
  readonly operation: string;
  readonly half: "tenant" | "zone";
  readonly wallMs: Spread;
  /** Requests of the engine's plugins and of the program, counted in the APIs' own logs. */
  readonly calls: Spread;
  /** Of the last run: why they were made. */
  readonly purposes: Readonly<Record<Purpose, number>>;
  /** Of the last run: the OpenStack plugin's, and those of our own provider and program. */
  readonly callers: { readonly plugin: number; readonly own: number };
  /** Of the last run: answers of 400 and above. */
  readonly refused: number;
  /** Of the last run, the most frequent. */
  readonly dominating: readonly CallCount[];
  /** What stood afterwards (before, for destroy). */
  readonly counts: Counts;
  readonly callsPerObject: number;
  readonly callsPerResource: number;
}

export interface CloudBench {
  readonly loadBefore: readonly number[];
  readonly rounds: number;
  readonly results: readonly CloudResult[];
}

interface Sample {
  readonly wallMs: number;
  readonly requests: readonly LoggedRequest[];
  readonly counts: Counts;
}

/** What is run, as it is typed. */
const OPERATIONS = {
  up: ["up", "--yes", "--skip-preview", "--suppress-progress"],
  preview: ["preview", "--expect-no-changes", "--suppress-progress"],
  "no-op up": ["up", "--yes", "--skip-preview", "--expect-no-changes", "--suppress-progress"],
  refresh: ["refresh", "--preview-only", "--expect-no-changes", "--suppress-progress"],
  destroy: ["destroy", "--yes", "--skip-preview", "--suppress-progress"],
} as const;
type Operation = keyof typeof OPERATIONS;

/** Runs and counts; other users of the cloud are left out by a user agent of this run alone. */
class Meter {
  readonly #agent = `bench-${randomBytes(6).toString("hex")}`;
  readonly #logs = devcloudSettings().dirs.logs;
  readonly #samples = new Map<string, Sample[]>();
  readonly #say: (what: string) => void;

  constructor(say: (what: string) => void) {
    this.#say = say;
    // The OpenStack plugin's word for it, and our own client's.
    process.env.TF_APPEND_USER_AGENT = this.#agent;
    process.env.TRESOR_USER_AGENT = this.#agent;
  }

  async run(half: "tenant" | "zone", operation: Operation): Promise<void> {
    const [site, stack] = half === "zone" ? [BENCH_SITES.zone, ZONE] : [BENCH_SITES.operator, `${ZONE}-tenant`];
    const before = await stackCounts(site, stack);
    const mark = await markLogs(this.#logs);
    const start = performance.now();
    await engine(site, stack, OPERATIONS[operation]);
    const wallMs = performance.now() - start;
    const requests = await requestsSince(this.#logs, mark, this.#agent);
    const counts = operation === "destroy" ? before : await stackCounts(site, stack);
    const key = `${half} ${operation}`;
    this.#samples.set(key, [...(this.#samples.get(key) ?? []), { wallMs, requests, counts }]);
    this.#say(
      `${half}: pulumi ${operation}: ${(wallMs / 1000).toFixed(1)} s, ${requests.length} calls, ${counts.objects} objects`,
    );
  }

  results(): readonly CloudResult[] {
    return [...this.#samples].map(([key, samples]) => {
      const [half = "", ...operation] = key.split(" ");
      return resultOf(half as "tenant" | "zone", operation.join(" "), samples);
    });
  }
}

function resultOf(half: "tenant" | "zone", operation: string, samples: readonly Sample[]): CloudResult {
  const { requests, counts } = samples.at(-1)!;
  const calls = spreadOf(samples.map((sample) => sample.requests.length));
  const per = (count: number): number => Number((calls.median / Math.max(count, 1)).toFixed(2));
  const own = requests.filter(({ agent }) => agent.startsWith("tresor")).length;
  return {
    operation,
    half,
    wallMs: spreadOf(samples.map(({ wallMs }) => wallMs)),
    calls,
    purposes: Object.fromEntries(
      PURPOSES.map((purpose) => [purpose, requests.filter((request) => purposeOf(request) === purpose).length]),
    ) as Record<Purpose, number>,
    callers: { plugin: requests.length - own, own },
    refused: requests.filter(({ status }) => status >= 400).length,
    dominating: countCalls(requests).slice(0, 12),
    counts,
    callsPerObject: per(counts.objects),
    callsPerResource: per(counts.resources),
  };
}

/**
 * Measures one zone's life on the one-machine cloud, from nothing to nothing, the zone's half several times. The zone has the shape of
 * the demo's and goes away at the end.
 */
export async function benchCloud(rounds: number, progress: Progress, say: (what: string) => void): Promise<CloudBench> {
  await ensurePlatform(progress);
  await removeSites(say);
  say(`tresor init, tresor allocate in ${BENCH_SITES.operator} and ${BENCH_SITES.zone}`);
  await makeSites();
  const loadBefore = load();
  const meter = new Meter(say);
  await meter.run("tenant", "up");
  await claimZone();
  for (let round = 1; round <= rounds; round++) {
    await meter.run("zone", "up");
    for (const operation of ["preview", "no-op up", "refresh"] as const) await meter.run("zone", operation);
    await meter.run("tenant", "preview");
    await meter.run("zone", "preview");
    await meter.run("zone", "destroy");
  }
  await meter.run("tenant", "destroy");
  await removeSites(say);
  return { loadBefore, rounds, results: meter.results() };
}
