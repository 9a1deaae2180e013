import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { id } from "../../fields.ts";
import { sharing } from "../../gather.ts";
import { LONGEST_DESCRIPTION, ownAndNamesake, withMark, withoutMark } from "../../own.ts";
import type { Call } from "../../resource.ts";
import type { Props } from "../../wire.ts";

/** A user as Keystone lists it; a federated one's name is what its provider's mapping says. */
export interface LiveUser {
  readonly id: string;
  readonly name: string;
  readonly domain_id: string;
  readonly enabled: boolean;
  readonly description?: string | null;
}

/** All users of a domain; resources that ask at one moment share the list. */
export const usersOf = sharing(async (session, domain_id: string): Promise<LiveUser[]> => {
  const what = `list the users of domain ${domain_id}`;
  const rows = await session.paginate<LiveUser>("identity", "/users", "users", { query: { domain_id }, what });
  return rows.filter((row) => row.domain_id === domain_id);
});

/** A user by its own address: what a list does not hold counts as gone only after this. */
export async function findUser({ session }: Call, userId: string): Promise<LiveUser | undefined> {
  const what = `read user ${userId}`;
  return (await session.find<{ user: LiveUser }>("identity", `/users/${userId}`, { what }))?.user;
}

/** What a user that we make is asked to be, whether a person's or a service's. */
export const userInputs = z.object({
  name: z.string("must be the name of the user").min(1).max(255, "must have at most 255 characters"),
  domainId: id("a domain"),
  description: z.string().max(LONGEST_DESCRIPTION, `must have at most ${LONGEST_DESCRIPTION} characters`).default(""),
  enabled: z.boolean().default(true),
});
export type UserInputs = z.infer<typeof userInputs>;

export const userBody = (call: Call, { name, description, enabled }: UserInputs): object => ({
  name,
  description: withMark(description, call.urn),
  enabled,
});

/** What an interrupted run left of this user, and somebody else of its name. */
export const findOwnUser = (call: Call, { domainId, name }: UserInputs): ReturnType<typeof ownAndNamesake<LiveUser>> =>
  ownAndNamesake(() => usersOf(call.session, domainId, call.urn), call, name);

/** A user of the name that is not ours may be anybody's, with a password that somebody knows. */
export const foreignUser = (
  { name, domainId }: UserInputs,
  { id }: LiveUser,
  takenFor: string,
  way: string,
): UserError =>
  new UserError({
    what: `cannot create user "${name}": domain ${domainId} has a user of that name (${id})`,
    why: `this stack did not make it, and whoever knows its password would ${takenFor}`,
    next: `find out whose it is, then remove it (\`openstack user delete ${id}\`) or ${way}, and run \`pulumi up\` again`,
  });

/** Makes the user; `secrets` stand in no error and no log. */
export async function createUser(call: Call, wanted: UserInputs, user: object, secrets: string[]): Promise<string> {
  const { body } = await call.session.request<{ user: { id: string } }>("identity", "POST", "/users", {
    body: { user: { ...user, domain_id: wanted.domainId } },
    what: `create user "${wanted.name}"`,
    secrets,
  });
  return body.user.id;
}

export async function readUser(call: Call, userId: string, state: Props): Promise<Props | undefined> {
  const listed =
    typeof state.domainId === "string"
      ? (await usersOf(call.session, state.domainId, call.urn)).find((user) => user.id === userId)
      : undefined;
  const live = listed ?? (await findUser(call, userId));
  return (
    live && {
      name: live.name,
      domainId: live.domain_id,
      description: withoutMark(live.description ?? "", call.urn),
      enabled: live.enabled,
    }
  );
}

export async function updateUser(call: Call, userId: string, wanted: UserInputs): Promise<undefined> {
  const what = `change user "${wanted.name}" (${userId})`;
  await call.session.request("identity", "PATCH", `/users/${userId}`, { body: { user: userBody(call, wanted) }, what });
  return undefined;
}

export async function deleteUser({ session }: Call, userId: string, state: Props): Promise<void> {
  const what = `delete user "${String(state.name ?? userId)}" (${userId})`;
  await session.request("identity", "DELETE", `/users/${userId}`, { what, expect: [404] });
}
