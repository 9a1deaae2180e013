import path from "node:path";
import type { ZoneConfig } from "../../config/index.ts";
import type { Actor } from "../../deletion/journal.ts";
import { hasStatus, Session } from "../../openstack/index.ts";
import { placeName } from "../../plan/names.ts";
import { openCluster } from "../../quobyte/clusters-file.ts";
import { grantRole, grantsOf, type Domain, type Grant } from "./identity.ts";
import type { Place } from "./inventory.ts";
import type { Clusters } from "./quobyte.ts";

/** The zone as its own pipeline sees it. */
export interface ZoneWorld {
  readonly session: Session;
  readonly domain: Domain;
  readonly projects: readonly Domain[];
  /** Names of the projects that are areas; the others are benches. */
  readonly areas: ReadonlySet<string>;
  readonly actor: Actor;
  readonly userId: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const cloudsOf = (directory: string, env: Env): NodeJS.ProcessEnv => ({
  ...env,
  OS_CLIENT_CONFIG_FILE: env["OS_CLIENT_CONFIG_FILE"] ?? path.join(directory, "clouds.yaml"),
});

/** Who a session is, for the journal and the receipt. */
export async function actorOf(session: Session): Promise<Actor> {
  const { userName, userId, projectName, domainId } = await session.token();
  return {
    user: userName,
    userId,
    scope: projectName === undefined ? `domain ${domainId ?? ""}` : `project ${projectName}`,
  };
}

/** Logs in as the zone's pipeline; undefined where Keystone does not know it any more. @throws UserError where nobody answers */
export async function openZoneWorld(config: ZoneConfig, directory: string, env: Env): Promise<ZoneWorld | undefined> {
  const session = await Session.open(config.cloud ?? config.name, {}, cloudsOf(directory, env));
  try {
    const { userId, domainId = "" } = await session.token();
    const what = "list the zone's projects";
    const projects = await session.paginate<Domain>("identity", "/projects", "projects", {
      ...{ query: { domain_id: domainId }, what },
    });
    const areas = new Set(Object.keys(config.areas).map((area) => placeName(config.name, area)));
    const domain = { id: domainId, name: config.name };
    return { session, domain, projects, areas, actor: await actorOf(session), userId };
  } catch (error) {
    session.close();
    if (hasStatus(error, 401)) return undefined;
    throw error;
  }
}

/** The operator's own credential, as the tenant's stack file names it. */
export const openOperator = (cloud: string, directory: string, env: Env): Promise<Session> =>
  Session.open(cloud, {}, cloudsOf(directory, env));

/** Clients of the Quobyte clusters that a tenant names, as the operator's quobyte.yaml logs in there. @throws UserError where one is missing */
export async function openClusters(names: readonly string[], directory: string, env: Env): Promise<Clusters> {
  const clients = names.map(async (name) => [name, await openCluster(name, cloudsOf(directory, env))] as const);
  return new Map(await Promise.all(clients));
}

/** The pipeline's own grants on benches, which it holds for the time of a deletion alone. */
const onBenches = ({ userId, areas, domain }: ZoneWorld, grants: readonly Grant[]): readonly Grant[] =>
  grants.filter(
    ({ actorId, found }) => actorId === userId && found.project !== domain.name && !areas.has(found.project),
  );

/** All grants of the zone, and those that the pipeline gave itself for this deletion. */
export async function zoneGrants(
  world: ZoneWorld,
): Promise<{ readonly all: readonly Grant[]; readonly own: readonly Grant[] }> {
  const all = await grantsOf(world.session, world.domain, world.projects);
  return { all, own: onBenches(world, all) };
}

/**
 * A session in each project. On a bench the pipeline has no role: to list and delete what its people made, it takes theirs.
 * @param take false: only the projects in which it has a role already
 */
export async function openPlaces(world: ZoneWorld, take: boolean): Promise<readonly Place[]> {
  const { session, projects, userId } = world;
  const { all } = await zoneGrants(world);
  const places: Place[] = [];
  for (const { id, name } of projects) {
    const has = all.some(({ actorId, found }) => actorId === userId && found.project === name);
    if (!has && !take) continue;
    if (!has) await grantRole(session, userId, id, "member");
    places.push({ id, name, session: session.as(session.entry.credential, { kind: "project", project: { id } }) });
  }
  return places;
}
