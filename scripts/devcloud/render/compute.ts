import type { DevcloudHost } from "../settings.ts";
import { commonSections, databaseUrl, defaults, keyManager, login } from "./common.ts";
import type { RenderInput } from "./common.ts";
import type { Ini } from "./ini.ts";

/** Nova's own filters, and the one that keeps strangers out of dedicated hosts. */
const FILTERS = [
  "ComputeFilter",
  "ComputeCapabilitiesFilter",
  "ImagePropertiesFilter",
  "ServerGroupAntiAffinityFilter",
  "ServerGroupAffinityFilter",
  "AggregateMultiTenancyIsolation",
] as const;

/** nova.conf of the API, conductor and scheduler; with a host, that of this host's nova-compute. */
export function nova(input: RenderInput, host?: DevcloudHost): Ini {
  const { dirs, venv, sevSlots, snpSlots, region } = input.settings;
  const state = host ? `${dirs.state}/nova-${host.name}` : `${dirs.state}/nova`;
  return {
    DEFAULT: {
      ...defaults(input),
      my_ip: "127.0.0.1",
      host: host?.name ?? "devcloud",
      state_path: state,
      instances_path: `${state}/instances`,
      osapi_compute_workers: 1,
      compute_driver: "devcloud_virt.DevcloudDriver",
      force_config_drive: false,
      // The machines have no cable to plug: tests attach namespaces to their ports.
      vif_plugging_is_fatal: false,
      vif_plugging_timeout: 0,
      use_cow_images: false,
      // A lost worker shows within seconds, not after a minute.
      report_interval: 5,
      service_down_time: 30,
    },
    devcloud: { sev_slots: host?.confidential ? sevSlots : 0, snp_slots: host?.confidential ? snpSlots : 0 },
    wsgi: { api_paste_config: `${venv}/etc/nova/api-paste.ini` },
    api: { auth_strategy: "keystone", max_limit: 1000 },
    api_database: { connection: databaseUrl(input, "nova_api"), max_pool_size: 4 },
    conductor: { workers: 1 },
    // Dedicated hosts: who has an aggregate lands there alone, and nobody else lands in it.
    scheduler: { workers: 1, discover_hosts_in_cells_interval: 3, limit_tenants_to_placement_aggregate: true },
    filter_scheduler: { track_instance_changes: false, enabled_filters: FILTERS.join(",") },
    libvirt: { hw_machine_type: "x86_64=q35" },
    vnc: { enabled: false },
    service_user: { send_service_user_token: true, ...login(input) },
    placement: login(input),
    neutron: {
      service_metadata_proxy: true,
      metadata_proxy_shared_secret: input.secrets.metadata,
      ...login(input),
    },
    glance: login(input),
    cinder: { os_region_name: region, ...login(input) },
    manila: login(input),
    ...commonSections(input, "nova"),
    ...keyManager(input),
  };
}
