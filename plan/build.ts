import type { Kind } from "../config/index.ts";
import type { FactsByKind } from "./facts.ts";
import type { ObjectKind, Plan, Planned, PlannedObject, TrustTier } from "./types.ts";

/** Requirements that each kind of object serves by being there. */
const REQUIREMENTS: Readonly<Record<ObjectKind, readonly string[]>> = {
  flavor: ["DIGIMED-1", "DIGIMED-4", "DIGIMED-13", "DIGIMED-15"],
  image: ["DIGIMED-1", "DIGIMED-15"],
  "volume-type": ["DIGIMED-5", "DIGIMED-18"],
  "share-type": ["DIGIMED-16"],
  domain: ["C4H-1"],
  project: ["C4H-1", "DIGIMED-7", "DIGIMED-11"],
  quota: ["DIGIMED-7", "DIGIMED-18"],
  "flavor-access": ["DIGIMED-1"],
  "image-access": ["DIGIMED-1"],
  "volume-type-access": ["DIGIMED-5"],
  "share-type-access": ["DIGIMED-16"],
  "default-volume-type": ["DIGIMED-5"],
  "default-group": ["C4H-2"],
  network: ["C4H-2", "DIGIMED-11"],
  "network-access": ["C4H-2", "DIGIMED-10"],
  pipeline: ["DIGIMED-7", "DIGIMED-12"],
  "partner-group": ["DIGIMED-12"],
  "project-access": ["DIGIMED-10", "DIGIMED-11", "DIGIMED-12"],
  subnet: ["C4H-2"],
  "security-group": ["C4H-2", "DIGIMED-10"],
  "rule-set": ["C4H-2", "DIGIMED-10"],
  port: ["C4H-2"],
  "root-volume": ["DIGIMED-5", "DIGIMED-17"],
  machine: ["DIGIMED-1", "DIGIMED-4", "DIGIMED-17"],
  volume: ["DIGIMED-5", "DIGIMED-9", "DIGIMED-17", "DIGIMED-18"],
  share: ["DIGIMED-9", "DIGIMED-16", "DIGIMED-17"],
  "share-access": ["DIGIMED-9", "DIGIMED-10", "DIGIMED-11"],
};

export interface Where {
  readonly project?: string;
  readonly tier?: TrustTier;
}

/** Collects planned objects of one stack and closes them into a plan. */
export class PlanBuilder {
  readonly #stack: Kind;
  readonly #objects: PlannedObject[] = [];

  constructor(stack: Kind) {
    this.#stack = stack;
  }

  /**
   * Plans one object and returns its id.
   * @param parts what follows the kind in the id: zone, area, config key
   * @param because config paths, given with their kind: `zone.areas.heart`
   */
  add<K extends ObjectKind>(
    kind: K,
    parts: readonly string[],
    name: string,
    facts: FactsByKind[K],
    because: readonly string[] | string,
    where: Where = {},
  ): string {
    const id = [kind, ...parts].join("/");
    const object: Planned<K> = {
      id,
      kind,
      stack: this.#stack,
      ...(where.project === undefined ? {} : { project: where.project }),
      name,
      facts,
      because: typeof because === "string" ? [because] : because,
      requirements: REQUIREMENTS[kind],
      ...(where.tier === undefined ? {} : { tier: where.tier }),
    };
    this.#objects.push(object as unknown as PlannedObject);
    return id;
  }

  close(subject: string, preset?: string): Plan {
    const objects = this.#objects.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    return { kind: this.#stack, subject, ...(preset === undefined ? {} : { preset }), objects };
  }
}
