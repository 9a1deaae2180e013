import { UserError } from "../../config/problem.ts";
import type { Api } from "./api.ts";
import type { DevcloudSecrets } from "./secrets.ts";
import type { DevcloudSettings, PortName } from "./settings.ts";

/** Rows of the service catalogue: type, name, port, path. */
const CATALOGUE: readonly (readonly [type: string, name: string, port: PortName, path: string])[] = [
  ["image", "glance", "glance", ""],
  ["placement", "placement", "placement", ""],
  ["compute", "nova", "nova", "/v2.1"],
  ["network", "neutron", "neutron", ""],
  ["block-storage", "cinder", "cinder", "/v3/%(project_id)s"],
  ["volumev3", "cinderv3", "cinder", "/v3/%(project_id)s"],
  ["sharev2", "manilav2", "manila", "/v2"],
  ["shared-file-system", "manila", "manila", "/v2"],
  ["key-manager", "barbican", "barbican", ""],
  ["object-store", "swift", "swift", "/v1/AUTH_%(project_id)s"],
];
const OCTAVIA = ["load-balancer", "octavia", "octavia", ""] as const;

/** Roles beyond those that Keystone's bootstrap makes. */
const ROLES = ["service", "auditor", "creator", "observer", "audit", "key-manager:service-admin"];
const OCTAVIA_ROLES = ["load-balancer_admin", "load-balancer_member"];

type Named = { readonly id: string; readonly name: string; readonly type?: string };

/** Writes what the set-up wants into Keystone; everything is looked up first, so that a second run changes nothing. */
class Seeder {
  readonly #api: Api;
  readonly #url: string;

  constructor(api: Api, url: string) {
    this.#api = api;
    this.#url = url;
  }

  async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.#api.call(method, `${this.#url}${path}`, body);
    if (answer.status >= 400)
      throw new UserError({
        what: `seeding the one-machine cloud: ${method} ${path} gave ${answer.status}`,
        next: "see `tresor devcloud logs keystone`",
      });
    return answer.body as T;
  }

  async list(kind: string, query = ""): Promise<Named[]> {
    const body = await this.send<Record<string, Named[]>>("GET", `/${kind}s${query}`);
    return body[`${kind}s`] ?? [];
  }

  async ensure(kind: string, name: string, facts: Record<string, unknown> = {}): Promise<string> {
    const found = (await this.list(kind, `?name=${encodeURIComponent(name)}`))[0];
    if (found) return found.id;
    const body = await this.send<Record<string, Named>>("POST", `/${kind}s`, { [kind]: { name, ...facts } });
    return body[kind]?.id ?? "";
  }
}

async function seedCatalogue(seeder: Seeder, settings: DevcloudSettings): Promise<void> {
  const rows = settings.extras.includes("octavia") ? [...CATALOGUE, OCTAVIA] : CATALOGUE;
  const have = new Set((await seeder.list("service")).map((service) => service.type));
  const missing = rows.filter(([type]) => !have.has(type));
  await Promise.all(
    missing.map(async ([type, name, port, path]) => {
      const made = await seeder.send<{ service: Named }>("POST", "/services", { service: { type, name } });
      const url = `http://127.0.0.1:${settings.ports[port]}${path}`;
      for (const kind of ["public", "internal", "admin"]) {
        const endpoint = { service_id: made.service.id, interface: kind, region_id: settings.region, url };
        await seeder.send("POST", "/endpoints", { endpoint });
      }
    }),
  );
}

/**
 * Catalogue, roles, and the identities of the operator, the auditor and the services.
 * @throws UserError naming the refused call
 */
export async function seed(settings: DevcloudSettings, secrets: DevcloudSecrets, api: Api): Promise<void> {
  const seeder = new Seeder(api, settings.authUrl);
  await seedCatalogue(seeder, settings);
  const wanted = settings.extras.includes("octavia") ? [...ROLES, ...OCTAVIA_ROLES] : ROLES;
  for (const name of wanted) await seeder.ensure("role", name);
  const roles = new Map((await seeder.list("role")).map((role) => [role.name, role.id]));
  const grant = async (user: string, project: string, names: readonly string[]): Promise<void> => {
    for (const name of names)
      await seeder.send("PUT", `/projects/${project}/users/${user}/roles/${roles.get(name) ?? name}`);
  };
  // Keystone looks at this option when a password is set, not yet when the user is made: hence the password once more.
  const options = { ignore_change_password_upon_first_use: true };
  const user = async (name: string, password: string): Promise<string> => {
    const id = await seeder.ensure("user", name, { domain_id: "default", password });
    await seeder.send("PATCH", `/users/${id}`, { user: { options } });
    if (name !== "admin") await seeder.send("PATCH", `/users/${id}`, { user: { password } });
    return id;
  };
  const admins = await seeder.ensure("project", "admin");
  const service = await seeder.ensure("project", "service", { domain_id: "default" });
  await grant(await user("svc", secrets.service), service, ["admin", "service"]);
  const operator = await user("admin", secrets.admin);
  await grant(operator, admins, ["member", "creator", ...wanted.filter((name) => OCTAVIA_ROLES.includes(name))]);
  await grant(await user("auditor", secrets.auditor), admins, ["auditor", "reader"]);
}
