import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { hasStatus } from "../../../openstack/index.ts";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { leftOver, notThere } from "../sets.ts";
import { usersOf, type LiveUser } from "./people.ts";

const member = z
  .strictObject({
    userId: id("a user").optional(),
    name: z.string("must be the name of a user").min(1).max(255).optional(),
  })
  .refine((one) => (one.userId === undefined) !== (one.name === undefined), {
    message: "exactly one of userId and name must be set",
    path: ["userId"],
  });

const inputs = z.object({
  groupId: id("a group"),
  domainId: id("a domain"),
  members: z.array(member).transform(sortedSet),
});
type Inputs = z.infer<typeof inputs>;
type Member = Inputs["members"][number];

/** A wanted member with its user; none where the cloud does not know one of that name yet. */
interface Resolved {
  readonly wanted: Member;
  readonly userId?: string;
}

/** Federated users exist from their first log-in on: until then a name stands for nobody. */
async function resolve(call: Call, domainId: string, members: readonly Member[]): Promise<readonly Resolved[]> {
  const byName = members.some(({ name }) => name !== undefined);
  const users = byName ? await usersOf(call.session, domainId, call.urn) : [];
  return members.map((wanted): Resolved => {
    if (wanted.userId !== undefined) return { wanted, userId: wanted.userId };
    const found = users.filter(({ name }) => name === wanted.name);
    if (found.length < 2) return { wanted, ...(found[0] && { userId: found[0].id }) };
    throw new UserError({
      what: `domain ${domainId} has ${found.length} users called "${wanted.name ?? ""}"`,
      found: found.map(({ id: userId }) => userId).join(", "),
      why: "only one of them can be the person that the permit names",
      next: "find out which one is somebody else's and remove it (`openstack user delete <id>`)",
    });
  });
}

async function liveMembers({ session }: Call, groupId: string): Promise<LiveUser[] | undefined> {
  const what = `list who is in group ${groupId}`;
  try {
    return await session.paginate<LiveUser>("identity", `/groups/${groupId}/users`, "users", { what });
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

const memberPath = (groupId: string, userId: string): string => `/groups/${groupId}/users/${userId}`;
const say = ({ id: userId, name }: LiveUser): string => `${name} (${userId})`;

/** Takes out whom this credential may and gives back the rest: Keystone lets a manager touch users of the own domain alone. */
async function takeOut(call: Call, groupId: string, extra: readonly LiveUser[]): Promise<LiveUser[]> {
  const left: LiveUser[] = [];
  for (const user of extra) {
    const what = `take ${say(user)} out of group ${groupId}`;
    try {
      await call.session.request("identity", "DELETE", memberPath(groupId, user.id), { what, expect: [404] });
    } catch (error) {
      if (!hasStatus(error, 403)) throw error;
      left.push(user);
    }
  }
  return left;
}

const waitingOf = (resolved: readonly Resolved[]): string =>
  resolved.flatMap(({ wanted, userId }) => (userId === undefined ? [wanted.name ?? ""] : [])).join(", ");

async function converge(call: Call, { groupId, domainId, members }: Inputs): Promise<Props> {
  const live = await liveMembers(call, groupId);
  if (!live) throw notThere(`set who is in group ${groupId}`);
  const resolved = await resolve(call, domainId, members);
  const wanted = new Set(resolved.flatMap(({ userId }) => userId ?? []));
  const there = new Set(live.map((user) => user.id));
  const left = await takeOut(
    call,
    groupId,
    live.filter((user) => !wanted.has(user.id)),
  );
  for (const userId of wanted) {
    if (there.has(userId)) continue;
    const what = `put user ${userId} into group ${groupId}`;
    await call.session.request("identity", "PUT", memberPath(groupId, userId), { what });
  }
  if (left.length > 0)
    throw leftOver({
      what: `group ${groupId} has members`,
      verb: "take out",
      found: left.map(say),
      ids: left.map((user) => user.id),
      why: "they are users of another domain, whom only the operator can add",
    });
  return { waiting: waitingOf(resolved) };
}

/**
 * The members as they are: a wanted one as the config names it, any other by id and name. Who is waited for is no difference: the set
 * is as it can be.
 */
async function read(call: Call, groupId: string, state: Props): Promise<Props | undefined> {
  const live = await liveMembers(call, groupId);
  if (!live) return undefined;
  const domainId = typeof state.domainId === "string" ? state.domainId : "";
  const resolved = await resolve(call, domainId, (state.members ?? []) as Member[]);
  const there = new Set(live.map((user) => user.id));
  const known = new Set(resolved.map(({ userId }) => userId));
  const kept = resolved.filter(({ userId }) => userId === undefined || there.has(userId)).map(({ wanted }) => wanted);
  const extra = live.filter((user) => !known.has(user.id)).map((user) => ({ userId: user.id, name: user.name }));
  return { groupId, domainId, members: sortedSet<Props>([...kept, ...extra]), waiting: waitingOf(resolved) };
}

/** All members of a group. */
export const groupMembers = defineKind({
  module: "identity",
  name: "GroupMembers",
  summary:
    "All members of a group: who is not listed is taken out; who is listed by a name that the domain does not know yet is waited for.",
  inputs,
  outputs: {
    waiting: { type: "string", description: "Listed names that the domain has no user for yet, joined by commas." },
  },
  replaceOn: ["groupId", "domainId"],
  create: async (call, wanted) => ({ id: wanted.groupId, outs: await converge(call, wanted) }),
  read,
  update: (call, _id, wanted) => converge(call, wanted),
  // Only whom the state lists: everybody else goes with the group.
  delete: async (call, groupId, state) => {
    const live = (await liveMembers(call, groupId)) ?? [];
    const resolved = await resolve(call, String(state.domainId ?? ""), (state.members ?? []) as Member[]);
    const own = new Set(resolved.map(({ userId }) => userId));
    await takeOut(
      call,
      groupId,
      live.filter((user) => own.has(user.id)),
    );
  },
});
