import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { run } from "./run.ts";
import type { DevcloudSettings } from "./settings.ts";

/** Makes the databases of the switch and of OVN where they are missing. Before their servers start. */
export async function createSwitchDatabases(settings: DevcloudSettings): Promise<void> {
  const databases = [
    ["ovnnb.db", "/usr/share/ovn/ovn-nb.ovsschema"],
    ["ovnsb.db", "/usr/share/ovn/ovn-sb.ovsschema"],
    ["switch.db", "/usr/share/openvswitch/vswitch.ovsschema"],
  ] as const;
  for (const [name, schema] of databases) {
    const file = join(settings.dirs.state, name);
    if (!existsSync(file))
      await run(settings, ["/usr/bin/ovsdb-tool", "create", file, schema], { log: "switch-setup" });
  }
}

/** The bridge on which the provider networks of all hosts meet, as on the wire between real hosts. */
const WIRE_BRIDGE = "br-wire";

/** Interfaces that the switch makes in this network namespace; a switch that is killed leaves them behind. */
export const switchInterfaces = (settings: DevcloudSettings): string[] => [
  ...["ovs-netdev", WIRE_BRIDGE],
  ...settings.hosts.flatMap((host) => [host.integrationBridge, host.providerBridge]),
];

/** Removes what a killed switch left; only while no switch runs. */
export async function removeSwitchInterfaces(settings: DevcloudSettings): Promise<void> {
  for (const name of switchInterfaces(settings).filter((name) => existsSync(`/sys/class/net/${name}`)))
    await execa("/sbin/ip", ["link", "delete", name], { reject: false });
}

/** Arguments of the one `ovs-vsctl` transaction that describes the hosts' chassis and joins their provider bridges. */
export function switchTransaction(settings: DevcloudSettings): string[] {
  const { hosts, physicalNetwork, ovnSouthDb } = settings;
  const bridge = (name: string, failMode: string): string[] => [
    ...["--may-exist", "add-br", name, "--"],
    ...["set", "bridge", name, "datapath_type=netdev", `fail-mode=${failMode}`, "--"],
  ];
  const patch = (on: string, port: string, peer: string): string[] => [
    ...["--may-exist", "add-port", on, port, "--"],
    ...["set", "interface", port, "type=patch", `options:peer=${peer}`, "--"],
  ];
  const chassis = hosts.flatMap(({ name, integrationBridge, providerBridge, confidential }, index) => [
    `external-ids:hostname-${name}=${name}`,
    `external-ids:ovn-bridge-${name}=${integrationBridge}`,
    `external-ids:ovn-encap-ip-${name}=127.0.0.${index + 1}`,
    `external-ids:ovn-bridge-mappings-${name}=${physicalNetwork}:${providerBridge}`,
    `external-ids:ovn-cms-options-${name}=${confidential ? "none" : "enable-chassis-as-gw"}`,
  ]);
  return [
    ...["init", "--", "set", "open", "."],
    ...[`external-ids:ovn-remote=${ovnSouthDb}`, "external-ids:ovn-encap-type=geneve"],
    ...["external-ids:ovn-bridge-datapath-type=netdev", "external-ids:system-id=devcloud", ...chassis, "--"],
    ...bridge(WIRE_BRIDGE, "standalone"),
    ...hosts.flatMap(({ name, integrationBridge, providerBridge }) => [
      ...bridge(integrationBridge, "secure"),
      ...bridge(providerBridge, "standalone"),
      ...patch(providerBridge, `wire-${name}`, `host-${name}`),
      ...patch(WIRE_BRIDGE, `host-${name}`, `wire-${name}`),
    ]),
  ].slice(0, -1);
}

/** Writes the wiring; while the switch's database answers and before the controllers start. Repeats do nothing. */
export async function configureSwitch(settings: DevcloudSettings): Promise<void> {
  await run(settings, ["/usr/bin/ovn-nbctl", `--db=${settings.ovnNorthDb}`, "--no-wait", "init"], {
    log: "switch-setup",
  });
  const command = ["/usr/bin/ovs-vsctl", `--db=${settings.ovsDb}`, "--no-wait", ...switchTransaction(settings)];
  await run(settings, command as [string, ...string[]], { log: "switch-setup" });
}
