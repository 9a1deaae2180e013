import { z } from "zod";
import type { Call, Made } from "../../resource.ts";
import { defineKind } from "../../resource.ts";

const inputs = z.object({
  name: z.string("must be a name").min(1).max(255),
  policy: z.enum(["affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity"]),
});
type Inputs = z.infer<typeof inputs>;

interface Group {
  readonly id: string;
  readonly name: string;
  readonly policy: string;
  readonly rules?: Readonly<Record<string, unknown>>;
  readonly members: readonly string[];
}

const PATH = "/os-server-groups";

async function remove({ session }: Call, groupId: string, name: string): Promise<void> {
  const what = `remove server group "${name}" (${groupId})`;
  await session.request("compute", "DELETE", `${PATH}/${groupId}`, { what, expect: [404] });
}

const hasRules = ({ rules = {} }: Group): boolean => Object.keys(rules).length > 0;

/**
 * The group of an interrupted run. A group has neither a description nor metadata to mark it by: one of this name without a member can
 * only be what such a run left, for no machine is made before its group is known. One that cannot become what is wanted is removed.
 */
async function takeUp(call: Call, { name, policy }: Inputs): Promise<string | undefined> {
  const what = `look for server group "${name}" of an interrupted run`;
  const groups = await call.session.paginate<Group>("compute", PATH, "server_groups", { what });
  let taken: string | undefined;
  for (const group of groups) {
    if (group.name !== name || group.members.length > 0) continue;
    if (taken === undefined && group.policy === policy && !hasRules(group)) taken = group.id;
    else await remove(call, group.id, name);
  }
  return taken;
}

async function create(call: Call, wanted: Inputs): Promise<Made> {
  const taken = await takeUp(call, wanted);
  if (taken !== undefined) return { id: taken };
  const { body } = await call.session.request<{ server_group: Group }>("compute", "POST", PATH, {
    body: { server_group: wanted },
    what: `create server group "${wanted.name}"`,
  });
  return { id: body.server_group.id };
}

/** A group of machines that the scheduler keeps apart or together; who is in it is said by the machines. */
export const serverGroup = defineKind({
  module: "compute",
  name: "ServerGroup",
  summary: "A group of machines that the scheduler keeps apart or together: hard, or as far as there is room.",
  inputs,
  replaceOn: ["name", "policy"],
  create,
  read: async ({ session }, groupId) => {
    const what = `read server group ${groupId}`;
    const found = await session.find<{ server_group: Group }>("compute", `${PATH}/${groupId}`, { what });
    if (found === undefined) return undefined;
    const { name, policy } = found.server_group;
    // More than one machine a host is another promise than the policy's own: it must show.
    return { name, policy: hasRules(found.server_group) ? `${policy} with rules` : policy };
  },
  delete: (call, groupId, state) => remove(call, groupId, String(state.name ?? groupId)),
});
