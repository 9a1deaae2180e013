import type { ZoneConfig } from "../../config/index.ts";
import { areaBenches } from "../../config/zone.ts";
import { contains, formatAddress, parseAddress, parseCidr } from "../../plan/addresses.ts";
import type { RuleFacts } from "../../plan/facts.ts";
import { planned, type Plan } from "../../plan/types.ts";

/**
 * A cloud in small, built from the plan alone: networks without routers, ports whose groups say what may pass. It knows nothing of
 * flows; what flows allow is computed from the config by `allowedByFlows`, and both must agree.
 */
export interface End {
  readonly zone: string;
  readonly area: string;
  /** Machine group; absent for a machine of a bench's people. */
  readonly group?: string;
  /** Bench on whose network it stands. */
  readonly bench?: string;
  /** Name of an end beyond the zone: it stands in no network, and every area's is routed to it. */
  readonly beyond?: string;
  readonly network: string;
  readonly addresses: readonly string[];
  /** Plan ids of its groups; absent where its owner rules it, so that it may do anything its network lets pass. */
  readonly groups?: readonly string[];
}

export interface Packet {
  readonly version: 4 | 6;
  readonly protocol: "tcp" | "udp" | "icmp";
  readonly port: number;
}

/** The `index`-th address of a network. */
function nthAddress(network: string, index: number): string {
  const { version, first } = parseCidr(network);
  return formatAddress(version, first + BigInt(index));
}

/** Every end of a zone: the planned ports, and one machine of each bench. */
export function endsOf(plan: Plan, config: ZoneConfig): readonly End[] {
  const subnets = new Map(planned(plan, "subnet").map((subnet) => [subnet.id, subnet.facts.cidr]));
  const groups = new Map(
    planned(plan, "machine").flatMap(({ facts, because }) =>
      facts.portIds.map((port) => [port, because[0]!.split(".").at(-1)!] as const),
    ),
  );
  const ports = planned(plan, "port").map(({ id, facts }, index): End => {
    const [, zone = "", area = "", , bench] = id.split("/");
    return {
      zone,
      area,
      group: groups.get(id)!,
      ...(bench === undefined ? {} : { bench }),
      network: facts.network,
      addresses: facts.subnetIds.map((subnet) => nthAddress(subnets.get(subnet)!, 10 + index)),
      groups: facts.groupIds,
    };
  });
  const benches = Object.entries(config.areas).flatMap(([area, areaOf]) =>
    areaBenches(areaOf).map((bench): End => {
      const network = config.granted.networks[`${area}/${bench}`]!;
      return {
        zone: config.name,
        area,
        bench,
        network: `${config.name}-${area}-${bench}`,
        addresses: [nthAddress(network.ipv4, 200), nthAddress(network.ipv6, 200)],
      };
    }),
  );
  return [...ports, ...benches, ...beyondOf(config)];
}

/** One address of every end beyond the zone, and one that nobody named. */
function beyondOf(config: ZoneConfig): readonly End[] {
  const end = (beyond: string, addresses: readonly string[]): End => ({
    zone: config.name,
    area: "",
    beyond,
    network: "",
    addresses,
  });
  const section = (kind: string, of: Readonly<Record<string, { readonly networks: readonly string[] }>>) =>
    Object.entries(of).map(([name, { networks }]) =>
      end(
        `${kind}/${name}`,
        networks.map((network) => nthAddress(network, 3)),
      ),
    );
  return [
    ...section("site", config.sites),
    ...section("network", config.networks),
    ...section("outside", config.outside),
    end("nobody", ["198.51.100.1", "2001:db8:ffff::1"]),
  ];
}

function matches(
  plan: Plan,
  rule: RuleFacts,
  direction: RuleFacts["direction"],
  other: End,
  { version, protocol, port }: Packet,
): boolean {
  if (rule.direction !== direction || rule.ethertype !== `IPv${version}`) return false;
  const wanted = protocol === "icmp" && version === 6 ? "ipv6-icmp" : protocol;
  if (rule.protocol !== wanted) return false;
  if (protocol !== "icmp" && (port < (rule.portMin ?? 1) || port > (rule.portMax ?? 65_535))) return false;
  if (rule.remoteGroup !== undefined) return other.groups?.includes(rule.remoteGroup) ?? false;
  const group = planned(plan, "address-group").find(({ id }) => id === rule.remoteAddressGroup);
  if (rule.remoteAddressGroup !== undefined && group === undefined) throw new Error("a rule without its address group");
  const remotes = group?.facts.addresses ?? [rule.remoteCidr ?? (version === 4 ? "0.0.0.0/0" : "::/0")];
  return other.addresses.some(
    (address) => parseAddress(address).version === version && remotes.some((remote) => contains(remote, address)),
  );
}

/** Whether the plan lets a packet pass: one network, out of one port, into the other. */
export function passes(plan: Plan, from: End, to: End, packet: Packet): boolean {
  // A router that leads everywhere: the rules alone must hold.
  const routed = [from, to].filter(({ beyond }) => beyond === undefined);
  if (routed.length === 2 ? from.network !== to.network : routed.some(({ bench }) => bench !== undefined)) return false;
  if (routed.length === 0) return false;
  const lets = (end: End, direction: RuleFacts["direction"], other: End): boolean =>
    end.groups === undefined ||
    planned(plan, "rule-set")
      .filter(({ facts }) => facts.groupId !== null && end.groups!.includes(facts.groupId))
      .some(({ facts }) => facts.rules.some((rule) => matches(plan, rule, direction, other, packet)));
  return lets(from, "egress", to) && lets(to, "ingress", from);
}

/** Whether the config's flows name this packet, in plain words. */
export function allowedByFlows(config: ZoneConfig, from: End, to: End, { protocol, port }: Packet): boolean {
  const inside = [from, to].filter(({ beyond }) => beyond === undefined);
  if (from.zone !== to.zone || inside.length === 0) return false;
  if (inside.length === 2 && from.area !== to.area) return false;
  const { area } = inside[0]!;
  // What a bench's people do among themselves is theirs; what lies beyond reaches no bench.
  if (inside.length === 2 && inside.every(({ group }) => group === undefined)) return from.bench === to.bench;
  const is = (text: string, end: End): boolean => {
    if (end.beyond !== undefined) return text === end.beyond;
    return end.group === undefined
      ? text === `bench/${end.bench}`
      : [`machines/${end.group}`, `area/${area}`].includes(text);
  };
  // A machine talks to machines and to what lies beyond on the area's network, to a bench on that bench's.
  const meets =
    inside.length === 2 && from.group === undefined
      ? to.bench === from.bench
      : inside.every(({ bench }) => bench === undefined);
  return config.areas[area]!.flows.some((flow) => {
    if (!meets || !is(flow.from, from) || !is(flow.to, to)) return false;
    return flow.ports.some((text) => {
      if (text === "icmp") return protocol === "icmp";
      const [range = "", of] = text.split("/");
      const [first, last = first] = range.split("-").map(Number);
      return of === protocol && port >= first! && port <= last!;
    });
  });
}

/** Packets worth trying: both edges of each flow's ports, one beside each edge, another protocol, ICMP. */
export function packetsOf(config: ZoneConfig): readonly Packet[] {
  const texts = new Set(Object.values(config.areas).flatMap(({ flows }) => flows.flatMap(({ ports }) => ports)));
  const tried = [...texts].flatMap((text): Omit<Packet, "version">[] => {
    if (text === "icmp") return [];
    const [range = "", of] = text.split("/");
    const [first = 1, last = first] = range.split("-").map(Number);
    const numbers = [first - 1, first, last, last + 1].filter((port) => port >= 1 && port <= 65_535);
    const protocol = of === "udp" ? "udp" : "tcp";
    return [
      ...numbers.map((port) => ({ protocol, port }) as const),
      { protocol: protocol === "udp" ? "tcp" : "udp", port: first },
    ];
  });
  return [...tried, { protocol: "icmp" as const, port: 0 }, { protocol: "tcp" as const, port: 22 }].flatMap((packet) =>
    ([4, 6] as const).map((version) => ({ ...packet, version })),
  );
}
