import { randomBytes } from "node:crypto";
import { Session, type CloudEntry, type Service } from "../../../openstack/index.ts";
import { openKeystone } from "../../../scripts/site/keystone.ts";
import type { World } from "../../../scripts/proof/world.ts";

/** Who acts on a cloud that carries zones, in the order of the printed matrix, with what each one holds. */
export const WHO = {
  operator: "the cloud's administrator, with a role on his own project alone",
  auditor: "the operator's auditor: roles auditor and reader on the operator's project",
  pipeline: "the zone's administrator: manager of the zone's domain, member of the area's project",
  "person rw": "a person of the partner heart-centre: member of its bench in the area, reader of the area",
  "person ro": "a person of the partner uni-north, on the area's project as its reader",
  ingest: "a provider at an ingest door: holds an address signed for putting objects, and nothing of Keystone",
  crawler:
    "the key of a results door's crawler: reader of the area, by access rules for one container to get from and one to put into",
  stranger: "the administrator of another zone: manager of its domain, member of its area's project",
} as const;
export type Who = keyof typeof WHO;
export const EVERYBODY = Object.keys(WHO) as readonly Who[];

/** One identity, with its own credential. */
export interface Identity {
  readonly who: Who;
  readonly userId: string;
  readonly projectId: string;
  readonly entry: CloudEntry;
  /** True for who has no token, and so no session. */
  readonly isAnonymous?: true;
  /** Its session for a service: Keystone is asked on the domain where it has one, everything else on the project. */
  on(service: Service): Session;
}

async function identity(who: Who, project: Session, domain?: Session): Promise<Identity> {
  const { userId, projectId = "" } = await project.token();
  const on = (service: Service): Session => (service === "identity" ? (domain ?? project) : project);
  return { who, userId, projectId, entry: project.entry, on };
}

type Later = (undo: () => Promise<unknown>) => void;

/**
 * The crawler of a results door: a user of its own, reader of the area, of whose key the access rules say what it may. A door's kinds
 * make the same.
 */
async function crawlerOf({ zone }: World, run: string, later: Later): Promise<Identity> {
  const [domain, area] = [zone.domain, zone.areas["commons"]!];
  const [{ domainId: domain_id }, { projectId = "" }] = await Promise.all([domain.token(), area.token()]);
  const [first, password] = [randomBytes(24).toString("base64url"), randomBytes(24).toString("base64url")];
  const { body } = await domain.request<{ user: { id: string } }>("identity", "POST", "/users", {
    body: { user: { name: `${run}-crawler`, domain_id, password: first } },
    secrets: [first],
  });
  const { id } = body.user;
  later(() => domain.request("identity", "DELETE", `/users/${id}`));
  const keystone = await openKeystone({ authUrl: domain.entry.authUrl });
  await keystone.changePassword(id, first, password);
  keystone.close();
  const roles = await domain.paginate<{ id: string; name: string }>("identity", "/roles", "roles");
  const reader = roles.find(({ name }) => name === "reader")!.id;
  await domain.request("identity", "PUT", `/projects/${projectId}/users/${id}/roles/${reader}`);
  const credential = { kind: "password", user: { id }, password } as const;
  const scope = { kind: "project", project: { id: projectId } } as const;
  const user = new Session({ ...area.entry, name: "crawler's user", credential, scope });
  const rule = (method: string, path: string) => ({ service: "object-store", method, path });
  const [from, to] = [`/v1/AUTH_${projectId}/${run}-run`, `/v1/AUTH_${projectId}/${run}-results`];
  const access_rules = [rule("GET", from), rule("GET", `${from}/**`), rule("PUT", `${to}/**`)];
  const expires_at = new Date(Date.now() + 3_600_000).toISOString().replace("Z", "");
  const made = await user.request<{ application_credential: { id: string; secret: string } }>(
    "identity",
    "POST",
    `/users/${id}/application_credentials`,
    { body: { application_credential: { name: "crawler", roles: [{ name: "reader" }], access_rules, expires_at } } },
  );
  user.close();
  const key = { kind: "application_credential", ...made.body.application_credential } as const;
  const session = new Session({
    ...area.entry,
    name: "crawler",
    credential: { kind: key.kind, id: key.id, secret: key.secret },
    scope: { kind: "given" },
  });
  later(async () => session.close());
  return identity("crawler", session);
}

/** A provider at an ingest door holds a signed address and nothing of Keystone: its calls carry no token. */
const providerOf = ({ zone }: World, projectId: string): Identity => ({
  who: "ingest",
  userId: "nobody",
  projectId,
  entry: { ...zone.domain.entry, name: "ingest", credential: { kind: "token", token: "none" } },
  isAnonymous: true,
  on: () => {
    throw new Error("who holds a signed address logs in nowhere");
  },
});

/** All eight, each with a credential of its own. `later` is told how to take back what was made. */
export async function openIdentities(
  world: World,
  run: string,
  later: Later,
): Promise<Readonly<Record<Who, Identity>>> {
  const { zone, other, operator, settings } = world;
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: settings.cloudsYaml };
  const auditor = await Session.open("devcloud-auditor", {}, env);
  later(async () => auditor.close());
  const area = zone.areas["commons"]!;
  const [rw, ro] = await Promise.all([
    world.person("heart-centre", "commons/heart-centre"),
    world.person("uni-north", "commons"),
  ]);
  const all = await Promise.all([
    identity("operator", operator),
    identity("auditor", auditor),
    identity("pipeline", area, zone.domain),
    identity("person rw", rw),
    identity("person ro", ro),
    providerOf(world, (await area.token()).projectId ?? ""),
    crawlerOf(world, run, later),
    identity("stranger", other.areas["work"]!, other.domain),
  ]);
  return Object.fromEntries(all.map((one) => [one.who, one])) as Record<Who, Identity>;
}
