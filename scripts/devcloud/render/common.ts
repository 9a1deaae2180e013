import type { DevcloudSecrets } from "../secrets.ts";
import type { DevcloudSettings } from "../settings.ts";
import type { Ini } from "./ini.ts";

/** What every renderer of a service's config gets. */
export interface RenderInput {
  readonly settings: DevcloudSettings;
  readonly secrets: DevcloudSecrets;
}

/** How each service is named in the catalogue; an application credential's access rules match on it. */
const SERVICE_TYPES = {
  placement: "placement",
  glance: "image",
  nova: "compute",
  neutron: "network",
  cinder: "block-storage",
  manila: "shared-file-system",
  barbican: "key-manager",
  octavia: "load-balancer",
  swift: "object-store",
} as const;
type ServiceName = keyof typeof SERVICE_TYPES;

/** Options by which one service logs in as the service user. */
export const login = ({ settings, secrets }: RenderInput) => ({
  auth_type: "password",
  auth_url: settings.authUrl,
  username: "svc",
  password: secrets.service,
  project_name: "service",
  user_domain_name: "Default",
  project_domain_name: "Default",
  region_name: settings.region,
});

export const databaseUrl = ({ settings, secrets }: RenderInput, name: string): string =>
  `mysql+pymysql://devcloud:${secrets.database}@127.0.0.1:${settings.ports.mariadb}/${name}?charset=utf8mb3`;

const brokerUrl = ({ settings, secrets }: RenderInput): string =>
  `rabbit://devcloud:${secrets.rabbit}@127.0.0.1:${settings.ports.rabbit}/`;

/** The strict reading of roles and scopes that OpenStack recommends, with our rules on top. */
export const policy = ({ settings }: RenderInput, service: string) => ({
  enforce_scope: true,
  enforce_new_defaults: true,
  policy_file: `${settings.dirs.policies}/${service}.yaml`,
});

/** How a service checks its callers' tokens. */
export const authtoken = (input: RenderInput, service: ServiceName) => ({
  www_authenticate_uri: input.settings.authUrl,
  service_token_roles: "service",
  service_token_roles_required: true,
  token_cache_time: 300,
  // Without it every call of an application credential with access rules is refused.
  service_type: SERVICE_TYPES[service],
  ...login(input),
});

/** The sections that all services but Keystone and Swift share. */
export function commonSections(input: RenderInput, service: ServiceName): Ini {
  const { settings } = input;
  return {
    database: { connection: databaseUrl(input, service), max_pool_size: 4 },
    keystone_authtoken: authtoken(input, service),
    oslo_messaging_notifications: { driver: "noop" },
    oslo_messaging_rabbit: {
      rabbit_quorum_queue: false,
      rabbit_transient_quorum_queue: false,
      rabbit_stream_fanout: false,
    },
    oslo_concurrency: { lock_path: `${settings.dirs.state}/lock` },
    oslo_policy: policy(input, service),
  };
}

/** `[DEFAULT]` of a service that uses the broker. */
export const defaults = (input: RenderInput) => ({
  transport_url: brokerUrl(input),
  // To stderr, which is the process's log file: one place for a traceback and for a log line.
  use_stderr: true,
  debug: false,
  rpc_response_timeout: 60,
});

/** Sends an API's log to a file: the server writes a line for each request to the process's output. */
export const logToFile = ({ settings }: RenderInput, name: string) => ({
  use_stderr: false,
  log_file: `${settings.dirs.logs}/${name}.log`,
});

export const keyManager = (input: RenderInput): Ini => ({
  key_manager: { backend: "barbican" },
  barbican: {
    auth_endpoint: input.settings.authUrl,
    barbican_endpoint: `http://127.0.0.1:${input.settings.ports.barbican}`,
  },
});
