import type { Kind, PlatformConfig, TenantConfig, ZoneConfig } from "../config/index.ts";
import type { Ledger } from "../plan/ledger.ts";

/** What a rule sees. It sees nothing else: no file, no clock, no cloud. */
export interface RuleContext<Config> {
  readonly config: Config;
  /** The day on which is judged, YYYY-MM-DD; the caller's clock. */
  readonly today: string;
  /** The operator's ledger, where the caller has it. */
  readonly ledger?: Ledger;
}

/** One refusal of a rule, at one place of the config. */
export interface Violation {
  /** Path below the kind: `areas.heart.flows[2].ports`. */
  readonly path: string;
  readonly what: string;
  readonly found?: string;
  readonly allowed?: string;
  readonly next?: string;
}

/**
 * One cross-field refusal. zod checks shape only; whatever needs two values to be judged is a rule of its own, in a file of its own.
 * A rule that throws is a violation, never a pass.
 */
export interface Rule<Config> {
  readonly id: string;
  readonly kind: Kind;
  readonly severity: "error" | "warning";
  readonly requirements: readonly string[];
  /** Why it exists, in one sentence. */
  readonly why: string;
  check(context: RuleContext<Config>): readonly Violation[];
}

export type PlatformRule = Rule<PlatformConfig> & { readonly kind: "platform" };
export type TenantRule = Rule<TenantConfig> & { readonly kind: "tenant" };
export type ZoneRule = Rule<ZoneConfig> & { readonly kind: "zone" };
