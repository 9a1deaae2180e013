import type { Kind } from "../config/index.ts";
import { UserError, type Problem } from "../config/problem.ts";
import type { FactsByKind } from "./facts.ts";
import { byText } from "./names.ts";
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
  "quobyte-tenant": ["DIGIMED-16", "C4H-1"],
  "quobyte-rule": ["DIGIMED-5", "DIGIMED-16", "DIGIMED-18"],
  "quobyte-quota": ["DIGIMED-16", "DIGIMED-18"],
  "quobyte-volume": ["DIGIMED-5", "DIGIMED-16", "DIGIMED-17", "DIGIMED-18"],
  "quobyte-export": ["DIGIMED-9", "DIGIMED-10", "DIGIMED-16"],
  "quobyte-certificate": ["DIGIMED-3", "DIGIMED-10", "DIGIMED-16"],
  "quobyte-dataset": ["DIGIMED-9", "DIGIMED-16"],
  "default-volume-type": ["DIGIMED-5"],
  "default-group": ["C4H-2"],
  network: ["C4H-2", "DIGIMED-11"],
  "network-access": ["C4H-2", "DIGIMED-10"],
  pipeline: ["DIGIMED-7", "DIGIMED-12"],
  "host-aggregate": ["C4H-4"],
  "identity-provider": ["SPE4HD-3", "DENBI-7", "DIGIMED-12"],
  mapping: ["SPE4HD-3", "DENBI-7", "DIGIMED-12"],
  "federation-protocol": ["SPE4HD-3", "DENBI-7"],
  "partner-group": ["DIGIMED-12"],
  "group-members": ["DIGIMED-12", "DENBI-4"],
  "certificate-role": ["C4H-10"],
  "certificate-policy": ["C4H-10"],
  "study-key": ["C4H-9", "DIGIMED-5", "DIGIMED-6"],
  person: ["DIGIMED-12", "DENBI-4", "C4H-10"],
  "domain-access": ["DIGIMED-12", "DIGIMED-6"],
  "project-access": ["DIGIMED-10", "DIGIMED-11", "DIGIMED-12"],
  subnet: ["C4H-2"],
  "network-reach": ["C4H-2", "DIGIMED-11"],
  router: ["C4H-2", "C4H-3"],
  "router-interface": ["C4H-2", "C4H-3"],
  "vpn-service": ["C4H-3"],
  "ike-policy": ["C4H-3"],
  "ipsec-policy": ["C4H-3"],
  "endpoint-group": ["C4H-3"],
  "vpn-connection": ["C4H-3"],
  "address-group": ["C4H-2", "C4H-3"],
  "security-group": ["C4H-2", "DIGIMED-10"],
  "rule-set": ["C4H-2", "DIGIMED-10"],
  port: ["C4H-2"],
  uplink: ["C4H-3"],
  "uplink-groups": ["C4H-2", "C4H-3"],
  "key-volume": ["C4H-3", "DIGIMED-5"],
  "root-volume": ["DIGIMED-5", "DIGIMED-17"],
  "server-group": ["C4H-15"],
  machine: ["DIGIMED-1", "DIGIMED-4", "DIGIMED-17", "C4H-6"],
  volume: ["DIGIMED-5", "DIGIMED-9", "DIGIMED-17", "DIGIMED-18"],
  share: ["DIGIMED-9", "DIGIMED-16", "DIGIMED-17"],
  "share-access": ["DIGIMED-9", "DIGIMED-10", "DIGIMED-11"],
  "share-lock": ["DIGIMED-9", "DIGIMED-11"],
  container: ["DIGIMED-20", "SPE4HD-6", "SPE4HD-7", "SPE4HD-8", "SPE4HD-10"],
  "ingest-key": ["DIGIMED-2", "DIGIMED-20", "SPE4HD-10", "C4H-10"],
  "service-user": ["SPE4HD-7", "C4H-14"],
  "application-credential": ["SPE4HD-7", "C4H-10", "C4H-14"],
};

/**
 * Objects of one kind and project with one name, or with one id: keys may contain hyphens, so that a bench `b` of area `a` and an area
 * `a-b` ask for the same project. Exported for the rules.
 */
function clashes(objects: readonly PlannedObject[]): readonly Problem[] {
  const seen = new Map<string, PlannedObject>();
  const problems = new Map<string, Problem>();
  for (const object of objects) {
    const { id, kind, project = "", name, because } = object;
    for (const key of [`id ${id}`, `name ${kind} ${project} ${name}`]) {
      const other = seen.get(key);
      if (other === undefined) seen.set(key, object);
      // What belongs to a project clashes with it: the first of each name tells all.
      else if (!problems.has(name))
        problems.set(name, {
          what: `two objects of kind ${kind} would be called ${JSON.stringify(name)}`,
          path: because[0] ?? "",
          found: [...new Set([...other.because, ...because])].join(" and "),
          why: "names in the cloud are made of keys joined by hyphens",
          next: "rename one of the two keys",
        });
    }
  }
  return [...problems.values()];
}

interface Where {
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

  /** @throws UserError when two objects would carry one name in one project: neither half could tell them apart */
  close(subject: string, preset?: string): Plan {
    const objects = this.#objects.toSorted((a, b) => byText(a.id, b.id));
    const problems = clashes(objects);
    if (problems.length > 0) throw new UserError(problems);
    return { kind: this.#stack, subject, ...(preset === undefined ? {} : { preset }), objects };
  }
}
