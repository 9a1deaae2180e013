import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { id } from "../../fields.ts";
import { sharing } from "../../gather.ts";
import type { Session } from "../../../openstack/index.ts";
import type { Call } from "../../resource.ts";
import { stable } from "../../resource.ts";

export const assignmentFields = z.strictObject({
  role: z.string("must be the name of a role").min(1),
  userId: id("a user").optional(),
  groupId: id("a group").optional(),
});

/** Either a user or a group. */
export const oneActor = <S extends typeof assignmentFields>(fields: S): S =>
  fields.refine((one) => (one.userId === undefined) !== (one.groupId === undefined), {
    message: "exactly one of userId and groupId must be set",
    path: ["userId"],
  });

export const assignmentSchema = oneActor(assignmentFields);

export interface Assignment {
  readonly role: string;
  readonly userId?: string;
  readonly groupId?: string;
  /** Where a role comes from that is not given on the project itself: `domain <id>` or `project <id>` (with inheritance). */
  readonly inheritedFrom?: string;
  /** On a domain: a role that it hands down to all its projects. */
  readonly toProjects?: boolean;
}

/** An assignment with the id of its role, as calls need it. */
export interface LiveAssignment extends Assignment {
  readonly roleId: string;
  /** Name of the user or group, for people. */
  readonly actor: string;
}

interface Actor {
  readonly id: string;
  readonly name?: string;
}

export interface Entry {
  readonly role: Actor;
  readonly user?: Actor;
  readonly group?: Actor;
  readonly scope: { readonly project?: Actor; readonly domain?: Actor; readonly "OS-INHERIT:inherited_to"?: string };
}

export function fromEntry(entry: Entry): LiveAssignment {
  const { role, user, group, scope } = entry;
  const inherited = scope["OS-INHERIT:inherited_to"] !== undefined;
  const from = scope.domain ? `domain ${scope.domain.id}` : `project ${scope.project?.id ?? ""}`;
  return {
    role: role.name ?? role.id,
    ...(user && { userId: user.id }),
    ...(group && { groupId: group.id }),
    ...(inherited && { inheritedFrom: from }),
    roleId: role.id,
    actor: user ? `user ${user.name ?? ""} (${user.id})` : `group ${group?.name ?? ""} (${group?.id ?? ""})`,
  };
}

/** Only what belongs into the state. */
export const plainAssignment = ({ role, userId, groupId, inheritedFrom, toProjects }: Assignment): Assignment => ({
  role,
  ...(userId !== undefined && { userId }),
  ...(groupId !== undefined && { groupId }),
  ...(inheritedFrom !== undefined && { inheritedFrom }),
  ...(toProjects === true && { toProjects }),
});

export const assignmentKey = (one: Assignment): string => stable(plainAssignment(one));

/** The projects of a domain with their domain's id; sets that ask at one moment share the list. */
const projectsOf = sharing(async (session, domain_id: string) => {
  const what = `list the projects of domain ${domain_id}`;
  const query = { domain_id };
  const rows = await session.paginate<Owned>("identity", "/projects", "projects", { what, query });
  return new Map(rows.map((row) => [row.id, row.domain_id]));
});

interface Owned {
  readonly id: string;
  readonly domain_id: string;
}

/** The domain that owns a project; undefined where the project is gone: what a list leaves out is asked for by itself. */
async function domainOf(call: Call, projectId: string): Promise<string | undefined> {
  const { session } = call;
  const { domainId, projectId: scope } = await session.token();
  const listed =
    domainId !== undefined && scope === undefined
      ? (await projectsOf(session, domainId, call.urn)).get(projectId)
      : undefined;
  if (listed !== undefined) return listed;
  const what = `read project ${projectId}`;
  const found = await session.find<{ project: Owned }>("identity", `/projects/${projectId}`, { what });
  return found?.project.domain_id;
}

export const listAssignments = (session: Session, what: string, query: Record<string, string>): Promise<Entry[]> =>
  session.paginate<Entry>("identity", "/role_assignments", "role_assignments", {
    what,
    query: { ...query, include_names: "true" },
  });

/** What a domain hands down to all its projects: one list for all sets that ask at one moment. */
const handedDown = sharing((session, domainId: string) =>
  listAssignments(session, `list the role assignments that domain ${domainId} hands down`, {
    "scope.domain.id": domainId,
    "scope.OS-INHERIT:inherited_to": "projects",
  }),
);

/**
 * All assignments that count on a project: direct ones (those for its child projects included) and those that its domain hands
 * down. Never Keystone's `effective` list, which shows members of groups instead of the grants that made them so.
 */
export async function liveAssignments(call: Call, projectId: string): Promise<LiveAssignment[] | undefined> {
  const domainId = await domainOf(call, projectId);
  if (domainId === undefined) return undefined;
  const what = `list the role assignments of project ${projectId}`;
  const [direct, inherited] = await Promise.all([
    listAssignments(call.session, what, { "scope.project.id": projectId }),
    handedDown(call.session, domainId, call.urn),
  ]);
  return [...direct, ...inherited].map(fromEntry);
}

interface Role {
  readonly id: string;
  readonly name: string;
  readonly domain_id: string | null;
}

const allRoles = sharing((session, _: "all") =>
  session.paginate<Role>("identity", "/roles", "roles", { what: "list the roles" }),
);

/** The ids of global roles by name. */
export async function roleIds({ session, urn }: Call, names: readonly string[]): Promise<Map<string, string>> {
  const roles = await allRoles(session, "all", urn);
  const ids = new Map(roles.filter((role) => role.domain_id === null).map((role) => [role.name, role.id]));
  const unknown = names.filter((name) => !ids.has(name));
  if (unknown.length > 0)
    throw new UserError({
      what: `the cloud has no role ${unknown.map((name) => `"${name}"`).join(", ")}`,
      allowed: [...ids.keys()].sort().join(", "),
      next: "name one of these, or ask the operator to make the role",
    });
  return ids;
}

/** The path of one grant on a project or domain. @param place `/projects/8e2f` */
export const grantPath = (place: string, one: Assignment, roleId: string): string =>
  `${place}/${one.userId === undefined ? `groups/${one.groupId ?? ""}` : `users/${one.userId}`}/roles/${roleId}`;
