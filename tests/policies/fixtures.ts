import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { PlatformConfig, StackConfig, TenantConfig, ZoneConfig } from "../../config/index.ts";
import { loadStackFile } from "../../config/loader.ts";
import { formatProblem, type Problem } from "../../config/problem.ts";
import { ledgerSchema, type Ledger } from "../../plan/ledger.ts";
import { judge, warnings } from "../../policies/index.ts";

/** The day on which the tests judge; the examples' permits are in force then. */
export const TODAY = "2026-11-21";

const EXAMPLES = new URL("../../stacks/examples/", import.meta.url);
export const exampleText = (name: string): string => readFileSync(new URL(name, EXAMPLES), "utf8");

function load(stack: string): StackConfig {
  const { stack: config, problems } = loadStackFile(exampleText(`Pulumi.${stack}.yaml`), stack);
  if (config === undefined) throw new Error(problems.map(formatProblem).join("\n"));
  return config;
}

/** A config that a test may change: readonly is a promise of the program, not of its tests. */
export type Loose<T> = T extends object ? { -readonly [K in keyof T]: Loose<T[K]> } : T;

export const zone = (): Loose<ZoneConfig> => load("digimed").config as never;
export const tenant = (): Loose<TenantConfig> => load("digimed-tenant").config as never;
export const platform = (): Loose<PlatformConfig> => load("platform").config as never;
export const ledger = (): Loose<Ledger> => ledgerSchema.parse(parse(exampleText("ledger.yaml"))) as never;

const configs = { zone, tenant, platform };

/** One case: the example of a kind, changed, and what the rules shall say. */
export interface Case<K extends keyof typeof configs> {
  readonly name: string;
  readonly change: (config: ReturnType<(typeof configs)[K]>, book: Loose<Ledger>) => void;
  /** Paths that the rule must name; none for a compliant case. */
  readonly refuses?: readonly string[];
  readonly today?: string;
}

/** The problems of one case; with the ledger, as in the operator's directory. */
export function judged<K extends keyof typeof configs>(
  kind: K,
  { change, today = TODAY }: Pick<Case<K>, "change" | "today">,
  severity: "error" | "warning" = "error",
): readonly Problem[] {
  const config = configs[kind]();
  const book = ledger();
  change(config as never, book);
  const ask = severity === "error" ? judge : warnings;
  return ask({ kind, config } as StackConfig, { today, ledger: book as Ledger });
}
