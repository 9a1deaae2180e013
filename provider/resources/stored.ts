import { UserError } from "../../config/problem.ts";
import { findKeyedTogether, OWN_KEY, withKeyOf, withoutKey } from "../metadata-mark.ts";
import type { Call } from "../resource.ts";
import { stable } from "../resource.ts";
import { brokenError, isBroken, nameOf, reasonOf, type Stored, type StoredFacts } from "./broken.ts";
import { AFTER, removeStored, settle, statusOf } from "./stored-removal.ts";

/** Inputs that both kinds have. */
interface StoredInputs {
  readonly name: string;
  readonly description: string;
  /** In GiB. */
  readonly size: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Removes what failed to build, and says how that went. */
async function clearAway(call: Call, facts: StoredFacts, id: string, name: string): Promise<string> {
  return removeStored(call, facts, id, name).then(
    () => "it never held data and was removed",
    (error: unknown) => `removing it failed too: ${error instanceof Error ? error.message : String(error)}`,
  );
}

const BUILDING = /^(creating|downloading)$/;

/** Holds a new one to the end of its build; one that fails never held data: it is removed, and the service's reason is told. */
async function holdToBuilt<T extends Stored>(
  call: Call,
  facts: StoredFacts,
  id: string,
  name: string,
  after: number,
): Promise<T> {
  const what = `build ${nameOf(facts, { id, name })}`;
  const live = await settle<T>(call, facts, id, { what, busy: BUILDING, after });
  if (live && !isBroken(live.status)) return live;
  const why = await reasonOf(call, facts, id);
  const removed = live === undefined ? "" : `, ${await clearAway(call, facts, id, name)}`;
  throw new UserError({
    what: `${facts.kind} "${name}" was not built: it came to ${statusOf(live)}${removed}`,
    why,
    next: "mend that, or ask the storage's operator to; then `pulumi up` makes it anew",
  });
}

interface Making<T extends Stored> {
  readonly wanted: StoredInputs;
  /** By which a later run knows it again: `ownMark` of the inputs that cannot be changed. */
  readonly mark: string;
  /** What the service needs beside name, description, size and metadata. */
  readonly more: object;
  /** True where one in `error` certainly failed in its build, and so never held data. */
  readonly neverHeld: (live: T) => boolean;
}

/**
 * What an interrupted run of this very resource left behind: one that failed to build is removed, one that was made from the same
 * inputs is taken up.
 * @throws UserError where one was made from other inputs, or there are two: data may be on them
 */
async function takeUp<T extends Stored>(call: Call, facts: StoredFacts, making: Making<T>): Promise<T | undefined> {
  const { wanted, mark, neverHeld } = making;
  const left = await findKeyedTogether<T>(call, facts.collection, wanted.name);
  const sound: T[] = [];
  for (const one of left) {
    if (one.status.endsWith("deleting")) continue;
    if (one.status === "error" && neverHeld(one)) await removeStored(call, facts, one.id, wanted.name);
    else sound.push(one);
  }
  const [first] = sound;
  if (first === undefined) return undefined;
  const attempt = `cannot create ${facts.kind} "${wanted.name}": an earlier run made it already`;
  if (sound.length === 1 && isBroken(first.status)) throw await brokenError(call, facts, first, attempt);
  if (sound.length === 1 && first.metadata?.[OWN_KEY] === mark) return first;
  throw new UserError({
    what: sound.length > 1 ? `${attempt}, more than once` : `${attempt}, from other inputs`,
    found: sound.map((one) => `${nameOf(facts, one)}, ${one.status}, ${one.size} GiB`).join("; "),
    why: "data may be on it",
    next: `if there is none, remove it (\`openstack ${facts.kind} delete ${first.id}\`) and run \`pulumi up\` again; else write the type, zone and image that it was made from`,
  });
}

/** Makes it, or takes up what an interrupted run left. `fresh` is false for the latter. */
export async function makeStored<T extends Stored>(
  call: Call,
  facts: StoredFacts,
  making: Making<T>,
): Promise<{ readonly live: T; readonly fresh: boolean }> {
  const { wanted, mark, more } = making;
  const left = await takeUp(call, facts, making);
  if (left) {
    // Only one that is still being built may be removed where it fails.
    const isBuilt = !BUILDING.test(left.status);
    const built = isBuilt ? left : await holdToBuilt<T>(call, facts, left.id, wanted.name, AFTER.other);
    await changeStored(call, facts, built, wanted);
    return { live: built, fresh: false };
  }
  const { service, path, one } = facts.collection;
  const { name, description, size } = wanted;
  const metadata = { ...wanted.metadata, [OWN_KEY]: mark };
  const { body } = await call.session.request<Record<string, T>>(service, "POST", path, {
    body: { [one]: { name, description, size, metadata, ...more } },
    what: `create ${facts.kind} "${name}"`,
  });
  const id = body[one]?.id ?? "";
  return { live: await holdToBuilt<T>(call, facts, id, name, AFTER.build), fresh: true };
}

const EXTENDING = /^extending$/;

async function extend(call: Call, facts: StoredFacts, live: Stored, size: number): Promise<Stored> {
  const { service, path } = facts.collection;
  const what = `extend ${nameOf(facts, live)} from ${live.size} to ${size} GiB`;
  await call.session.request(service, "POST", `${path}/${live.id}/action`, {
    body: { [facts.extend]: { new_size: size } },
    what,
  });
  const end = await settle<Stored>(call, facts, live.id, { what, busy: EXTENDING });
  if (end?.size === size && !isBroken(end.status)) return end;
  if (end && isBroken(end.status)) throw await brokenError(call, facts, end, `cannot ${what}`);
  throw new UserError({
    what: `cannot ${what}: it came back ${end ? `with ${end.size} GiB` : "as gone"}`,
    why: await reasonOf(call, facts, live.id),
    next: "run `pulumi refresh`, ask the storage's operator for the reason, then run `pulumi up` again",
  });
}

const SMALLER = "data cannot be shrunk";

/** Refuses at its property a size below what the state knows, unless something new is made anyway. */
export function refuseShrinking(
  replaceOn: readonly string[],
): (
  old: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
) => { property: string; reason: string }[] {
  return (old, wanted) => {
    const anew = replaceOn.some((key) => stable(old[key]) !== stable(wanted[key]));
    if (anew || typeof old.size !== "number" || Number(wanted.size) >= old.size) return [];
    return [{ property: "size", reason: `must be at least ${old.size} GiB, which it has: ${SMALLER}` }];
  };
}

/**
 * Name, description, metadata and size: all that can be changed while the data stays.
 * @throws UserError for one that is broken or would have to shrink
 */
export async function changeStored(
  call: Call,
  facts: StoredFacts,
  found: Stored,
  wanted: StoredInputs,
  more: object = {},
): Promise<Stored> {
  // An interrupted run may have asked for the new size already.
  const extended = EXTENDING.test(found.status)
    ? await settle<Stored>(call, facts, found.id, { what: `extend ${nameOf(facts, found)}`, busy: EXTENDING })
    : found;
  const live = extended ?? found;
  if (isBroken(live.status)) throw await brokenError(call, facts, live, `cannot change ${facts.kind} "${wanted.name}"`);
  if (wanted.size < live.size)
    throw new UserError({
      what: `cannot shrink ${nameOf(facts, live)} from ${live.size} to ${wanted.size} GiB: ${SMALLER}`,
      next: `write ${live.size} GiB, or make a smaller one beside it and copy the data`,
    });
  const { service, path, one } = facts.collection;
  const { words } = facts;
  const change = {
    ...(live.name !== wanted.name && { [words.name]: wanted.name }),
    ...((live.description ?? "") !== wanted.description && { [words.description]: wanted.description }),
    ...more,
  };
  const what = `change ${nameOf(facts, live)}`;
  if (Object.keys(change).length > 0)
    await call.session.request(service, "PUT", `${path}/${live.id}`, { body: { [one]: change }, what });
  if (stable(withoutKey(live.metadata)) !== stable(wanted.metadata))
    await call.session.request(service, "PUT", `${path}/${live.id}/metadata`, {
      body: { metadata: withKeyOf(live.metadata, wanted.metadata) },
      what: `set the metadata of ${nameOf(facts, live)}`,
    });
  return wanted.size > live.size ? extend(call, facts, live, wanted.size) : live;
}

/** `status` is a change where it says that the object is broken: it is named, and never replaced. */
export const brokenDiff = (state: { readonly status?: unknown }): { changes: string[]; replaces: string[] } => ({
  changes: typeof state.status === "string" && isBroken(state.status) ? ["status"] : [],
  replaces: [],
});
