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

/**
 * Made with a password that is kept nowhere: nobody can log in as it until an `ApplicationCredential` of it is made. Without any
 * password Keystone 30 fails where it is set up to ask for a new one at the first use.
 */
async function create(call: Call, wanted: Inputs): Promise<{ id: string }> {
  const isOwn = (user: LiveUser): boolean => bearsMark(user, call.urn);
  const users = await freshWhere(() => usersOf(call.session, wanted.domainId, call.urn), isOwn);
  const own = users.find(isOwn);
  if (own !== undefined) return { id: own.id };
  const other = users.find((user) => user.name === wanted.name);
  if (other !== undefined)
    throw new UserError({
      what: `cannot create user "${wanted.name}": domain ${wanted.domainId} has a user of that name (${other.id})`,
      why: "this stack did not make it, and whoever knows its password would act as the service",
      next: `find out whose it is, then remove it (\`openstack user delete ${other.id}\`) or give the service another name, and run \`pulumi up\` again`,
    });
  const password = newPassword();
  const { body } = await call.session.request<{ user: { id: string } }>("identity", "POST", "/users", {
    body: { user: { ...bodyOf(call, wanted), password, domain_id: wanted.domainId } },
    what: `create user "${wanted.name}"`,
    secrets: [password],
  });
  return { id: body.user.id };
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
    }
  );
}

/** An account that acts for one service of a zone. */
export const serviceUser = defineKind({
  module: "identity",
  name: "ServiceUser",
  summary: "A user for one service, without a password that anybody knows: it acts by an application credential alone.",
  inputs,
  replaceOn: ["domainId"],
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
