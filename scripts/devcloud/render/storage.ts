import { SIMULATOR_USER, simulatorCa, simulatorUrl } from "../simulator.ts";
import { TIERS } from "../settings.ts";
import { commonSections, defaults, keyManager, login } from "./common.ts";
import type { RenderInput } from "./common.ts";
import type { Ini } from "./ini.ts";

export function cinder(input: RenderInput): Ini {
  const { dirs, venv, ports } = input.settings;
  const backend = (tier: string) => ({
    volume_driver: "devcloud_cinder.DevcloudFilesDriver",
    volume_backend_name: tier,
    nas_host: "devcloud",
    nas_share_path: `/${tier}`,
    nas_secure_file_operations: true,
    nas_secure_file_permissions: true,
    nfs_mount_point_base: `${dirs.state}/volumes`,
    nfs_snapshot_support: true,
    // Files are sparse: what is promised may be far more than what the disk holds.
    max_over_subscription_ratio: 1000,
    reserved_percentage: 0,
  });
  return {
    DEFAULT: {
      ...defaults(input),
      my_ip: "127.0.0.1",
      host: "devcloud",
      state_path: `${dirs.state}/cinder`,
      api_paste_config: `${venv}/etc/cinder/api-paste.ini`,
      resource_query_filters_file: `${venv}/etc/cinder/resource_filters.json`,
      enabled_backends: TIERS.join(","),
      default_volume_type: "__DEFAULT__",
      auth_strategy: "keystone",
      osapi_volume_listen: "127.0.0.1",
      osapi_volume_workers: 1,
      glance_api_servers: `http://127.0.0.1:${ports.glance}`,
      volume_clear: "none",
      // Served where the cloud runs with the part `backup`.
      backup_driver: "devcloud_backup.DevcloudBackupDriver",
      backup_posix_path: `${dirs.state}/backups`,
      backup_file_size: 32 * 1024 * 1024,
      report_interval: 5,
      service_down_time: 30,
    },
    ssd: backend("ssd"),
    hdd: backend("hdd"),
    cinder_sys_admin: { helper_command: `${venv}/bin/privsep-helper --config-file ${dirs.etc}/cinder.conf` },
    nova: login(input),
    service_user: { send_service_user_token: true, ...login(input) },
    coordination: { backend_url: `file://${dirs.state}/cinder` },
    ...commonSections(input, "cinder"),
    ...keyManager(input),
  };
}

/** OpenStack's own driver as it is, against the simulator: it checks the certificate only where it is told a CA, and deletes only where it is told to. */
const quobyteDriver = ({ settings, secrets }: RenderInput) => ({
  share_driver: "manila.share.drivers.quobyte.quobyte.QuobyteShareDriver",
  share_backend_name: "QUOBYTE_SIMULATED",
  driver_handles_share_servers: false,
  quobyte_api_url: simulatorUrl(settings),
  quobyte_api_ca: simulatorCa(settings),
  quobyte_api_username: SIMULATOR_USER,
  quobyte_api_password: secrets.quobyte,
  quobyte_delete_shares: true,
});

export function manila(input: RenderInput): Ini {
  const { dirs, venv, extras } = input.settings;
  const quobyte = extras.includes("quobyte");
  return {
    DEFAULT: {
      ...defaults(input),
      my_ip: "127.0.0.1",
      host: "devcloud",
      state_path: `${dirs.state}/manila`,
      api_paste_config: `${venv}/etc/manila/api-paste.ini`,
      rootwrap_config: `${venv}/etc/manila/rootwrap.conf`,
      osapi_share_listen: "127.0.0.1",
      osapi_share_workers: 1,
      auth_strategy: "keystone",
      enabled_share_backends: quobyte ? "shares,quobyte" : "shares",
      enabled_share_protocols: "NFS,CIFS",
      default_share_type: "default",
      default_share_group_type: "default",
    },
    shares: {
      share_driver: "manila.tests.share.drivers.dummy.DummyDriver",
      // Named as the production backend is, so that share types need no second spelling.
      share_backend_name: "QUOBYTE",
      driver_handles_share_servers: false,
      dummy_driver_driver_methods_delays: "create_share:0",
      dummy_driver_default_driver_method_delay: 0,
    },
    ...(quobyte && { quobyte: quobyteDriver(input) }),
    neutron: login(input),
    coordination: { backend_url: `file://${dirs.state}/manila` },
    ...commonSections(input, "manila"),
    ...keyManager(input),
  };
}
