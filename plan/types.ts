import type { Kind } from "../config/index.ts";

/** Who could read data at rest: the storage's operator, the hypervisor, or only the attested guest. */
export type TrustTier = "storage" | "host" | "guest";

/** What kinds of object a plan holds. */
export type ObjectKind =
  | "flavor"
  | "image"
  | "volume-type"
  | "share-type"
  | "domain"
  | "project"
  | "quota"
  | "flavor-access"
  | "volume-type-access"
  | "share-type-access"
  | "default-volume-type"
  | "default-group"
  | "network"
  | "network-access"
  | "pipeline"
  | "partner-group"
  | "project-access"
  | "subnet"
  | "security-group"
  | "rule-set"
  | "port"
  | "root-volume"
  | "machine"
  | "volume"
  | "share"
  | "share-access";

/** JSON values: what a plan may hold, so that it can be published, compared and hashed. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One thing that shall exist. */
export interface PlannedObject<Facts = Readonly<Record<string, Json>>> {
  /** kind/zone/area/config-key: never an index, never the cloud's id. Pulumi names, drift and evidence keys derive from it. */
  readonly id: string;
  readonly kind: ObjectKind;
  readonly stack: Kind;
  /** Name of the project that owns it in the cloud; absent for objects of the whole cloud. */
  readonly project?: string;
  /** Name in the cloud. */
  readonly name: string;
  readonly facts: Facts;
  /** Config paths that asked for it. */
  readonly because: readonly string[];
  /** Requirement ids that it serves. */
  readonly requirements: readonly string[];
  readonly tier?: TrustTier;
}

/** What shall exist for one stack, sorted by id. Pure data, no secret. */
export interface Plan {
  readonly kind: Kind;
  /** `platform`, or the zone's name. */
  readonly subject: string;
  readonly objects: readonly PlannedObject[];
}
