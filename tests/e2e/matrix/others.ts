import { execa } from "execa";
import type { Session } from "../../../openstack/index.ts";
import type { DevcloudSettings } from "../../../scripts/devcloud/settings.ts";
import type { Wire } from "../../../scripts/proof/wire.ts";
import { makePerson, type ZoneWorld } from "../../../scripts/proof/world.ts";
import { OUTSIDE } from "./build.ts";
import { inside, linkLocalOf, plugged, standOf, type Live, type Stand } from "./stands.ts";

interface Made {
  readonly id: string;
}

/** Something to take away again, last made first. */
export type Undo = (() => Promise<unknown>)[];

/** A group that lets everything pass both ways, as somebody makes it who does not care. */
export async function openGroup(session: Session, undo: Undo): Promise<string> {
  const { body } = await session.request<{ security_group: Made }>("network", "POST", "/security-groups", {
    body: { security_group: { name: "matrix-open" } },
  });
  const { id } = body.security_group;
  undo.push(() => session.request("network", "DELETE", `/security-groups/${id}`, { expect: [404] }));
  for (const ethertype of ["IPv4", "IPv6"])
    for (const direction of ["ingress", "egress"])
      await session.request("network", "POST", "/security-group-rules", {
        body: { security_group_rule: { security_group_id: id, ethertype, direction } },
        // A new group comes with rules for egress where the cloud's template has them.
        expect: [409],
      });
  return id;
}

/** A port, bound to a host as Nova would bind it. */
export async function boundPort(
  session: Session,
  operator: Session,
  host: string,
  port: object,
  undo: Undo,
): Promise<string> {
  const { body } = await session.request<{ port: Made }>("network", "POST", "/ports", { body: { port } });
  const { id } = body.port;
  // Neutron lets only the administrator delete a port that a machine has.
  undo.push(() => operator.request("network", "DELETE", `/ports/${id}`, { expect: [404] }));
  const binding = { "binding:host_id": host, device_owner: "compute:nova" };
  await operator.request("network", "PUT", `/ports/${id}`, { body: { port: binding } });
  return id;
}

/** Machines of the benches' members, behind a group that lets everything pass. */
export async function benchStands(
  live: Live,
  wire: Wire,
  zone: ZoneWorld,
  operator: Session,
  undo: Undo,
): Promise<readonly Stand[]> {
  const benches = Object.entries(zone.config.areas).flatMap(([area, { kind, partners }]) =>
    kind === "shared" ? Object.keys(partners ?? {}).map((partner) => [area, partner] as const) : [],
  );
  return Promise.all(
    benches.map(async ([area, partner], index) => {
      const member = await makePerson(zone, partner, `${area}/${partner}`);
      undo.push(() => zone.domain.request("identity", "DELETE", `/users/${member.id}`, { expect: [404] }));
      const network = live.network(`${zone.name}-${area}-${partner}`);
      const port = {
        network_id: network.id,
        name: "matrix-own",
        security_groups: [await openGroup(member.session, undo)],
      };
      const id = await boundPort(member.session, operator, index % 2 === 0 ? "snp-1" : "plain-1", port, undo);
      return standOf(live, await plugged(wire, id), network.id, {
        name: `${zone.name} ${area} bench ${partner}`,
        ...{ kind: "bench", zone: zone.name, planName: `${area}/bench/${partner}` },
        network: `${zone.name}/${area}/${partner}`,
        ends: [`${zone.name}/${area}/bench/${partner}`],
      });
    }),
  );
}

/** Beyond the zones: ends that flows name, and a stranger, on one device of the external network. */
export async function outsideStands(live: Live, wire: Wire, operator: Session, undo: Undo): Promise<readonly Stand[]> {
  const network = live.network(OUTSIDE.name);
  const port = {
    network_id: network.id,
    name: "matrix-beyond",
    port_security_enabled: false,
    fixed_ips: [{ ip_address: "198.51.100.2" }, { ip_address: "2001:db8:64::2" }],
  };
  const at = await plugged(wire, await boundPort(operator, operator, "plain-1", port, undo));
  const { namespace, device } = at;
  for (const address of ["10.200.1.9", "203.0.113.7", "203.0.113.8"])
    await inside(namespace, "ip", "address", "add", `${address}/32`, "dev", device);
  for (const [network, via] of [
    ["10.64.0.0/20", "198.51.100.11"],
    ["10.64.16.0/20", "198.51.100.12"],
  ] as const)
    await inside(namespace, "ip", "route", "replace", network, "via", via, "dev", device);
  const stand = (name: string, ipv4: string, ends: readonly string[]): Stand => {
    const { ipv6, ...rest } = standOf(live, at, network.id, {
      name: `outside ${name}`,
      kind: "outside",
      network: "outside",
      ends,
      ipv4,
    });
    return name === "stranger" ? { ...rest, ...(ipv6 === undefined ? {} : { ipv6 }) } : rest;
  };
  return [
    stand("stranger", "198.51.100.2", []),
    stand("admins", "10.200.1.9", ["cardio/network/admins"]),
    stand("mirror", "203.0.113.7", ["cardio/outside/mirror"]),
    stand("registry", "203.0.113.8", ["onco/outside/registry"]),
  ];
}

/** Ports on the bare wire between the hosts: without a tag, with a foreign one, and with all of them, which is the fabric itself. */
export async function wireStands(settings: DevcloudSettings, undo: Undo): Promise<readonly Stand[]> {
  const kinds = [
    ["untagged", ["tag=0", "vlan_mode=access"], []],
    ["tag 998", ["vlan_mode=trunk", "trunks=998"], [998]],
    ["fabric", ["vlan_mode=trunk"], []],
  ] as const;
  return Promise.all(
    kinds.map(async ([name, options, tags], index): Promise<Stand> => {
      const [device, mac] = [`mxwire${index}`, `0a:00:00:00:66:0${index}`];
      const namespace = `tresor-${device}`;
      const vsctl = (...args: string[]) => execa("ovs-vsctl", [`--db=${settings.ovsDb}`, "--timeout=20", ...args]);
      await vsctl(
        "--may-exist",
        "add-port",
        "br-wire",
        device,
        ...options,
        "--",
        "set",
        "interface",
        device,
        "type=internal",
      );
      undo.push(() => vsctl("--if-exists", "del-port", device));
      await execa("ip", ["netns", "add", namespace], { reject: false });
      undo.push(() => execa("ip", ["netns", "del", namespace], { reject: false }));
      await execa("ip", ["link", "set", device, "netns", namespace]);
      await inside(namespace, "ip", "link", "set", "lo", "up");
      await inside(namespace, "ip", "link", "set", device, "address", mac, "mtu", "1400", "up");
      const ipv4 = `192.0.2.6${index}`;
      const place = { name: `wire ${name}`, kind: "wire", network: `wire ${name}`, ends: [], routers: [] } as const;
      return {
        ...place,
        namespace,
        device,
        mac,
        ipv4,
        ipv6: `2001:db8:66::6${index}`,
        linkLocal: linkLocalOf(mac),
        tags,
      };
    }),
  );
}
