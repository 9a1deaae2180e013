import { execa } from "execa";
import { join } from "node:path";
import { devcloudSettings } from "../../../scripts/devcloud/index.ts";
import type { ZoneWorld } from "../../../scripts/proof/world.ts";

/** Where the services' own databases keep what a zone has; `$P` are its projects, `$D` its domain. */
const COUNTS = {
  machines: "nova.instances WHERE deleted = 0 AND project_id IN ($P)",
  volumes: "cinder.volumes WHERE deleted = 0 AND project_id IN ($P)",
  attachments:
    "cinder.volume_attachment a JOIN cinder.volumes v ON v.id = a.volume_id WHERE a.deleted = 0 AND v.project_id IN ($P)",
  shares: "manila.shares WHERE deleted = 'False' AND project_id IN ($P)",
  instances:
    "manila.share_instances i JOIN manila.shares s ON s.id = i.share_id WHERE i.deleted = 'False' AND s.project_id IN ($P)",
  rules:
    "manila.share_access_map a JOIN manila.shares s ON s.id = a.share_id WHERE a.deleted = 'False' AND s.project_id IN ($P)",
  locks: "manila.resource_locks WHERE deleted = 'False' AND project_id IN ($P)",
  // A deleted one counts until it is purged.
  secrets: "barbican.secrets s JOIN barbican.projects p ON p.id = s.project_id WHERE p.external_id IN ($P)",
  ports: "neutron.ports WHERE project_id IN ($P)",
  groups: "neutron.securitygroups WHERE project_id IN ($P)",
  limits: "cinder.quotas WHERE deleted = 0 AND project_id IN ($P)",
  shareLimits: "manila.quotas WHERE deleted = 0 AND project_id IN ($P)",
  networkLimits: "neutron.quotas WHERE project_id IN ($P)",
  computeLimits: "nova_api.quotas WHERE project_id IN ($P)",
  keyLimits:
    "barbican.project_quotas q JOIN barbican.projects p ON p.id = q.project_id WHERE q.deleted = 0 AND p.external_id IN ($P)",
  used: "cinder.quota_usages WHERE deleted = 0 AND in_use + reserved > 0 AND project_id IN ($P)",
  shareUsed: "manila.quota_usages WHERE deleted = 0 AND in_use + reserved > 0 AND project_id IN ($P)",
  projects: "keystone.project WHERE id IN ($P) OR id = '$D' OR domain_id = '$D'",
  people: "keystone.user WHERE domain_id = '$D'",
} as const;

export type Rows = Readonly<Record<keyof typeof COUNTS, number>>;
export const NO_ROWS = Object.fromEntries(Object.keys(COUNTS).map((kind) => [kind, 0])) as Rows;

/** By what the services know a zone; asked for while it stands, since nothing tells it afterwards. */
export interface Known {
  readonly projects: readonly string[];
  readonly domain: string;
}

export async function knownOf(zone: ZoneWorld): Promise<Known> {
  const { domainId = "" } = await zone.domain.token();
  return { projects: Object.values(zone.projects), domain: domainId };
}

/** What the services' databases hold of a zone, below every API and without its credentials: they end with it. */
export async function rowsOf({ projects, domain }: Known): Promise<Rows> {
  const ids = projects.map((id) => `'${id}'`).join(",");
  const sql = Object.entries(COUNTS)
    .map(([kind, where]) => `SELECT '${kind}', COUNT(*) FROM ${where}`)
    .join(" UNION ALL ")
    .replaceAll("$P", ids)
    .replaceAll("$D", domain);
  const socket = `--socket=${join(devcloudSettings().dirs.run, "mysql.sock")}`;
  const { stdout } = await execa("/usr/bin/mariadb", ["--no-defaults", socket, "--user=root", "-N", "-B", "-e", sql]);
  const counts = stdout.split("\n").map((line) => line.split("\t"));
  return Object.fromEntries(counts.map(([kind, count]) => [kind, Number(count)])) as Rows;
}

/** What the operator does by hand once keys were deleted: Barbican's rows go. */
export async function purgeRows(): Promise<void> {
  const settings = devcloudSettings();
  const env = { HOME: join(settings.dirs.state, "home-barbican") };
  const clean = ["db", "clean", "--min-days", "0", "--soft-delete-expired-secrets"];
  await execa(join(settings.venv, "bin", "barbican-manage"), clean, { env });
}
