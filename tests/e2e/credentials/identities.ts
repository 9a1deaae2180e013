import { randomBytes } from "node:crypto";
import { Session, type CloudEntry, type Service } from "../../../openstack/index.ts";
import type { World } from "../../../scripts/proof/world.ts";

/** Who acts on a cloud that carries zones, in the order of the printed matrix, with what each one holds. */
export const WHO = {
  operator: "the cloud's administrator, with a role on his own project alone",
  auditor: "the operator's auditor: roles auditor and reader on the operator's project",
  pipeline: "the zone's administrator: manager of the zone's domain, member of the area's project",
  "person rw": "a person of the partner heart-centre: member of its bench in the area, reader of the area",
  "person ro": "a person of the partner uni-north, on the area's project as its reader",
  ingest: "an application credential of the area that may put objects below one path and nothing else",
  crawler: "an application credential of the area that may list and get objects below one path and put below another",
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
  /** Its session for a service: Keystone is asked on the domain where it has one, everything else on the project. */
  on(service: Service): Session;
}

async function identity(who: Who, project: Session, domain?: Session): Promise<Identity> {
  const { userId, projectId = "" } = await project.token();
  const on = (service: Service): Session => (service === "identity" ? (domain ?? project) : project);
  return { who, userId, projectId, entry: project.entry, on };
}

interface AccessRule {
  readonly service: Service;
  readonly method: string;
  readonly path: string;
}

/** What the keys of the doors may call; `{account}` is the area's account of objects. */
const DOORS: Readonly<Record<"ingest" | "crawler", readonly AccessRule[]>> = {
  ingest: [{ service: "object-store", method: "PUT", path: "/v1/{account}/ingest/**" }],
  crawler: [
    { service: "object-store", method: "GET", path: "/v1/{account}/runs" },
    { service: "object-store", method: "GET", path: "/v1/{account}/runs/**" },
    { service: "object-store", method: "PUT", path: "/v1/{account}/results/**" },
  ],
};

/** A key of a door: an application credential with access rules, made by the pipeline for the area. */
async function doorKey(area: Session, who: keyof typeof DOORS, later: (undo: () => Promise<unknown>) => void) {
  const { userId, projectId = "" } = await area.token();
  const path = `/users/${userId}/application_credentials`;
  const access_rules = DOORS[who].map((rule) => ({
    ...rule,
    path: rule.path.replace("{account}", `AUTH_${projectId}`),
  }));
  const application_credential = {
    name: `credentials-${who}-${randomBytes(4).toString("hex")}`,
    roles: [{ name: "member" }],
    access_rules,
  };
  const { body } = await area.request<{ application_credential: { id: string; secret: string } }>(
    "identity",
    "POST",
    path,
    { body: { application_credential } },
  );
  const { id, secret } = body.application_credential;
  later(() => area.request("identity", "DELETE", `${path}/${id}`, { expect: [404] }));
  const entry: CloudEntry = {
    ...area.entry,
    name: who,
    credential: { kind: "application_credential", id, secret },
    scope: { kind: "given" },
  };
  const session = new Session(entry);
  later(async () => session.close());
  return identity(who, session);
}

/** All eight, each with a credential of its own. `later` is told how to take back what was made. */
export async function openIdentities(
  world: World,
  later: (undo: () => Promise<unknown>) => void,
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
    doorKey(area, "ingest", later),
    doorKey(area, "crawler", later),
    identity("stranger", other.areas["work"]!, other.domain),
  ]);
  return Object.fromEntries(all.map((one) => [one.who, one])) as Record<Who, Identity>;
}
