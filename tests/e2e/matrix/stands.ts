import { execa } from "execa";
import type { Session } from "../../../openstack/index.ts";
import type { LivePort } from "../../../scripts/proof/ports.ts";
import type { Plugged, Wire } from "../../../scripts/proof/wire.ts";
import type { ZoneWorld } from "../../../scripts/proof/world.ts";
import type { Place } from "./expected.ts";

/** Somebody who sends and listens: a device in a namespace, with the addresses of one end. */
export interface Stand extends Place {
  readonly name: string;
  readonly kind: "machine" | "bench" | "outside" | "wire" | "intruder" | "site";
  readonly zone?: string;
  /** As `tresor plan --why` knows it. */
  readonly planName?: string;
  /** Stands on one device: the first of it alone sends what has no address above Ethernet. */
  readonly device: string;
  readonly namespace: string;
  readonly mac: string;
  readonly ipv4: string;
  readonly ipv6?: string;
  readonly linkLocal: string;
  /** VLAN id of its network; absent where it has none. */
  readonly vlan?: number;
  /** Network on which its packets come and go with its `mac`, where that is a gateway's. */
  readonly via?: string;
  /** MACs of the routers and gateways on its network. */
  readonly routers: readonly string[];
  /** VLAN ids that each of its frames carries. */
  readonly tags: readonly number[];
}

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly "provider:segmentation_id"?: number;
}

/** The link-local address that a MAC gives (RFC 4291, appendix A). */
export function linkLocalOf(mac: string): string {
  const bytes = mac.split(":").map((part) => Number.parseInt(part, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  const words = [(a ^ 2) * 256 + b, c * 256 + 0xff, 0xfe00 + d, e * 256 + f];
  return new URL(`http://[fe80:0:0:0:${words.map((word) => word.toString(16)).join(":")}]/`).hostname.slice(1, -1);
}

/** What is on the cloud's network, read once with the operator's eyes. */
export class Live {
  readonly networks: ReadonlyMap<string, Network>;
  readonly ports: readonly (LivePort & { readonly device_owner: string })[];
  readonly routes: ReadonlyMap<string, readonly { readonly destination: string; readonly nexthop: string }[]>;

  private constructor(
    networks: readonly Network[],
    ports: Live["ports"],
    subnets: readonly {
      readonly network_id: string;
      readonly host_routes: { destination: string; nexthop: string }[];
    }[],
  ) {
    this.networks = new Map(networks.map((network) => [network.name, network]));
    this.ports = ports;
    const routes = new Map<string, { destination: string; nexthop: string }[]>();
    for (const { network_id, host_routes } of subnets)
      routes.set(network_id, [...(routes.get(network_id) ?? []), ...host_routes]);
    this.routes = routes;
  }

  static async read(operator: Session): Promise<Live> {
    const [networks, ports, subnets] = await Promise.all([
      operator.paginate<Network>("network", "/networks", "networks"),
      operator.paginate<Live["ports"][number]>("network", "/ports", "ports"),
      operator.paginate<{ network_id: string; host_routes: [] }>("network", "/subnets", "subnets"),
    ]);
    return new Live(networks, ports, subnets);
  }

  network(name: string): Network {
    const found = this.networks.get(name);
    if (found === undefined) throw new Error(`no network ${name}`);
    return found;
  }

  /** Whatever passes packets on: routers, and both legs of gateways. */
  routers(networkId: string): readonly string[] {
    return this.ports
      .filter(({ network_id }) => network_id === networkId)
      .filter(({ device_owner, name }) => /^network:router_/.test(device_owner) || /-(gateway|uplink)$/.test(name))
      .map(({ mac_address }) => mac_address);
  }
}

/** What a namespace needs to be the stand that it is to be. */
export function standOf(
  live: Live,
  at: Plugged,
  networkId: string,
  more: Pick<Stand, "name" | "kind" | "network" | "ends"> & Partial<Stand>,
): Stand {
  const network = [...live.networks.values()].find(({ id }) => id === networkId);
  const { namespace, device, mac, ipv4, ipv6 } = at;
  return {
    ...{ namespace, device, mac, ipv4, ipv6, linkLocal: linkLocalOf(mac), tags: [], routers: live.routers(networkId) },
    ...(network?.["provider:segmentation_id"] === undefined ? {} : { vlan: network["provider:segmentation_id"] }),
    ...more,
  };
}

export const inside = (namespace: string, ...command: string[]): Promise<unknown> =>
  execa("ip", ["netns", "exec", namespace, ...command]);

/** Routes as DHCP and the config drive give them to a guest. */
async function routeLikeGuest(live: Live, networkId: string, { namespace, device }: Plugged): Promise<void> {
  for (const { destination, nexthop } of live.routes.get(networkId) ?? [])
    await inside(
      namespace,
      "ip",
      destination.includes(":") ? "-6" : "-4",
      "route",
      "replace",
      destination,
      "via",
      nexthop,
      "dev",
      device,
    );
}

let plugging = 0;

/** Plugs a port, a few at a time: each waits for OVN by asking Neutron again and again. */
export async function plugged(wire: Wire, portId: string): Promise<Plugged> {
  while (plugging >= 3) await new Promise((resolve) => setTimeout(resolve, 100));
  plugging++;
  try {
    return await wire.plug(portId);
  } finally {
    plugging--;
  }
}

/** The zone's own machines, one stand for each of their ports. A gateway is no end of flows: it stands between them. */
export async function machineStands(live: Live, wire: Wire, zone: ZoneWorld): Promise<readonly Stand[]> {
  const stands = Object.entries(zone.areas).map(async ([area, session]) => {
    const servers = await session.paginate<{ id: string; name: string }>("compute", "/servers", "servers");
    const ports = live.ports.filter((port) =>
      servers.some(({ id, name }) => id === port.device_id && name !== `${zone.name}-${area}-gateway`),
    );
    return Promise.all(
      ports.map(async (port): Promise<Stand> => {
        const machine = servers.find(({ id }) => id === port.device_id)?.name ?? "";
        const own = machine.slice(`${zone.name}-${area}-`.length);
        const isOfMany = zone.config.areas[area]?.machines[own] === undefined;
        const group = isOfMany ? own.replace(/-[^-]+$/, "") : own;
        const network = [...live.networks.values()].find(({ id }) => id === port.network_id)?.name ?? "";
        const bench = network.slice(`${zone.name}-${area}-`.length);
        const at = await plugged(wire, port.id);
        await routeLikeGuest(live, port.network_id, at);
        return standOf(live, at, port.network_id, {
          name: `${zone.name} ${area} ${own}${bench === "" ? "" : ` @${bench}`}`,
          ...{ kind: "machine", zone: zone.name, planName: machine },
          network: [zone.name, area, ...(bench === "" ? [] : [bench])].join("/"),
          ends: [`${zone.name}/${area}/machines/${group}`, `${zone.name}/area/${area}`],
        });
      }),
    );
  });
  return (await Promise.all(stands)).flat();
}
