import { randomBytes } from "node:crypto";
import type { Session } from "../../../openstack/index.ts";
import { freeAddresses } from "../../../scripts/proof/ports.ts";
import type { Named, World } from "../../../scripts/proof/world.ts";

/** The zone's world, once the test opened it: the tables below are read when there is no cloud yet. */
let world: World;
let area: Session;
let ids: Awaited<ReturnType<typeof lookUp>>;
const mark = `tampered-${randomBytes(3).toString("hex")}`;

type Undo = () => Promise<unknown>;

interface Tampering {
  readonly title: string;
  readonly requirements: string;
  /** Default: the zone's. */
  readonly stack?: "digimed-tenant";
  readonly tamper: () => Promise<unknown>;
  /** What the preview must say: the object, and what changed. */
  readonly names: () => readonly string[];
}

/** What only the operator can take away again: `up` fails by name. */
interface Refused extends Tampering {
  readonly tamper: () => Promise<Undo>;
  readonly refusal: RegExp;
}

const named = async (session: Session, path: string, many: string, name: string): Promise<string> => {
  const found = await session.paginate<Named>("network", path, many, { query: { name } });
  if (found.length !== 1) throw new Error(`${found.length} ${many} are named ${name}`);
  return found[0]!.id;
};

/** Takes the world whose zone is tampered with. */
export async function choose(opened: World): Promise<void> {
  world = opened;
  area = opened.zone.areas["commons"]!;
  ids = await lookUp(opened);
}

async function lookUp({ operator, zone, other }: World) {
  const commons = "digimed-commons";
  const [network, heart, subnet, heartSubnet, group, defaultGroup, port, heartPort] = await Promise.all([
    named(operator, "/networks", "networks", commons),
    named(operator, "/networks", "networks", "digimed-heart"),
    named(operator, "/subnets", "subnets", `${commons}-ipv4`),
    named(operator, "/subnets", "subnets", "digimed-heart-ipv4"),
    named(zone.areas["commons"]!, "/security-groups", "security_groups", `${commons}-analysis`),
    named(zone.areas["commons"]!, "/security-groups", "security_groups", "default"),
    named(zone.areas["commons"]!, "/ports", "ports", `${commons}-analysis`),
    named(zone.areas["heart"]!, "/ports", "ports", "digimed-heart-imaging"),
  ]);
  const strangers = other.projects["mini-work"] ?? "";
  const [[free = "", next = ""], [heartFree = ""]] = await Promise.all([
    freeAddresses(operator, network, "10.8.0"),
    freeAddresses(operator, heart, "10.8.4"),
  ]);
  return {
    network,
    heart,
    subnet,
    heartSubnet,
    group,
    defaultGroup,
    port,
    heartPort,
    strangers,
    free,
    next,
    heartFree,
  };
}

const put = (session: Session, path: string, body: object): Promise<unknown> =>
  session.request("network", "PUT", path, { body });

async function post(session: Session, path: string, one: string, body: object): Promise<string> {
  const made = await session.request<Record<string, Named>>("network", "POST", path, { body: { [one]: body } });
  return made.body[one]!.id;
}

const rule = (session: Session, security_group_id: string, more: object): Promise<string> =>
  post(session, "/security-group-rules", "security_group_rule", {
    security_group_id,
    direction: "ingress",
    ethertype: "IPv4",
    ...more,
  });
const SSH = { protocol: "tcp", port_range_min: 22, port_range_max: 22 };

/** A router of the operator with a leg in each of these networks. Gives how it goes. */
async function router(legs: readonly (readonly [network: string, subnet: string, address: string])[]) {
  const { operator } = world;
  const id = await post(operator, "/routers", "router", { name: mark });
  const ports: string[] = [];
  for (const [network_id, subnet_id, ip_address] of legs) {
    const fixed_ips = [{ subnet_id, ip_address }];
    const port = await post(operator, "/ports", "port", { name: mark, network_id, fixed_ips });
    await put(operator, `/routers/${id}/add_router_interface`, { port_id: port });
    ports.push(port);
  }
  const undo = async (): Promise<void> => {
    await put(operator, `/routers/${id}`, { router: { routes: [] } });
    for (const port_id of ports) await put(operator, `/routers/${id}/remove_router_interface`, { port_id });
    await operator.request("network", "DELETE", `/routers/${id}`);
  };
  return { id, undo };
}

/** A subnet that nobody planned, on an area's network. */
const further = (cidr: string) => ({
  ...{ name: mark, network_id: ids.network, cidr, ip_version: 4, gateway_ip: null, enable_dhcp: false },
});

/** All of the zone's networks that could be tampered with, as the operator sees it. */
export async function state(): Promise<readonly string[]> {
  const { operator } = world;
  const mine = Object.values(world.zone.projects);
  /** What is on these is the zone's, whoever made it. */
  const own = new Set<unknown>(mine);
  for (const many of ["networks", "security_groups"])
    for (const { id, project_id } of await operator.paginate<Named & { project_id: string }>(
      "network",
      `/${many.replace("_", "-")}`,
      many,
    ))
      if (mine.includes(project_id)) own.add(id);
  const lists = [
    ["/networks", "networks", ["port_security_enabled"]],
    ["/subnets", "subnets", ["gateway_ip", "dns_nameservers", "host_routes", "cidr"]],
    ["/ports", "ports", ["allowed_address_pairs", "port_security_enabled", "security_groups", "fixed_ips"]],
    ["/security-group-rules", "security_group_rules", RULE_FIELDS],
  ] as const;
  const rows = await Promise.all(
    lists.map(async ([path, many, fields]) => {
      const objects = await operator.paginate<Record<string, unknown>>("network", path, many);
      return objects
        .filter((one) => ["project_id", "network_id", "security_group_id"].some((field) => own.has(one[field])))
        .map((one) => `${many} ${JSON.stringify([one["name"], ...fields.map((field) => one[field])])}`);
    }),
  );
  return rows.flat().toSorted();
}
const RULE_FIELDS = [
  "security_group_id",
  "direction",
  "ethertype",
  "protocol",
  "port_range_min",
  "port_range_max",
  "remote_ip_prefix",
  "remote_group_id",
  "remote_address_group_id",
] as const;

const SUBNET = "digimed-commons-network-subnet-digimed-commons-ipv4";
const RULES = "digimed-commons-network-rules-digimed-commons-analysis";
const REACH = "digimed-commons-network-reach-digimed-commons";
const PORT = "digimed-commons-analysis";

export const TAKEN_BACK: readonly Tampering[] = [
  {
    title: "1: a gateway on the subnet of an area",
    requirements: "C4H-2 SPE4HD-1",
    tamper: () => put(area, `/subnets/${ids.subnet}`, { subnet: { gateway_ip: "10.8.0.1" } }),
    names: () => [SUBNET, "gateway", "10.8.0.1"],
  },
  {
    title: "2: rules that let everything out, in a group and in the default group",
    requirements: "C4H-2 DIGIMED-8",
    tamper: async () => {
      for (const ethertype of ["IPv4", "IPv6"]) {
        await rule(area, ids.group, { direction: "egress", ethertype });
        await rule(area, ids.defaultGroup, { direction: "egress", ethertype });
        await rule(area, ids.defaultGroup, { ethertype, remote_group_id: ids.defaultGroup });
      }
    },
    names: () => [RULES, "digimed-commons-network-rules-default", "egress", ids.defaultGroup],
  },
  {
    title: "3: log-ins from everywhere",
    requirements: "DIGIMED-10 DIGIMED-12",
    tamper: () => rule(area, ids.group, { ...SSH, remote_ip_prefix: "0.0.0.0/0" }),
    names: () => [RULES, "0.0.0.0/0", "22"],
  },
  {
    title: "5: a port that may send as anybody",
    requirements: "C4H-2",
    tamper: () => put(area, `/ports/${ids.port}`, { port: { allowed_address_pairs: [{ ip_address: "0.0.0.0/0" }] } }),
    names: () => [PORT, "allowedAddressPairs", "0.0.0.0/0"],
  },
  {
    title: "5: a port without port security",
    requirements: "C4H-2",
    tamper: () =>
      put(world.zone.areas["heart"]!, `/ports/${ids.heartPort}`, {
        port: { port_security_enabled: false, security_groups: [] },
      }),
    names: () => ["digimed-heart-imaging", "portSecurityEnabled"],
  },
  {
    title: "5: a network on which new ports are without port security",
    requirements: "C4H-2",
    stack: "digimed-tenant",
    tamper: () => put(area, `/networks/${ids.network}`, { network: { port_security_enabled: false } }),
    names: () => ["digimed-commons", "portSecurityEnabled"],
  },
  {
    title: "6: a name server of somebody else",
    requirements: "C4H-2 SPE4HD-1",
    tamper: () => put(area, `/subnets/${ids.subnet}`, { subnet: { dns_nameservers: ["192.0.2.53"] } }),
    names: () => [SUBNET, "dnsNameservers", "192.0.2.53"],
  },
  {
    title: "beyond the seven: a neighbour's port and a further subnet on the network of an area",
    requirements: "C4H-1 C4H-2 DIGIMED-11",
    tamper: async () => {
      const { operator } = world;
      const fixed_ips = [{ subnet_id: ids.subnet, ip_address: ids.free }];
      const spy = { name: mark, network_id: ids.network, project_id: ids.strangers, fixed_ips };
      await post(operator, "/ports", "port", spy);
      await post(area, "/subnets", "subnet", further("192.0.2.0/24"));
    },
    names: () => [REACH, `port of project ${ids.strangers} at ${ids.free}`, "subnet 192.0.2.0/24"],
  },
];

let foreignSubnet = "";
export const REFUSED: readonly Refused[] = [
  {
    title: "beyond the seven: a subnet of the operator's own project on the network of an area",
    requirements: "C4H-1 C4H-2",
    tamper: async () => {
      foreignSubnet = await post(world.operator, "/subnets", "subnet", further("198.51.100.0/24"));
      return () => world.operator.request("network", "DELETE", `/subnets/${foreignSubnet}`);
    },
    names: () => [REACH, `subnet ${foreignSubnet} of another project`],
    refusal: /subnet \S+ of another project.*ask the operator to remove/s,
  },
  {
    title: "1: a router of the operator on the network of an area",
    requirements: "C4H-2 DIGIMED-11",
    tamper: async () => (await router([[ids.network, ids.subnet, ids.free]])).undo,
    names: () => [REACH, "strangers", "leg of router", ids.free],
    refusal: /leg of router .* at 10\.8\.0\.\d+.*ask the operator to remove/s,
  },
  {
    title: "4: a rule that names no source, made by the operator",
    requirements: "DIGIMED-10 DIGIMED-12",
    tamper: async () => {
      const id = await rule(world.operator, ids.group, { ...SSH, ethertype: "IPv6" });
      return () => world.operator.request("network", "DELETE", `/security-group-rules/${id}`);
    },
    names: () => [RULES, "IPv6", "22"],
    refusal: /ingress IPv6 tcp 22 from ::\/0.*ask the operator to remove/s,
  },
  {
    title: "7: a second way to one network: a route of the subnet, and a router between two areas",
    requirements: "C4H-1 C4H-2 DIGIMED-11",
    tamper: async () => {
      const way = await router([
        [ids.network, ids.subnet, ids.next],
        [ids.heart, ids.heartSubnet, ids.heartFree],
      ]);
      const routes = [{ destination: "10.8.4.0/24", nexthop: ids.next }];
      await put(world.operator, `/routers/${way.id}`, {
        router: { routes: [{ destination: "192.0.2.0/24", nexthop: "10.8.4.4" }] },
      });
      await put(world.operator, `/subnets/${ids.subnet}`, { subnet: { host_routes: routes } });
      return way.undo;
    },
    names: () => [
      ...[SUBNET, "hostRoutes", "10.8.4.0/24", REACH, ids.next],
      ...["digimed-heart-network-reach-digimed-heart", ids.heartFree],
    ],
    refusal: /leg of router .* at 10\.8\.(0|4)\.\d+.*ask the operator to remove/s,
  },
];
