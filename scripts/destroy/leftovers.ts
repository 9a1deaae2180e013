import { isDeepStrictEqual } from "node:util";
import type { ListResult } from "../../deletion/journal.ts";
import type { Found } from "../../deletion/types.ts";
import { hasStatus, type Service, type Session } from "../../openstack/index.ts";
import type { Inventory } from "./inventory.ts";

/** Names of the zone's projects by id, also of those that are gone. */
type Projects = ReadonlyMap<string, string>;
type Row = Readonly<Record<string, unknown>>;

/** What the operator gave to projects, and what services keep when a project is deleted: how it is listed and taken away. */
interface Leftover {
  readonly kind: string;
  readonly service: Service;
  readonly list: (operator: Session, projects: Projects) => Promise<readonly Found[]>;
  readonly remove: (operator: Session, one: Found) => Promise<void>;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Access of projects to things that are private: one list of the things, and one of accesses for each private thing. */
interface Access {
  readonly kind: string;
  readonly service: Service;
  readonly things: string;
  readonly many: string;
  readonly query: Record<string, string>;
  /** True for a thing that anybody may use: it has no accesses. */
  readonly isPublic: (thing: Row) => boolean;
  readonly accesses: (id: string) => string;
  readonly list: string;
  readonly project: string;
  /** Key of the action that takes it away, and of the project in it; absent where it is a DELETE below the accesses. */
  readonly action?: readonly [name: string, project: string];
}

const ACCESSES: readonly Access[] = [
  {
    ...{ kind: "flavor access", service: "compute", things: "/flavors/detail", many: "flavors" },
    query: { is_public: "None" },
    isPublic: (flavor) => flavor["os-flavor-access:is_public"] === true,
    accesses: (id) => `/flavors/${id}/os-flavor-access`,
    ...{ list: "flavor_access", project: "tenant_id", action: ["removeTenantAccess", "tenant"] as const },
  },
  {
    ...{ kind: "volume type access", service: "block-storage", things: "/types", many: "volume_types" },
    query: { is_public: "None" },
    isPublic: (type) => type["is_public"] === true,
    accesses: (id) => `/types/${id}/os-volume-type-access`,
    ...{ list: "volume_type_access", project: "project_id", action: ["removeProjectAccess", "project"] as const },
  },
  {
    ...{ kind: "share type access", service: "shared-file-system", things: "/types", many: "share_types" },
    query: { is_public: "all" },
    isPublic: (type) => type["share_type_access:is_public"] === true,
    accesses: (id) => `/types/${id}/share_type_access`,
    ...{ list: "share_type_access", project: "project_id", action: ["removeProjectAccess", "project"] as const },
  },
  {
    ...{ kind: "image membership", service: "image", things: "/images", many: "images" },
    query: { visibility: "shared" },
    isPublic: (image) => image["visibility"] !== "shared",
    accesses: (id) => `/images/${id}/members`,
    ...{ list: "members", project: "member_id" },
  },
];

const accessLeftover = (access: Access): Leftover => ({
  kind: access.kind,
  service: access.service,
  async list(operator, projects) {
    const { service, things, many, query, kind } = access;
    const all = await operator.paginate<Row>(service, things, many, { query, what: `list what has a ${kind}` });
    const found = await Promise.all(
      all
        .filter((thing) => !access.isPublic(thing))
        .map(async (thing) => {
          const [id, name] = [text(thing["id"]), text(thing["name"])];
          const body = await operator.find<Record<string, readonly Row[]>>(service, access.accesses(id), {
            what: `list every ${kind} of ${name}`,
          });
          return (body?.[access.list] ?? []).flatMap((row): readonly Found[] => {
            const projectId = text(row[access.project]);
            const project = projects.get(projectId);
            return project === undefined ? [] : [{ kind, id: `${id}/${projectId}`, name, project, facts: {} }];
          });
        }),
    );
    return found.flat();
  },
  async remove(operator, { id, name, project }) {
    const [thing = "", projectId = ""] = id.split("/");
    const { service, kind, action, things } = access;
    const what = `remove the ${kind} of ${project} to ${name}`;
    if (action === undefined) {
      await operator.request(service, "DELETE", `${access.accesses(thing)}/${projectId}`, { what, expect: [404] });
      return;
    }
    const body = { [action[0]]: { [action[1]]: projectId } };
    const path = `${things.replace("/detail", "")}/${thing}/action`;
    await operator.request(service, "POST", path, { what, body, expect: [404] });
  },
});

/** Quotas that a project has of its own. A service that tells only numbers has one where they are not its defaults. */
interface QuotaList {
  readonly kind: string;
  readonly service: Service;
  readonly path: string;
  readonly envelope: string;
  /** Lists those of all projects; else each is compared with the defaults. */
  readonly many?: string;
}

const QUOTAS: readonly QuotaList[] = [
  { kind: "Nova quota", service: "compute", path: "/os-quota-sets", envelope: "quota_set" },
  { kind: "Cinder quota", service: "block-storage", path: "/os-quota-sets", envelope: "quota_set" },
  { kind: "Manila quota", service: "shared-file-system", path: "/quota-sets", envelope: "quota_set" },
  { kind: "Neutron quota", service: "network", path: "/quotas", envelope: "quota", many: "quotas" },
  { kind: "Barbican quota", service: "key-manager", path: "/project-quotas", envelope: "project_quotas", many: "project_quotas" }, // prettier-ignore
];

const withoutId = (limits: Row | undefined): Row =>
  Object.fromEntries(Object.entries(limits ?? {}).filter(([key]) => key !== "id"));

const quotaLeftover = ({ kind, service, path, envelope, many }: QuotaList): Leftover => ({
  kind,
  service,
  async list(operator, projects) {
    const what = `list every ${kind}`;
    const foundOf = (id: string): Found => ({ kind, id, name: "", project: projects.get(id) ?? "", facts: {} });
    if (many !== undefined) {
      const rows = await operator.paginate<Row>(service, path, many, { what });
      const ids = rows.map((row) => text(row["project_id"]) || text(row["tenant_id"]));
      return [...new Set(ids)].filter((id) => projects.has(id)).map(foundOf);
    }
    const own = await Promise.all(
      [...projects.keys()].map(async (id) => {
        // Nova answers 400 for a project that Keystone does not know any more.
        const read = async (of: string): Promise<Row | undefined> => {
          const answer = await operator.request<Record<string, Row>>(service, "GET", of, { what, expect: [400, 404] });
          return answer.status < 300 ? answer.body[envelope] : undefined;
        };
        const [limits, defaults] = await Promise.all([read(`${path}/${id}`), read(`${path}/${id}/defaults`)]);
        const same = limits === undefined || isDeepStrictEqual(withoutId(limits), withoutId(defaults));
        return same ? [] : [foundOf(id)];
      }),
    );
    return own.flat();
  },
  async remove(operator, { id, project }) {
    const what = `remove the ${kind} of ${project}`;
    await operator.request(service, "DELETE", `${path}/${id}`, { what, expect: [400, 404] });
  },
});

const defaultTypes: Leftover = {
  ...{ kind: "default volume type", service: "block-storage" },
  async list(operator, projects) {
    const what = "list every default volume type";
    const rows = await operator.paginate<Row>("block-storage", "/default-types", "default_types", { what });
    return rows.flatMap((row): readonly Found[] => {
      const id = text(row["project_id"]);
      const project = projects.get(id);
      const name = text(row["volume_type_id"]);
      return project === undefined ? [] : [{ kind: "default volume type", id, name, project, facts: {} }];
    });
  },
  async remove(operator, { id, project }) {
    const what = `remove the default volume type of ${project}`;
    await operator.request("block-storage", "DELETE", `/default-types/${id}`, { what, expect: [404] });
  },
};

/** Neutron makes it in every project and leaves it behind. It is listed with all groups of the cloud, never by its project: that would make it again. */
const defaultGroups: Leftover = {
  ...{ kind: "security group", service: "network" },
  list: () => Promise.resolve([]),
  async remove(operator, { id, project }) {
    const what = `remove the default security group of ${project}`;
    await operator.request("network", "DELETE", `/security-groups/${id}`, { what, expect: [404] });
  },
};

const LEFTOVERS: readonly Leftover[] = [
  ...ACCESSES.map(accessLeftover),
  ...QUOTAS.map(quotaLeftover),
  defaultTypes,
  defaultGroups,
];

/** What services keep of the zone's projects beside objects, as the operator sees it. */
export async function leftoverInventory(operator: Session, projects: Projects): Promise<Inventory> {
  const all = await Promise.all(
    LEFTOVERS.filter(({ kind }) => kind !== "security group").map(async ({ kind, service, list }) => {
      const told = (state: ListResult["state"], found: readonly Found[]) => ({
        found,
        list: { kind, by: "operator" as const, state, count: found.length },
      });
      if (!(await operator.offers(service))) return told("notOffered", []);
      try {
        return told("listed", await list(operator, projects));
      } catch (error) {
        if (hasStatus(error, 403)) return told("unseen", []);
        throw error;
      }
    }),
  );
  return { found: all.flatMap(({ found }) => found), lists: all.map(({ list }) => list) };
}

/** Takes away what a deleted project leaves behind, after the project is gone. Other kinds are not touched. */
export async function removeLeftovers(operator: Session, found: readonly Found[]): Promise<void> {
  for (const one of found) await LEFTOVERS.find(({ kind }) => kind === one.kind)?.remove(operator, one);
}
