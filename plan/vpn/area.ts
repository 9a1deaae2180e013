import type { ZoneConfig } from "../../config/index.ts";
import type { IpsecSection } from "../../config/site.ts";
import type { AreaContext } from "../area.ts";
import { addressesOf, isBeyond } from "../ends.ts";
import type { FactsByKind } from "../facts.ts";
import type { ZoneFlow } from "../flows.ts";
import { entryOf, placeName } from "../names.ts";
import { isFrozen } from "../persons.ts";
import { endsBy, placeIn, RESERVED } from "../routes.ts";
import { wireguardMtu, type Door, type GatewayFacts, type Peer } from "./gateway.ts";
import { neutronPolicies } from "./ipsec.ts";
import { ipsecConnections } from "./swanctl.ts";

/** Neutron's own defaults, stated: what a reader of the plan need not look up. */
const CONNECTION = {
  initiator: "bi-directional",
  mtu: 1500,
  // A tunnel that died is built again without anybody's doing.
  dpd: { action: "restart", interval: 30, timeout: 120 },
} as const;

/**
 * What an area's flows open between it and a site, as the tunnels see it. Their side of the cloud is whole subnets: addresses of ports are
 * Neutron's choice, so machines are for the area's groups to tell apart.
 */
export function siteDoors(config: ZoneConfig, area: string, site: string, flows: readonly ZoneFlow[]): readonly Door[] {
  const subnets = entryOf(config.granted.networks, area);
  const isIt = (end: ZoneFlow["from"]): boolean => isBeyond(end) && end.kind === "site" && end.name === site;
  return flows
    .filter((flow) => flow.area === area && (isIt(flow.from) || isIt(flow.to)))
    .map((flow) => ({
      site,
      direction: isIt(flow.from) ? ("in" as const) : ("out" as const),
      siteNetworks: addressesOf(config, { kind: "site", name: site }),
      areaNetworks: subnets === undefined ? [] : [subnets.ipv4, subnets.ipv6],
      ports: flow.ports,
      because: flow.because,
    }));
}

/** Sites that come in by IPsec and that flows of an area name, with their section. */
function sitesOf(config: ZoneConfig, area: string, flows: readonly ZoneFlow[]) {
  return endsBy(config, area, flows, "router").flatMap(({ end, because }) => {
    const section = end.kind === "site" ? entryOf(config.sites, end.name)?.ipsec : undefined;
    return section === undefined ? [] : [{ site: end.name, section, because }];
  });
}

type Connection = FactsByKind["vpn-connection"];

function planSite(
  context: AreaContext,
  {
    site,
    section,
    because,
  }: { readonly site: string; readonly section: IpsecSection; readonly because: readonly string[] },
  flows: readonly ZoneFlow[],
  serviceId: string,
): void {
  const { plan, config, key, project } = context;
  const where = { project };
  const lines = [`zone.sites.${site}`, ...because];
  const parts = [config.name, key, site];
  const name = `${placeName(config.name, key)}-${site}`;
  const { ikepolicy, ipsecpolicy } = neutronPolicies(section);
  const ikePolicyId = plan.add("ike-policy", parts, name, ikepolicy, lines, where);
  const ipsecPolicyId = plan.add("ipsec-policy", parts, name, ipsecpolicy, lines, where);
  for (const { version, siteNetworks } of ipsecConnections(site, siteDoors(config, key, site, flows))) {
    const side = [...parts, `ipv${version}`];
    const facts = { type: "cidr", version, endpoints: siteNetworks } as const;
    const peerGroupId = plan.add("endpoint-group", side, `${name}-ipv${version}`, facts, lines, where);
    const connection: Connection = {
      version,
      serviceId,
      ikePolicyId,
      ipsecPolicyId,
      localGroupId: localId(config.name, key, version),
      peerGroupId,
      peerAddress: section.peer,
      peerId: section.peerId ?? section.peer,
      secret: section.secret,
      ...CONNECTION,
    };
    // What is frozen has no tunnel; the rest stands, so that the thaw brings back the same.
    if (!isFrozen(config)) plan.add("vpn-connection", side, `${name}-ipv${version}`, connection, lines, where);
  }
}

/** Of the area's own side; `*`, which is no key, stands for no site. */
const localId = (zone: string, area: string, version: 4 | 6): string =>
  `endpoint-group/${zone}/${area}/*/ipv${version}`;

/** IPsec tunnels of an area: one service on its router, and for each site that its flows name one connection a version of IP. */
export function planIpsec(context: AreaContext, flows: readonly ZoneFlow[]): void {
  const { plan, config, key, project } = context;
  const sites = sitesOf(config, key, flows);
  if (sites.length === 0 || entryOf(config.granted.routers, key) === undefined) return;
  const because = [...new Set(sites.flatMap((site) => site.because)), `zone.granted.routers.${key}`];
  const name = placeName(config.name, key);
  const serviceId = plan.add("vpn-service", [config.name, key], `${name}-vpn`, { router: name }, because, { project });
  const versions = new Set(
    sites.flatMap(({ site }) => ipsecConnections(site, siteDoors(config, key, site, flows)).map((one) => one.version)),
  );
  for (const version of versions) {
    const subnet = `subnet/${config.name}/${key}/ipv${version}`;
    const facts = { type: "subnet", version, endpoints: [subnet] } as const;
    const parts = [config.name, key, "*", `ipv${version}`];
    plan.add("endpoint-group", parts, `${name}-ipv${version}`, facts, because, { project });
  }
  for (const site of sites) planSite(context, site, flows, serviceId);
}

/** MTU of an overlay network on an underlay of 1500 bytes: the smallest that an area's network has. */
const OVERLAY_MTU = 1442;

/**
 * What the WireGuard gateway of an area is told: sites of that kind which its flows name, and a door for each flow. A site with flows into
 * two areas stands in two gateways.
 * @returns undefined where the area has no gateway, or no flow names such a site
 */
export function gatewayFactsOf(config: ZoneConfig, area: string, flows: readonly ZoneFlow[]): GatewayFacts | undefined {
  const subnets = entryOf(config.granted.networks, area);
  const gateway = entryOf(config.areas, area)?.gateway;
  const sites = endsBy(config, area, flows, "gateway").map(({ end }) => end.name);
  if (subnets === undefined || gateway === undefined || sites.length === 0) return undefined;
  return {
    zone: config.name,
    port: gateway.port,
    mtu: wireguardMtu(OVERLAY_MTU),
    tunnel: [placeIn(subnets.ipv4, RESERVED.tunnel), placeIn(subnets.ipv6, RESERVED.tunnel)],
    peers: sites.flatMap((site): readonly Peer[] => {
      const section = entryOf(config.sites, site)?.wireguard;
      if (section === undefined) return [];
      const { publicKey, endpoint } = section;
      return [{ site, publicKey, ...(endpoint === undefined ? {} : { endpoint }) }];
    }),
    doors: sites.flatMap((site) => siteDoors(config, area, site, flows)),
  };
}
