import { checkedGateway, INTERFACE, ofVersion, type Door, type GatewayFacts } from "./gateway.ts";

/** Name of the one table; nothing else on the machine is touched. */
export const TABLE = "tresor_vpn";

const set = (items: readonly string[]): string => (items.length === 1 ? (items[0] ?? "") : `{ ${items.join(", ")} }`);

/** Ports of a door by protocol: `tcp` with `443, 6000-6010`; icmp has none. */
function portsOf(
  ports: readonly string[],
): readonly { readonly protocol: string; readonly ports: readonly string[] }[] {
  return ["tcp", "udp", "icmp"].flatMap((protocol) => {
    const own = ports
      .filter((port) => port === protocol || port.endsWith(`/${protocol}`))
      .map((port) => port.split("/")[0] ?? "")
      .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
    return own.length === 0 ? [] : [{ protocol, ports: [...new Set(own)] }];
  });
}

/** How a packet of a service is told, going to it and coming back. */
function matches(
  protocol: string,
  ports: readonly string[],
  version: 4 | 6,
): { readonly to: string; readonly back: string } {
  if (protocol !== "icmp") return { to: `${protocol} dport ${set(ports)}`, back: `${protocol} sport ${set(ports)}` };
  const icmp = version === 4 ? "icmp" : "icmpv6";
  return { to: `${icmp} type echo-request`, back: `${icmp} type echo-reply` };
}

/**
 * Both directions of a door. Each packet is judged by its own rule, answers too: when a flow is taken out, connections that it had
 * opened end with it, which a general rule for established connections would keep alive.
 */
function doorRules(door: Door): readonly string[] {
  const inward = door.direction === "in";
  return ([4, 6] as const).flatMap((version) => {
    const [site, area] = [ofVersion(door.siteNetworks, version), ofVersion(door.areaNetworks, version)];
    if (site.length === 0 || area.length === 0) return [];
    const ip = version === 4 ? "ip" : "ip6";
    const fromSite = `iifname "${INTERFACE}" ${ip} saddr ${set(site)} ${ip} daddr ${set(area)}`;
    const toSite = `oifname "${INTERFACE}" ${ip} saddr ${set(area)} ${ip} daddr ${set(site)}`;
    const [there, home] = inward ? [fromSite, toSite] : [toSite, fromSite];
    return portsOf(door.ports).flatMap(({ protocol, ports }) => {
      const { to, back } = matches(protocol, ports, version);
      return [
        `${there} ${to} ct state new,established counter accept`,
        `${home} ${back} ct state established counter accept`,
      ];
    });
  });
}

const comment = (door: Door): string =>
  `# ${door.direction === "in" ? "from" : "to"} site/${door.site}: ${door.because}`;

const chain = (name: string, hook: string, rules: readonly string[]): string =>
  [`  chain ${name} {`, `    ${hook}`, ...rules.map((rule) => `    ${rule}`), "  }"].join("\n");

/** Errors that belong to a connection which a rule let through: without "packet too big" large packets vanish. */
const RELATED = [
  "meta l4proto icmp icmp type { destination-unreachable, time-exceeded, parameter-problem } ct state related accept",
  "meta l4proto ipv6-icmp icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } ct state related accept",
];
const NEIGHBOURS = `iifname != "${INTERFACE}" icmpv6 type { nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept`;

function inputChain(port: number): string {
  return chain("input", "type filter hook input priority filter; policy drop;", [
    'iifname "lo" accept',
    "ct state invalid drop",
    ...RELATED,
    "# nothing comes out of the tunnel to the gateway itself",
    `iifname "${INTERFACE}" counter drop`,
    `udp dport ${port} counter accept`,
    NEIGHBOURS,
    "udp sport 67 udp dport 68 accept",
    "udp sport 547 udp dport 546 accept",
  ]);
}

function outputChain(port: number): string {
  return chain("output", "type filter hook output priority filter; policy drop;", [
    'oifname "lo" accept',
    ...RELATED,
    `oifname "${INTERFACE}" counter drop`,
    `udp sport ${port} counter accept`,
    "icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept",
    "icmpv6 type mld2-listener-report accept",
    "udp sport 68 udp dport 67 accept",
    "udp sport 546 udp dport 547 accept",
  ]);
}

function forwardChain(doors: readonly Door[]): string {
  return chain("forward", "type filter hook forward priority filter; policy drop;", [
    "# two sites never reach each other, whatever stands below",
    `iifname "${INTERFACE}" oifname "${INTERFACE}" counter drop`,
    "ct state invalid counter drop",
    ...RELATED,
    ...doors.flatMap((door) => [comment(door), ...doorRules(door)]),
    "counter drop",
  ]);
}

/**
 * The gateway's rule set for `nft -f`: drops everything but what doors name, IPv4 and IPv6 alike, and replaces itself in one step.
 * @throws UserError when the facts are wrong
 */
export function gatewayRuleset(given: GatewayFacts): string {
  const { zone, port, doors } = checkedGateway(given);
  const order = (door: Door): string => `${door.site} ${door.direction} ${door.because}`;
  const sorted = [...doors].toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
  return [
    `# gateway of zone ${zone}`,
    // Declared first, so that deleting it never fails; all of the file is one transaction.
    `table inet ${TABLE}`,
    `delete table inet ${TABLE}`,
    `table inet ${TABLE} {`,
    inputChain(port),
    "",
    outputChain(port),
    "",
    chain("clamp", "type filter hook forward priority mangle; policy accept;", [
      "tcp flags syn / syn,rst tcp option maxseg size set rt mtu",
    ]),
    "",
    forwardChain(sorted),
    "}",
    "",
  ].join("\n");
}
