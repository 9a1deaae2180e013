import type { RenderInput } from "./common.ts";

/** my.cnf: a small server; durability is given up, as a cloud for trials is rebuilt faster than it is recovered. */
export const mariadb = ({ settings }: RenderInput) => ({
  mysqld: {
    datadir: settings.dirs.mysql,
    socket: `${settings.dirs.run}/mysql.sock`,
    "pid-file": `${settings.dirs.run}/mysqld.pid`,
    "bind-address": "127.0.0.1",
    port: settings.ports.mariadb,
    tmpdir: settings.dirs.run,
    innodb_buffer_pool_size: "128M",
    innodb_flush_log_at_trx_commit: 0,
    innodb_doublewrite: 0,
    innodb_log_file_size: "32M",
    sync_binlog: 0,
    performance_schema: "OFF",
    max_connections: 400,
    "character-set-server": "utf8mb3",
    "skip-log-bin": 1,
    "skip-name-resolve": 1,
  },
});

/** rabbitmq.conf; only on loopback, small memory. */
export const rabbitmq = ({ settings, secrets }: RenderInput): string =>
  [
    `listeners.tcp.default = 127.0.0.1:${settings.ports.rabbit}`,
    "loopback_users = none",
    "default_user = devcloud",
    `default_pass = ${secrets.rabbit}`,
    "log.file = false",
    "log.console = true",
    "log.console.level = warning",
    "vm_memory_high_watermark.absolute = 512MB",
    "",
  ].join("\n");

/** clouds.yaml of those who run the cloud; a zone's identities stand in files of their own. */
export function cloudsYaml({ settings, secrets }: RenderInput): string {
  const entry = (name: string, user: string, password: string): string =>
    [
      `  ${name}:`,
      "    auth:",
      `      auth_url: ${settings.authUrl}`,
      `      username: ${user}`,
      `      password: ${password}`,
      "      project_name: admin",
      "      user_domain_name: Default",
      "      project_domain_name: Default",
      `    region_name: ${settings.region}`,
      '    identity_api_version: "3"',
      "    interface: public",
    ].join("\n");
  const operator = entry("devcloud-operator", "admin", secrets.admin);
  return `clouds:\n${operator}\n${entry("devcloud-auditor", "auditor", secrets.auditor)}\n`;
}
