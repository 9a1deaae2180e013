import { UserError } from "../config/problem.ts";
import { ApiError, type Service, type Session } from "../openstack/index.ts";
import { loaderOf, type Collection, type Loaders, type Member } from "./gather.ts";
import type { Call } from "./resource.ts";

export type { Collection } from "./gather.ts";

const finders: Loaders<string, Member | undefined> = new WeakMap();
const makers: Loaders<{ readonly body: object; readonly what: string }, unknown> = new WeakMap();

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
  const loader = loaderOf(finders, session, collection, async (ids) => {
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

/** A list of which many resources of one run read a part each: the rules of a security group, say. */
export interface PartedList {
  readonly service: Service;
  /** `/security-group-rules`. */
  readonly path: string;
  /** Key of the list in an answer. */
  readonly many: string;
  /** The field that says whose a row is, and by which the list is cut to some: `security_group_id`. */
  readonly by: string;
  /** As errors name it: `rules of security group`. */
  readonly title: string;
}

type Row = Readonly<Record<string, unknown>>;
const parts: Loaders<string, Row[]> = new WeakMap();

/** The rows of one owner. What several resources ask for at one moment is read in one list. */
export async function findPartTogether<T>(call: Call, list: PartedList, owner: string): Promise<T[]> {
  const { session } = call;
  const { service, path, many, by, title } = list;
  // One list is read by several owners' fields: ports by machine, and by network. Each is gathered by itself.
  const loader = loaderOf(parts, session, { service, path: `${path} by ${by}` }, async (owners) => {
    const distinct = [...new Set(owners)];
    const what = `read the ${title} ${distinct.slice(0, 3).join(", ")}${distinct.length > 3 ? " ..." : ""}`;
    const rows = await session.paginate<Row>(service, path, many, { what, query: { [by]: distinct } });
    return owners.map((one) => rows.filter((row) => row[by] === one));
  });
  return (await loader.load(owner)) as T[];
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

async function createAlone(
  session: Session,
  { service, path, one }: Collection,
  body: object,
  what: string,
  secrets: readonly string[] = [],
): Promise<unknown> {
  const wanted = { body: { [one]: body }, what, secrets };
  const answer = await session.request<Record<string, unknown>>(service, "POST", path, wanted);
  return answer.body[one];
}

/**
 * Makes a member. What several resources make at one moment is made in one call where the service can; if it refuses that call
 * each is made by itself, so that each refusal names its own object and the sound ones are made.
 * @param what as an error names it: `create subnet "heart-v4"`
 * @param secrets what errors must not show; of members that are made one by one alone
 */
export async function createTogether<T>(
  call: Call,
  collection: Collection,
  body: object,
  what: string,
  secrets: readonly string[] = [],
): Promise<T> {
  const { session } = call;
  if (collection.bulk === undefined) return (await createAlone(session, collection, body, what, secrets)) as T;
  const alone = (item: { body: object; what: string }): Promise<unknown> =>
    createAlone(session, collection, item.body, item.what).catch(asError);
  const loader = loaderOf(makers, session, collection, async (items) => {
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
      if (!(error instanceof ApiError)) throw error;
      // Only a refusal is known to have made nothing.
      if (error.status >= 400 && error.status < 500) return Promise.all(items.map(alone));
      return items.map(({ what }) => error.about(what));
    }
  });
  return (await loader.load({ body, what })) as T;
}

interface Wait<T> {
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
  /** Milliseconds before the first look: what was asked for a moment ago is not done yet. @default 0 */
  readonly after?: number;
}

/** Most of what is waited for is done in a moment; the rest takes long enough to be asked for half as often. */
const QUICK_MS = 1000;
const SLOW_MS = 2000;
const QUICK_FOR_MS = 4000;

/** Milliseconds from `since` to the next of the moments at which all look; one that is all but now is left out. */
function untilNext(step: number, since: number): number {
  const rest = step - (since % step);
  return rest < step / 10 ? rest + step : rest;
}

/**
 * Looks until `done` says so. All waits of one process look at the same moments, so that they share their lists.
 * @throws UserError naming the member's state after the deadline or an interruption
 */
export async function waitTogether<T extends Member>(
  call: Call,
  collection: Collection,
  id: string,
  { what, deadline, done, state, next, after = 0 }: Wait<T>,
): Promise<T | undefined> {
  const start = Date.now();
  if (after > 0) await call.pause(after + untilNext(QUICK_MS, start + after));
  for (;;) {
    const member = await findTogether<T>(call, collection, id);
    if (done(member)) return member;
    const passed = Date.now() - start;
    if (call.cancelled() || passed > deadline)
      throw new UserError({
        what: `cannot ${what}: ${call.cancelled() ? "the run was interrupted" : `it is still ${state(member)} after ${deadline / 1000} s`}`,
        next,
      });
    await call.pause(untilNext(passed < QUICK_FOR_MS ? QUICK_MS : SLOW_MS, Date.now()));
  }
}
