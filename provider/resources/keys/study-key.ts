import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { canonicalInstant, instant } from "../../fields.ts";
import { LONGEST_DESCRIPTION } from "../../own.ts";
import type { Call, Made } from "../../resource.ts";
import { defineKind, difference, sortedSet, stable } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { awaitKey, nameOf, orderKey, ownOrders, removeOrder } from "./orders.ts";
import {
  consumerSchema,
  idOfRef,
  readAcl,
  readConsumers,
  readers,
  register,
  sayConsumer,
  unregister,
  writeAcl,
  type Acl,
  type Consumer,
} from "./secrets.ts";

const NAME = "must be the key's name";
const inputs = z.object({
  name: z.string(NAME).min(1, NAME).max(LONGEST_DESCRIPTION, `must have at most ${LONGEST_DESCRIPTION} characters`),
  /** Last second in which Barbican gives it out; absolute and for good. */
  expiration: instant,
  /** Ids of the users who may read it; nobody else but the one who made it. */
  readers,
  consumers: z.array(consumerSchema).default([]).transform(sortedSet),
  /** The plan knows that its time is over: an expired key is then as wanted. */
  ended: z.boolean().default(false),
  /** Its list is emptied before its end: for a key that was there before that end was too late. */
  shortened: z.boolean().optional(),
});
type Inputs = z.infer<typeof inputs>;

interface LiveSecret {
  readonly name: string;
  readonly status: string;
  readonly expiration: string | null;
  readonly algorithm: string;
  readonly bit_length: number;
}

/** How far the clock here may be ahead of Barbican's or behind it, in milliseconds. */
const SKEW = 300_000;

const isPast = (expiration: unknown): boolean =>
  typeof expiration === "string" && Date.parse(expiration) - SKEW < Date.now();

const stateConsumers = (state: Props): readonly Consumer[] => (state.consumers ?? []) as Consumer[];
const privateTo = (users: readonly string[]): Acl => ({ users, projectAccess: false });

const findSecret = ({ session }: Call, secretId: string): Promise<LiveSecret | undefined> =>
  session.find<LiveSecret>("key-manager", `/secrets/${secretId}`, { what: `read secret ${secretId}` });

const expiredError = (name: string, expiration: string): UserError =>
  new UserError({
    what: `the study key "${name}" expired at ${expiration}: Barbican gives it to nobody any more, and no end can be moved`,
    why: "another key in its place would open nothing that this one closed, so that none is made",
    next: "for a study that goes on add a key under another name with a later end, and encrypt with that; nothing else of this zone is wrong",
  });

/**
 * What an interrupted run of this very resource ordered. An order whose key is gone is the rest of one that was deleted: it goes.
 * @throws UserError for a key with another end, or two: something may be encrypted with them
 */
async function takeUp(call: Call, { name, expiration }: Inputs): Promise<string | undefined> {
  const kept: { readonly orderId: string; readonly secretId?: string; readonly until?: string }[] = [];
  for (const order of await ownOrders(call)) {
    const orderId = idOfRef(order.order_ref);
    const secretId = order.secret_ref === undefined ? undefined : idOfRef(order.secret_ref);
    const gone = order.status === "ACTIVE" && (secretId === undefined || !(await findSecret(call, secretId)));
    if (gone || order.status === "ERROR") await removeOrder(call, orderId);
    else kept.push({ orderId, secretId, until: canonicalInstant(order.meta.expiration ?? "") });
  }
  const [first, ...more] = kept;
  if (first === undefined) return undefined;
  if (more.length === 0 && first.until === expiration) return first.orderId;
  throw new UserError({
    what: `cannot make the study key "${name}": an earlier run left ${more.length === 0 ? `one that ends at ${first.until ?? "no time"}` : `${kept.length} of them`}`,
    found: kept.map(({ orderId, secretId }) => `order ${orderId} with secret ${secretId ?? "(none yet)"}`).join("; "),
    next: "delete what nothing was encrypted with (`openstack secret delete`, then `openstack secret order delete`), then run `pulumi up` again",
  });
}

async function converge(call: Call, secretId: string, wanted: Inputs, known: readonly Consumer[]): Promise<Props> {
  const live = await readAcl(call, secretId);
  const acl = privateTo(wanted.readers);
  if (stable(live) !== stable(acl)) await writeAcl(call, secretId, acl);
  const there = await readConsumers(call, secretId);
  const { missing } = difference(wanted.consumers, there, sayConsumer, sayConsumer);
  const stays = new Set(wanted.consumers.map(sayConsumer));
  // What others registered is theirs to take away.
  const away = known.filter((one) => !stays.has(sayConsumer(one)));
  for (const consumer of missing) await register(call, secretId, consumer);
  for (const consumer of away) await unregister(call, secretId, consumer);
  const own = new Set([...stays, ...away.map(sayConsumer)]);
  return { status: "ACTIVE", access: "private", others: sayOthers(there, own) };
}

const sayOthers = (live: readonly Consumer[], own: ReadonlySet<string>): string =>
  live
    .map(sayConsumer)
    .filter((one) => !own.has(one))
    .sort()
    .join(", ");

const TOO_LATE = "is for a key that is there: no new one is made that Barbican would give out after its list is empty";
const SOONER = "write an earlier end instead";

async function create(call: Call, wanted: Inputs): Promise<Made> {
  if (wanted.shortened === true)
    throw new UserError({ what: `cannot make the study key "${wanted.name}": closes ${TOO_LATE}`, next: SOONER });
  const orderId = (await takeUp(call, wanted)) ?? (await orderKey(call, wanted));
  const secretId = await awaitKey(call, orderId, wanted.name);
  return { id: secretId, outs: { orderId, ...(await converge(call, secretId, wanted, [])) } };
}

async function read(call: Call, secretId: string, state: Props): Promise<Props | undefined> {
  const live = await findSecret(call, secretId);
  const acl = live && (await readAcl(call, secretId));
  // An expired one reads as gone: were it called so, the next `up` would make another.
  if (!live || !acl) return isPast(state.expiration) ? { ...state, status: "expired" } : undefined;
  const known = stateConsumers(state);
  const there = await readConsumers(call, secretId);
  const registered = new Set(there.map(sayConsumer));
  return {
    name: nameOf(live.name),
    expiration: canonicalInstant(live.expiration ?? "") ?? "never",
    readers: acl.users,
    consumers: sortedSet(known.filter((one) => registered.has(sayConsumer(one)))),
    ended: state.ended ?? false,
    ...(state.shortened !== undefined && { shortened: state.shortened }),
    orderId: state.orderId ?? "",
    status: live.status,
    access: acl.projectAccess ? "project" : "private",
    others: sayOthers(there, new Set(known.map(sayConsumer))),
  };
}

async function update(call: Call, secretId: string, wanted: Inputs, state: Props): Promise<Props> {
  if (!(await findSecret(call, secretId))) {
    if (!isPast(wanted.expiration))
      throw new UserError({
        what: `the study key "${wanted.name}" (${secretId}) is gone before its end`,
        next: "run `pulumi refresh`; `pulumi up` then makes another, which opens nothing that this one closed",
      });
    if (!wanted.ended) throw expiredError(wanted.name, wanted.expiration);
    return { status: "expired" };
  }
  return converge(call, secretId, wanted, stateConsumers(state));
}

/** Microversion 1.2 refuses to delete what is in use; an older Barbican knows no such demand, and the list was read a moment ago. */
async function removeSecret({ session }: Call, secretId: string): Promise<void> {
  const ask = (headers: Record<string, string>, expect: readonly number[]) =>
    session.request("key-manager", "DELETE", `/secrets/${secretId}`, {
      ...{ headers, expect, what: `delete secret ${secretId}` },
    });
  const { status } = await ask({ "OpenStack-API-Version": "key-manager 1.2" }, [404, 406]);
  if (status === 406) await ask({}, [404]);
}

/** Deletes the key itself, then its order: Barbican leaves the key where the order alone is deleted. */
async function remove(call: Call, secretId: string, state: Props): Promise<void> {
  if (await findSecret(call, secretId)) {
    const own = new Set(stateConsumers(state).map(sayConsumer));
    const live = await readConsumers(call, secretId);
    const others = sayOthers(live, own);
    if (others !== "")
      throw new UserError({
        what: `the study key "${String(state.name ?? "")}" (${secretId}) is still in use and was not deleted`,
        found: others,
        why: "what is encrypted with it could be read by nobody any more",
        next: "let those who registered these take them away (`openstack secret consumer delete`), then repeat",
      });
    for (const consumer of live.filter((one) => own.has(sayConsumer(one)))) await unregister(call, secretId, consumer);
    await removeSecret(call, secretId);
  }
  if (typeof state.orderId === "string" && state.orderId !== "") await removeOrder(call, state.orderId);
}

const FIXED = [
  ["name", "is the name of the key for good"],
  [
    "expiration",
    "is the key's end for good: Barbican moves none; where the permit was shortened leave the end as it is and write when the list closes (closes)",
  ],
] as const;

/** The key of one study: what it is, who may read it, what uses it. */
export const studyKey = defineKind({
  module: "keys",
  name: "StudyKey",
  summary:
    "An AES-256 key that Barbican makes and keeps, private to named users until its end; delete deletes the key, not only its order.",
  inputs,
  outputs: {
    orderId: { type: "string", description: "The order by which it was made." },
    status: { type: "string", description: "ACTIVE, or expired: then nobody reads it, and none is made in its place." },
    access: { type: "string", description: "private; project where members of its project may read it too." },
    others: { type: "string", description: "What others registered as using it, joined by commas." },
  },
  replaceOn: [],
  refuse: (old, wanted) => [
    ...FIXED.filter(([key]) => old[key] !== undefined && old[key] !== wanted[key]).map(([property, reason]) => ({
      property,
      reason: `${reason}; add a key under another config key, and encrypt with that`,
    })),
    ...(wanted.shortened === true && old.name === undefined
      ? [{ property: "shortened", reason: `${TOO_LATE}; ${SOONER}` }]
      : []),
  ],
  extraDiff: ({ status, access }, { ended }) => ({
    changes: [
      ...(status !== undefined && status !== "ACTIVE" && !(status === "expired" && ended) ? ["status"] : []),
      ...(access !== undefined && access !== "private" ? ["access"] : []),
    ],
    replaces: [],
  }),
  create,
  read,
  update,
  delete: remove,
});
