/**
 * How an object was deleted. `cryptoShred`: its key first, so that what stays on disks is ciphertext without a key. `overwriteZero`,
 * `overwriteRandom`: its bytes were overwritten by the storage's driver. `unexport`: only no longer offered, its bytes stay. `erase`: the
 * storage was asked to erase it. `delete`: taken out of its service, which says nothing of bytes on disks.
 */
export const METHODS = ["cryptoShred", "overwriteZero", "overwriteRandom", "unexport", "erase", "delete"] as const;
export type Method = (typeof METHODS)[number];

/**
 * What a zone's deletion does, in this order. Keys go before what they open; the operator's half goes last. Copies go before keys: where
 * a snapshot is a link of its volume's chain of files (Cinder's NFS driver), taking it out needs the volume's key.
 */
export const STAGES = ["access", "machines", "copies", "keys", "data", "rest", "stack", "tenant"] as const;
export type Stage = (typeof STAGES)[number];

/** Who made an object: a stack of ours, people on their bench, the cloud itself, or somebody by hand. */
export type Maker = "stack" | "bench" | "cloud" | "hand";

/** What is known of an object beside its name, as far as its deletion depends on it. */
export interface ObjectFacts {
  readonly encrypted?: boolean;
  /** Barbican's id of the key that opens it. */
  readonly keyId?: string;
  /** Of a copy: what it is a copy of. */
  readonly copyOf?: string;
  /** Machines that it is attached to. */
  readonly machines?: readonly string[];
  readonly sizeGiB?: number;
  /** Of a port: what owns it. */
  readonly device?: string;
  /** Of a share: the type, which says on which storage it lies. */
  readonly type?: string;
}

/** An object of a zone's project as a list of its service had it. */
export interface Found {
  /** Word of `deletion/table.ts`, such as `volume`. */
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  /** Name of the project or domain that it lies in. */
  readonly project: string;
  /** The service's word for its state, of this moment. */
  readonly status?: string;
  readonly facts: ObjectFacts;
}

/** A found object with what was decided about it when it was first seen. */
export interface Seen extends Found {
  readonly maker: Maker;
  readonly owner: "zone" | "tenant";
  readonly data: boolean;
  readonly method: Method;
}

/** Something that is not gone, why, and what to do. */
export interface Left {
  readonly kind: string;
  readonly id?: string;
  readonly name?: string;
  readonly project?: string;
  readonly why: string;
  readonly next: string;
}

/** The name of an object across all kinds and services. */
export const keyOf = ({ kind, id }: Pick<Found, "kind" | "id">): string => `${kind}/${id}`;

/** `volume "heart-imaging" (8e2f) of digimed-heart`. */
export const saidOf = ({ kind, id, name, project }: Omit<Left, "why" | "next">): string =>
  [kind, name && `"${name}"`, id && id !== name && `(${id})`, project && `of ${project}`].filter(Boolean).join(" ");
