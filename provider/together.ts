import DataLoader from "dataloader";
import { UserError } from "../config/problem.ts";
import { ApiError, type Service, type Session } from "../openstack/index.ts";
import type { Call } from "./resource.ts";

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

/** How long the first of several callers waits for the others: far below one call, far above the engine's pace between two. */
const GATHER_MS = 20;
/** Ids in one query: an address of some 4 KiB, which every server takes. */
const LARGEST = 100;

interface Member {
  readonly id: string;
}

type Finder = DataLoader<string, Member | undefined>;
type Maker = DataLoader<{ readonly body: object; readonly what: string }, unknown>;

const finders = new WeakMap<Session, Map<string, Finder>>();
const makers = new WeakMap<Session, Map<string, Maker>>();

function loaderOf<K, V>(
  known: WeakMap<Session, Map<string, DataLoader<K, V>>>,
  session: Session,
  { service, path }: Collection,
  batch: (keys: readonly K[]) => Promise<(V | Error)[]>,
): DataLoader<K, V> {
  const all = known.get(session) ?? new Map<string, DataLoader<K, V>>();
  known.set(session, all);
  const name = `${service} ${path}`;
  const loader =
    all.get(name) ??
    new DataLoader<K, V>(batch, {
      // What was read a moment ago is not what is there now.
      cache: false,
      maxBatchSize: LARGEST,
      batchScheduleFn: (run) => setTimeout(run, GATHER_MS),
    });
  all.set(name, loader);
  return loader;
}

async function findAlone(
  session: Session,
  { service, path, one }: Collection,
  id: string,
): Promise<Member | undefined> {
  const body = await session.find<Record<string, Member>>(service, `${path}/${id}`, { what: `read ${one} ${id}` });
  return body?.[one];
}

async function findMany(
  session: Session,
  collection: Collection,
  ids: readonly string[],
): Promise<Map<string, Member>> {
  const { service, path, many, listBy, listPath = path } = collection;
  const members = await session.paginate<Member>(service, listPath, many, {
    what: `read ${ids.length} ${many} (${ids.slice(0, 3).join(", ")}${ids.length > 3 ? " ..." : ""})`,
    ...(listBy === "id" && { query: { id: ids } }),
  });
  return new Map(members.map((member) => [member.id, member]));
}

/**
 * A member by id, undefined where it is not there. What several resources ask for at one moment is read in one list; what the
 * list does not hold is asked for by itself before it counts as gone, because a list may be filtered.
 */
export async function findTogether<T extends Member>(
  call: Call,
  collection: Collection,
  id: string,
): Promise<T | undefined> {
  const { session } = call;
  const loader: Finder = loaderOf(finders, session, collection, async (ids) => {
    const distinct = [...new Set(ids)];
    const [first = ""] = distinct;
    const found =
      distinct.length === 1
        ? new Map([[first, await findAlone(session, collection, first)]])
        : await findMany(session, collection, distinct);
    return Promise.all(
      ids.map((one) => (found.has(one) ? found.get(one) : findAlone(session, collection, one).catch(asError))),
    );
  });
  return (await loader.load(id)) as T | undefined;
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

async function createAlone(
  session: Session,
  { service, path, one }: Collection,
  body: object,
  what: string,
): Promise<unknown> {
  const answer = await session.request<Record<string, unknown>>(service, "POST", path, { body: { [one]: body }, what });
  return answer.body[one];
}

/**
 * Makes a member. What several resources make at one moment is made in one call where the service can; if it refuses that call
 * each is made by itself, so that each refusal names its own object and the sound ones are made.
 * @param what as an error names it: `create subnet "heart-v4"`
 */
export async function createTogether<T>(call: Call, collection: Collection, body: object, what: string): Promise<T> {
  const { session } = call;
  if (collection.bulk === undefined) return (await createAlone(session, collection, body, what)) as T;
  const alone = (item: { body: object; what: string }): Promise<unknown> =>
    createAlone(session, collection, item.body, item.what).catch(asError);
  const loader: Maker = loaderOf(makers, session, collection, async (items) => {
    const [first] = items;
    if (items.length === 1 && first !== undefined) return [await alone(first)];
    const { service, path, many } = collection;
    try {
      const { body: made } = await session.request<Record<string, unknown[]>>(service, "POST", path, {
        body: { [many]: items.map((item) => item.body) },
        what: items.map((item) => item.what).join(", "),
      });
      // Neutron answers in the order of the request.
      return items.map((_, index) => made[many]?.[index] ?? new Error(`the answer lacks ${many}[${index}]`));
    } catch (error) {
      // Only a refusal is known to have made nothing.
      if (!(error instanceof ApiError) || error.status < 400 || error.status >= 500) throw error;
      return Promise.all(items.map(alone));
    }
  });
  return (await loader.load({ body, what })) as T;
}

export interface Wait<T> {
  /** As an error names it: `build volume "heart-imaging"`. */
  readonly what: string;
  /** Milliseconds. */
  readonly deadline: number;
  /** True once there is nothing more to wait for; undefined is a member that is gone. */
  readonly done: (member: T | undefined) => boolean;
  /** How an error says what it came to. */
  readonly state: (member: T | undefined) => string;
  /** Next step after the deadline. */
  readonly next: string;
}

const QUICK_MS = 500;
const SLOW_MS = 2000;
const QUICK_FOR_MS = 15_000;

/**
 * Looks until `done` says so. All waits of one process look at the same moments, so that they share their lists.
 * @throws UserError naming the member's state after the deadline or an interruption
 */
export async function waitTogether<T extends Member>(
  call: Call,
  collection: Collection,
  id: string,
  { what, deadline, done, state, next }: Wait<T>,
): Promise<T | undefined> {
  const start = Date.now();
  for (;;) {
    const member = await findTogether<T>(call, collection, id);
    if (done(member)) return member;
    const passed = Date.now() - start;
    if (call.cancelled() || passed > deadline)
      throw new UserError({
        what: `cannot ${what}: ${call.cancelled() ? "the run was interrupted" : `it is still ${state(member)} after ${deadline / 1000} s`}`,
        next,
      });
    const step = passed < QUICK_FOR_MS ? QUICK_MS : SLOW_MS;
    await call.pause(step - (Date.now() % step));
  }
}
