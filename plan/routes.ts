import type { ZoneConfig } from "../config/index.ts";
import { nthAddress, parseCidr } from "./addresses.ts";
import type { AreaContext } from "./area.ts";
import { addressesOf, declared, isBeyond, type BeyondEnd } from "./ends.ts";
import type { FactsByKind } from "./facts.ts";
import type { ZoneFlow } from "./flows.ts";
import { byText, entryOf, placeName } from "./names.ts";
import { asNetwork, distinct } from "./vpn/gateway.ts";

/** Places in a subnet that are kept from machines, so that what comes later finds its address free. */
export const RESERVED = { router: 1, gateway: 2, tunnel: 3, first: 10 } as const;
/** Neutron's own limit of routes in a subnet (`max_subnet_host_routes`). */
export const MOST_ROUTES = 20;
/** Neutron's own limit of name servers in a subnet (`max_dns_nameservers`). */
const MOST_RESOLVERS = 5;

/** The address of a place; of a network that is too small for it, which the rules refuse, its first. */
export const placeIn = (cidr: string, index: number): string => {
  const { version, length } = parseCidr(cidr);
  return nthAddress(cidr, (version === 4 ? 32 : 128) - length < 4 ? 0 : index);
};

/** Addresses that machines are given of a subnet whose first ones are kept. */
export const poolOf = (cidr: string, version: 4 | 6): { readonly start: string; readonly end: string } => ({
  start: placeIn(cidr, RESERVED.first),
  end: placeIn(cidr, version === 4 ? -2 : -1),
});

/** How traffic of an end beyond the zone leaves its area: by the granted router, or by a gateway machine of the zone. */
export type Way = "router" | "gateway";
export const wayOf = (config: ZoneConfig, { kind, name }: BeyondEnd): Way =>
  kind === "site" && entryOf(config.sites, name)?.kind === "wireguard" ? "gateway" : "router";

/** Whether an area has a gateway machine: it is asked for, and the operator granted its leg outside. */
export const hasGateway = (config: ZoneConfig, area: string): boolean =>
  entryOf(config.areas, area)?.gateway !== undefined && entryOf(config.granted.gateways, area) !== undefined;

/** An end beyond the zone that flows of an area name, with these flows. */
export interface AskedEnd {
  readonly end: BeyondEnd;
  readonly because: readonly string[];
}

/** The ends beyond the zone that flows of an area name, each once, in the order of their text. */
export function endsBeyond(area: string, flows: readonly ZoneFlow[]): readonly AskedEnd[] {
  const asked = new Map<string, { end: BeyondEnd; because: string[] }>();
  for (const flow of flows) {
    if (flow.area !== area) continue;
    for (const end of [flow.from, flow.to].filter(isBeyond)) {
      const key = `${end.kind}/${end.name}`;
      const found = asked.get(key) ?? { end, because: [] };
      found.because.push(flow.because);
      asked.set(key, found);
    }
  }
  return [...asked].toSorted(([a], [b]) => byText(a, b)).map(([, end]) => end);
}

/** The ends that leave an area by one way. */
export const endsBy = (config: ZoneConfig, area: string, flows: readonly ZoneFlow[], way: Way): readonly AskedEnd[] =>
  endsBeyond(area, flows).filter(({ end }) => wayOf(config, end) === way);

const ofVersion = (networks: readonly string[], version: 4 | 6): readonly string[] =>
  networks.filter((network) => parseCidr(network).version === version);

/** An end that leaves out what is private or named otherwise: routes to all the pieces would be many, and say no more than one. */
const isWide = (config: ZoneConfig, end: BeyondEnd, version: 4 | 6): boolean => {
  const written = ofVersion(declared(config, end)?.networks.map(asNetwork) ?? [], version);
  const meant = ofVersion(addressesOf(config, end), version);
  return end.kind === "outside" && distinct(written).length !== distinct(meant).length;
};

type Ways = Pick<FactsByKind["subnet"], "pool" | "routes" | "resolvers">;

/** Name servers that flows lead to: ends of one address, reached on port 53. Neutron takes no more than so many. */
function resolversOf(config: ZoneConfig, area: string, version: 4 | 6, flows: readonly ZoneFlow[]): readonly string[] {
  const isQuestion = (ports: readonly string[]): boolean => ["53/udp", "53/tcp"].some((dns) => ports.includes(dns));
  const asked = flows.flatMap(({ area: where, to, ports }) =>
    where === area && isBeyond(to) && isQuestion(ports) ? addressesOf(config, to) : [],
  );
  const single = ofVersion(asked, version).filter(
    (network) => parseCidr(network).length === (version === 4 ? 32 : 128),
  );
  return [...new Set(single.map((network) => network.split("/")[0] ?? ""))].toSorted(byText).slice(0, MOST_RESOLVERS);
}

/** A route and not the subnet's gateway: Neutron takes no gateway away while a router has its address. */
const EVERYTHING = { 4: "0.0.0.0/0", 6: "::/0" } as const;

/**
 * Ways out of an area's subnet: routes to exactly the networks that its flows name. A default way there is only where an outside end
 * is as good as everything, or where Neutron would refuse so many routes. What may pass is for the groups to say in any case.
 */
export function waysOf(
  config: ZoneConfig,
  area: string,
  subnet: { readonly cidr: string; readonly version: 4 | 6 },
  flows: readonly ZoneFlow[],
): Ways {
  const { cidr, version } = subnet;
  const router = entryOf(config.granted.routers, area) === undefined ? [] : endsBy(config, area, flows, "router");
  const gateway = hasGateway(config, area) ? endsBy(config, area, flows, "gateway") : [];
  const networks = (ends: readonly AskedEnd[]): readonly string[] =>
    ofVersion(distinct(ends.flatMap(({ end }) => addressesOf(config, end))), version);
  const [routed, tunnelled] = [networks(router), networks(gateway)];
  const isDefault =
    routed.length + tunnelled.length > MOST_ROUTES || router.some(({ end }) => isWide(config, end, version));
  const to = (destinations: readonly string[], index: number) =>
    destinations.map((destination) => ({ destination, nextHop: placeIn(cidr, index) }));
  return {
    pool: poolOf(cidr, version),
    // Sites of a gateway are always named: the way to everything is the router's.
    routes: [
      ...to(isDefault && routed.length > 0 ? [EVERYTHING[version]] : routed, RESERVED.router),
      ...to(tunnelled, RESERVED.gateway),
    ],
    resolvers: resolversOf(config, area, version, flows),
  };
}

/** Whether the granted router has legs in an area's subnets: only where a flow names an end that it leads to. */
export const hasLegs = (config: ZoneConfig, area: string, flows: readonly ZoneFlow[]): boolean =>
  entryOf(config.granted.routers, area) !== undefined && endsBy(config, area, flows, "router").length > 0;

/** Legs of the granted router in the area's subnets: there only where a flow names an end that it leads to. */
export function planRouter({ plan, config, key, project }: AreaContext, flows: readonly ZoneFlow[]): void {
  const asked = endsBy(config, key, flows, "router");
  const subnets = entryOf(config.granted.networks, key);
  if (subnets === undefined || !hasLegs(config, key, flows)) return;
  const name = placeName(config.name, key);
  for (const [version, cidr] of [
    [4, subnets.ipv4],
    [6, subnets.ipv6],
  ] as const) {
    const here = asked.filter(({ end }) => ofVersion(addressesOf(config, end), version).length > 0);
    if (here.length === 0) continue;
    plan.add(
      "router-interface",
      [config.name, key, `ipv${version}`],
      `${name}-router-ipv${version}`,
      {
        router: name,
        network: name,
        subnetId: `subnet/${config.name}/${key}/ipv${version}`,
        address: placeIn(cidr, RESERVED.router),
      },
      [...new Set([...here.flatMap(({ because }) => because), `zone.granted.routers.${key}`])],
      { project },
    );
  }
}
