import type { ZoneConfig } from "../../config/index.ts";
import { judge, judgeMakers, type Judged, type Makers } from "../../deletion/judge.ts";
import { factsOfKind } from "../../deletion/table.ts";
import { keyOf, saidOf, type Found, type Left, type Seen, type Stage } from "../../deletion/types.ts";
import { UserError } from "../../config/problem.ts";
import { planned, type Plan } from "../../plan/types.ts";
import { uplinkName } from "../../plan/names.ts";
import { destroyStack, readState, unprotectStack, type StackPlace } from "../site/state.ts";
import { identityInventory, revoke } from "./identity.ts";
import { zoneInventory, type Inventory, type Place } from "./inventory.ts";
import type { JournalFile } from "./journal-file.ts";
import { removeStage } from "./remove.ts";
import { openPlaces, zoneGrants, type ZoneWorld } from "./sessions.ts";
import { closeShares } from "./shares.ts";

export interface ZoneHalf {
  readonly config: ZoneConfig;
  readonly plan: Plan;
  readonly world: ZoneWorld;
  readonly stack: StackPlace;
  readonly journal: JournalFile;
  readonly all: boolean;
  /** Has the operator list what he sees before anything is deleted: the control of his lists afterwards. */
  readonly witness?: () => Promise<void>;
  readonly say: (what: string) => void;
}

export const AGAIN = "tresor destroy";

/** Stages in which things of projects are deleted one by one, keys before what they open. */
const DIRECT: readonly Stage[] = ["machines", "copies", "keys", "data", "rest"];

/** Everything that the zone's pipeline sees, without the roles that it took for the deletion. */
async function look(half: Pick<ZoneHalf, "world">, places: readonly Place[]): Promise<Inventory> {
  const { session, domain } = half.world;
  const [objects, identity, { own }] = await Promise.all([
    zoneInventory(places),
    identityInventory(session, domain, "zone"),
    zoneGrants(half.world),
  ]);
  const taken = new Set(own.map(({ found }) => found.id));
  const found = [...objects.found, ...identity.found].filter(
    ({ kind, id }) => kind !== "role assignment" || !taken.has(id),
  );
  return { found, lists: [...objects.lists, ...identity.lists] };
}

/** Ids of data that was taken over: never deleted by us. */
export const adoptedIds = (plan: Plan): ReadonlySet<string> =>
  new Set([...planned(plan, "volume"), ...planned(plan, "share")].flatMap(({ facts }) => facts.adopt ?? []));

async function makersOf({ config, world, stack, plan }: ZoneHalf): Promise<Makers> {
  const state = (await readState(stack, AGAIN))?.text ?? "";
  const uplinks = new Set(Object.keys(config.areas).map((area) => uplinkName(config.name, area)));
  const { userId, projects, areas, domain } = world;
  const stored = [...planned(plan, "volume"), ...planned(plan, "share")];
  const erasures = new Map(stored.map(({ name, project = "", facts }) => [`${project}/${name}`, facts.erasure]));
  return {
    isInState: (id) => id !== "" && state.includes(id),
    benches: new Set(projects.map(({ name }) => name).filter((name) => !areas.has(name))),
    isOperators: ({ kind, id, name, project }) =>
      (kind === "port" && uplinks.has(name)) ||
      (kind === "user" && id === userId) ||
      (kind === "role assignment" &&
        id.includes(`/users/${userId}/`) &&
        (project === domain.name || areas.has(project))),
    erasureOf: ({ name, project }) => erasures.get(`${project}/${name}`),
    unexports: unexporting(config),
  };
}

/** Share types whose driver keeps the bytes of a deleted share. Manila's Quobyte driver does, unless its operator changed that. */
const unexporting = ({ granted }: ZoneConfig): ReadonlySet<string> =>
  new Set(Object.entries(granted.shareTypes).flatMap(([name, { driver }]) => (driver === "quobyte" ? name : [])));

/**
 * Enters into the journal what is new, and what is gone by now: that tells only the list of who saw it, since the zone does not see all
 * that the operator sees, nor he all of the zone's.
 */
export async function enter(
  journal: JournalFile,
  { found, lists }: Inventory,
  phase: "before" | "after",
  judged: (found: readonly Found[]) => readonly Seen[],
): Promise<void> {
  const by = lists[0]?.by ?? "zone";
  const known = journal.read().objects;
  const fresh = judged(found).filter((one) => known.get(keyOf(one))?.seenBy.includes(by) !== true);
  if (fresh.length > 0) await journal.write({ event: "seen", by, objects: [...fresh] });
  await journal.write({ event: "lists", phase, lists: [...lists] });
  const there = new Set(found.map(keyOf));
  const listed = new Set(lists.filter(({ state }) => state === "listed").map(({ kind }) => kind));
  const gone = [...known.values()].filter(
    (one) => one.goneAt === undefined && one.seenBy.includes(by) && listed.has(one.kind) && !there.has(keyOf(one)),
  );
  if (gone.length > 0) await journal.write({ event: "gone", keys: gone.map(keyOf) });
}

/** Takes the roles of everybody but the pipeline away. What the operator gave, only he takes. */
async function closeAccess({ world, say }: ZoneHalf): Promise<void> {
  const { all } = await zoneGrants(world);
  const others = all.filter(({ actorId }) => actorId !== world.userId);
  for (const one of others)
    if (!(await revoke(world.session, one)))
      say(`${one.found.name} on ${one.found.project} is the operator's to revoke`);
}

/** Objects as the lists have them now, with what was decided when they were first seen. */
function current(journal: JournalFile, { found }: Inventory): readonly Seen[] {
  const known = journal.read().objects;
  return found.flatMap((one) => {
    const first = known.get(keyOf(one));
    return first === undefined || first.goneAt !== undefined ? [] : [{ ...first, facts: one.facts }];
  });
}

/** True where the stack was taken down before and has made things since: `up` raised the zone again, and this is another end. */
function isReborn(journal: JournalFile, seen: readonly Seen[]): boolean {
  const { done, objects } = journal.read();
  if (!done.has("stack")) return false;
  return seen.some((one) => one.owner === "zone" && one.maker === "stack" && !objects.has(keyOf(one)));
}

/** What the engine takes down with the stack: everything of ours that holds no data. */
const isEngines = ({ maker, kind }: Seen): boolean => maker === "stack" && factsOfKind(kind).stage === "rest";

/**
 * Deletes what may go, stage by stage. What a service refuses holds what belongs to it: the volume of a snapshot that does not go stays,
 * and so does its key.
 */
async function removeObjects(half: ZoneHalf, places: readonly Place[], before: Inventory): Promise<Judged> {
  const { journal, say, plan, all } = half;
  const gone = async (keys: readonly string[]): Promise<void> =>
    void (await journal.write({ event: "gone", keys: [...keys] }));
  const refused = new Map<string, Left>();
  const judged = (): Judged => judge(current(journal, before), { all, adopted: adoptedIds(plan), refused });
  await closeShares(places, judged().go);
  await journal.write({ event: "stage", stage: "access", state: "done" });
  for (const stage of DIRECT) {
    const objects = judged().go.filter((one) => factsOfKind(one.kind).stage === stage && !isEngines(one));
    if (objects.length === 0) continue;
    await journal.write({ event: "stage", stage, state: "begun" });
    say(`${stage}: ${objects.length}`);
    const left = await removeStage(stage, objects, { places, gone, say });
    for (const one of left) refused.set(keyOf({ kind: one.kind, id: one.id ?? "" }), one);
    if (left.length === 0) await journal.write({ event: "stage", stage, state: "done" });
  }
  return judged();
}

/** Takes the zone's stack down; what it does not delete is told by the lists afterwards. */
async function removeStack({ journal, stack, say }: ZoneHalf): Promise<Left | undefined> {
  const state = await readState(stack, AGAIN);
  if (state === undefined || state.held.length === 0) return undefined;
  await journal.write({ event: "stage", stage: "stack", state: "begun" });
  say(`stack ${stack.stack}: pulumi destroy, ${state.held.length} resources`);
  // The command's own confirmation is the word that protected data waits for; and by now the data is gone.
  await unprotectStack(stack, AGAIN);
  const { left, failure } = await destroyStack(stack, AGAIN);
  if (failure === undefined && left.length === 0) {
    await journal.write({ event: "stage", stage: "stack", state: "done" });
    return undefined;
  }
  const why = failure ?? `its state still holds ${left.length} resources`;
  return { kind: "stack", name: stack.stack, why, next: "mend what it names, then run `tresor destroy` again" };
}

/** What a run would do. */
export interface Foreseen {
  readonly go: readonly Seen[];
  readonly held: readonly Left[];
  readonly tenant: readonly Seen[];
  /** Projects into which the pipeline sees only once it took a role there. */
  readonly unseen: readonly string[];
}

/** What would go and what would stay, by lists alone: nothing is changed. */
export async function foresee(half: Omit<ZoneHalf, "journal" | "say">): Promise<Foreseen> {
  const places = await openPlaces(half.world, false);
  try {
    const makers = await makersOf(half as ZoneHalf);
    const { found } = await look(half, places);
    const seen = judgeMakers(found, makers);
    const { go, held } = judge(seen, { all: half.all, adopted: adoptedIds(half.plan) });
    const open = new Set(places.map(({ name }) => name));
    const unseen = half.world.projects.map(({ name }) => name).filter((name) => !open.has(name));
    return { go, held, tenant: seen.filter(({ owner }) => owner === "tenant"), unseen };
  } finally {
    for (const { session } of places) session.close();
  }
}

/** What a half came to; lists tell the rest. */
export interface HalfEnd {
  readonly left: readonly Left[];
  /** Of these, what kept the stack from being taken down. */
  readonly blocking: readonly Left[];
}

/**
 * The zone's half of a deletion, from wherever the last run ended. What is held back, or refused by its service, keeps the stack from
 * being taken down: nothing is stranded.
 */
export async function destroyZoneHalf(half: ZoneHalf): Promise<HalfEnd> {
  const { journal, world, say } = half;
  const { domain, actor } = world;
  const places = await openPlaces(world, true);
  try {
    const makers = await makersOf(half);
    const judged = (found: readonly Found[]): readonly Seen[] => judgeMakers(found, makers);
    say(`lists every service of ${world.projects.length} projects as ${actor.user} of ${domain.name}`);
    const before = await look(half, places);
    if (isReborn(journal, judged(before.found))) await journal.restart();
    await enter(journal, before, "before", judged);
    await half.witness?.();
    await journal.write({ event: "stage", stage: "access", state: "begun" });
    await closeAccess(half);
    const { held, blocking } = await removeObjects(half, places, before);
    for (const one of held) say(`stays: ${saidOf(one)}: ${one.why}`);
    const failed = blocking.length === 0 ? await removeStack(half) : undefined;
    const more = failed === undefined ? [] : [failed];
    await enter(journal, await look(half, places), "after", judged);
    return { left: [...held, ...more], blocking: [...blocking, ...more] };
  } finally {
    await giveBack(half);
    for (const { session } of places) session.close();
  }
}

/** Gives the roles back that the pipeline took on benches. */
async function giveBack({ world }: ZoneHalf): Promise<void> {
  const { own } = await zoneGrants(world).catch((error: unknown) => {
    if (error instanceof UserError) return { own: [] };
    throw error;
  });
  for (const one of own) await revoke(world.session, one);
}
