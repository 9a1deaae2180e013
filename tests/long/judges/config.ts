import { stringify } from "yaml";
import type { CloudEntry, Named } from "../../../openstack/index.ts";
import type { Judge } from "./panel.ts";

/** A user on a project, with its password: tempest's accounts know no application credential. */
export interface Account {
  readonly entry: CloudEntry;
  /** Id of the user: a second account of one user on one project is told from the first by it. */
  readonly userId: string;
}

/** The cloud under judgement. */
export interface Judged {
  /** The zone's pipeline on the area that is judged, and on a second one, for classes that want two projects. */
  readonly work: Account;
  readonly second?: Account;
  /** The cloud's operator, for share types that upstream's classes want to make. On a cloud of one's own alone. */
  readonly operator?: Account;
  /** Granted types. @default the project's own default */
  readonly volumeType?: string;
  /** A type that is closed to the zone, being in the clear. */
  readonly closedType?: string;
  readonly shareType?: string;
}

/** True where a judge's classes find the accounts that they ask for. */
export const canSit = ({ labels, inTheClear }: Judge, { operator, closedType }: Judged): boolean =>
  (labels !== "operator beside" || operator !== undefined) && (inTheClear !== true || closedType !== undefined);

const domainOf = (kind: "user" | "project", { domain }: Named): object =>
  domain?.id === undefined ? { [`${kind}_domain_name`]: domain?.name } : { [`${kind}_domain_id`]: domain.id };

function account({ entry, userId }: Account, roles: readonly string[], byId = false): object {
  const { credential, scope } = entry;
  if (credential.kind !== "password" || credential.user.name === undefined)
    throw new Error(`${entry.name} in ${entry.file} is no user by name with a password, which tempest asks for`);
  if (scope.kind !== "project" || scope.project.name === undefined)
    throw new Error(`${entry.name} in ${entry.file} is not on a project by name, which tempest asks for`);
  return {
    ...(byId ? { user_id: userId } : { username: credential.user.name }),
    ...domainOf("user", credential.user),
    project_name: scope.project.name,
    ...domainOf("project", scope.project),
    password: credential.password,
    roles,
  };
}

/**
 * Tempest's accounts file: who acts under which label. The second project stands first, since a class that wants another project takes
 * the first account that is free.
 * @throws Error naming the entry of clouds.yaml that is of another kind
 */
export function accountsYaml({ labels }: Judge, { work, second, operator }: Judged): string {
  return stringify([
    ...(second === undefined ? [] : [account(second, ["alt_member"])]),
    account(work, labels === "pipeline as admin" ? ["member", "admin"] : ["member"]),
    account(work, ["reader"], true),
    ...(labels === "operator beside" && operator !== undefined ? [account(operator, ["admin"])] : []),
  ]);
}

type Ini = Readonly<Record<string, Readonly<Record<string, string | number | boolean | undefined>>>>;

const ini = (sections: Ini): string =>
  Object.entries(sections)
    .map(([name, values]) =>
      [
        `[${name}]`,
        ...Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [`${key} = ${value}`])),
      ].join("\n"),
    )
    .join("\n\n") + "\n";

/** Where one run of a judge keeps its files. */
export interface Files {
  readonly accounts: string;
  readonly locks: string;
  readonly logs: string;
}

/** tempest.conf: accounts that are there already, one cloud, no service that the judges do not judge. */
export function tempestConf({ inTheClear }: Judge, judged: Judged, files: Files): string {
  const { work, volumeType, closedType, shareType } = judged;
  const { authUrl, region, cacert, verify } = work.entry;
  const build = { build_interval: 1, build_timeout: 180 };
  return ini({
    DEFAULT: { log_dir: files.logs, log_file: "tempest.log" },
    oslo_concurrency: { lock_path: files.locks },
    auth: { use_dynamic_credentials: false, test_accounts_file: files.accounts, create_isolated_networks: false },
    identity: {
      uri_v3: `${authUrl}/v3`,
      auth_version: "v3",
      region,
      ca_certificates_file: cacert,
      disable_ssl_certificate_validation: !verify,
    },
    "identity-feature-enabled": { api_v2: false },
    service_available: {
      ...{ cinder: true, glance: true, manila: true, barbican: true },
      ...{ nova: false, neutron: false, swift: false, horizon: false },
    },
    volume: {
      catalog_type: "block-storage",
      ...{
        region,
        volume_type: inTheClear ? closedType : volumeType,
        volume_size: 1,
        min_microversion: "3.0",
        max_microversion: "latest",
      },
      ...build,
    },
    "volume-feature-enabled": { backup: false, manage_volume: false, manage_snapshot: false },
    key_manager: { region, min_microversion: "1.0", max_microversion: "1.2" },
    share: {
      ...{ region, multitenancy_enabled: false, enable_protocols: "nfs", enable_ip_rules_for_protocols: "nfs" },
      ...{ capability_storage_protocol: "NFS", default_share_type_name: shareType },
      ...{ run_snapshot_tests: false, run_share_group_tests: false, suppress_errors_in_cleanup: true },
      ...build,
    },
  });
}
