import { execa } from "execa";
import { parse } from "yaml";
import type { Session } from "../../../openstack/index.ts";
import { portNamed, type LivePort } from "../../../scripts/proof/ports.ts";
import type { Plugged, Wire } from "../../../scripts/proof/wire.ts";
import type { Lab } from "../tunnel.ts";

const ip = (namespace: string, ...args: string[]) => execa("ip", ["-n", namespace, ...args]);

/** Puts the device of a second port into the namespace of a first: a machine with two legs. */
export async function secondLeg(into: Plugged, leg: Plugged): Promise<void> {
  const { device, mac, ipv4, ipv6 } = leg;
  await ip(leg.namespace, "link", "set", device, "netns", into.namespace);
  await ip(into.namespace, "link", "set", device, "address", mac, "mtu", "1400", "up");
  await ip(into.namespace, "address", "add", `${ipv4}/24`, "dev", device);
  await ip(into.namespace, "address", "add", `${ipv6}/64`, "dev", device, "nodad");
  await execa("ip", ["netns", "exec", into.namespace, "ethtool", "-K", device, "tx", "off"], { reject: false });
}

interface Server {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly "OS-EXT-SRV-ATTR:user_data"?: string | null;
}

/** The machine of this name, as the operator sees it. */
export async function serverNamed(operator: Session, name: string): Promise<Server> {
  const query = { all_tenants: 1, name: `^${name}$` };
  const [server] = await operator.paginate<Server>("compute", "/servers/detail", "servers", { query });
  if (server === undefined) throw new Error(`no machine ${name}`);
  const { body } = await operator.request<{ server: Server }>("compute", "GET", `/servers/${server.id}`);
  return body.server;
}

/** Files that cloud-init writes on a machine, from what the cloud gives to that machine. */
export function filesOf({ name, ...server }: Server): (path: string) => string {
  const data = Buffer.from(server["OS-EXT-SRV-ATTR:user_data"] ?? "", "base64").toString();
  const files = (parse(data) as { write_files: readonly { path: string; content: string }[] }).write_files;
  return (path) => {
    const file = files.find((one) => one.path === path);
    if (file === undefined) throw new Error(`${name} is told no file ${path}`);
    return file.content;
  };
}

interface Subnet {
  readonly id: string;
  readonly host_routes: readonly { readonly destination: string; readonly nexthop: string }[];
}

/** The routes of the port's subnets, as DHCP and the config drive tell them to its machine. */
export async function takeRoutes(session: Session, at: Plugged, port: LivePort): Promise<readonly string[]> {
  const taken: string[] = [];
  for (const { subnet_id } of port.fixed_ips) {
    const { body } = await session.request<{ subnet: Subnet }>("network", "GET", `/subnets/${subnet_id}`);
    for (const { destination, nexthop } of body.subnet.host_routes) {
      const family = destination.includes(":") ? "-6" : "-4";
      await ip(at.namespace, family, "route", "replace", destination, "via", nexthop, "dev", at.device);
      taken.push(`${destination} via ${nexthop}`);
    }
  }
  return taken;
}

/** Somebody on the outside network at an address of his own, as the operator plugs him in. */
export async function outsider(
  operator: Session,
  wire: Wire,
  network: string,
  addresses: readonly string[],
): Promise<{ readonly at: Plugged; readonly portId: string }> {
  const [{ id: network_id } = { id: "" }] = await operator.paginate<{ id: string }>(
    "network",
    "/networks",
    "networks",
    {
      query: { name: network },
    },
  );
  const port = {
    ...{ network_id, name: `sites-${addresses[0]}`, port_security_enabled: false, security_groups: [] },
    fixed_ips: addresses.map((ip_address) => ({ ip_address })),
  };
  const { body } = await operator.request<{ port: { id: string } }>("network", "POST", "/ports", { body: { port } });
  const { id } = body.port;
  const binding = { "binding:host_id": "plain-1", device_owner: "compute:nova" };
  await operator.request("network", "PUT", `/ports/${id}`, { body: { port: binding } });
  return { at: await wire.plug(id), portId: id };
}

/** Plugs the port of this name, and gives its namespace a name in the lab. */
export async function stand(
  session: Session,
  wire: Wire,
  lab: Lab,
  name: string,
  port: string,
): Promise<{ readonly at: Plugged; readonly port: LivePort }> {
  const live = await portNamed(session, port);
  const at = await wire.plug(live.id);
  lab.adopt(name, at.namespace);
  return { at, port: live };
}
