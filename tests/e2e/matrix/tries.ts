import type { Session } from "../../../openstack/index.ts";
import { attempt } from "../../../scripts/proof/attempt.ts";
import { OUTSIDE } from "./build.ts";
import type { Intruder } from "./intruder.ts";

/** A call that must be refused, and the same one where it is allowed. */
interface Try {
  readonly what: string;
  readonly method: "POST" | "PUT" | "DELETE";
  readonly refused: readonly [path: string, body?: object];
  /** The control; by the operator where nobody else may. */
  readonly allowed: readonly [path: string, body?: object];
  readonly by?: "operator";
}

/** What he reaches for, by id: he knows them all. */
export interface Loot {
  readonly network: string;
  readonly subnet: string;
  readonly port: string;
  readonly group: string;
  readonly router: string;
}

const at = (key: string, body: object): object => ({ [key]: body });

/** Everything that rights over ports and networks of one's own project could be good for elsewhere. */
export function intruderTries(own: Intruder, loot: Loot, physicalNetwork: string, outside: string): readonly Try[] {
  const vlan = {
    "provider:network_type": "vlan",
    "provider:physical_network": physicalNetwork,
    "provider:segmentation_id": 697,
  };
  const newPort = (network_id: string, more: object = {}): [string, object] => [
    "/ports",
    at("port", { network_id, ...more }),
  ];
  const pairs = at("port", { allowed_address_pairs: [{ ip_address: "0.0.0.0/0" }] });
  const free = at("port", { security_groups: [], allowed_address_pairs: [], port_security_enabled: false });
  const rule = (security_group_id: string): object =>
    at("security_group_rule", { security_group_id, direction: "ingress", protocol: "tcp" });
  const share = (object_id: string): object =>
    at("rbac_policy", { object_type: "network", object_id, action: "access_as_shared", target_tenant: "*" });
  const subnet = (network_id: string): object => at("subnet", { network_id, ip_version: 4, cidr: "10.99.0.0/24" });
  const trunk = (port_id: string): object => at("trunk", { port_id });
  const network = (more: object): [string, object] => ["/networks", at("network", { name: "matrix-try", ...more })];
  const gateway = at("router", { external_gateway_info: { network_id: outside } });
  return [
    {
      what: "a port on the zone's network",
      method: "POST",
      refused: newPort(loot.network),
      allowed: newPort(own.network),
    },
    {
      what: "a subnet on the zone's network",
      method: "POST",
      refused: ["/subnets", subnet(loot.network)],
      allowed: ["/subnets", subnet(own.network)],
    },
    {
      what: "a network with a VLAN id",
      method: "POST",
      refused: network(vlan),
      allowed: network(vlan),
      by: "operator",
    },
    {
      what: "a network that all share",
      method: "POST",
      refused: network({ shared: true }),
      allowed: network({ shared: true }),
      by: "operator",
    },
    {
      what: "a network as external",
      method: "POST",
      refused: network({ "router:external": true }),
      allowed: network({ "router:external": true }),
      by: "operator",
    },
    {
      what: "the zone's network shared with all",
      method: "POST",
      refused: ["/rbac-policies", share(loot.network)],
      allowed: ["/rbac-policies", share(own.network)],
      by: "operator",
    },
    {
      what: "an address pair on the zone's port",
      method: "PUT",
      refused: [`/ports/${loot.port}`, pairs],
      allowed: [`/ports/${own.port}`, pairs],
    },
    {
      what: "port security off on the zone's port",
      method: "PUT",
      refused: [`/ports/${loot.port}`, free],
      allowed: [`/ports/${own.port}`, free],
    },
    {
      what: "a rule in the zone's group",
      method: "POST",
      refused: ["/security-group-rules", rule(loot.group)],
      allowed: ["/security-group-rules", rule(own.group)],
    },
    {
      what: "his router on the zone's subnet",
      method: "PUT",
      refused: [`/routers/${own.router}/add_router_interface`, { subnet_id: loot.subnet }],
      allowed: [`/routers/${own.router}/add_router_interface`, { subnet_id: own.subnet }],
    },
    {
      what: "his subnet on the zone's router",
      method: "PUT",
      refused: [`/routers/${loot.router}/add_router_interface`, { subnet_id: own.subnet }],
      allowed: [`/routers/${own.router}/remove_router_interface`, { subnet_id: own.subnet }],
    },
    {
      what: `a gateway of his router on ${OUTSIDE.name}`,
      method: "PUT",
      refused: [`/routers/${own.router}`, gateway],
      allowed: [`/routers/${own.router}`, at("router", { external_gateway_info: {} })],
    },
    {
      what: "a port bound to a host of his choice",
      method: "POST",
      refused: newPort(own.network, { "binding:host_id": "snp-1" }),
      allowed: newPort(own.network, { "binding:host_id": "snp-1" }),
      by: "operator",
    },
    {
      what: "a port below the zone's, as a container's",
      method: "POST",
      refused: newPort(own.network, { "binding:profile": { parent_name: loot.port, tag: 5 } }),
      allowed: newPort(own.network),
    },
    {
      what: "a trunk over the zone's port",
      method: "POST",
      refused: ["/trunks", trunk(loot.port)],
      allowed: ["/trunks", trunk(own.port)],
    },
    {
      what: "the zone's port deleted",
      method: "DELETE",
      refused: [`/ports/${loot.port}`],
      allowed: [`/ports/${own.spare}`],
    },
  ];
}

/** Tries one call and its control; what either makes is taken away again. */
export async function tryCall(
  intruder: Session,
  operator: Session,
  one: Try,
): Promise<{ readonly refused: string; readonly gained: boolean; readonly allowed: boolean }> {
  const call = async (session: Session, [path, body]: readonly [path: string, body?: object]) => {
    const made = await attempt(session, "network", one.method, path, body, { refusals: [400, 409] });
    const id = Object.values((made.body ?? {}) as Record<string, { readonly id?: string } | undefined>)[0]?.id;
    if (made.ok && one.method === "POST" && id !== undefined)
      await operator.request("network", "DELETE", `${path}/${id}`, { expect: [404, 409] });
    return made;
  };
  const refused = await call(intruder, one.refused);
  const allowed = await call(one.by === "operator" ? operator : intruder, one.allowed);
  return { refused: refused.says, gained: refused.ok, allowed: allowed.ok };
}
