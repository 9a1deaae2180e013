import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import type { CloudEntry, Scope, Service } from "../../openstack/index.ts";
import { Session, hasStatus, loadCloud } from "../../openstack/index.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";

/** Where the one-machine cloud writes its entries. */
export const CLOUDS_FILE = process.env.OS_CLIENT_CONFIG_FILE ?? devcloudSettings().cloudsYaml;

/** True where the one-machine cloud is there to be tested against; CI must have one. */
export const hasCloud = existsSync(CLOUDS_FILE) || process.env.CI === "true";

type Json = Record<string, unknown> & { id: string };

/** A domain with one area, its pipeline and some people, all under one prefix, which a test takes down again. */
export interface Site {
  readonly prefix: string;
  readonly operator: Session;
  /** The pipeline on its domain, where it is manager. */
  readonly domain: Session;
  /** The pipeline on its area, where it is member. */
  readonly area: Session;
  readonly domainId: string;
  readonly projectId: string;
  readonly pipelineId: string;
  /** A `clouds.yaml` with the entries `operator`, `domain` and `area`; it holds passwords. */
  readonly cloudsYaml: () => string;
  readonly person: (name: string) => Promise<string>;
  /** Makes something as the operator or as `who`; it is removed at the end. */
  readonly make: (service: Service, path: string, key: string, body: object, who?: Session) => Promise<Json>;
  readonly grant: (path: string) => Promise<void>;
  /** Something else to undo at the end. */
  readonly later: (step: () => Promise<void>) => void;
  readonly down: () => Promise<void>;
}

/** Statuses that say "not yet" while the cloud still lets go of something. */
async function remove(session: Session, service: Service, path: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await session.request(service, "DELETE", path, { expect: [404] });
      return;
    } catch (error) {
      if (attempt === 20 || !hasStatus(error, 400, 409)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

export async function site(): Promise<Site> {
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: CLOUDS_FILE };
  const entry = await loadCloud("devcloud-operator", env);
  const operator = new Session(entry);
  const prefix = `tresor-e2e-${randomBytes(3).toString("hex")}`;
  const undo: (() => Promise<void>)[] = [() => Promise.resolve(operator.close())];
  const projects: string[] = [];
  const make: Site["make"] = async (service, path, key, body, who = operator) => {
    const answer = await who.request<Record<string, Json>>(service, "POST", path, { body: { [key]: body } });
    const made = answer.body[key] as Json;
    if (key === "project") projects.push(made.id);
    undo.push(() => remove(who, service, `${path}/${made.id}`));
    return made;
  };
  const domain = await make("identity", "/domains", "domain", { name: prefix });
  const disable = { body: { domain: { enabled: false } } };
  undo.push(async () => void (await operator.request("identity", "PATCH", `/domains/${domain.id}`, disable)));
  const project = await make("identity", "/projects", "project", { name: `${prefix}-area`, domain_id: domain.id });
  // What Neutron leaves behind: listed by no project's id, which would make the group again.
  undo.splice(1, 0, async () => {
    const groups = await operator.paginate<Json>("network", "/security-groups", "security_groups");
    for (const group of groups.filter((one) => projects.includes(String(one.project_id))))
      await remove(operator, "network", `/security-groups/${group.id}`);
  });
  const password = randomBytes(12).toString("hex");
  const first = randomBytes(12).toString("hex");
  const user = { name: `${prefix}-pipeline`, domain_id: domain.id, password: first };
  const pipeline = await make("identity", "/users", "user", user);
  // A cloud may want the first password changed before anything else.
  await operator.request("identity", "POST", `/users/${pipeline.id}/password`, {
    body: { user: { original_password: first, password } },
  });
  const { body } = await operator.request<{ roles: { id: string; name: string }[] }>("identity", "GET", "/roles");
  const role = (name: string): string => body.roles.find((one) => one.name === name)?.id ?? "";
  const grant = async (path: string): Promise<void> => {
    const [target, name = ""] = path.split(" ");
    await operator.request("identity", "PUT", `${target}/roles/${role(name)}`);
  };
  await grant(`/domains/${domain.id}/users/${pipeline.id} manager`);
  await grant(`/projects/${project.id}/users/${pipeline.id} member`);
  const own = (scope: Scope): Session => {
    const own: CloudEntry = { ...entry, credential: { kind: "password", user: { id: pipeline.id }, password }, scope };
    const session = new Session(own);
    undo.push(() => Promise.resolve(session.close()));
    return session;
  };
  return {
    prefix,
    operator,
    domain: own({ kind: "domain", domain: { id: domain.id } }),
    area: own({ kind: "project", project: { id: project.id } }),
    domainId: domain.id,
    projectId: project.id,
    pipelineId: pipeline.id,
    cloudsYaml: () => {
      const common = { auth_url: entry.authUrl, user_id: pipeline.id, password };
      const { credential, scope } = entry;
      if (credential.kind !== "password" || scope.kind !== "project") throw new Error("the operator logs in otherwise");
      const { user: admin, password: own } = credential;
      const home = scope.project;
      const operatorAuth = {
        ...{ auth_url: entry.authUrl, username: admin.name, user_domain_name: admin.domain?.name, password: own },
        ...{ project_name: home.name, project_domain_name: home.domain?.name },
      };
      const auths = {
        operator: operatorAuth,
        domain: { ...common, domain_id: domain.id },
        area: { ...common, project_id: project.id },
      };
      const region = entry.region && { region_name: entry.region };
      const clouds = Object.entries(auths).map(([name, auth]) => [name, { auth, ...region }]);
      return JSON.stringify({ clouds: Object.fromEntries(clouds) as object });
    },
    person: async (name) => {
      // Keystone 30 fails over a user without a password where the first one must be changed.
      const body = { name: `${prefix}-${name}`, domain_id: domain.id, password: randomBytes(12).toString("hex") };
      return (await make("identity", "/users", "user", body)).id;
    },
    make,
    grant,
    later: (step) => void undo.push(step),
    down: async () => {
      for (const step of undo.reverse()) await step();
    },
  };
}
