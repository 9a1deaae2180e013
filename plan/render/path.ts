import { contains } from "../addresses.ts";
import type { RuleFacts } from "../facts.ts";
import { METADATA_ADDRESSES } from "../flows.ts";
import { portsCover } from "../ports.ts";
import { planned } from "../types.ts";
import type { PublishedFlow, PublishedPlan } from "./publish.ts";
import type { Stand } from "./stands.ts";

/** Port and protocol of a path. */
export interface Service {
  readonly port?: number;
  readonly protocol: "tcp" | "udp" | "icmp";
}

/** One layer that lets a packet pass or stops it. */
export interface Layer {
  readonly layer: "network" | "route" | "preset" | "group" | "flow" | "bench";
  readonly passes: boolean;
  readonly says: string;
}

export const serviceText = ({ port, protocol }: Service): string =>
  port === undefined ? "icmp" : `${port}/${protocol}`;

type Direction = RuleFacts["direction"];

/** Addresses of the other side in one version of IP. */
const inVersion = (stand: Stand, version: 4 | 6): readonly string[] =>
  stand.cidrs.filter((cidr) => cidr.includes(":") === (version === 6));

function names(plan: PublishedPlan, rule: RuleFacts, other: Stand, version: 4 | 6): boolean {
  if (rule.remoteGroup !== undefined) return other.groups?.includes(rule.remoteGroup) ?? false;
  const group = planned(plan, "address-group").find(({ id }) => id === rule.remoteAddressGroup);
  const remotes = rule.remoteCidr === undefined ? (group?.facts.addresses ?? []) : [rule.remoteCidr];
  return inVersion(other, version).some((cidr) => remotes.some((remote) => contains(remote, cidr)));
}

/** Rules of a stand's groups that let this pass in one direction. */
export function openRules(
  plan: PublishedPlan,
  stand: Stand,
  direction: Direction,
  other: Stand,
  service: Service,
  version: 4 | 6,
): readonly { readonly set: string; readonly because: readonly string[]; readonly rule: RuleFacts }[] {
  const { port, protocol } = service;
  return planned(plan, "rule-set")
    .filter(({ facts }) => facts.groupId !== null && stand.groups?.includes(facts.groupId))
    .flatMap(({ name, because, facts }) =>
      facts.rules
        .filter(
          (rule) =>
            rule.direction === direction &&
            rule.ethertype === `IPv${version}` &&
            rule.protocol.replace(/^ipv6-/, "") === protocol &&
            (port === undefined || (port >= (rule.portMin ?? 1) && port <= (rule.portMax ?? 65_535))) &&
            names(plan, rule, other, version),
        )
        .map((rule) => ({ set: name, because, rule })),
    );
}

/** The flows of the config between two stands that cover a service. */
export function flowsBetween(plan: PublishedPlan, from: Stand, to: Stand, service: Service): readonly PublishedFlow[] {
  const wanted = service.port === undefined ? "icmp" : `${service.port}/${service.protocol}`;
  const area = to.area ?? from.area;
  return plan.flows.filter(
    (flow) =>
      flow.area === area &&
      from.ends.includes(flow.from) &&
      to.ends.includes(flow.to) &&
      flow.ports.some((ports) => portsCover(ports, wanted)),
  );
}

const isMetadata = (cidr: string): boolean => Object.values<string>(METADATA_ADDRESSES).includes(cidr);

/** Whether two stands can exchange packets at all, before any rule. */
function meeting(plan: PublishedPlan, from: Stand, to: Stand): Layer {
  if (from.network !== undefined && from.network === to.network)
    return { layer: "network", passes: true, says: `both stand in network ${to.network}` };
  if (from.kind === "beyond" && to.kind === "beyond")
    return { layer: "network", passes: false, says: `neither ${from.label} nor ${to.label} is in ${plan.subject}` };
  const [inside, beyond] = from.kind === "beyond" ? [to, from] : [from, to];
  if (beyond.kind !== "beyond")
    return {
      layer: "network",
      passes: false,
      says: `${from.label} is in network ${from.network}, ${to.label} in network ${to.network}; nothing is routed between them`,
    };
  if (beyond.cidrs.every(isMetadata))
    return {
      layer: "route",
      passes: true,
      says: `the metadata service answers in each network, ${inside.network} too`,
    };
  const route = (plan.routes ?? []).find(({ network }) => network === inside.network);
  const end = route?.ends.find((name) => beyond.ends.includes(name));
  if (end !== undefined) {
    const by = route?.gateway === undefined || !route.gateway.sites.includes(end) ? "" : ` by ${route.gateway.name}`;
    return { layer: "route", passes: true, says: `network ${inside.network} has a way to ${end}${by}` };
  }
  return {
    layer: "route",
    passes: false,
    says: `no router: network ${inside.network} has no way to ${beyond.ends.join(", ") || beyond.label}, because no flow names it`,
  };
}

const side = (stand: Stand, direction: Direction, other: Stand, rules: number, what: string): Layer => {
  const words =
    direction === "egress" ? `leave ${stand.label} for ${other.label}` : `enter ${stand.label} from ${other.label}`;
  if (stand.groups === undefined) {
    const whose = stand.kind === "bench" ? "its members' own groups decide" : "it is not ours to rule";
    return { layer: stand.kind === "bench" ? "bench" : "network", passes: true, says: `${stand.label}: ${whose}` };
  }
  return {
    layer: "group",
    passes: rules > 0,
    says: rules > 0 ? `a rule lets ${what} ${words}` : `no rule lets ${what} ${words}: what no flow names is dropped`,
  };
};

const where = ({ kind, label, network }: Stand): string => (kind === "machine" ? `port ${label} on ${network}` : label);

/** Every layer between two stands for one service in one version of IP; open when all pass. */
export function layersBetween(
  plan: PublishedPlan,
  from: Stand,
  to: Stand,
  service: Service,
  version: 4 | 6,
): readonly Layer[] {
  const out = openRules(plan, from, "egress", to, service, version);
  const into = openRules(plan, to, "ingress", from, service, version);
  const what = `${serviceText(service)} over IPv${version}`;
  const sides = [side(from, "egress", to, out.length, what), side(to, "ingress", from, into.length, what)];
  const isFree = from.groups === undefined && to.groups === undefined;
  const layers = [meeting(plan, from, to), ...sides];
  if (isFree || layers.some(({ passes }) => !passes)) return layers;
  const flows = flowsBetween(plan, from, to, service);
  if (flows.length > 0)
    return [
      ...layers,
      ...flows.map(({ from: start, to: end, until, reason, because }): Layer => ({
        layer: "flow",
        passes: true,
        says: `${start} reaches ${end} (${where(to)}) until ${until}: ${reason} (${because})`,
      })),
    ];
  // A rule without a flow is never hidden: what is open is said to be open.
  return [
    ...layers,
    ...[...out, ...into].map(({ set, rule }): Layer => ({
      layer: "flow",
      passes: true,
      says: `a rule of ${set} allows it ${rule.direction === "ingress" ? "from" : "to"} ${rule.remoteCidr ?? rule.remoteGroup ?? rule.remoteAddressGroup ?? "anywhere"}, ${isMetadata(rule.remoteCidr ?? "") ? "for its group declares the metadata service" : "and no flow of the config names it"}`,
    })),
  ];
}
