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

/** `ask`, put once for each key on behalf of all that ask at one moment. */
export function sharing<V>(
  ask: (session: Session, key: string) => Promise<V>,
): (session: Session, key: string) => Promise<V> {
  const known: Loaders<string, V> = new WeakMap();
  return (session, key) => {
    const batch = (keys: readonly string[]): Promise<(V | Error)[]> => {
      const asked = new Map([...new Set(keys)].map((one) => [one, ask(session, one).catch(asError)]));
      return Promise.all(keys.map(async (one) => (await asked.get(one)) as V | Error));
    };
    return loaderOf(known, session, { service: "identity", path: "" }, batch).load(key);
  };
}

/**
 * `list`, read once for all that look for what earlier runs left: what this run makes is nobody's leftover. Who looks a second time
 * gets a new list, and so does who found something in an old one.
 */
export function leftovers<T>(
  list: (session: Session, collection: Collection) => Promise<readonly T[]>,
): (session: Session, collection: Collection, asker: string, isOwn: (row: T) => boolean) => Promise<readonly T[]> {
  interface Known {
    readonly askers: Set<string>;
    list?: Promise<readonly T[]>;
  }
  const known = new WeakMap<Session, Map<string, Known>>();
  const fresh: Loaders<Collection, readonly T[]> = new WeakMap();
  const read = (session: Session, collection: Collection): Promise<readonly T[]> =>
    loaderOf(fresh, session, collection, async (asked) => {
      const rows = await list(session, collection);
      return asked.map(() => rows);
    }).load(collection);
  return async (session, collection, asker, isOwn) => {
    const all = known.get(session) ?? new Map<string, Known>();
    known.set(session, all);
    const name = `${collection.service} ${collection.path}`;
    const before: Known = all.get(name) ?? { askers: new Set() };
    all.set(name, before);
    const again = before.askers.has(asker);
    before.askers.add(asker);
    if (!again) {
      before.list ??= read(session, collection);
      before.list.catch(() => delete before.list);
      if (!(await before.list).some(isOwn)) return [];
    }
    return (await read(session, collection)).filter(isOwn);
  };
}
