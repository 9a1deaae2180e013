import { authtoken } from "./common.ts";
import type { RenderInput } from "./common.ts";
import type { Ini } from "./ini.ts";

/** Swift's storage servers, each with its port. */
const PORTS = { account: "swiftAccount", container: "swiftContainer", object: "swiftObject" } as const;
export const SWIFT_STORAGE = ["account", "container", "object"] as const;

/** Middleware of the proxy in its order; `tempurl` stands before who logs in, quotas behind who copies. */
const PIPELINE = [
  ...["catch_errors", "gatekeeper", "healthcheck", "proxy-logging", "listing_formats", "tempurl", "authtoken"],
  ...["keystoneauth", "copy", "container-quotas", "slo", "dlo", "versioned_writes", "symlink", "proxy-logging"],
  "proxy-server",
];

const egg = (name: string) => ({ use: `egg:swift#${name}` });

const common = ({ settings }: RenderInput, port: number) => ({
  bind_ip: "127.0.0.1",
  bind_port: port,
  swift_dir: `${settings.dirs.etc}/swift`,
  user: "root",
  workers: 0,
  log_custom_handlers: "devcloud_swift.to_output",
});

/** swift.conf: what all servers must agree on. */
export const swiftCommon = ({ secrets }: RenderInput): Ini => ({
  "swift-hash": { swift_hash_path_suffix: secrets.swiftHash },
  "storage-policy:0": { name: "one-copy", default: "yes" },
  // Of the file system's attributes for one file ext4 has about 4 KB in all.
  "swift-constraints": { max_meta_overall_size: 2048 },
});

/** One storage server: one device, a folder. */
export const swiftStorage = (input: RenderInput, server: keyof typeof PORTS): Ini => ({
  DEFAULT: {
    ...common(input, input.settings.ports[PORTS[server]]),
    devices: `${input.settings.dirs.state}/swift`,
    mount_check: false,
    disable_fallocate: true,
    log_level: "WARNING",
  },
  "pipeline:main": { pipeline: `${server}-server` },
  [`app:${server}-server`]: egg(server),
});

/** The API: Keystone's roles, access lists of containers, signed addresses. */
export function swiftProxy(input: RenderInput): Ini {
  return {
    DEFAULT: { ...common(input, input.settings.ports.swift), log_level: "INFO" },
    "pipeline:main": { pipeline: PIPELINE.join(" ") },
    "app:proxy-server": { ...egg("proxy"), account_autocreate: true },
    "filter:catch_errors": egg("catch_errors"),
    "filter:gatekeeper": egg("gatekeeper"),
    "filter:healthcheck": egg("healthcheck"),
    "filter:proxy-logging": {
      ...egg("proxy_logging"),
      // No part of a signature is written down; else its first 16 characters would be.
      reveal_sensitive_prefix: 0,
      log_msg_template: "{start_time} {method} {path} {status_int} {request_time} {user_agent}",
    },
    "filter:listing_formats": egg("listing_formats"),
    "filter:tempurl": { ...egg("tempurl"), allowed_digests: "sha256 sha512" },
    "filter:authtoken": {
      "paste.filter_factory": "keystonemiddleware.auth_token:filter_factory",
      delay_auth_decision: true,
      ...authtoken(input, "swift"),
    },
    // Who is member of a project owns its containers. No role of readers: they would read every container, whatever its access list says.
    "filter:keystoneauth": { ...egg("keystoneauth"), operator_roles: "admin, member", project_reader_roles: "" },
    "filter:copy": egg("copy"),
    "filter:container-quotas": egg("container_quotas"),
    "filter:slo": egg("slo"),
    "filter:dlo": egg("dlo"),
    "filter:versioned_writes": { ...egg("versioned_writes"), allow_object_versioning: true },
    "filter:symlink": egg("symlink"),
  };
}
