import type { Erasure } from "../config/scalars.ts";
import { factsOfKind, isInProject } from "./table.ts";
import { keyOf, type Found, type Left, type Maker, type Method, type Seen } from "./types.ts";

/** What decides who made an object. */
export interface Makers {
  /** True for an id that the zone's state names. */
  readonly isInState: (id: string) => boolean;
  /** Names of projects in which people make things themselves. */
  readonly benches: ReadonlySet<string>;
  /** True for what the operator's half made among the zone's own kinds: legs of gateways, the pipeline's user and its roles. */
  readonly isOperators: (found: Found) => boolean;
  /** What the plan says of how a volume or a share ends; undefined for what it does not know. */
  readonly erasureOf: (found: Found) => Erasure | undefined;
  /** Types of shares whose storage keeps the bytes when a share is deleted. */
  readonly unexports: ReadonlySet<string>;
}

/** Ports that Neutron makes for a network itself, and the group that it makes in every project. */
const isClouds = ({ kind, name, facts }: Found): boolean =>
  (kind === "port" && facts.device?.startsWith("network:") === true) ||
  (kind === "security group" && name === "default");

/** Where only the operator can take it away. */
const isTenants = (found: Found, { isOperators }: Makers): boolean =>
  factsOfKind(found.kind).owner === "tenant" || isClouds(found) || isOperators(found);

/** Copies of encrypted volumes are ciphertext like them; Cinder's list of snapshots does not say so. */
export function withCopies(found: readonly Found[]): readonly Found[] {
  const encrypted = new Set(found.flatMap(({ kind, id, facts }) => (kind === "volume" && facts.encrypted ? id : [])));
  return found.map((one) =>
    one.facts.copyOf !== undefined && encrypted.has(one.facts.copyOf)
      ? { ...one, facts: { ...one.facts, encrypted: true } }
      : one,
  );
}

/**
 * How an object is deleted, as far as its facts show: that there is a key is Cinder's word, not the config's. What the config says
 * counts where there is none: that a driver overwrites, no API shows.
 */
export function methodOf(found: Found, { erasureOf, unexports }: Pick<Makers, "erasureOf" | "unexports">): Method {
  const { kind, facts } = found;
  const isOfCinder = kind === "volume" || kind === "volume snapshot" || kind === "volume backup";
  if (isOfCinder && (facts.encrypted === true || facts.keyId !== undefined)) return "cryptoShred";
  if (kind === "share" && facts.type !== undefined && unexports.has(facts.type)) return "unexport";
  const asked = kind === "volume" || kind === "share" ? erasureOf(found) : undefined;
  return asked === "overwriteZero" || asked === "overwriteRandom" ? asked : "delete";
}

function judgeOne(found: Found, makers: Makers): Seen {
  const maker: Maker =
    makers.isInState(found.id) || makers.isOperators(found)
      ? "stack"
      : isClouds(found)
        ? "cloud"
        : makers.benches.has(found.project)
          ? "bench"
          : "hand";
  const data = factsOfKind(found.kind).data === true;
  return {
    ...found,
    maker,
    owner: isTenants(found, makers) ? "tenant" : "zone",
    data,
    method: methodOf(found, makers),
  };
}

/**
 * Adds what is decided when objects are first seen. A volume's key, which Cinder made, is of who made the volume.
 */
export function judgeMakers(found: readonly Found[], makers: Makers): readonly Seen[] {
  const seen = found.map((one) => judgeOne(one, makers));
  const owners = new Map(seen.flatMap(({ facts, maker }) => (facts.keyId === undefined ? [] : [[facts.keyId, maker]])));
  return seen.map((one) =>
    one.kind === "secret" && one.maker === "hand" ? { ...one, maker: owners.get(one.id) ?? "hand" } : one,
  );
}

/** What goes now, and what is held back with the reason. Objects of the operator's half are in neither. */
export interface Judged {
  readonly go: readonly Seen[];
  readonly held: readonly Left[];
  /**
   * Of these, what keeps the stack from being taken down: its own data, and what stands on its networks. What was taken over does not,
   * since the stack forgets it, nor a volume or a key that somebody made by hand, since the stack does not know it.
   */
  readonly blocking: readonly Left[];
}

type Reason = Pick<Left, "why" | "next"> & { readonly passive?: boolean };

export interface JudgeOptions {
  /** What nobody of ours made goes, too. */
  readonly all: boolean;
  /** Ids of data that was taken over (`adopt`). */
  readonly adopted: ReadonlySet<string>;
  /** What services refused to delete in this run, by `keyOf`. */
  readonly refused?: ReadonlyMap<string, Reason>;
}

const BY_HAND: Reason = {
  why: "no stack made it: somebody did by hand",
  next: "remove it, or run again with --all, which takes it too",
};
const ADOPTED: Reason = {
  why: "it was taken over (`adopt`) and is never deleted by us",
  next: "give it to another project, or delete it yourself; then run again",
  passive: true,
};

/** Volumes and shares whose key opens what is not deleted, or whose copy is not. */
const held = (by: Seen, word: string, { passive = false }: Reason): Reason => ({
  passive,
  why: `${by.kind} ${by.name === "" ? by.id : `"${by.name}"`} ${word}, and is not deleted`,
  next: `remove that ${by.kind} first, or run again with --all`,
});

/** Keys, and what Barbican keeps beside them: those of things that go, go with them. */
const followsData = new Set(["secret"]);

/**
 * Decides about each object of a zone. Nothing is deleted that somebody else's object needs: a volume with a foreign snapshot, or on a
 * foreign machine, stays with its key, since without the key the foreign copy would be lost, too.
 */
export function judge(objects: readonly Seen[], { all, adopted, refused = new Map() }: JudgeOptions): Judged {
  const ours = objects.filter(({ kind, owner }) => owner === "zone" && isInProject(kind));
  const reasons = new Map<string, Reason>();
  const keep = (one: Seen, reason: Reason): boolean => {
    if (reasons.has(keyOf(one))) return false;
    reasons.set(keyOf(one), reason);
    return true;
  };
  const keys = new Set(ours.flatMap(({ facts }) => facts.keyId ?? []));
  for (const one of ours) {
    const refusal = refused.get(keyOf(one));
    if (refusal !== undefined) keep(one, refusal);
    else if (adopted.has(one.id)) keep(one, ADOPTED);
    else if (one.maker === "hand" && !all && !(followsData.has(one.kind) && keys.has(one.id))) keep(one, BY_HAND);
  }
  for (let changed = true; changed;) {
    changed = false;
    for (const one of ours) {
      const because = reasons.get(keyOf(one));
      if (because === undefined) continue;
      for (const other of ours) {
        const { facts } = one;
        const needed =
          (other.id === facts.copyOf && held(one, "is a copy of it", because)) ||
          (other.kind === "secret" && other.id === facts.keyId && held(one, "is opened by it", because)) ||
          (other.facts.machines?.includes(one.id) === true && held(one, "has it attached", because)) ||
          // Data whose key outlives it would not be shredded.
          (one.kind === "secret" && other.facts.keyId === one.id && held(one, "opens it", because));
        if (needed) changed = keep(other, needed) || changed;
      }
    }
  }
  const heldBack = ours.flatMap((one) => {
    const reason = reasons.get(keyOf(one));
    const { kind, id, name, project } = one;
    if (reason === undefined) return [];
    const { why, next } = reason;
    const passive = reason.passive === true || (one.maker !== "stack" && factsOfKind(kind).stage !== "rest");
    return [{ left: { kind, id, name, project, why, next }, passive }];
  });
  return {
    go: ours.filter((one) => !reasons.has(keyOf(one))),
    held: heldBack.map(({ left }) => left),
    blocking: heldBack.flatMap(({ left, passive }) => (passive ? [] : [left])),
  };
}
