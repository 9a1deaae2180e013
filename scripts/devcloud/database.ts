import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";
import type { DevcloudSecrets } from "./secrets.ts";
import type { DevcloudSettings } from "./settings.ts";

const DATABASES = [
  ...["keystone", "glance", "placement", "nova", "nova_api", "nova_cell0"],
  ...["neutron", "cinder", "manila", "barbican", "octavia"],
] as const;

/** Makes MariaDB's own tables where they are missing; an interrupted attempt is begun anew. */
export async function createMariadb(settings: DevcloudSettings): Promise<void> {
  if (existsSync(join(settings.dirs.mysql, "devcloud-created"))) return;
  rmSync(settings.dirs.mysql, { recursive: true, force: true });
  const defaults = `--defaults-file=${settings.dirs.etc}/my.cnf`;
  // Root logs in as the system's root over the socket: there is no password to guess.
  const command = ["/usr/bin/mariadb-install-db", defaults, "--user=root", "--skip-test-db"] as const;
  await run(settings, [...command, "--auth-root-authentication-method=socket"], { log: "mariadb-setup" });
  mkdirSync(join(settings.dirs.mysql, "devcloud-created"));
}

/** Databases and the one user that the services share. */
export function grantSql(secrets: DevcloudSecrets): string {
  const user = `'devcloud'@'127.0.0.1'`;
  return [
    ...DATABASES.map((name) => `CREATE DATABASE IF NOT EXISTS ${name} CHARACTER SET utf8mb3;`),
    `CREATE USER IF NOT EXISTS ${user};`,
    `ALTER USER ${user} IDENTIFIED BY '${secrets.database}';`,
    ...DATABASES.map((name) => `GRANT ALL ON ${name}.* TO ${user};`),
  ].join("\n");
}

export async function grantDatabases(settings: DevcloudSettings, secrets: DevcloudSecrets): Promise<void> {
  const socket = join(settings.dirs.run, "mysql.sock");
  const client = ["/usr/bin/mariadb", "--no-defaults", `--socket=${socket}`, "--user=root"] as const;
  await run(settings, [...client], { log: "mariadb-setup", input: grantSql(secrets) });
}

/** One service's schema: commands that run one after another. */
interface Schema {
  readonly name: string;
  readonly commands: readonly (readonly [string, ...string[]])[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The schemas, slowest first, so that the last to finish is a short one. */
export function schemas(
  settings: DevcloudSettings,
  secrets: DevcloudSecrets,
  databaseUrl: (name: string) => string,
): Schema[] {
  const { dirs, venv, authUrl, region } = settings;
  const at = (program: string, config: string, ...rest: string[]): [string, ...string[]] => [
    ...([join(venv, "bin", program), "--config-file", join(dirs.etc, config)] as const),
    ...rest,
  ];
  const keystone = (...rest: string[]) => at("keystone-manage", "keystone.conf", ...rest);
  const nova = (...rest: string[]) => at("nova-manage", "nova.conf", ...rest);
  const bootstrap = join(dirs.etc, "keystone-bootstrap.conf");
  const asRoot = ["--keystone-user", "root", "--keystone-group", "root"];
  const urls = ["admin", "public", "internal"].flatMap((kind) => [`--bootstrap-${kind}-url`, authUrl]);
  const names = ["--bootstrap-username", "admin", "--bootstrap-project-name", "admin", "--bootstrap-region-id", region];
  return [
    {
      name: "keystone",
      env: { OS_BOOTSTRAP_PASSWORD: secrets.admin },
      commands: [
        keystone("db_sync"),
        keystone("fernet_setup", ...asRoot),
        keystone("credential_setup", ...asRoot),
        keystone("--config-file", bootstrap, "bootstrap", ...names, "--bootstrap-service-name", "keystone", ...urls),
      ],
    },
    { name: "neutron", commands: [at("neutron-db-manage", "neutron.conf", "upgrade", "heads")] },
    {
      name: "nova",
      commands: [
        nova("api_db", "sync"),
        nova("cell_v2", "map_cell0", "--database_connection", databaseUrl("nova_cell0")),
        nova("cell_v2", "create_cell", "--name", "cell1"),
        nova("db", "sync"),
      ],
    },
    { name: "manila", commands: [at("manila-manage", "manila.conf", "db", "sync")] },
    { name: "cinder", commands: [at("cinder-manage", "cinder.conf", "db", "sync")] },
    { name: "glance", commands: [at("glance-manage", "glance-api.conf", "db_sync")] },
    { name: "octavia", commands: [at("octavia-db-manage", "octavia.conf", "upgrade", "head")] },
    { name: "placement", commands: [at("placement-manage", "placement.conf", "db", "sync")] },
    {
      name: "barbican",
      env: { HOME: join(dirs.state, "home-barbican") },
      commands: [[join(venv, "bin", "barbican-manage"), "db", "upgrade"]],
    },
  ];
}

/** Runs the schemas, three at a time. */
export async function createSchemas(
  settings: DevcloudSettings,
  list: readonly Schema[],
  say: (what: string) => void,
): Promise<void> {
  const waiting = [...list];
  const lane = async (): Promise<void> => {
    for (let schema = waiting.shift(); schema; schema = waiting.shift()) {
      for (const command of schema.commands)
        await run(settings, command, { log: `schema-${schema.name}`, env: schema.env ?? {} });
      say(`${schema.name}, ${waiting.length} more to begin`);
    }
  };
  await Promise.all([lane(), lane(), lane()]);
}

/** What an empty cloud consists of; everything else under `state` is made when it is missing. */
const TEMPLATE_PARTS = ["mysql", "state/fernet", "state/credential"] as const;

export const hasTemplate = (settings: DevcloudSettings, key: string): boolean =>
  existsSync(join(settings.dirs.template, `complete-${key}`));

/** True where the directory holds a cloud of another release, other ports or other parts. */
export const hasOtherTemplate = (settings: DevcloudSettings, key: string): boolean =>
  existsSync(settings.dirs.template) &&
  readdirSync(settings.dirs.template).some((name) => name.startsWith("complete-") && name !== `complete-${key}`);

/** Keeps the seeded databases for `reset`; MariaDB must be stopped. */
export function saveTemplate(settings: DevcloudSettings, key: string): void {
  const draft = `${settings.dirs.template}.draft`;
  rmSync(draft, { recursive: true, force: true });
  for (const part of TEMPLATE_PARTS) cpSync(join(settings.home, part), join(draft, part), { recursive: true });
  mkdirSync(join(draft, `complete-${key}`));
  rmSync(settings.dirs.template, { recursive: true, force: true });
  renameSync(draft, settings.dirs.template);
}

/** Puts the seeded databases back; MariaDB must be stopped. */
export function restoreTemplate(settings: DevcloudSettings): void {
  for (const part of TEMPLATE_PARTS) {
    rmSync(join(settings.home, part), { recursive: true, force: true });
    cpSync(join(settings.dirs.template, part), join(settings.home, part), { recursive: true });
  }
}
