import DataLoader from "dataloader";
import type { Service, Session } from "../openstack/index.ts";

/** A collection whose members many resources of one run read, make and wait for at the same moment. */
export interface Collection {
  readonly service: Service;
  /** `/subnets`. */
  readonly path: string;
  /** Key of one member in a body, and as errors name it: `subnet`. */
  readonly one: string;
  /** Key of a list. */
  readonly many: string;
  /** How a list is cut to some members: by repeated `id`, or not at all (then the project's whole list is read). */
  readonly listBy: "id" | "project";
  /** Where the list with all fields stands. @default `path` */
  readonly listPath?: string;
  /** Several members can be made in one call that makes all of them or none (Neutron's bulk create). */
  readonly bulk?: true;
}

export interface Member {
  readonly id: string;
}

/** How long the first who asks waits at most, for others and for the call before his to end. */
const HELD_MS = 400;
/** Ids in one query: an address of some 4 KiB, which every server takes. */
const LARGEST = 100;

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What many ask for at once, by key. */
export interface Loader<K, V> {
  readonly load: (key: K) => Promise<V>;
}

/** Loaders of sessions by what they load. */
export type Loaders<K, V> = WeakMap<Session, Map<string, Loader<K, V>>>;

/** The loader of a session for one list or collection: what is asked of it at one moment goes into one call of `batch`. */
export function loaderOf<K, V>(
  known: Loaders<K, V>,
  session: Session,
  { service, path }: Pick<Collection, "service" | "path">,
  batch: (keys: readonly K[]) => Promise<(V | Error)[]>,
): Loader<K, V> {
  const all = known.get(session) ?? new Map<string, Loader<K, V>>();
  known.set(session, all);
  const name = `${service} ${path}`;
  const loader = all.get(name) ?? gathering(session.quiet, batch);
  all.set(name, loader);
  return loader;
}

function gathering<K, V>(quietMs: number, batch: (keys: readonly K[]) => Promise<(V | Error)[]>): Loader<K, V> {
  let underWay: Promise<unknown> = Promise.resolve();
  let asked = 0;
  const call = (keys: readonly K[]): Promise<(V | Error)[]> => {
    const outcome = batch(keys);
    underWay = outcome.catch(() => undefined);
    return outcome;
  };
  const quiet = async (): Promise<void> => {
    for (let rest = quietMs; rest > 0; rest = asked + quietMs - Date.now()) await sleep(rest);
  };
  const schedule = (run: () => void): void =>
    void Promise.race([Promise.all([quiet(), underWay]), sleep(HELD_MS)]).then(run);
  // What was read a moment ago is not what is there now: nothing is cached.
  const loader = new DataLoader<K, V>(call, { cache: false, maxBatchSize: LARGEST, batchScheduleFn: schedule });
  return {
    load: (key) => {
      asked = Date.now();
      return loader.load(key);
    },
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/**
 * `ask`, put once in a run for all that want to know the same for the first time; `asker` tells them apart. Who asks a second time
 * has done something meanwhile and gets a new answer, shared with those alone who ask at the same moment.
 */
export function sharing<K, V>(
  ask: (session: Session, key: K) => Promise<V>,
): (session: Session, key: K, asker: string) => Promise<V> {
  interface Known {
    readonly askers: Set<string>;
    answer?: Promise<V>;
  }
  const known = new WeakMap<Session, Map<K, Known>>();
  const loaders: Loaders<K, V> = new WeakMap();
  const fresh = (session: Session, key: K): Promise<V> => {
    const batch = (keys: readonly K[]): Promise<(V | Error)[]> => {
      const asked = new Map([...new Set(keys)].map((one) => [one, ask(session, one).catch(asError)]));
      return Promise.all(keys.map(async (one) => (await asked.get(one)) as V | Error));
    };
    return loaderOf(loaders, session, { service: "identity", path: "" }, batch).load(key);
  };
  return (session, key, asker) => {
    const all = known.get(session) ?? new Map<K, Known>();
    known.set(session, all);
    const first: Known = all.get(key) ?? { askers: new Set() };
    all.set(key, first);
    if (first.askers.has(asker)) return fresh(session, key);
    first.askers.add(asker);
    const answer = first.answer ?? fresh(session, key);
    first.answer = answer;
    // A failure is no answer for those who come later.
    answer.catch(() => (first.answer === answer ? delete first.answer : undefined));
    return answer;
  };
}

/** A shared list, read again where it holds something of the asker's: that may be gone since the run's first list was read. */
export async function freshWhere<T>(
  list: () => Promise<readonly T[]>,
  isOwn: (row: T) => boolean,
): Promise<readonly T[]> {
  const first = await list();
  return first.some(isOwn) ? list() : first;
}
