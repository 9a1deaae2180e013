import { databaseUrl, policy, commonSections, defaults, keyManager, logToFile } from "./common.ts";
import type { RenderInput } from "./common.ts";
import type { Ini } from "./ini.ts";

/** keystone.conf. A password that an administrator sets must be changed at first use; cheap hashing, as nothing here is worth a guess. */
export function keystone(input: RenderInput): Ini {
  const { dirs } = input.settings;
  return {
    DEFAULT: { use_stderr: true, debug: false },
    database: { connection: databaseUrl(input, "keystone"), max_pool_size: 4 },
    token: { provider: "fernet" },
    fernet_tokens: { key_repository: `${dirs.state}/fernet` },
    credential: { key_repository: `${dirs.state}/credential` },
    cache: { enabled: true, backend: "dogpile.cache.memory" },
    auth: { methods: "password,token,application_credential,mapped,openid" },
    identity: { password_hash_rounds: 4 },
    security_compliance: { change_password_upon_first_use: true },
    oslo_policy: policy(input, "keystone"),
  };
}

export function placement(input: RenderInput): Ini {
  const { database: _, ...common } = commonSections(input, "placement");
  return {
    DEFAULT: { debug: false, ...logToFile(input, "placement") },
    api: { auth_strategy: "keystone" },
    placement_database: { connection: databaseUrl(input, "placement"), max_pool_size: 4 },
    ...common,
  };
}

export function barbican(input: RenderInput): Ini {
  return {
    DEFAULT: {
      ...defaults(input),
      ...logToFile(input, "barbican"),
      host_href: `http://127.0.0.1:${input.settings.ports.barbican}`,
      db_auto_create: false,
    },
    queue: { enable: false },
    secretstore: { enabled_secretstore_plugins: "store_crypto" },
    crypto: { enabled_crypto_plugins: "simple_crypto" },
    simple_crypto_plugin: { kek: input.secrets.keyEncryptionKey },
    ...commonSections(input, "barbican"),
  };
}

export function glance(input: RenderInput): Ini {
  const { dirs, venv } = input.settings;
  return {
    DEFAULT: {
      ...defaults(input),
      ...logToFile(input, "glance"),
      bind_host: "127.0.0.1",
      enabled_backends: "file:file",
    },
    glance_store: { default_backend: "file" },
    file: { filesystem_store_datadir: `${dirs.state}/images` },
    os_glance_staging_store: { filesystem_store_datadir: `${dirs.state}/images-staging` },
    os_glance_tasks_store: { filesystem_store_datadir: `${dirs.state}/images-tasks` },
    paste_deploy: { flavor: "keystone", config_file: `${venv}/etc/glance/glance-api-paste.ini` },
    ...commonSections(input, "glance"),
    ...keyManager(input),
  };
}
