import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { load } from "./machine.ts";
import { measureNode, spreadOf, type Spread } from "./measure.ts";
import type { CallCount } from "./requests.ts";

/** Rules of one security group on the real Neutron, by our provider without an engine. */
export interface RulesBench {
  readonly loadBefore: readonly number[];
  readonly runs: number;
  readonly rules: number;
  /** All of them by one rule set, Neutron's default rules of the new group removed. */
  readonly setMs: Spread;
  /** As many, one request after the other, as a provider of single rules sends them. */
  readonly singleMs: Spread;
  /** Of one rule set. */
  readonly calls: readonly CallCount[];
}

export const RULES = 30;

/** Measures how long so many rules of a group take, as one set and one by one, each time on a new group. */
export async function benchRules(runs: number): Promise<RulesBench> {
  const loadBefore = load();
  const worker = join(import.meta.dirname, "rules-worker.ts");
  const agent = `bench-${randomBytes(6).toString("hex")}`;
  const { stdout } = await measureNode([worker, `${runs}`, `${RULES}`], { TRESOR_USER_AGENT: agent });
  const { together, single, calls } = JSON.parse(stdout) as {
    readonly together: readonly number[];
    readonly single: readonly number[];
    readonly calls: readonly CallCount[];
  };
  return { loadBefore, runs, rules: RULES, setMs: spreadOf(together), singleMs: spreadOf(single), calls };
}
