import { placeKey, placeName } from "../../plan/names.ts";
import { attempt, takeAway } from "./attempt.ts";
import type { Outcome, Prover } from "./proof.ts";
import type { Named, World } from "./world.ts";

/** What the tries reach for, by id: names alone would make a wrong request of them. */
interface Reach {
  /** The bench's own network. */
  readonly own: string;
  readonly ownSubnet: string;
  /** The network of another bench of the same area. */
  readonly foreign: string;
  readonly foreignSubnet: string;
}

/** A call of a bench's member that the cloud must refuse. */
interface Try {
  /** As it follows "a bench's member". */
  readonly what: string;
  readonly method: "POST" | "PUT";
  readonly path: string;
  readonly body: object;
}

const portBody = (port: object): object => ({ port: { name: "proof", ...port } });

/** Every way out of a bench by its own network rights. */
export const doorTries = ({ own, ownSubnet, foreign, foreignSubnet }: Reach): readonly Try[] => [
  { what: "makes a router", method: "POST", path: "/routers", body: { router: { name: "proof" } } },
  {
    what: "sets a gateway on its bench's subnet",
    method: "PUT",
    path: `/subnets/${ownSubnet}`,
    body: { subnet: { gateway_ip: "10.8.2.1" } },
  },
  {
    what: "takes a floating IP",
    method: "POST",
    path: "/floatingips",
    body: { floatingip: { floating_network_id: own } },
  },
  {
    what: "shares the bench's network on",
    method: "POST",
    path: "/rbac-policies",
    body: {
      rbac_policy: { object_type: "network", object_id: own, action: "access_as_shared", target_tenant: "*" },
    },
  },
  {
    what: "switches port security off",
    method: "POST",
    path: "/ports",
    body: portBody({ network_id: own, port_security_enabled: false }),
  },
  {
    what: "takes an address on another bench's network",
    method: "POST",
    path: "/ports",
    body: portBody({ network_id: foreign, fixed_ips: [{ subnet_id: foreignSubnet }] }),
  },
  { what: "makes a network of its own", method: "POST", path: "/networks", body: { network: { name: "proof" } } },
];

interface Subnet {
  readonly id: string;
  readonly network_id: string;
  readonly ip_version: number;
}

/** @throws Error where a network or a subnet is not there: against nothing every try would be refused */
async function reachOf({ zone, operator }: World, area: string, partner: string, other: string): Promise<Reach> {
  const subnets = await operator.paginate<Subnet>("network", "/subnets", "subnets");
  const of = async (who: string): Promise<readonly [network: string, subnet: string]> => {
    const name = placeName(zone.name, placeKey(area, who));
    const [network] = await operator.paginate<Named>("network", "/networks", "networks", { query: { name } });
    const subnet = subnets.find(({ network_id, ip_version }) => network_id === network?.id && ip_version === 4);
    if (network === undefined || subnet === undefined) throw new Error(`the network ${name} is not there`);
    return [network.id, subnet.id];
  };
  const [[own, ownSubnet], [foreign, foreignSubnet]] = [await of(partner), await of(other)];
  return { own, ownSubnet, foreign, foreignSubnet };
}

/** What a bench's member may try at the network, each refused by the cloud; the control is a port on the bench's own network. */
export async function proveDoors(prover: Prover, world: World, area: string): Promise<void> {
  const partner = "uni-north";
  const member = await world.person(partner, placeKey(area, partner));
  const reach = await reachOf(world, area, partner, "heart-centre");
  const control = async (): Promise<Outcome> => {
    const made = await attempt(member, "network", "POST", "/ports", portBody({ network_id: reach.own }));
    const id = (made.body as { port?: { id: string } } | undefined)?.port?.id;
    if (id !== undefined) await takeAway(member, "network", `/ports/${id}`);
    return { ok: made.ok, says: `${made.says} for a port on its own network` };
  };
  for (const { what, method, path, body } of doorTries(reach))
    await prover.show(
      `a bench's member ${what}: refused`,
      () => attempt(member, "network", method, path, body),
      control,
      ["C4H-2", "DIGIMED-10"],
    );
}
