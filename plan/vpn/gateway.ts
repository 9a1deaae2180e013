import { portRange } from "../../config/scalars.ts";
import { wireguardEndpoint, wireguardKey } from "../../config/site.ts";
import { UserError, type Problem } from "../../config/problem.ts";
import { formatAddress, formatCidr, overlaps, parseAddress, parseCidr } from "../addresses.ts";

/** Name of the tunnel's interface on the gateway. */
export const INTERFACE = "wg0";

/** A path that a flow opens between a site and machines of an area. */
export interface Door {
  readonly site: string;
  /** Who begins: the site (`in`) or the area (`out`). */
  readonly direction: "in" | "out";
  /** The site's networks that the flow names. */
  readonly siteNetworks: readonly string[];
  /** Addresses or networks of the area that the flow names. */
  readonly areaNetworks: readonly string[];
  /** `5432/tcp`, `6000-6010/udp`, `icmp`. */
  readonly ports: readonly string[];
  /** The flow's config path, for people. */
  readonly because: string;
}

/** A site's end of the tunnel. */
export interface Peer {
  readonly site: string;
  readonly publicKey: string;
  /** Address and port; absent where the site dials in. */
  readonly endpoint?: string;
}

/** Everything that a gateway machine is told. No private key is among it: the machine makes its own. */
export interface GatewayFacts {
  readonly zone: string;
  /** UDP port that it listens on. */
  readonly port: number;
  /** Of the tunnel's interface, in bytes. */
  readonly mtu: number;
  /** The gateway's own addresses in the tunnel, one of each version: only its own error messages come from there. */
  readonly tunnel: readonly string[];
  readonly peers: readonly Peer[];
  readonly doors: readonly Door[];
}

/** MTU of a tunnel over a network of some MTU: WireGuard over IPv6 adds 80 bytes. */
export const wireguardMtu = (underlay: number): number => underlay - 80;

/** Networks in their canonical form, each once, IPv4 first, and none that another one holds. */
export function distinct(networks: readonly string[]): readonly string[] {
  const blocks = networks
    .map((network) => parseCidr(asNetwork(network)))
    .toSorted(
      (a, b) => a.version - b.version || (a.first === b.first ? a.length - b.length : a.first < b.first ? -1 : 1),
    );
  // Two networks share nothing or one holds the other, so what holds the next one is the last one that was kept.
  const kept: (typeof blocks)[number][] = [];
  for (const block of blocks) {
    const outer = kept.at(-1);
    if (outer === undefined || outer.version !== block.version || outer.last < block.first) kept.push(block);
  }
  return kept.map(formatCidr);
}

/** An address as a network of one. */
export const asNetwork = (text: string): string =>
  text.includes("/") ? text : `${text}/${parseAddress(text).version === 4 ? 32 : 128}`;

export const ofVersion = (networks: readonly string[], version: 4 | 6): readonly string[] =>
  distinct(networks).filter((network) => parseCidr(network).version === version);

/** What the gateway takes from and sends to a site: the networks that its flows name, and nothing where it has none. */
export const siteNetworks = ({ doors }: GatewayFacts, site: string): readonly string[] =>
  distinct(doors.filter((door) => door.site === site).flatMap((door) => door.siteNetworks));

/** What a site takes from and sends to the gateway. */
export const areaNetworks = ({ doors }: GatewayFacts, site: string): readonly string[] =>
  distinct(doors.filter((door) => door.site === site).flatMap((door) => door.areaNetworks));

const NAME = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,29}$/;

const valid = (networks: readonly string[]): boolean =>
  networks.length > 0 &&
  networks.every((network) => {
    try {
      return parseCidr(asNetwork(network)).length > 0;
    } catch {
      return false;
    }
  });

function doorProblems(door: Door, index: number, facts: GatewayFacts): readonly Problem[] {
  const path = `doors[${index}]`;
  const problem = (what: string, found: string): Problem => ({ path, what, found });
  if (!valid(door.siteNetworks) || !valid(door.areaNetworks))
    return [problem("a door has no networks, or one that is the whole Internet", JSON.stringify(door.siteNetworks))];
  const problems: Problem[] = [];
  if (!facts.peers.some(({ site }) => site === door.site)) problems.push(problem("there is no such site", door.site));
  if (door.ports.length === 0 || !door.ports.every((port) => portRange.safeParse(port).success))
    problems.push(problem("these are no ports", JSON.stringify(door.ports)));
  if (/[\p{Cc}"\\]/u.test(door.because)) problems.push(problem("this is no config path", JSON.stringify(door.because)));
  const meet = ([4, 6] as const).filter(
    (version) => ofVersion(door.siteNetworks, version).length > 0 && ofVersion(door.areaNetworks, version).length > 0,
  );
  if (meet.length === 0)
    problems.push(problem("its ends have no version of IP in common", door.siteNetworks.join(", ")));
  const ours = [...door.areaNetworks, ...facts.tunnel].map(asNetwork);
  for (const network of door.siteNetworks.map(asNetwork))
    for (const own of ours)
      if (overlaps(network, own)) problems.push(problem("a site's network is the zone's", network));
  return problems;
}

/** Two sites with one address or one key would be one to WireGuard: the later peer takes the address from the earlier without a word. */
function peerProblems(facts: GatewayFacts): readonly Problem[] {
  return facts.peers.flatMap(({ site, publicKey, endpoint }, index) => {
    const path = `peers[${index}]`;
    const problems: Problem[] = [];
    if (!NAME.test(site)) problems.push({ path, what: "this is no name of a site", found: JSON.stringify(site) });
    if (!wireguardKey.safeParse(publicKey).success) problems.push({ path, what: "this is no public key" });
    if (endpoint !== undefined && !wireguardEndpoint.safeParse(endpoint).success)
      problems.push({ path, what: "this is no address and port", found: JSON.stringify(endpoint) });
    for (const other of facts.peers.slice(0, index)) {
      if (other.site === site) problems.push({ path, what: `site ${site} stands here twice` });
      if (other.publicKey === publicKey)
        problems.push({ path, what: `sites ${other.site} and ${site} have one key`, next: "each site makes its own" });
    }
    return problems;
  });
}

function overlapProblems(facts: GatewayFacts): readonly Problem[] {
  const claims = facts.peers.flatMap(({ site }) => siteNetworks(facts, site).map((network) => ({ site, network })));
  return claims.flatMap(({ site, network }, index) =>
    claims
      .slice(0, index)
      .filter((other) => other.site !== site && overlaps(other.network, network))
      .map((other) => ({
        what: `sites ${other.site} and ${site} have addresses in common`,
        found: `${other.network} and ${network}`,
        why: "WireGuard would give them to one of the two",
      })),
  );
}

/** What is wrong with a gateway's facts; none where they may be rendered. */
export function gatewayProblems(facts: GatewayFacts): readonly Problem[] {
  const { zone, port, mtu, tunnel } = facts;
  const problems: Problem[] = [];
  if (!/^[a-z][a-z0-9]{1,19}$/.test(zone))
    problems.push({ path: "zone", what: "this is no zone", found: JSON.stringify(zone) });
  if (!Number.isInteger(port) || port < 1 || port > 65535) problems.push({ path: "port", what: "this is no port" });
  if (!Number.isInteger(mtu) || mtu < 1280 || mtu > 9000)
    problems.push({ path: "mtu", what: "this is no MTU for a tunnel", found: String(mtu), allowed: "1280 to 9000" });
  if (!valid(tunnel) || tunnel.some((address) => address.includes("/")))
    problems.push({ path: "tunnel", what: "the gateway needs addresses of its own, without a prefix" });
  const doors = facts.doors.map((door, index) => doorProblems(door, index, facts));
  problems.push(...peerProblems(facts), ...doors.flat());
  // Networks that cannot be read were said above; comparing them would only throw.
  if (doors.flat().every(({ what }) => !what.startsWith("a door has no networks")))
    problems.push(...overlapProblems(facts));
  return problems;
}

/** Facts that may be rendered. @throws UserError with everything that is wrong */
export function checkedGateway(facts: GatewayFacts): GatewayFacts {
  const problems = gatewayProblems(facts);
  if (problems.length > 0) throw new UserError(problems);
  return facts;
}

/** The one spelling of an address. */
export const address = (text: string): string => {
  const { version, value } = parseAddress(text);
  return formatAddress(version, value);
};
