import { UserError } from "../../config/problem.ts";
import { contains, formatAddress, parseAddress } from "../addresses.ts";
import type { RuleFacts } from "../facts.ts";
import { planned, type Planned } from "../types.ts";
import type { PublishedFlow, PublishedPlan } from "./publish.ts";

/** The end of a path that somebody asks about. */
interface Target {
  readonly host: string;
  readonly port?: number;
  readonly protocol: "tcp" | "udp" | "icmp";
}

/** One layer that lets a packet pass or stops it. */
interface Layer {
  readonly layer: "network" | "group" | "flow" | "bench";
  readonly passes: boolean;
  readonly says: string;
}

interface Explanation {
  readonly target: string;
  readonly verdict: "open" | "closed";
  readonly layers: readonly Layer[];
}

/**
 * Reads `10.8.1.7:443`, `[fd00:8::7]:443`, `analysis:22`, `10.8.1.7:53/udp`, `10.8.1.7/icmp`.
 * @throws UserError for anything else
 */
export function parseTarget(text: string): Target {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]]+))(?::(\d{1,5}))?(?:\/(tcp|udp|icmp))?$/.exec(text);
  const [, ipv6, name, port, protocol = port === undefined ? "icmp" : "tcp"] = match ?? [];
  const host = ipv6 ?? name;
  const number = port === undefined ? undefined : Number(port);
  const isPort = number === undefined || (number >= 1 && number <= 65_535);
  if (host === undefined || !isPort || (protocol === "icmp") !== (number === undefined))
    throw new UserError({
      what: "this names no host and port",
      found: JSON.stringify(text),
      allowed: "10.8.1.7:443, [fd00:8::7]:443, analysis:22, 10.8.1.7:53/udp, 10.8.1.7/icmp",
    });
  return { host, protocol: protocol as Target["protocol"], ...(number === undefined ? {} : { port: number }) };
}

const matches = (rule: RuleFacts, { port, protocol }: Target, version: 4 | 6 | undefined): boolean =>
  rule.direction === "ingress" &&
  (version === undefined || rule.ethertype === (version === 4 ? "IPv4" : "IPv6")) &&
  rule.protocol.replace(/^ipv6-/, "") === protocol &&
  (port === undefined || (port >= (rule.portMin ?? 1) && port <= (rule.portMax ?? 65_535)));

const isAddress = (host: string): boolean => /^[\d.]+$/.test(host) || host.includes(":");

/** Names of the networks that a target stands in, and the ports of the plan there. */
function portsOf(plan: PublishedPlan, host: string) {
  const ports = planned(plan, "port");
  if (!isAddress(host)) {
    const machines = planned(plan, "machine");
    const named = machines.filter(({ id, name }) => name === host || id.split("/").at(-1) === host);
    const portIds = new Set(named.flatMap(({ facts }) => facts.portIds));
    if (named.length > 0)
      return { ports: ports.filter(({ id }) => portIds.has(id)), version: undefined, network: undefined };
    const known = [...new Set(machines.map(({ id }) => id.split("/").at(-1) ?? ""))];
    throw new UserError({
      what: `the plan has no machine ${host}`,
      allowed: known.join(", ") || "an address: the plan has no machines",
    });
  }
  const { version, value } = parseAddress(host);
  const subnet = planned(plan, "subnet").find(({ facts }) => contains(facts.cidr, formatAddress(version, value)));
  const network = subnet && { name: subnet.facts.network, cidr: subnet.facts.cidr };
  return { ports: ports.filter(({ facts }) => facts.network === network?.name), version, network };
}

/** True for `22/tcp`, `6000-6010/udp` or `icmp` where it covers the target. */
function covers(ports: string, { port, protocol }: Target): boolean {
  if (ports === "icmp" || port === undefined) return ports === protocol;
  const [range = "", kind] = ports.split("/");
  const [from, to] = range.split("-").map(Number);
  return kind === protocol && port >= (from ?? 0) && port <= (to ?? from ?? 0);
}

/** The flows that asked for a set of rules and cover the target. */
const flowsOf = (plan: PublishedPlan, because: readonly string[], target: Target): readonly PublishedFlow[] =>
  plan.flows.filter((flow) => because.includes(flow.because) && flow.ports.some((ports) => covers(ports, target)));

/** What opens the way to one port: its flows, or, where no flow is known for a rule, the rule itself. */
function openings(
  plan: PublishedPlan,
  port: Planned<"port">,
  target: Target,
  version: 4 | 6 | undefined,
): readonly string[] {
  const sets = planned(plan, "rule-set").filter(({ facts }) => port.facts.groupIds.includes(facts.groupId ?? ""));
  const said = sets.flatMap(({ because, name, facts }) => {
    const rules = facts.rules.filter((rule) => matches(rule, target, version));
    if (rules.length === 0) return [];
    const group = facts.groupId?.split("/")[3];
    const flows = flowsOf(plan, because, target).filter(({ to }) => to === `machines/${group}`);
    if (flows.length === 0)
      return rules.map(
        ({ remoteCidr, remoteGroup }) => `a rule of ${name} allows it from ${remoteCidr ?? remoteGroup ?? "anywhere"}`,
      );
    return flows.map(
      ({ from, to, until, reason, because: path }) =>
        `${from} reaches ${to} (port ${port.name} on ${port.facts.network}) until ${until}: ${reason} (${path})`,
    );
  });
  return [...new Set(said)];
}

/**
 * Which flow opens a path to a host and port, or which layer closes it: the network (nothing is routed), the port's group (what no
 * rule allows is dropped), and what is a bench's own business.
 * @throws UserError when the plan has no such machine
 */
export function explain(plan: PublishedPlan, target: Target): Explanation {
  const { ports, version, network } = portsOf(plan, target.host);
  const what = `${target.host} ${target.port === undefined ? "" : `${target.port}/`}${target.protocol}`;
  if (isAddress(target.host) && network === undefined)
    return {
      target: what,
      verdict: "closed",
      layers: [
        {
          layer: "network",
          passes: false,
          says: `${target.host} lies in no network of ${plan.subject}; the plan has no router, so nothing of it is reached from here`,
        },
      ],
    };
  const layers: Layer[] = [];
  if (network)
    layers.push({
      layer: "network",
      passes: true,
      says: `${network.cidr} of network ${network.name}: reached from that network alone, nothing is routed into it`,
    });
  const opened = ports.flatMap((port) => openings(plan, port, target, version));
  if (opened.length > 0)
    return {
      target: what,
      verdict: "open",
      layers: [...layers, ...opened.map((says): Layer => ({ layer: "flow", passes: true, says }))],
    };
  const here = ports.map(({ name }) => name).join(", ");
  layers.push({
    layer: "group",
    passes: false,
    says:
      here === ""
        ? "no machine of the plan stands there"
        : `no rule of ${here} allows it: what no flow names is dropped`,
  });
  const bench = planned(plan, "project-access").find(
    ({ id, name }) => name === network?.name && id.split("/").length === 4,
  );
  if (bench)
    layers.push({
      layer: "bench",
      passes: false,
      says: `machines that the members of ${bench.name} start themselves have groups of their own: not part of this plan`,
    });
  return { target: what, verdict: "closed", layers };
}
