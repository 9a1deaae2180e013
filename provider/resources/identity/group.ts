import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { id } from "../../fields.ts";
import { sharing } from "../../gather.ts";
import { ownAndNamesake, withMark, withoutMark } from "../../own.ts";
import type { Call } from "../../resource.ts";
import { defineKind } from "../../resource.ts";
import type { Props } from "../../wire.ts";

const inputs = z.object({
  name: z.string("must be the name of the group").min(1).max(64, "must have at most 64 characters"),
  domainId: id("a domain"),
  description: z.string().default(""),
});
type Inputs = z.infer<typeof inputs>;

interface LiveGroup {
  readonly id: string;
  readonly name: string;
  readonly domain_id: string;
  readonly description?: string | null;
}

/** All groups of a domain; resources that ask at one moment share the list. */
const groupsOf = sharing(async (session, domain_id: string): Promise<LiveGroup[]> => {
  const what = `list the groups of domain ${domain_id}`;
  const rows = await session.paginate<LiveGroup>("identity", "/groups", "groups", { query: { domain_id }, what });
  return rows.filter((row) => row.domain_id === domain_id);
});

/** A group by its own address: what a list does not hold counts as gone only after this. */
async function findGroup({ session }: Call, groupId: string): Promise<LiveGroup | undefined> {
  const what = `read group ${groupId}`;
  return (await session.find<{ group: LiveGroup }>("identity", `/groups/${groupId}`, { what }))?.group;
}

const bodyOf = (call: Call, { name, description }: Inputs): object => ({
  name,
  description: withMark(description, call.urn),
});

async function change(call: Call, groupId: string, wanted: Inputs): Promise<void> {
  const what = `change group "${wanted.name}" (${groupId})`;
  await call.session.request("identity", "PATCH", `/groups/${groupId}`, {
    body: { group: bodyOf(call, wanted) },
    what,
  });
}

/** Somebody else's group has its own members: taken over, they would get what the partner's people get. */
const foreign = (wanted: Inputs, found: LiveGroup): UserError =>
  new UserError({
    what: `cannot create group "${wanted.name}": domain ${wanted.domainId} has a group of that name (${found.id})`,
    why: "this stack did not make it, and whoever is in it would get what the partner's people get",
    next: `see who is in it, then remove it (\`openstack group delete ${found.id}\`) or give the partner another key, and run \`pulumi up\` again`,
  });

async function create(call: Call, wanted: Inputs): Promise<{ id: string }> {
  const list = (): Promise<readonly LiveGroup[]> => groupsOf(call.session, wanted.domainId, call.urn);
  const { own, namesake } = await ownAndNamesake(list, call, wanted.name);
  if (namesake !== undefined) throw foreign(wanted, namesake);
  if (own !== undefined) {
    if (own.name !== wanted.name || withoutMark(own.description ?? "", call.urn) !== wanted.description)
      await change(call, own.id, wanted);
    return { id: own.id };
  }
  const { body } = await call.session.request<{ group: LiveGroup }>("identity", "POST", "/groups", {
    body: { group: { ...bodyOf(call, wanted), domain_id: wanted.domainId } },
    what: `create group "${wanted.name}"`,
  });
  return { id: body.group.id };
}

async function read(call: Call, groupId: string, state: Props): Promise<Props | undefined> {
  const listed =
    typeof state.domainId === "string"
      ? (await groupsOf(call.session, state.domainId, call.urn)).find((group) => group.id === groupId)
      : undefined;
  const live = listed ?? (await findGroup(call, groupId));
  return (
    live && {
      name: live.name,
      domainId: live.domain_id,
      description: withoutMark(live.description ?? "", call.urn),
    }
  );
}

/** A group of people; who is in it belongs to those who manage the partner's people. */
export const group = defineKind({
  module: "identity",
  name: "Group",
  summary: "A group of people, such as a partner's; its members are left alone.",
  inputs,
  replaceOn: ["domainId"],
  create,
  read,
  update: async (call, groupId, wanted) => {
    await change(call, groupId, wanted);
    return undefined;
  },
  delete: async ({ session }, groupId, state) => {
    const what = `delete group "${String(state.name ?? groupId)}" (${groupId})`;
    await session.request("identity", "DELETE", `/groups/${groupId}`, { what, expect: [404] });
  },
});
