import type { z } from "zod";
import type { AuthorityClient } from "../authority/client.ts";
import type { Session } from "../openstack/index.ts";
import type { QuobyteClient } from "../quobyte/client.ts";
import type { Props } from "./wire.ts";

/** What a kind gets beside its inputs, wherever its objects are. */
export interface BaseCall {
  /** The resource's URN: stable over all runs of a stack, unique among stacks. */
  readonly urn: string;
  /** True once the user interrupted the run: long waits end. */
  readonly cancelled: () => boolean;
  /** Waits between two looks at the cloud. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** For a kind whose objects are in OpenStack: its input `cloud` names an entry of `clouds.yaml`. */
export interface Call extends BaseCall {
  readonly session: Session;
}

/** For a kind whose objects are in a Quobyte cluster: its input `cluster` names an entry of `quobyte.yaml`. */
export interface ClusterCall extends BaseCall {
  readonly cluster: QuobyteClient;
}

/** For a kind whose objects are in an OpenBao: its input `authority` names an entry of `authorities.yaml`. */
export interface AuthorityCall extends BaseCall {
  readonly authority: AuthorityClient;
}

/** The input that names whose credentials a kind works with. */
export type EntryInput = "cloud" | "cluster" | "authority";

/** What `create` gives back. The state holds the inputs and, over them, `outs`. */
export interface Made {
  readonly id: string;
  readonly outs?: Props;
}

/** Changes that no input shows, for example a machine that is in ERROR. */
interface ExtraDiff {
  readonly changes: readonly string[];
  readonly replaces: readonly string[];
}

/**
 * One kind of resource. All functions get and give plain values: wrapping of secrets, unknowns, sessions and errors is the
 * server's. Every kind keeps three promises: `create` after an interrupted `create` takes up what is there, `read` tells what
 * the cloud has and not what the state says, and `delete` of what is gone is done.
 */
interface KindSpec<S extends z.ZodObject, C extends BaseCall> {
  readonly module: string;
  readonly name: string;
  /** One sentence for the schema. */
  readonly summary: string;
  /** Inputs without `cloud`, `cluster` or `authority`. Sets are sorted by their own transform, so that order never is a change. */
  readonly inputs: S;
  /** Outputs that are no inputs, with what they are. */
  readonly outputs?: Readonly<Record<string, { readonly type: "string"; readonly description: string }>>;
  /** Inputs whose change makes a new object; all others are changed in place. */
  readonly replaceOn: readonly (keyof z.infer<S> & string)[];
  /** Inputs and outputs that are always secret. */
  readonly secret?: readonly string[];
  /** Inputs whose order means something. */
  readonly ordered?: readonly (keyof z.infer<S> & string)[];
  /** Whether the old object goes before the new one is made. @default true: names and sets are exclusive */
  readonly deleteBeforeReplace?: boolean;
  readonly extraDiff?: (state: Props, inputs: z.infer<S>) => ExtraDiff;
  /** What a change from the old inputs may not do, each at its property: a preview refuses it already. */
  readonly refuse?: (old: Props, wanted: Props) => readonly { readonly property: string; readonly reason: string }[];
  readonly create: (call: C, inputs: z.infer<S>) => Promise<Made>;
  /** What is live, as inputs and outputs; undefined where the object is gone. `state` is empty at an import. */
  readonly read: (call: C, id: string, state: Props) => Promise<Props | undefined>;
  /** Gives outputs that go over the inputs. */
  readonly update?: (call: C, id: string, inputs: z.infer<S>, state: Props) => Promise<Props | undefined>;
  readonly delete: (call: C, id: string, state: Props) => Promise<void>;
}

/** A call of either sort: the server gives a kind the one that its `entry` asks for. */
export type AnyCall = Call & ClusterCall & AuthorityCall;

/** A kind as the server sees it, whatever its inputs. */
export interface Kind<C extends BaseCall = AnyCall> extends Omit<
  KindSpec<z.ZodObject, C>,
  "create" | "update" | "extraDiff" | "replaceOn" | "ordered"
> {
  /** For example `tresor:network:RuleSet`. */
  readonly token: string;
  readonly entry: EntryInput;
  readonly replaceOn: readonly string[];
  readonly ordered: readonly string[];
  readonly extraDiff?: (state: Props, inputs: Props) => ExtraDiff;
  readonly create: (call: C, inputs: Props) => Promise<Made>;
  readonly update?: (call: C, id: string, inputs: Props, state: Props) => Promise<Props | undefined>;
}

const kindOf = <C extends BaseCall>(
  entry: EntryInput,
  spec: { readonly module: string; readonly name: string },
): Kind<C> => ({ ordered: [], ...spec, entry, token: `tresor:${spec.module}:${spec.name}` }) as unknown as Kind<C>;

/** Declares a kind; its functions see typed inputs, because the server parses them first. */
export const defineKind = <S extends z.ZodObject>(spec: KindSpec<S, Call>): Kind<Call> => kindOf("cloud", spec);

/** As {@link defineKind}, for what is in a Quobyte cluster. */
export const defineClusterKind = <S extends z.ZodObject>(spec: KindSpec<S, ClusterCall>): Kind<ClusterCall> =>
  kindOf("cluster", spec);

/** As {@link defineKind}, for what is in an OpenBao. */
export const defineAuthorityKind = <S extends z.ZodObject>(spec: KindSpec<S, AuthorityCall>): Kind<AuthorityCall> =>
  kindOf("authority", spec);

/** A text that is equal for equal values: keys sorted, undefined left out, lists in any order unless `ordered`. */
export function stable(value: unknown, ordered = false): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => stable(item, ordered));
    return `[${(ordered ? items : items.sort()).join(",")}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${stable(item, ordered)}`)
    .join(",")}}`;
}

/** A set in its one order, without doubles. */
export function sortedSet<T>(items: readonly T[]): T[] {
  const byText = new Map(items.map((item) => [stable(item), item]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

/** What must be made and what must go, by `key`, to come from `live` to `wanted`. */
export function difference<W, L>(
  wanted: readonly W[],
  live: readonly L[],
  keyOfWanted: (item: W) => string,
  keyOfLive: (item: L) => string,
): { missing: W[]; extra: L[] } {
  const open = new Map<string, number>();
  for (const item of wanted) open.set(keyOfWanted(item), 1);
  const extra = live.filter((item) => {
    const key = keyOfLive(item);
    // A second live item of one key is extra too.
    const keep = open.get(key) === 1;
    if (keep) open.set(key, 0);
    return !keep;
  });
  return { missing: wanted.filter((item) => open.get(keyOfWanted(item)) === 1), extra };
}
