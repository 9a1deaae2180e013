import type { ListResult } from "../../deletion/journal.ts";
import type { Found } from "../../deletion/types.ts";
import { hasStatus, type Session } from "../../openstack/index.ts";
import { fromEntry, grantPath, listAssignments, type Entry } from "../../provider/resources/identity/assignments.ts";
import type { Inventory } from "./inventory.ts";

/** A zone's domain, as it is in Keystone. */
export interface Domain {
  readonly id: string;
  readonly name: string;
}

/** A thing of Keystone. */
interface Thing {
  readonly id: string;
  readonly name: string;
}

const things = (session: Session, many: string, query: Record<string, string>): Promise<Thing[]> =>
  session.paginate<Thing>("identity", `/${many}`, many, { query, what: `list the ${many} of the zone` });

type Named = { readonly kind: string; readonly project: string };
const foundOf = (rows: readonly Thing[], { kind, project }: Named): readonly Found[] =>
  rows.map(({ id, name }) => ({ kind, id, name, project, facts: {} }));

/** A role that somebody has on a domain or on one of its projects. */
export interface Grant {
  readonly found: Found;
  /** Who has it. */
  readonly actorId: string;
  /** Its address in Keystone. */
  readonly path: string;
}

/** All grants on a domain and on its projects, whoever has them. */
export async function grantsOf(
  session: Session,
  domain: Domain,
  projects: readonly Thing[],
): Promise<readonly Grant[]> {
  const places = [
    { name: domain.name, path: `/domains/${domain.id}`, query: { "scope.domain.id": domain.id } },
    ...projects.map(({ id, name }) => ({ name, path: `/projects/${id}`, query: { "scope.project.id": id } })),
  ];
  const lists = await Promise.all(
    places.map(async ({ name, path, query }) => {
      const entries: readonly Entry[] = await listAssignments(
        session,
        `list the role assignments on ${name}`,
        query as never,
      );
      return entries.map((entry): Grant => {
        const one = fromEntry(entry);
        const inherited = entry.scope["OS-INHERIT:inherited_to"] !== undefined;
        const grant = grantPath(path, one, one.roleId);
        const address = inherited ? `/OS-INHERIT${grant}/inherited_to_projects` : grant;
        const found = {
          kind: "role assignment",
          id: address,
          name: `${one.role} of ${one.actor}`,
          project: name,
          facts: {},
        };
        return { found, actorId: one.userId ?? one.groupId ?? "", path: address };
      });
    }),
  );
  return lists.flat();
}

/** Takes a grant away. False where this credential may not. */
export async function revoke(session: Session, { found, path }: Grant): Promise<boolean> {
  const what = `revoke ${found.name} on ${found.project}`;
  const { status } = await session.request("identity", "DELETE", path, { what, expect: [403, 404] });
  return status !== 403;
}

/** Gives a user a role on a project, by the role's name. */
export async function grantRole(session: Session, userId: string, projectId: string, role: string): Promise<void> {
  const roles = await session.paginate<Thing>("identity", "/roles", "roles", { what: "list the roles" });
  const id = roles.find(({ name }) => name === role)?.id ?? role;
  const what = `give the zone's pipeline the role ${role} on project ${projectId}`;
  await session.request("identity", "PUT", `/projects/${projectId}/users/${userId}/roles/${id}`, { what });
}

/** Undefined where this session may not list them. @throws ApiError where Keystone fails */
async function unlessHidden<T>(list: () => Promise<T>): Promise<T | undefined> {
  try {
    return await list();
  } catch (error) {
    if (hasStatus(error, 403)) return undefined;
    throw error;
  }
}

/** Application credentials of users. */
async function credentials(session: Session, users: readonly Thing[], project: string): Promise<readonly Found[]> {
  const lists = await Promise.all(
    users.map(async ({ id, name }) => {
      const what = `list the application credentials of ${name}`;
      const path = `/users/${id}/application_credentials`;
      const rows = await session.paginate<Thing>("identity", path, "application_credentials", { what });
      return foundOf(rows, { kind: "application credential", project });
    }),
  );
  return lists.flat();
}

interface Trust {
  readonly id: string;
  readonly trustor_user_id: string;
  readonly trustee_user_id: string;
}

/** Trusts from or to users. */
async function trusts(session: Session, users: readonly Thing[], project: string): Promise<readonly Found[]> {
  const ids = new Set(users.map(({ id }) => id));
  const rows = await session.paginate<Trust>("identity", "/OS-TRUST/trusts", "trusts", { what: "list every trust" });
  const ours = rows.filter((one) => ids.has(one.trustor_user_id) || ids.has(one.trustee_user_id));
  return ours.map(({ id }) => ({ kind: "trust", id, name: "", project, facts: {} }));
}

const KINDS = ["user", "group", "role assignment", "application credential", "trust", "project", "domain"] as const;

/** What Keystone holds of a zone: users, groups, grants, projects, and the domain itself. */
export async function identityInventory(session: Session, domain: Domain, by: "zone" | "operator"): Promise<Inventory> {
  const query = { domain_id: domain.id };
  const of = (kind: string): Named => ({ kind, project: domain.name });
  const [users, groups, projects] = await Promise.all([
    things(session, "users", query),
    things(session, "groups", query),
    things(session, "projects", query),
  ]);
  const grants = await grantsOf(session, domain, projects);
  const keys = await unlessHidden(() => credentials(session, users, domain.name));
  const trusted = await unlessHidden(() => trusts(session, users, domain.name));
  const found = [
    ...foundOf(users, of("user")),
    ...foundOf(groups, of("group")),
    ...grants.map((grant) => grant.found),
    ...(keys ?? []),
    ...(trusted ?? []),
    ...foundOf(projects, of("project")),
    ...foundOf([domain], of("domain")),
  ];
  const hidden = [
    ...(keys === undefined ? ["application credential"] : []),
    ...(trusted === undefined ? ["trust"] : []),
  ];
  const lists = KINDS.map((kind): ListResult => {
    const count = found.filter((one) => one.kind === kind).length;
    return { kind, by, count, state: hidden.includes(kind) ? "unseen" : "listed" };
  });
  return { found, lists };
}

/** The lists of a domain that is gone: nothing of it is there, which Keystone said by not knowing it. */
export const goneIdentity = (by: "operator"): Inventory => ({
  found: [],
  lists: KINDS.map((kind) => ({ kind, by, state: "listed", count: 0 })),
});

/** The domain of a name; undefined where there is none. */
export async function findDomain(session: Session, name: string): Promise<Domain | undefined> {
  const what = `look for the domain ${name}`;
  const rows = await session.paginate<Domain>("identity", "/domains", "domains", { query: { name }, what });
  return rows.find((one) => one.name === name);
}
