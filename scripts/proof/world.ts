import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadStackFile } from "../../config/loader.ts";
import type { ZoneConfig } from "../../config/index.ts";
import { UserError } from "../../config/problem.ts";
import { Session, type CloudEntry } from "../../openstack/index.ts";
import { openKeystone } from "../site/keystone.ts";
import { placeName } from "../../plan/names.ts";
import type { DevcloudSettings } from "../devcloud/settings.ts";
import { Wire } from "./wire.ts";

/** A zone under proof, with the sessions of its pipeline. */
export interface ZoneWorld {
  readonly name: string;
  readonly site: string;
  readonly config: ZoneConfig;
  readonly domain: Session;
  /** By area. */
  readonly areas: Readonly<Record<string, Session>>;
  /** Cloud ids by plan id, found by name in the cloud, not read from the state. */
  readonly projects: Readonly<Record<string, string>>;
}

/** Everybody who acts in the proofs. */
export interface World {
  readonly settings: DevcloudSettings;
  readonly operatorSite: string;
  readonly operator: Session;
  readonly zone: ZoneWorld;
  /** Another tenant of the same cloud. */
  readonly other: ZoneWorld;
  readonly wire: Wire;
  /** A person of a partner, with a role by membership of the partner's group alone; on an area or a bench. */
  person(partner: string, place: string): Promise<Session>;
  close(): Promise<void>;
}

interface WorldOptions {
  readonly settings: DevcloudSettings;
  readonly operatorSite: string;
  readonly zoneSite: string;
  readonly zoneStack: string;
  readonly otherSite: string;
  readonly otherStack: string;
}

/** What a list of a service says at least. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

export async function openZone(site: string, stack: string): Promise<ZoneWorld> {
  const file = join(site, `Pulumi.${stack}.yaml`);
  const loaded = loadStackFile(await readFile(file, "utf8"), file);
  if (loaded.stack?.kind !== "zone") throw new UserError(loaded.problems);
  const { config } = loaded.stack;
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: join(site, "clouds.yaml") };
  const prefix = config.cloud ?? config.name;
  const domain = await Session.open(prefix, {}, env);
  const { domainId = "" } = await domain.token();
  const projects = await domain.paginate<Named>("identity", "/projects", "projects", {
    query: { domain_id: domainId },
  });
  const areas = await Promise.all(
    Object.keys(config.areas).map(
      async (area) => [area, await Session.open(placeName(prefix, area), {}, env)] as const,
    ),
  );
  return {
    name: config.name,
    site,
    config,
    domain,
    areas: Object.fromEntries(areas),
    projects: Object.fromEntries(projects.map(({ id, name }) => [name, id])),
  };
}

/** Somebody of a partner, logged in on one place. */
interface Person {
  readonly session: Session;
  readonly id: string;
  readonly name: string;
  readonly password: string;
}

/**
 * A person of a partner: a local user that the zone's own manager makes, as an identity provider would, member of the partner's
 * group and of nothing else. What the person may do comes from the group alone.
 */
export async function makePerson(zone: ZoneWorld, partner: string, place: string): Promise<Person> {
  const { domainId = "" } = await zone.domain.token();
  const name = `${partner}-${place.replaceAll("/", "-")}-${randomBytes(3).toString("hex")}`;
  const [first, password] = [randomBytes(24).toString("base64url"), randomBytes(24).toString("base64url")];
  const { body } = await zone.domain.request<{ user: Named }>("identity", "POST", "/users", {
    body: { user: { name, password: first, domain_id: domainId } },
    secrets: [first],
    what: `make the person ${name}`,
  });
  const keystone = await openKeystone({ authUrl: zone.domain.entry.authUrl });
  await keystone.changePassword(body.user.id, first, password);
  keystone.close();
  const groups = await zone.domain.paginate<Named>("identity", "/groups", "groups", { query: { domain_id: domainId } });
  const group = groups.find((candidate) => candidate.name === `${zone.name}-${partner}`);
  if (group === undefined) throw new Error(`no group of ${partner}`);
  await zone.domain.request("identity", "PUT", `/groups/${group.id}/users/${body.user.id}`, {
    what: `put ${name} into a group`,
  });
  const entry: CloudEntry = {
    ...zone.domain.entry,
    name: `${name}@${placeName(zone.name, place)}`,
    credential: { kind: "password", user: { id: body.user.id }, password },
    scope: { kind: "project", project: { id: zone.projects[placeName(zone.name, place)] ?? "" } },
  };
  return { session: new Session(entry), id: body.user.id, name, password };
}

export async function openWorld(options: WorldOptions): Promise<World> {
  const operator = await Session.open(
    "devcloud-operator",
    {},
    { ...process.env, OS_CLIENT_CONFIG_FILE: options.settings.cloudsYaml },
  );
  const [zone, other] = await Promise.all([
    openZone(options.zoneSite, options.zoneStack),
    openZone(options.otherSite, options.otherStack),
  ]);
  const persons = new Map<string, Promise<Person>>();
  const wire = new Wire(options.settings, operator);
  return {
    settings: options.settings,
    operatorSite: options.operatorSite,
    operator,
    zone,
    other,
    wire,
    async person(partner, place) {
      const key = `${partner}@${place}`;
      const made = persons.get(key) ?? makePerson(zone, partner, place);
      persons.set(key, made);
      return (await made).session;
    },
    async close() {
      await wire.unplugAll();
      for (const made of persons.values()) {
        const { id, session } = await made;
        session.close();
        await zone.domain.request("identity", "DELETE", `/users/${id}`, { expect: [404] }).catch(() => undefined);
      }
      const sessions = [
        operator,
        zone.domain,
        other.domain,
        ...Object.values(zone.areas),
        ...Object.values(other.areas),
      ];
      for (const session of sessions) session.close();
    },
  };
}
