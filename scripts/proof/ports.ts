import type { Session } from "../../openstack/index.ts";

/** A port as Neutron shows it to the operator. */
export interface LivePort {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly mac_address: string;
  readonly network_id: string;
  readonly device_id: string;
  readonly fixed_ips: readonly { readonly ip_address: string; readonly subnet_id: string }[];
  readonly "binding:host_id": string;
}

/**
 * The one port of this name that the credential sees.
 * @throws Error for none or several
 */
export async function portNamed(session: Session, name: string): Promise<LivePort> {
  const ports = await session.paginate<LivePort>("network", "/ports", "ports", { query: { name } });
  if (ports.length !== 1 || ports[0] === undefined) throw new Error(`${ports.length} ports are named ${name}`);
  return ports[0];
}

/**
 * A port's address of one version.
 * @throws Error where it has none: a proof over a missing address would prove nothing
 */
export function addressOf(port: Pick<LivePort, "name" | "fixed_ips">, version: 4 | 6): string {
  const mark = version === 4 ? "." : ":";
  const address = port.fixed_ips.find(({ ip_address }) => ip_address.includes(mark))?.ip_address;
  if (address === undefined) throw new Error(`port ${port.name} has no IPv${version} address`);
  return address;
}

/**
 * Addresses of a network that no port has, from above: the cloud gives its own from anywhere in a subnet's pool.
 * @param prefix the first three numbers of an IPv4 network of 256 addresses, such as `10.8.1`
 */
export async function freeAddresses(operator: Session, network: string, prefix: string): Promise<readonly string[]> {
  const ports = await operator.paginate<LivePort>("network", "/ports", "ports", { query: { network_id: network } });
  const used = new Set(ports.flatMap(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address)));
  const all = Array.from({ length: 240 }, (_, index) => `${prefix}.${250 - index}`);
  return all.filter((address) => !used.has(address));
}
