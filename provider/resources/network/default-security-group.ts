import { z } from "zod";
import { exactlyOne } from "../../../openstack/index.ts";
import { id } from "../../fields.ts";
import { defineKind } from "../../resource.ts";

const inputs = z.object({ projectId: id("a project") });

interface Group {
  readonly id: string;
  readonly name: string;
  readonly project_id: string;
}

/** The group `default`, which Neutron makes in every project and leaves behind when the project goes. */
export const defaultSecurityGroup = defineKind({
  module: "network",
  name: "DefaultSecurityGroup",
  summary: "The group `default` of a project: found (Neutron makes it when it is asked for), and removed at destroy.",
  inputs,
  outputs: { securityGroupId: { type: "string", description: "Id of the group." } },
  replaceOn: ["projectId"],
  create: async ({ session }, { projectId }) => {
    // A list that is filtered by project makes Neutron create the group where it is not there yet.
    const groups = await session.paginate<Group>("network", "/security-groups", "security_groups", {
      query: { project_id: projectId, name: "default" },
      what: `find the default security group of project ${projectId}`,
    });
    const group = exactlyOne("security group", "default", groups, { projectId });
    return { id: group.id, outs: { securityGroupId: group.id } };
  },
  // By id and never by a list: a list would make the group again after the project is gone.
  read: async ({ session }, groupId) => {
    const what = `read the default security group ${groupId}`;
    const found = await session.find<{ security_group: Group }>("network", `/security-groups/${groupId}`, { what });
    return found && { projectId: found.security_group.project_id, securityGroupId: groupId };
  },
  delete: async ({ session }, groupId, state) => {
    await session.request("network", "DELETE", `/security-groups/${groupId}`, {
      expect: [404],
      what: `remove the default security group ${groupId} of project ${String(state.projectId)}`,
      next: "remove the ports that use it; only the operator's credential may remove a default group",
    });
  },
});
