import type { Outside } from "../../components/network/tenant-uplink.ts";
import type { TenantConfig } from "../../config/index.ts";
import { UserError } from "../../config/problem.ts";
import { exactlyOne, type Session } from "../../openstack/index.ts";
import { contains, formatAddress, parseAddress } from "../../plan/addresses.ts";
import { placeName } from "../../plan/names.ts";
import { planned, type Plan } from "../../plan/types.ts";
import { asNetwork } from "../../plan/vpn/gateway.ts";
import type { Lists } from "./through-provider.ts";

interface Network {
  readonly id: string;
  readonly name: string;
  readonly project_id?: string;
  readonly "router:external"?: boolean;
}
interface Subnet {
  readonly id: string;
  readonly cidr: string;
}
interface Port {
  readonly id: string;
  readonly name: string;
  readonly fixed_ips: readonly { readonly ip_address: string }[];
  readonly port_security_enabled?: boolean;
  readonly allowed_address_pairs?: readonly unknown[];
}

const canonical = (text: string): string => {
  const { version, value } = parseAddress(text);
  return formatAddress(version, value);
};

/**
 * Where gateways have their legs outside, by the name of their area's project: networks that only an administrator can have made.
 * @throws UserError for a network that is not there, or an address that is in none of its subnets
 */
export async function findOutside(session: Session, { zone, areas }: TenantConfig): Promise<Record<string, Outside>> {
  const wanted = Object.entries(areas).flatMap(([area, { gateway }]) => (gateway ? [{ area, ...gateway }] : []));
  if (wanted.length === 0) return {};
  const { projectId } = await session.token();
  const all = await session.paginate<Network>("network", "/networks", "networks", { what: "list networks" });
  const ours = all.filter((network) => network["router:external"] === true || network.project_id === projectId);
  const found = wanted.map(async ({ area, network: name, addresses }): Promise<[string, Outside]> => {
    const { id } = exactlyOne("network", name, ours);
    const subnets = await session.paginate<Subnet>("network", "/subnets", "subnets", {
      what: `list the subnets of the network ${name}`,
      query: { network_id: id },
    });
    const fixedIps = addresses.map((address) => {
      const subnet = subnets.find(({ cidr }) => contains(cidr, asNetwork(address)));
      if (subnet !== undefined) return { subnetId: subnet.id, ipAddress: canonical(address) };
      throw new UserError({
        what: `the network ${name} has no subnet with this address`,
        path: `tenant.areas.${area}.gateway.addresses`,
        found: address,
        allowed: subnets.map(({ cidr }) => cidr).join(", ") || "none: the network has no subnet",
        next: "name an address of that network which nobody has",
      });
    });
    return [placeName(zone, area), { networkId: id, fixedIps }];
  });
  return Object.fromEntries(await Promise.all(found));
}

/** Where the operator's port is not what he granted. */
const wrongIn = (port: Port, addresses: readonly string[]): readonly string[] => {
  const live = port.fixed_ips.map(({ ip_address }) => canonical(ip_address)).toSorted();
  const granted = addresses.map(canonical).toSorted();
  return [
    ...(live.join() === granted.join()
      ? []
      : [`it has the addresses ${live.join(", ")}, granted ${granted.join(", ")}`]),
    ...(port.port_security_enabled === false ? ["port security is off"] : []),
    ...((port.allowed_address_pairs ?? []).length > 0 ? ["it has address pairs"] : []),
  ];
};

/**
 * Ids of the outside legs of a project's gateway, by name; each must be what was granted.
 * @param addresses granted to the area
 * @throws UserError for a leg that is not there, or is another than was granted
 */
export async function findUplinks(
  session: Lists,
  plan: Plan,
  { project, projectId, addresses }: { project: string; projectId: string; addresses: readonly string[] },
): Promise<Record<string, string>> {
  const [leg] = planned(plan, "uplink-groups").filter((object) => object.project === project);
  if (leg === undefined) return {};
  const name = leg.facts.uplink;
  const ports = await session.paginate<Port & { readonly project_id?: string }>("network", "/ports", "ports", {
    what: `list the ports of ${project}`,
    query: { project_id: projectId, name },
  });
  const port = exactlyOne("port", name, ports, { projectId });
  const wrong = wrongIn(port, addresses);
  if (wrong.length > 0)
    throw new UserError({
      what: `the port ${name} is not what was granted`,
      found: wrong.join("; "),
      why: "sites would dial an address where nobody answers, or somebody could answer for them",
      next: "ask the operator to restore it (`pulumi up --refresh -s <zone>-tenant`), or to hand over the zone's grants again",
    });
  return { [name]: port.id };
}
