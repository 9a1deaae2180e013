import type { AreaConfig } from "../config/zone.ts";
import type { RuleFacts } from "./facts.ts";
import { byText, entryOf, placeKey } from "./names.ts";

/** An end of a flow: a group of machines, or a partner's bench. */
type FlowEnd =
  { readonly kind: "machines"; readonly group: string } | { readonly kind: "bench"; readonly partner: string };

/** Reads `machines/<group>` or `bench/<partner>`; undefined for anything else. */
export function parseFlowEnd(text: string): FlowEnd | undefined {
  const [kind, name, ...rest] = text.split("/");
  if (name === undefined || name === "" || rest.length > 0) return undefined;
  if (kind === "machines") return { kind, group: name };
  if (kind === "bench") return { kind, partner: name };
  return undefined;
}

/** Networks of a zone by place (`heart`, `commons/heart-centre`). */
type Subnets = Readonly<Record<string, { readonly ipv4: string; readonly ipv6: string }>>;

/** A security group that flows ask for: of a machine group on the area's network, or of its port on a bench's network. */
export interface FlowGroup {
  readonly group: string;
  /** The bench on whose network the port stands; absent on the area's own network. */
  readonly bench?: string;
  readonly rules: readonly RuleFacts[];
  readonly because: readonly string[];
}

const ETHERTYPES = ["IPv4", "IPv6"] as const;

interface Ports {
  readonly protocol: "tcp" | "udp" | "icmp" | "ipv6-icmp";
  readonly portMin?: number;
  readonly portMax?: number;
}

/** Protocol and ports of `5432/tcp`, `6000-6010/udp` or `icmp`; ICMP has a protocol of its own in each version of IP. */
function portsOf(text: string, ethertype: "IPv4" | "IPv6"): Ports {
  if (text === "icmp") return { protocol: ethertype === "IPv4" ? "icmp" : "ipv6-icmp" };
  const [range, protocol] = text.split("/") as [string, "tcp" | "udp"];
  const [from, to] = range.split("-");
  return { protocol, portMin: Number(from), portMax: Number(to ?? from) };
}

type Remote = Pick<RuleFacts, "remoteGroup" | "remoteCidr">;

/** A rule without what people read in it: Neutron refuses a second rule that differs in its description alone. */
const ruleKey = ({ description: _read, ...rule }: RuleFacts): string => JSON.stringify(Object.entries(rule).toSorted());

/** A set of rules in its one order, each once: where a flow stands in the file makes no difference in the cloud. */
function ruleSet(rules: readonly RuleFacts[]): readonly RuleFacts[] {
  const byKey = new Map<string, RuleFacts>();
  for (const rule of rules) if (!byKey.has(ruleKey(rule))) byKey.set(ruleKey(rule), rule);
  return [...byKey].toSorted(([a], [b]) => byText(a, b)).map(([, rule]) => rule);
}

/** One end's rules of a flow: each port, IPv4 and IPv6 alike. */
const rulesOf = (
  ports: readonly string[],
  description: string,
  direction: RuleFacts["direction"],
  remote: (version: 4 | 6) => Remote,
): readonly RuleFacts[] =>
  ETHERTYPES.flatMap((ethertype) =>
    ports.map((port) => ({
      direction,
      ethertype,
      ...portsOf(port, ethertype),
      ...remote(ethertype === "IPv4" ? 4 : 6),
      description,
    })),
  );

/**
 * The groups and rules that an area's flows open, IPv4 and IPv6 alike. Both ends that are machines of the area get their rule; a
 * bench's own machines are its members' business, so there only the area's end is ruled. A group without a flow has no rule at all.
 */
export function flowGroups(zone: string, areaName: string, area: AreaConfig, subnets: Subnets): readonly FlowGroup[] {
  const groups = new Map<string, { group: string; bench?: string; rules: RuleFacts[]; because: string[] }>();
  const groupOf = (group: string, bench?: string) => {
    const key = bench === undefined ? group : `${group}/${bench}`;
    const found = groups.get(key) ?? { group, ...(bench === undefined ? {} : { bench }), rules: [], because: [] };
    groups.set(key, found);
    return found;
  };
  for (const group of Object.keys(area.machines))
    groupOf(group).because.push(`zone.areas.${areaName}.machines.${group}`);
  const planId = (group: string): string => `security-group/${zone}/${areaName}/${group}`;

  for (const [index, flow] of area.flows.entries()) {
    const because = `zone.areas.${areaName}.flows[${index}]`;
    const [from, to] = [parseFlowEnd(flow.from), parseFlowEnd(flow.to)];
    if (from === undefined || to?.kind !== "machines") continue; // refused by the rules before any plan is used
    const network = from.kind === "bench" ? entryOf(subnets, placeKey(areaName, from.partner)) : undefined;
    // A rule without a remote would mean every address: without the bench's network nothing opens.
    if (from.kind === "bench" && network === undefined) continue;
    // No index in the description: a flow added above must not touch the rules below.
    const description = `flow ${areaName}: ${flow.from} to ${flow.to}`;
    const open = (
      end: ReturnType<typeof groupOf>,
      direction: RuleFacts["direction"],
      remote: (version: 4 | 6) => Remote,
    ): void => {
      end.because.push(because);
      end.rules.push(...rulesOf(flow.ports, description, direction, remote));
    };
    if (from.kind === "machines") {
      open(groupOf(from.group), "egress", () => ({ remoteGroup: planId(to.group) }));
      open(groupOf(to.group), "ingress", () => ({ remoteGroup: planId(from.group) }));
    } else {
      open(groupOf(to.group, from.partner), "ingress", (version) => ({
        remoteCidr: version === 4 ? network?.ipv4 : network?.ipv6,
      }));
    }
  }
  return [...groups.values()]
    .toSorted((a, b) => byText(a.group, b.group) || byText(a.bench ?? "", b.bench ?? ""))
    .map((group) => ({ ...group, rules: ruleSet(group.rules), because: [...new Set(group.because)] }));
}
