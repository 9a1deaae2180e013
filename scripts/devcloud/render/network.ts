import { commonSections, defaults, login } from "./common.ts";
import type { RenderInput } from "./common.ts";
import type { Ini } from "./ini.ts";

const PLUGINS = ["ovn-router", "trunk", "qos", "segments", "port_forwarding", "network_ip_availability"];

export function neutron(input: RenderInput): Ini {
  const { dirs, venv, extras, physicalNetwork, ovnNorthDb, ovnSouthDb } = input.settings;
  const vpn = extras.includes("vpnaas");
  return {
    DEFAULT: {
      ...defaults(input),
      bind_host: "127.0.0.1",
      core_plugin: "ml2",
      service_plugins: [...PLUGINS, ...(vpn ? ["vpnaas"] : [])].join(","),
      auth_strategy: "keystone",
      api_workers: 1,
      rpc_workers: 1,
      rpc_state_report_workers: 0,
      notify_nova_on_port_status_changes: true,
      notify_nova_on_port_data_changes: true,
      state_path: `${dirs.state}/neutron`,
      api_paste_config: `${venv}/etc/neutron/api-paste.ini`,
      global_physnet_mtu: 1500,
    },
    agent: { root_helper: "env" },
    nova: login(input),
    placement: login(input),
    ml2: {
      type_drivers: "flat,vlan,geneve,local",
      project_network_types: "geneve",
      mechanism_drivers: "ovn",
      extension_drivers: "port_security,qos",
      overlay_ip_version: 4,
    },
    ml2_type_geneve: { vni_ranges: "1:65536", max_header_size: 38 },
    ml2_type_vlan: { network_vlan_ranges: `${physicalNetwork}:100:999` },
    ml2_type_flat: { flat_networks: "*" },
    securitygroup: { enable_security_group: true },
    ovn: {
      ovn_nb_connection: ovnNorthDb,
      ovn_sb_connection: ovnSouthDb,
      ovn_l3_scheduler: "leastloaded",
      ovn_metadata_enabled: false,
    },
    ...(vpn && { service_providers: { service_provider: "VPN:devcloud:devcloud_vpn.DevcloudVpnDriver:default" } }),
    ...commonSections(input, "neutron"),
  };
}

export function octavia(input: RenderInput): Ini {
  const { dirs, ports, region, ovnNorthDb, ovnSouthDb } = input.settings;
  return {
    DEFAULT: { ...defaults(input), state_path: `${dirs.state}/octavia` },
    api_settings: {
      bind_host: "127.0.0.1",
      auth_strategy: "keystone",
      enabled_provider_drivers: "ovn:OVN provider",
      default_provider_driver: "ovn",
      api_base_uri: `http://127.0.0.1:${ports.octavia}`,
      healthcheck_enabled: false,
    },
    driver_agent: { enabled_provider_agents: "ovn" },
    ovn: { ovn_nb_connection: ovnNorthDb, ovn_sb_connection: ovnSouthDb },
    neutron: { ...login(input), region_name: region },
    certificates: { barbican_auth: "barbican_acl_auth" },
    oslo_messaging: { topic: "octavia" },
    service_auth: login(input),
    ...commonSections(input, "octavia"),
  };
}
