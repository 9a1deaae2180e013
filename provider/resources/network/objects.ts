import { UserError } from "../../../config/problem.ts";
import { hasStatus, type ApiError } from "../../../openstack/index.ts";
import { findMarkedTogether, withMark, withoutMark } from "../../own.ts";
import type { Call } from "../../resource.ts";
import { stable } from "../../resource.ts";
import { createTogether, findTogether, type Collection } from "../../together.ts";
import type { Props } from "../../wire.ts";

/** What Neutron tells of every object. */
export interface Live {
  readonly id: string;
  readonly name: string;
  readonly description?: string | null;
  readonly project_id?: string;
}

/** How one kind of object is spoken of to Neutron. */
export interface Facts<I, L extends Live> {
  readonly collection: Collection;
  /** As sentences name it: `security group`. */
  readonly title: string;
  /** Inputs that an object of an interrupted run must have to be taken up; one that differs in them is removed. */
  readonly fixed: readonly (keyof I & string)[];
  /** Inputs that no error may show. */
  readonly secret?: readonly (keyof I & string)[];
  /** Each input but name and description as the API takes it. */
  readonly toLive: { readonly [K in Exclude<keyof I, "name" | "description">]-?: (value: I[K]) => object };
  /** Inputs but name and description, and outputs, from what is live. `known` are inputs as the state or the program has them. */
  readonly fromLive: (live: L, known: Props) => Props;
  /** What holds an object that cannot be removed: a list's query, to find ports by. */
  readonly heldBy?: (id: string) => Readonly<Record<string, string>>;
}

interface Described {
  readonly name: string;
  readonly description: string;
}

const PAUSES = [500, 1000, 2000, 4000];

/** The part of a body that these inputs are. */
function bodyOf<I extends Described, L extends Live>(facts: Facts<I, L>, urn: string, inputs: Partial<I>): object {
  const parts = Object.entries(inputs).map(([key, value]) => {
    if (key === "name") return { name: value as string };
    if (key === "description") return { description: withMark(value as string, urn) };
    return facts.toLive[key as keyof typeof facts.toLive](value as never);
  });
  return Object.assign({}, ...parts) as object;
}

const propsOf = <I, L extends Live>(facts: Facts<I, L>, urn: string, live: L, known: Props): Props => ({
  name: live.name,
  description: withoutMark(live.description ?? "", urn),
  ...facts.fromLive(live, known),
});

/** The inputs of which the live values, or those of the state, differ; sets stand in their one order in both. */
const changed = <I extends object>(inputs: I, from: Props): Partial<I> =>
  Object.fromEntries(
    Object.entries(inputs).filter(([key, value]) => stable(value, true) !== stable(from[key], true)),
  ) as Partial<I>;

/** Every input by its name: one that is not given is told as "none", so that the cloud's default does not fill it. */
const complete = <I extends Described, L extends Live>(facts: Facts<I, L>, inputs: I): I =>
  ({ ...Object.fromEntries(Object.keys(facts.toLive).map((key) => [key, undefined])), ...inputs }) as I;

/** What is struck out of errors. */
const secretsOf = <I extends Described, L extends Live>(facts: Facts<I, L>, inputs: I): string[] =>
  (facts.secret ?? []).flatMap((key) => (typeof inputs[key] === "string" ? [inputs[key] as string] : []));

async function put<I extends Described, L extends Live>(
  { session, urn }: Call,
  facts: Facts<I, L>,
  id: string,
  wanted: I,
  inputs: Partial<I>,
): Promise<void> {
  const { service, path, one } = facts.collection;
  const body = { [one]: bodyOf(facts, urn, inputs) };
  const what = `change ${facts.title} "${wanted.name}" (${id})`;
  await session.request(service, "PUT", `${path}/${id}`, { body, what, secrets: secretsOf(facts, wanted) });
}

/** The object of an interrupted run of this resource, made as wanted; one that cannot become that is removed. */
async function takeUp<I extends Described, L extends Live>(
  call: Call,
  facts: Facts<I, L>,
  inputs: I,
): Promise<L | undefined> {
  let taken: L | undefined;
  for (const left of await findMarkedTogether<L>(call, facts.collection)) {
    const differs = changed(inputs, propsOf(facts, call.urn, left, inputs as Props));
    if (taken !== undefined || facts.fixed.some((key) => key in differs)) {
      await removeObject(call, facts, left.id, left.name);
      continue;
    }
    taken = left;
    if (Object.keys(differs).length > 0) await put(call, facts, left.id, inputs, differs);
  }
  return taken;
}

/** Takes up what an interrupted run left, else makes the object; all that come at one moment in one call. */
export async function createObject<I extends Described, L extends Live>(
  call: Call,
  facts: Facts<I, L>,
  wanted: I,
): Promise<{ readonly live: L; readonly isNew: boolean }> {
  const inputs = complete(facts, wanted);
  const taken = await takeUp(call, facts, inputs);
  if (taken !== undefined) return { live: taken, isNew: false };
  const body = bodyOf(facts, call.urn, inputs);
  const what = `create ${facts.title} "${inputs.name}"`;
  const live = await createTogether<L>(call, facts.collection, body, what, secretsOf(facts, inputs));
  return { live, isNew: true };
}

/** The live object as inputs and outputs; undefined where it is gone. */
export async function readObject<I, L extends Live>(
  call: Call,
  facts: Facts<I, L>,
  id: string,
  state: Props,
): Promise<Props | undefined> {
  const live = await findTogether<L>(call, facts.collection, id);
  return live && propsOf(facts, call.urn, live, state);
}

/** Changes in place what differs from the state. */
export async function updateObject<I extends Described, L extends Live>(
  call: Call,
  facts: Facts<I, L>,
  id: string,
  wanted: I,
  state: Props,
): Promise<undefined> {
  const differs = changed(complete(facts, wanted), state);
  if (Object.keys(differs).length > 0) await put(call, facts, id, wanted, differs);
}

interface Holder {
  readonly id: string;
  readonly name?: string;
  readonly device_owner?: string;
  readonly device_id?: string;
}

const sayHolder = ({ id, name, device_owner, device_id }: Holder): string =>
  `port ${name ? `"${name}" (${id})` : id}${device_owner ? ` of ${device_owner} ${device_id ?? ""}`.trimEnd() : ""}`;

/** The refusal with what holds the object, as far as this credential sees it. */
async function inUse<I, L extends Live>(
  { session }: Call,
  facts: Facts<I, L>,
  id: string,
  what: string,
  refusal: ApiError,
): Promise<UserError> {
  const query = facts.heldBy?.(id);
  if (query === undefined) return refusal;
  const ports = await session.paginate<Holder>("network", "/ports", "ports", { query, what }).catch(() => []);
  return new UserError({
    what: `cannot ${what}: it is in use`,
    found: ports.length > 0 ? ports.map(sayHolder).join(", ") : "no port that this credential sees",
    why: `Neutron answered ${refusal.status}: ${refusal.reason.replace(/\.+$/, "")}`,
    next: "remove what holds it (a machine of a bench: its people do that), then repeat",
  });
}

/** Removes an object; what is gone is done. A machine that has just gone may hold its ports for a moment: a refusal is tried again. */
export async function removeObject<I, L extends Live>(
  call: Call,
  facts: Facts<I, L>,
  id: string,
  name: string,
): Promise<void> {
  const { service, path } = facts.collection;
  const what = `remove ${facts.title} "${name}" (${id})`;
  const next = facts.heldBy ? undefined : "see what holds it in Neutron's words, remove that, then repeat";
  for (let attempt = 0; ; attempt++) {
    try {
      await call.session.request(service, "DELETE", `${path}/${id}`, { what, expect: [404], next });
      return;
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
      const pause = PAUSES[attempt];
      if (pause === undefined || call.cancelled()) throw await inUse(call, facts, id, what, error);
      await call.pause(pause);
    }
  }
}
