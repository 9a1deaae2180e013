import { freeAddresses } from "../../../scripts/proof/ports.ts";
import {
  AREA_MEMBERS,
  AREA_READERS,
  makes,
  OPERATOR_ONLY,
  reads,
  remove,
  sends,
  type Action,
  type Cell,
  type Try,
} from "./action.ts";

const ports = (more: (cell: Cell) => object): Try => makes("network", "/ports", "port", more);
const ADMIN = "the cloud's administrator";

/** On the bench's network, which is the area's and shared with the bench's project alone. */
const ON_BENCH = {
  may: { operator: ADMIN, pipeline: "the network is its area's" },
  else: "no role on the network's project",
  but: {
    auditor: "reads, and writes nothing",
    "person rw": "the network is shared with the bench, and is not the bench's",
    "person ro": "a reader changes nothing",
  },
} as const;

/** Changes the description of something, and puts back what was there. */
const describes = (path: (cell: Cell) => string, one: string): Try =>
  sends("network", "PUT", path, {
    body: ({ name }) => ({ [one]: { description: name } }),
    undo: (cell) =>
      cell.scene.operator.request("network", "PUT", path(cell), {
        body: { [one]: { description: before[one] ?? "" } },
      }),
  });
const before: Readonly<Record<string, string>> = {};

/** Another name server on the bench's subnet; the zone's own are put back. */
const setsNameServer: Try = async (cell) => {
  const path = `/subnets/${cell.scene.benchSubnet}`;
  const { body } = await cell.scene.operator.request<{ subnet: { dns_nameservers: string[] } }>("network", "GET", path);
  const { dns_nameservers } = body.subnet;
  return sends("network", "PUT", path, {
    body: { subnet: { dns_nameservers: ["192.0.2.53"] } },
    undo: ({ me }) => me.on("network").request("network", "PUT", path, { body: { subnet: { dns_nameservers } } }),
  })(cell);
};

export const NETWORK_ACTIONS: readonly Action[] = [
  {
    id: "read-port",
    title: "read a port of the area's network",
    service: "network",
    try: reads("network", ({ scene }) => `/ports/${scene.port}`),
    ...AREA_READERS,
  },
  {
    id: "bench-port",
    title: "make a port on the bench's network",
    service: "network",
    try: ports(({ scene }) => ({ network_id: scene.benchNetwork })),
    ...ON_BENCH,
    may: { ...ON_BENCH.may, "person rw": "that is what a bench is for" },
  },
  {
    id: "area-port",
    title: "make a port on the area's own network",
    service: "network",
    try: ports(({ scene }) => ({ network_id: scene.network })),
    ...AREA_MEMBERS,
    but: { ...AREA_MEMBERS.but, "person rw": "the area's own network is not shared with benches" },
  },
  {
    id: "port-security-off",
    title: "make a port without port security on the bench's network",
    service: "network",
    try: ports(({ scene }) => ({
      network_id: scene.benchNetwork,
      port_security_enabled: false,
      security_groups: [],
    })),
    ...ON_BENCH,
  },
  {
    id: "address-pair",
    title: "make a port that may send as anybody (address pair 0.0.0.0/0)",
    service: "network",
    try: ports(({ scene }) => ({
      network_id: scene.benchNetwork,
      allowed_address_pairs: [{ ip_address: "0.0.0.0/0" }],
    })),
    ...ON_BENCH,
  },
  {
    id: "chosen-address",
    title: "choose the address of a port on the bench's network",
    service: "network",
    try: async (cell) => {
      const [ip_address] = await freeAddresses(cell.scene.operator, cell.scene.benchNetwork, "10.8.1");
      const fixed_ips = [{ subnet_id: cell.scene.benchSubnet, ip_address }];
      return ports(({ scene }) => ({ network_id: scene.benchNetwork, fixed_ips }))(cell);
    },
    ...ON_BENCH,
  },
  {
    id: "router-port",
    title: "make a port that passes for a router's or for DHCP's",
    service: "network",
    try: ports(({ scene }) => ({ network_id: scene.benchNetwork, device_owner: "network:dhcp" })),
    ...ON_BENCH,
  },
  {
    id: "make-router",
    title: "make a router",
    service: "network",
    try: makes("network", "/routers", "router", () => ({})),
    may: { operator: ADMIN },
    else: "quota 0, or no member",
    refusals: [409],
  },
  {
    id: "make-network",
    lane: "network",
    title: "make a network with a VLAN of one's choice",
    service: "network",
    try: makes("network", "/networks", "network", () => ({
      "provider:network_type": "vlan",
      "provider:physical_network": "physnet1",
      "provider:segmentation_id": 998,
    })),
    ...OPERATOR_ONLY,
    // Neutron looks at the quota, which is used or 0, before it looks at the VLAN.
    refusals: [409],
  },
  {
    id: "share-network",
    lane: "network",
    title: "share the area's network with another zone (RBAC)",
    service: "network",
    try: sends("network", "POST", "/rbac-policies", {
      body: ({ scene }) => ({
        rbac_policy: {
          object_type: "network",
          object_id: scene.network,
          action: "access_as_shared",
          target_tenant: scene.strangers,
        },
      }),
      undo: (cell, body) =>
        remove(cell, "network", `/rbac-policies/${(body as { rbac_policy: { id: string } }).rbac_policy.id}`),
    }),
    may: { operator: ADMIN },
    else: "no role on the network's project",
    but: {
      pipeline: "quota of sharing is 0: who shares a network is the operator's stack",
      "person ro": "a reader changes nothing",
    },
    refusals: [409],
  },
  {
    id: "share-with-all",
    lane: "network",
    title: "share the area's network with everybody",
    service: "network",
    try: sends("network", "PUT", ({ scene }) => `/networks/${scene.network}`, {
      body: { network: { shared: true } },
      undo: (cell) =>
        cell.me.on("network").request("network", "PUT", `/networks/${cell.scene.network}`, {
          body: { network: { shared: false } },
        }),
    }),
    ...OPERATOR_ONLY,
  },
  {
    id: "update-network",
    lane: "network",
    title: "change the area's network",
    service: "network",
    try: describes(({ scene }) => `/networks/${scene.network}`, "network"),
    ...AREA_MEMBERS,
  },
  {
    id: "delete-network",
    lane: "network",
    title: "delete the area's network",
    service: "network",
    try: sends("network", "DELETE", ({ scene }) => `/networks/${scene.network}`),
    ...AREA_MEMBERS,
    may: { ...AREA_MEMBERS.may, pipeline: "member of the area; ports on it hold it" },
    // Ports are on it: Neutron says so only to whom it would have obeyed.
    allows: [409],
  },
  {
    id: "set-gateway",
    lane: "subnet",
    title: "set a gateway on the bench's subnet",
    service: "network",
    try: sends("network", "PUT", ({ scene }) => `/subnets/${scene.benchSubnet}`, {
      body: { subnet: { gateway_ip: "10.8.1.1" } },
    }),
    ...ON_BENCH,
    // The address is in the subnet's pool: Neutron says so only to whom it would have obeyed.
    allows: [409],
  },
  {
    id: "name-server",
    lane: "subnet",
    title: "tell machines on the bench's network another name server",
    service: "network",
    try: setsNameServer,
    ...ON_BENCH,
  },
  {
    id: "make-subnet",
    lane: "subnet",
    title: "make a subnet in the bench's network",
    service: "network",
    try: makes("network", "/subnets", "subnet", ({ scene }) => ({
      network_id: scene.benchNetwork,
      ip_version: 4,
      cidr: "192.0.2.0/24",
      gateway_ip: null,
      enable_dhcp: false,
    })),
    ...ON_BENCH,
    refusals: [409],
  },
  {
    id: "add-rule",
    title: "add a rule to a security group of the area",
    service: "network",
    try: sends("network", "POST", "/security-group-rules", {
      body: ({ scene }) => ({
        security_group_rule: {
          security_group_id: scene.securityGroup,
          direction: "ingress",
          ethertype: "IPv4",
          protocol: "tcp",
          port_range_min: 22,
          port_range_max: 22,
          remote_ip_prefix: "0.0.0.0/0",
        },
      }),
      undo: (cell, body) => {
        const { id } = (body as { security_group_rule: { id: string } }).security_group_rule;
        return remove(cell, "network", `/security-group-rules/${id}`);
      },
    }),
    ...AREA_MEMBERS,
  },
];
