import type { ZoneConfig } from "../config/index.ts";
import type { FlowConfig } from "../config/zone.ts";
import { addressesOf, declared, endText, isBeyond, placedEnd, type BeyondEnd, type PlacedEnd } from "./ends.ts";
import type { RuleFacts } from "./facts.ts";
import { byText, entryOf, placeKey, STORAGE } from "./names.ts";
import { topologyFlows } from "./topology.ts";

/** A flow whose two ends meet in one area, wherever it was written. */
export interface ZoneFlow {
  readonly area: string;
  readonly from: PlacedEnd;
  readonly to: PlacedEnd;
  readonly ports: readonly string[];
  readonly reason: string;
  /** Last day, YYYY-MM-DD: the flow's own, else the permit's. */
  readonly until: string;
  /** Config path. */
  readonly because: string;
}

/** A security group that flows ask for: of a machine group, or of all machines of the area, on one network. */
export interface FlowGroup {
  /** Absent for the group that all machines of the area carry. */
  readonly group?: string;
  /** The bench on whose network the port stands, or `storage`; absent on the area's own network. */
  readonly bench?: string;
  readonly rules: readonly RuleFacts[];
  readonly because: readonly string[];
}

/** The networks of a named end, as one area's rules name them. */
export interface AddressGroup {
  readonly end: BeyondEnd;
  readonly title: string;
  readonly addresses: readonly string[];
  readonly because: readonly string[];
}

/** The area of two ends that may talk at all; undefined where a flow between them opens nothing. The rules say why. */
export function meetingArea(from: PlacedEnd, to: PlacedEnd): string | undefined {
  if (to.kind === "bench" || to.kind === "network" || from.kind === "storage") return undefined;
  // Machines alone have a second interface there: it is no way to a storage for anybody else.
  if (to.kind === "storage")
    return (from.kind === "machines" || from.kind === "area") && from.area === to.area ? to.area : undefined;
  if (isBeyond(from)) return isBeyond(to) ? undefined : to.area;
  if (isBeyond(to)) return from.kind === "bench" ? undefined : from.area;
  return from.area === to.area ? from.area : undefined;
}

/** All flows of a zone that open something, by area. What the rules refuse opens nothing. */
export function flowsOf(config: ZoneConfig): readonly ZoneFlow[] {
  const read = (flows: readonly FlowConfig[], path: string, area?: string): readonly ZoneFlow[] =>
    flows.flatMap((flow, index): readonly ZoneFlow[] => {
      const [from, to] = [placedEnd(flow.from, area), placedEnd(flow.to, area)];
      const where = from && to && meetingArea(from, to);
      if (from === undefined || to === undefined || where === undefined) return [];
      // Written in one area, it opens nothing in another.
      if (area !== undefined && where !== area) return [];
      const until = flow.until ?? config.permit.expires;
      const { ports, reason } = flow;
      return [{ area: where, from, to, ports, reason, until, because: `${path}[${index}]` }];
    });
  return [
    ...Object.entries(config.areas).flatMap(([key, { flows }]) => read(flows, `zone.areas.${key}.flows`, key)),
    ...read(config.flows, "zone.flows"),
    ...Object.entries(config.areas).flatMap(([key, area]) => topologyFlows(config, key, area)),
  ];
}

/** What follows the kind in a group's plan id; `*`, which is no key, for all machines of the area. */
export const groupParts = (
  zone: string,
  area: string,
  { group, bench }: Pick<FlowGroup, "group" | "bench">,
): readonly string[] => [zone, area, group ?? "*", ...(bench === undefined ? [] : [bench])];

/** What follows the kind in an address group's plan id. */
export const addressGroupParts = (zone: string, area: string, { kind, name }: BeyondEnd): readonly string[] => [
  zone,
  area,
  kind,
  name,
];

const ETHERTYPES = ["IPv4", "IPv6"] as const;
type Ethertype = (typeof ETHERTYPES)[number];
const ethertypeOf = (network: string): Ethertype => (network.includes(":") ? "IPv6" : "IPv4");

interface Ports {
  readonly protocol: "tcp" | "udp" | "icmp" | "ipv6-icmp";
  readonly portMin?: number;
  readonly portMax?: number;
}

/** Protocol and ports of `5432/tcp`, `6000-6010/udp` or `icmp`; ICMP has a protocol of its own in each version of IP. */
function portsOf(text: string, ethertype: Ethertype): Ports {
  if (text === "icmp") return { protocol: ethertype === "IPv4" ? "icmp" : "ipv6-icmp" };
  const [range, protocol] = text.split("/") as [string, "tcp" | "udp"];
  const [from, to] = range.split("-");
  return { protocol, portMin: Number(from), portMax: Number(to ?? from) };
}

type Remote = Pick<RuleFacts, "remoteGroup" | "remoteCidr" | "remoteAddressGroup">;

/** A rule without what people read in it: Neutron refuses a second rule that differs in its description alone. */
const ruleKey = ({ description: _read, ...rule }: RuleFacts): string => JSON.stringify(Object.entries(rule).toSorted());

/** A set of rules in its one order, each once: where a flow stands in the file makes no difference in the cloud. */
export function ruleSet(rules: readonly RuleFacts[]): readonly RuleFacts[] {
  const byKey = new Map<string, RuleFacts>();
  for (const rule of rules) if (!byKey.has(ruleKey(rule))) byKey.set(ruleKey(rule), rule);
  return [...byKey].toSorted(([a], [b]) => byText(a, b)).map(([, rule]) => rule);
}

/** The network beside the area's own on which an end is met: a bench's, or the storage's. */
const subplace = (end: PlacedEnd): string | undefined =>
  end.kind === "bench" ? end.partner : end.kind === "storage" ? STORAGE : undefined;

/** Whom the rules of one end name, in each version of IP in which the other end has addresses. */
type Remotes = Partial<Record<Ethertype, Remote>>;

export function remotesOf(config: ZoneConfig, area: string, end: PlacedEnd): Remotes {
  const { name: zone } = config;
  if (isBeyond(end)) {
    const remoteAddressGroup = ["address-group", ...addressGroupParts(zone, area, end)].join("/");
    // A version in which the end has no address gets no rule: it could never match.
    return Object.fromEntries(
      addressesOf(config, end).map((network) => [ethertypeOf(network), { remoteAddressGroup }] as const),
    );
  }
  if (end.kind === "bench" || end.kind === "storage") {
    // A rule without a remote would mean every address: without that network nothing opens.
    const network = entryOf(config.granted.networks, placeKey(area, subplace(end)));
    return network === undefined ? {} : { IPv4: { remoteCidr: network.ipv4 }, IPv6: { remoteCidr: network.ipv6 } };
  }
  const group = end.kind === "machines" ? { group: end.group } : {};
  const remoteGroup = ["security-group", ...groupParts(zone, area, group)].join("/");
  return { IPv4: { remoteGroup }, IPv6: { remoteGroup } };
}

/** One end's rules of a flow: each port, in each version of IP that the other end has. */
export const rulesOf = (
  ports: readonly string[],
  description: string,
  direction: RuleFacts["direction"],
  remotes: Remotes,
): readonly RuleFacts[] =>
  ETHERTYPES.flatMap((ethertype) => {
    const remote = remotes[ethertype];
    if (remote === undefined) return [];
    return ports.map((port) => ({ direction, ethertype, ...portsOf(port, ethertype), ...remote, description }));
  });

/** Where the metadata service answers, in each version of IP. Link-local: no flow can name it, and nothing routes there. */
export const METADATA_ADDRESSES = { IPv4: "169.254.169.254/32", IPv6: "fe80::a9fe:a9fe/128" } as const;
const METADATA: Remotes = {
  IPv4: { remoteCidr: METADATA_ADDRESSES.IPv4 },
  IPv6: { remoteCidr: METADATA_ADDRESSES.IPv6 },
};

/** What a group that declares the metadata service may ask there. */
const metadataRules = (group: string): readonly RuleFacts[] =>
  rulesOf(["80/tcp"], `metadata service: machines/${group}`, "egress", METADATA);

/**
 * The groups and rules that an area's flows open. Each end that is ours gets its rule: egress where the flow starts, ingress where it
 * ends, two rules a port for each version of IP and never more, whatever the number of machines or networks at the other end. A
 * bench's own machines are its members' business. A group without a flow has no rule at all.
 * @param flows of the whole zone, where the caller has them already
 */
export function flowGroups(
  config: ZoneConfig,
  area: string,
  flows: readonly ZoneFlow[] = flowsOf(config),
): readonly FlowGroup[] {
  type Open = { group?: string; bench?: string; rules: RuleFacts[]; because: string[] };
  const groups = new Map<string, Open>();
  const groupOf = (of: Pick<FlowGroup, "group" | "bench">): Open => {
    const key = groupParts("", "", of).join("/");
    const found = groups.get(key) ?? { ...of, rules: [], because: [] };
    groups.set(key, found);
    return found;
  };
  for (const [group, { metadata }] of Object.entries(entryOf(config.areas, area)?.machines ?? {})) {
    const open = groupOf({ group });
    open.because.push(`zone.areas.${area}.machines.${group}`);
    if (metadata) open.rules.push(...metadataRules(group));
  }

  for (const { area: where, from, to, ports, because } of flows) {
    if (where !== area) continue;
    // No index in the description: a flow added above must not touch the rules below.
    const description = `flow ${area}: ${endText(from)} to ${endText(to)}`;
    const open = (end: PlacedEnd, other: PlacedEnd, direction: RuleFacts["direction"]): void => {
      const remotes = remotesOf(config, area, other);
      if (isBeyond(end) || subplace(end) !== undefined || Object.keys(remotes).length === 0) return;
      const bench = subplace(other);
      const group = groupOf({
        ...(end.kind === "machines" ? { group: end.group } : {}),
        ...(bench === undefined ? {} : { bench }),
      });
      group.because.push(because);
      group.rules.push(...rulesOf(ports, description, direction, remotes));
    };
    open(from, to, "egress");
    open(to, from, "ingress");
  }
  return [...groups.values()]
    .toSorted((a, b) => byText(a.group ?? "", b.group ?? "") || byText(a.bench ?? "", b.bench ?? ""))
    .map((group) => ({ ...group, rules: ruleSet(group.rules), because: [...new Set(group.because)] }));
}

/** The address groups that an area's flows need: one for each named end beyond the zone, however many networks it has. */
export function addressGroups(
  config: ZoneConfig,
  area: string,
  flows: readonly ZoneFlow[] = flowsOf(config),
): readonly AddressGroup[] {
  const groups = new Map<string, { end: BeyondEnd; because: string[] }>();
  for (const flow of flows) {
    if (flow.area !== area) continue;
    for (const end of [flow.from, flow.to].filter(isBeyond)) {
      const found = groups.get(endText(end)) ?? { end, because: [] };
      found.because.push(flow.because);
      groups.set(endText(end), found);
    }
  }
  return [...groups.values()].flatMap(({ end, because }): readonly AddressGroup[] => {
    const addresses = addressesOf(config, end);
    return addresses.length === 0 ? [] : [{ end, title: declared(config, end)?.title ?? "", addresses, because }];
  });
}
