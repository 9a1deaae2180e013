import type { Kind } from "../config/index.ts";
import type { FactsByKind } from "./facts.ts";

/** Who could read data at rest: the storage's operator, the hypervisor, or only the attested guest. */
export type TrustTier = "storage" | "host" | "guest";

/** What kinds of object a plan holds. */
export type ObjectKind = keyof FactsByKind;

/** JSON values: what a plan may hold, so that it can be published, compared and hashed. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };

/** One thing that shall exist. */
export interface Planned<K extends ObjectKind = ObjectKind> {
  /** kind/zone/area/config-key: never an index, never the cloud's id. Pulumi names, drift and evidence keys derive from it. */
  readonly id: string;
  readonly kind: K;
  readonly stack: Kind;
  /** Name of the project that owns it in the cloud; absent for objects of the whole cloud. */
  readonly project?: string;
  /** Name in the cloud. */
  readonly name: string;
  readonly facts: FactsByKind[K];
  /** Config paths that asked for it. */
  readonly because: readonly string[];
  /** Requirement ids that it serves. */
  readonly requirements: readonly string[];
  readonly tier?: TrustTier;
}

export type PlannedObject = { [K in ObjectKind]: Planned<K> }[ObjectKind];

/** What shall exist for one stack, sorted by id. Pure data, no secret. */
export interface Plan {
  readonly kind: Kind;
  /** `platform`, or the zone's name. */
  readonly subject: string;
  readonly preset?: string;
  readonly objects: readonly PlannedObject[];
}

/** The planned objects of one kind. */
export function planned<K extends ObjectKind>(plan: Plan, kind: K): readonly Planned<K>[] {
  return plan.objects.filter((object) => object.kind === kind) as unknown as readonly Planned<K>[];
}
