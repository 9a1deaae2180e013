import { join } from "node:path";
import type { Service } from "./services.ts";
import type { DevcloudSettings, PortName } from "./settings.ts";

interface ApiRow {
  readonly name: string;
  readonly port: PortName;
  readonly module: string;
  readonly path?: string;
  readonly env?: (settings: DevcloudSettings) => Record<string, string>;
  readonly config?: string;
  readonly threads?: number;
}

/** The APIs, each one uWSGI process with four threads. */
export const APIS: readonly ApiRow[] = [
  {
    name: "keystone",
    port: "keystone",
    module: "keystone.wsgi.api",
    path: "/v3",
    env: ({ dirs }) => ({
      OS_KEYSTONE_CONFIG_DIR: dirs.etc,
      OS_KEYSTONE_CONFIG_FILES: `${join(dirs.etc, "keystone.conf")};${join(dirs.etc, "log-keystone.conf")}`,
    }),
  },
  {
    name: "placement",
    port: "placement",
    module: "placement.wsgi.api",
    env: ({ dirs }) => ({ OS_PLACEMENT_CONFIG_DIR: dirs.etc }),
  },
  {
    name: "glance",
    port: "glance",
    module: "glance.wsgi.api",
    env: ({ dirs }) => ({ OS_GLANCE_CONFIG_DIR: dirs.etc }),
  },
  {
    name: "nova-api",
    port: "nova",
    module: "nova.wsgi.osapi_compute",
    env: ({ dirs, venv }) => ({
      OS_NOVA_CONFIG_DIR: dirs.etc,
      OS_NOVA_CONFIG_FILES: `${venv}/etc/nova/api-paste.ini;nova.conf;log-nova-api.conf`,
    }),
  },
  {
    name: "neutron",
    port: "neutron",
    module: "neutron.wsgi.api",
    env: ({ dirs }) => ({
      OS_NEUTRON_CONFIG_DIR: dirs.etc,
      OS_NEUTRON_CONFIG_FILES: "neutron.conf;log-neutron.conf",
      // It keeps its start time in a temporary file named by the parent's pid, which is 1 at every start: own folder, emptied.
      TMPDIR: join(dirs.run, "neutron-tmp"),
    }),
  },
  { name: "cinder-api", port: "cinder", module: "cinder.wsgi.api", config: "cinder.conf" },
  { name: "manila-api", port: "manila", module: "manila.wsgi.api", config: "manila.conf" },
  {
    name: "barbican",
    port: "barbican",
    module: "devcloud_barbican",
    env: ({ dirs, venv }) => ({
      HOME: join(dirs.state, "home-barbican"),
      DEVCLOUD_BARBICAN_PASTE: join(venv, "etc", "barbican", "barbican-api-paste.ini"),
    }),
  },
];
export const OCTAVIA_API: ApiRow = {
  name: "octavia",
  port: "octavia",
  module: "octavia.wsgi.api",
  config: "octavia.conf",
  threads: 2,
};

/**
 * Fields of a line in `logs/<api>.requests.log`: time, method, path, status, milliseconds, caller; never a header with a token.
 * Lines that do not begin with ten digits are the server's own words.
 */
const REQUEST_LOG_FORMAT = "%(epoch) %(method) %(uri) %(status) %(msecs) %(uagent)";

/** The process of one API. */
export function apiService(settings: DevcloudSettings, row: ApiRow): Service {
  const { dirs, venv, ports } = settings;
  const command: [string, ...string[]] = [join(venv, "bin", "uwsgi"), "--need-app"];
  command.push("--http-socket", `127.0.0.1:${ports[row.port]}`, "--module", `${row.module}:application`);
  command.push("--threads", String(row.threads ?? 4), "--processes", "1", "--enable-threads", "--listen", "100");
  command.push("--buffer-size", "65535", "--die-on-term", "--paste-logger");
  // Not --req-logger: it forks a process in mid-start, which at times leaves the API deaf.
  command.push("--log-format", REQUEST_LOG_FORMAT);
  // Callers in Go do not repeat a DELETE whose reused connection has just been closed: never reuse one.
  command.push("--add-header", "Connection: close");
  const configs = row.config ? [row.config, `log-${row.name}.conf`] : [];
  if (row.config) command.push("--pyargv", configs.map((file) => `--config-file ${join(dirs.etc, file)}`).join(" "));
  const env = row.env?.(settings) ?? {};
  return {
    name: row.name,
    command,
    env,
    check: { kind: "http", port: row.port, path: row.path ?? "/" },
    after: ["mariadb", ...(row.name === "neutron" || row.name === "octavia" ? ["ovn-north-db", "ovn-south-db"] : [])],
    stop: "kill",
    output: `${row.name}.requests.log`,
    ...(env.TMPDIR && { scratch: env.TMPDIR }),
  };
}
