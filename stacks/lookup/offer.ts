import type { Offer } from "../../components/tenant/place.ts";
import type { TenantConfig } from "../../config/index.ts";
import { exactlyOne, type Session } from "../../openstack/index.ts";

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Ids of what the platform stack made, by name; each name must be there once. */
export async function findOffer(session: Session, config: TenantConfig): Promise<Offer> {
  const list = async (
    service: Parameters<Session["paginate"]>[0],
    path: string,
    key: string,
    wanted: readonly string[],
    what: string,
  ) => {
    if (wanted.length === 0) return {};
    const found = await session.paginate<Named>(service, path, key, {
      what: `list ${what}s`,
      query: { is_public: "None" },
    });
    return Object.fromEntries(wanted.map((name) => [name, exactlyOne(what, name, found).id]));
  };
  const [flavors, volumeTypes, shareTypes, images] = await Promise.all([
    list("compute", "/flavors/detail", "flavors", config.flavors, "flavor"),
    list("block-storage", "/types", "volume_types", config.volumeTypes, "volume type"),
    listShareTypes(session, config.shareTypes),
    findImages(session, config.images),
  ]);
  return { flavors, volumeTypes, shareTypes, images };
}

async function listShareTypes(session: Session, wanted: readonly string[]): Promise<Record<string, string>> {
  if (wanted.length === 0) return {};
  const found = await session.paginate<Named>("shared-file-system", "/types", "share_types", {
    what: "list share types",
    query: { is_public: "all" },
  });
  return Object.fromEntries(wanted.map((name) => [name, exactlyOne("share type", name, found).id]));
}

/** Images of the operator's own project: a stranger may offer one of the same name. */
async function findImages(session: Session, wanted: readonly string[]): Promise<Record<string, string>> {
  if (wanted.length === 0) return {};
  const { projectId } = await session.token();
  const found = await session.paginate<Named & { owner: string }>("image", "/images", "images", {
    what: "list images",
    query: { owner: projectId },
  });
  return Object.fromEntries(
    wanted.map((name) => [name, exactlyOne("image", name, found, { projectId: projectId ?? "" }).id]),
  );
}

/** Ids of the external networks that routers have their gateway on, by name. */
export async function findExternals(session: Session, { areas }: TenantConfig): Promise<Record<string, string>> {
  const wanted = new Set(Object.values(areas).flatMap(({ router }) => router?.external ?? []));
  if (wanted.size === 0) return {};
  const found = await session.paginate<Named>("network", "/networks", "networks", {
    what: "list external networks",
    query: { "router:external": "true" },
  });
  return Object.fromEntries([...wanted].map((name) => [name, exactlyOne("external network", name, found).id]));
}

/** Ids of Keystone's own roles. */
export async function findRoles<R extends string>(session: Session, names: readonly R[]): Promise<Record<R, string>> {
  const roles = await session.paginate<Named>("identity", "/roles", "roles", { what: "list roles" });
  return Object.fromEntries(names.map((name) => [name, exactlyOne("role", name, roles).id])) as Record<R, string>;
}
