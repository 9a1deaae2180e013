import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { newPassword } from "../../../openstack/password.ts";
import { id } from "../../fields.ts";
import { freshWhere } from "../../gather.ts";
import { LONGEST_DESCRIPTION, bearsMark, withMark, withoutMark } from "../../own.ts";
import type { Call } from "../../resource.ts";
import { defineKind } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { findUser, usersOf, type LiveUser } from "./people.ts";

const inputs = z.object({
  name: z.string("must be the name of the user").min(1).max(255, "must have at most 255 characters"),
  domainId: id("a domain"),
  description: z.string().max(LONGEST_DESCRIPTION, `must have at most ${LONGEST_DESCRIPTION} characters`).default(""),
  enabled: z.boolean().default(true),
});
type Inputs = z.infer<typeof inputs>;

const bodyOf = (call: Call, { name, description, enabled }: Inputs): object => ({
  name,
  description: withMark(description, call.urn),
  enabled,
});

/** A password that Keystone wants changed at the first log-in, where it is set up to: no exception is asked for. */
const firstPassword = (password: string): object => ({
  password,
  options: { ignore_change_password_upon_first_use: false },
});

/** A user of the name that is not ours may be anybody's, with a password that somebody knows. */
const foreign = (wanted: Inputs, userId: string): UserError =>
  new UserError({
    what: `cannot create user "${wanted.name}": domain ${wanted.domainId} has a user of that name (${userId})`,
    why: "this stack did not make it, and whoever knows its password would be taken for the person",
    next: `find out whose it is, then remove it (\`openstack user delete ${userId}\`) or give the person another key, and run \`pulumi up\` again`,
  });

async function create(call: Call, wanted: Inputs): Promise<{ id: string; outs: Props }> {
  const isOwn = (user: LiveUser): boolean => bearsMark(user, call.urn);
  const users = await freshWhere(() => usersOf(call.session, wanted.domainId, call.urn), isOwn);
  const own = users.find(isOwn);
  const other = users.find((user) => user.name === wanted.name && user !== own);
  if (other !== undefined) throw foreign(wanted, other.id);
  const password = newPassword();
  const options = { secrets: [password] };
  const user = { ...bodyOf(call, wanted), ...firstPassword(password) };
  if (own !== undefined) {
    // An interrupted run lost the password that it had set: a new one.
    const what = `set a one-time password for user "${wanted.name}" (${own.id})`;
    await call.session.request("identity", "PATCH", `/users/${own.id}`, { ...options, body: { user }, what });
    return { id: own.id, outs: { oneTimePassword: password } };
  }
  const { body } = await call.session.request<{ user: { id: string } }>("identity", "POST", "/users", {
    ...options,
    body: { user: { ...user, domain_id: wanted.domainId } },
    what: `create user "${wanted.name}"`,
  });
  return { id: body.user.id, outs: { oneTimePassword: password } };
}

async function read(call: Call, userId: string, state: Props): Promise<Props | undefined> {
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
      // Keystone tells no password; what was set at the beginning logs in no more once the person has changed it.
      oneTimePassword: state.oneTimePassword ?? "",
    }
  );
}

/** A person who logs in without an identity provider. */
export const person = defineKind({
  module: "identity",
  name: "Person",
  summary: "A person's user in a domain, with a one-time password of its own; disabled when the time is over.",
  inputs,
  outputs: { oneTimePassword: { type: "string", description: "For the first log-in, at which it must be changed." } },
  replaceOn: ["domainId"],
  secret: ["oneTimePassword"],
  create,
  read,
  update: async (call, userId, wanted) => {
    const what = `change user "${wanted.name}" (${userId})`;
    await call.session.request("identity", "PATCH", `/users/${userId}`, { body: { user: bodyOf(call, wanted) }, what });
    return undefined;
  },
  delete: async ({ session }, userId, state) => {
    const what = `delete user "${String(state.name ?? userId)}" (${userId})`;
    await session.request("identity", "DELETE", `/users/${userId}`, { what, expect: [404] });
  },
});
