import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../config/problem.ts";
import { factsOfKind, rowOf } from "../../deletion/table.ts";
import { keyOf, saidOf, type Left, type Seen, type Stage } from "../../deletion/types.ts";
import { hasStatus, type RequestOptions, type Service, type Session } from "../../openstack/index.ts";
import { removeContainer } from "../../provider/resources/objectstorage/containers.ts";
import type { Call } from "../../provider/resource.ts";
import { zoneInventory, type Place } from "./inventory.ts";

/** Milliseconds for one stage: large volumes are wiped, machines shut down. */
const DEADLINE = 15 * 60_000;

/** What must be said beside the plain DELETE of a kind. */
const WAYS: Readonly<
  Record<string, { readonly query?: Record<string, string>; readonly headers?: Record<string, string> }>
> = {
  "load balancer": { query: { cascade: "true" } },
  "share backup": { headers: { "X-OpenStack-Manila-API-Experimental": "True" } },
};

/** Kinds of one stage that need each other's end: first, then the rest. */
const FIRST: Readonly<Partial<Record<Stage, readonly string[]>>> = {
  keys: ["secret"],
  rest: ["port", "floating IP", "VPN connection", "trunk"],
};

/** What the provider's helpers ask for, outside of the engine. */
const callOf = (session: Session): Call => ({
  ...{ session, urn: "tresor destroy", cancelled: () => false },
  pause: (milliseconds) => sleep(milliseconds),
});

const pathOf = (kind: string, id: string): string =>
  `${rowOf(kind).path.replace(/\/detail$/, "")}/${encodeURIComponent(id)}`;

const request = (session: Session, service: Service, method: string, path: string, options: RequestOptions) =>
  session.request(service, method, path, options);

/** Asks for the end of one object. One that is gone is done. @throws ApiError where it is refused */
async function ask(session: Session, one: Seen): Promise<void> {
  const { kind, id } = one;
  const { service } = rowOf(kind);
  const what = `delete ${saidOf(one)}`;
  if (kind === "object container") {
    return removeContainer(callOf(session), id);
  }
  const path = pathOf(kind, id);
  await request(session, service, "DELETE", path, { ...WAYS[kind], what, expect: [404] });
}

/** Something that its service would not delete. */
function refusedBy(one: Seen, why: string): Left {
  const { kind, id, name, project } = one;
  return { kind, id, name, project, why, next: "mend what its service names, then run `tresor destroy` again" };
}

export interface RemoveOptions {
  readonly places: readonly Place[];
  /** Called with what is gone, as soon as a list tells it. */
  readonly gone: (keys: readonly string[]) => Promise<void>;
  readonly say: (what: string) => void;
  /** Milliseconds between two lists. @default 2000 */
  readonly pause?: number;
}

/** Asks for the end of all, and tells which were refused, with their services' words. */
async function askAll(objects: readonly Seen[], places: readonly Place[]): Promise<ReadonlyMap<string, Left>> {
  const sessionOf = new Map(places.map(({ name, session }) => [name, session]));
  const refused = await Promise.all(
    objects.map(async (one): Promise<readonly [string, Left][]> => {
      const session = sessionOf.get(one.project);
      if (session === undefined) return [];
      try {
        await ask(session, one);
        return [];
      } catch (error) {
        if (!(error instanceof UserError) || hasStatus(error, 0, 401)) throw error;
        return [[keyOf(one), refusedBy(one, error.problems[0]?.why ?? error.message)]];
      }
    }),
  );
  return new Map(refused.flat());
}

/** How often something is asked for again that was refused: what holds it may be on its way out. */
const ROUNDS = 5;

/** Deletes objects of one kind or of several that go together, and waits until the lists have them no more. */
async function removeTogether(objects: readonly Seen[], options: RemoveOptions): Promise<readonly Left[]> {
  const { places, gone, say, pause = 2000 } = options;
  const kinds = [...new Set(objects.map(({ kind }) => kind))].map(rowOf);
  let refused = await askAll(objects, places);
  let waiting = objects;
  const end = Date.now() + DEADLINE;
  for (let round = 1; waiting.length > 0; round++) {
    const { found, lists } = await zoneInventory(places, kinds);
    const unseen = new Set(lists.filter(({ state }) => state !== "listed").map(({ kind }) => kind));
    const there = new Map(found.map((one) => [keyOf(one), one.status]));
    const done = waiting.filter((one) => !there.has(keyOf(one)) && !unseen.has(one.kind));
    if (done.length > 0) await gone(done.map(keyOf));
    waiting = waiting.filter((one) => !done.includes(one));
    const stuck = waiting.filter((one) => /^error/.test(there.get(keyOf(one)) ?? ""));
    const isPending = (one: Seen): boolean => !refused.has(keyOf(one)) && !stuck.includes(one);
    const again = waiting.filter((one) => !isPending(one));
    if (round < ROUNDS && again.length > 0) {
      const pending = [...refused].filter(([key]) => !again.some((one) => keyOf(one) === key));
      refused = new Map([...pending, ...(await askAll(again, places))]);
    } else if (!waiting.some(isPending) || Date.now() > end) break;
    const [first] = waiting;
    if (first === undefined) break;
    say(`waits for ${waiting.length}, the first is ${saidOf(first)}`);
    await sleep(pause);
  }
  return waiting.map((one) => refused.get(keyOf(one)) ?? refusedBy(one, "it was asked to go and is still there"));
}

/** Deletes the objects of one stage. What a service refuses is told, and keeps nothing else from going. */
export async function removeStage(
  stage: Stage,
  objects: readonly Seen[],
  options: RemoveOptions,
): Promise<readonly Left[]> {
  const mine = objects.filter(({ kind }) => factsOfKind(kind).stage === stage);
  const first = mine.filter(({ kind }) => FIRST[stage]?.includes(kind) === true);
  const rest = mine.filter((one) => !first.includes(one));
  const left: Left[] = [];
  for (const group of [first, rest]) if (group.length > 0) left.push(...(await removeTogether(group, options)));
  return left;
}
