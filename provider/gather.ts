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

/** How long the first of several callers waits for the others: far below one call, far above the engine's pace between two. */
const GATHER_MS = 20;
/** How long a call at most waits for the one before it to end, so that what the engine brings meanwhile goes into one. */
const HELD_MS = 300;
/** Ids in one query: an address of some 4 KiB, which every server takes. */
const LARGEST = 100;

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The loader of a session for one list or collection: what is asked of it at one moment goes into one call of `batch`. */
export function loaderOf<K, V>(
  known: WeakMap<Session, Map<string, DataLoader<K, V>>>,
  session: Session,
  { service, path }: Pick<Collection, "service" | "path">,
  batch: (keys: readonly K[]) => Promise<(V | Error)[]>,
): DataLoader<K, V> {
  const all = known.get(session) ?? new Map<string, DataLoader<K, V>>();
  known.set(session, all);
  const name = `${service} ${path}`;
  const loader = all.get(name) ?? gathering(batch);
  all.set(name, loader);
  return loader;
}

function gathering<K, V>(batch: (keys: readonly K[]) => Promise<(V | Error)[]>): DataLoader<K, V> {
  let underWay: Promise<unknown> = Promise.resolve();
  const call = (keys: readonly K[]): Promise<(V | Error)[]> => {
    const outcome = batch(keys);
    underWay = outcome.catch(() => undefined);
    return outcome;
  };
  return new DataLoader<K, V>(call, {
    // What was read a moment ago is not what is there now.
    cache: false,
    maxBatchSize: LARGEST,
    batchScheduleFn: (run) => void Promise.all([sleep(GATHER_MS), Promise.race([underWay, sleep(HELD_MS)])]).then(run),
  });
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** `ask`, put once for each key on behalf of all that ask at one moment. */
export function sharing<V>(
  ask: (session: Session, key: string) => Promise<V>,
): (session: Session, key: string) => Promise<V> {
  const known = new WeakMap<Session, Map<string, DataLoader<string, V>>>();
  return (session, key) => {
    const batch = (keys: readonly string[]): Promise<(V | Error)[]> => {
      const asked = new Map([...new Set(keys)].map((one) => [one, ask(session, one).catch(asError)]));
      return Promise.all(keys.map(async (one) => (await asked.get(one)) as V | Error));
    };
    return loaderOf(known, session, { service: "identity", path: "" }, batch).load(key);
  };
}
