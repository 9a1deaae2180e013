import type { Session } from "../../openstack/session.ts";

/** Who attacks whom: the area's own identity finds the target and is the positive control. */
export interface Scene {
  /** Identity of the area under attack, scoped to its project. */
  readonly owner: Session;
  readonly attacker: Session;
  /** Name of the area's project and network. */
  readonly area: string;
}

/** What a call came to. */
export interface Attempt {
  readonly status: number;
  /** The service's own words, where it refused. */
  readonly message?: string;
  /** Takes back what should not have worked. */
  readonly undo?: () => Promise<unknown>;
}

/** An attack that could be tried: all that it needs was found. */
export interface Prepared {
  /** What is attacked, as it is printed. */
  readonly target: string;
  /** The same call, or one as near as can be, where it must work: else a refusal proves nothing. */
  control(): Promise<Attempt>;
  attempt(): Promise<Attempt>;
}

export interface Attack {
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly string[];
  /** True when it reaches for what belongs to the area; senseless for the area's own identity. */
  readonly foreign: boolean;
  /** Refusals that count, beside 403 and 404. */
  readonly refusals: readonly number[];
  /** Finds what is needed; undefined with `missing` said when the area has nothing to attack. */
  prepare(scene: Scene): Promise<Prepared | { readonly missing: string }>;
}

export interface AttackReport {
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly string[];
  /** `nothing to attack`: the area has no such object, so that there is nothing to refuse. */
  readonly result: "refused" | "succeeded" | "could not check" | "nothing to attack";
  readonly says: string;
}
