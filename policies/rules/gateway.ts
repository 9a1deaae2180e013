import { contains, overlaps, parseAddress, parseCidr } from "../../plan/addresses.ts";
import { endText, isBeyond, type BeyondEnd } from "../../plan/ends.ts";
import { flowsOf } from "../../plan/flows.ts";
import { endsBy, MOST_ROUTES } from "../../plan/routes.ts";
import { asNetwork } from "../../plan/vpn/gateway.ts";
import { endpointParts, gatewayPairs } from "../../plan/vpn/machine.ts";
import type { ZoneConfig } from "../../config/zone.ts";
import type { PlannedObject } from "../../plan/types.ts";
import { plannedBy } from "../planned.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, own, pathTo } from "../walk.ts";
import { isTooWide } from "./end-range.ts";

const common = { kind: "zone", severity: "error", requirements: ["C4H-3"] } as const;

/** Areas with WireGuard sites that their flows name, whether or not they have a gateway. */
const sitesByArea = (config: ZoneConfig) => {
  const flows = flowsOf(config);
  return areasOf(config).map((at) => ({
    ...at,
    sites: endsBy(config, at.key, flows, "gateway").map(({ end }): BeyondEnd => end),
  }));
};

export const gatewayGranted: ZoneRule = {
  ...common,
  id: "gateway-granted",
  why: "where sites reach a zone is the operator's to say: without his port nobody could dial the gateway",
  check({ config }) {
    return areasOf(config)
      .filter(({ area, key }) => area.gateway !== undefined && own(config.granted.gateways, key) === undefined)
      .map(({ key, path }) => ({
        path: pathTo(path, "gateway"),
        what: `no leg outside is granted to the gateway of the area ${key}`,
        found: "no entry in granted.gateways",
        allowed: "an area with an entry in granted.gateways",
        next: `ask the operator for tenant.areas.${key}.gateway, \`tresor allocate ${config.name}\` and \`pulumi up -s ${config.name}-tenant\`; then copy granted: anew`,
      }));
  },
};

export const gatewayNeeded: ZoneRule = {
  ...common,
  id: "gateway-needed",
  why: "a machine with a leg outside is a door: it is there for sites that come in by it, and for nothing else",
  check({ config }) {
    return sitesByArea(config)
      .filter(({ area, sites }) => area.gateway !== undefined && sites.length === 0)
      .map(({ key, path }) => ({
        path: pathTo(path, "gateway"),
        what: `no flow of the area ${key} names a WireGuard site`,
        allowed: "a gateway with a flow from or to a site of kind wireguard",
        next: "write the flow that the gateway is for, or remove the gateway",
      }));
  },
};

/** From where a site dials: its endpoint, and the networks that it names. */
const dialled = (config: ZoneConfig, site: string): readonly string[] => {
  const { endpoint, from = [] } = own(config.sites, site)?.wireguard ?? {};
  return [...(endpoint === undefined ? [] : [asNetwork(endpointParts(endpoint).address)]), ...from];
};

export const gatewayDialled: ZoneRule = {
  ...common,
  id: "gateway-dialled",
  why: "the gateway's port is open to its sites' own addresses and to nobody else",
  check({ config }) {
    return Object.entries(config.sites).flatMap(([name, { kind, wireguard, networks }]): readonly Violation[] => {
      if (kind !== "wireguard" || wireguard === undefined) return [];
      const path = ["sites", name, "wireguard"];
      if (wireguard.endpoint === undefined && wireguard.from === undefined)
        return [
          {
            path: pathTo(path),
            what: "nothing says from where this site dials",
            found: "neither endpoint nor from",
            allowed: "endpoint: an address and port, or from: networks",
            next: "ask the site for its public address",
          },
        ];
      const ours = Object.values(config.granted.networks).flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]);
      const behind = [...ours, ...networks.filter((network) => !isTooWide(network, "site"))];
      return [
        ...(wireguard.endpoint === undefined ? [] : [asNetwork(endpointParts(wireguard.endpoint).address)]).flatMap(
          (end) => throughItself(end, behind, pathTo(path, "endpoint")),
        ),
        ...(wireguard.from ?? []).flatMap((from, index): readonly Violation[] => {
          const place = pathTo(path, "from", index);
          if (!isTooWide(from, "site")) return throughItself(from, behind, place);
          const what = "a site that dials from so many addresses would be everybody";
          return [
            { path: place, what, found: from, allowed: "/8 or narrower, /16 of IPv6", next: "name its networks" },
          ];
        }),
      ];
    });
  },
};

function throughItself(end: string, behind: readonly string[], path: string): readonly Violation[] {
  const inside = behind.find((network) => overlaps(network, end));
  if (inside === undefined) return [];
  return [
    {
      path,
      what: "the site would be reached through its own tunnel",
      found: `${end} in ${inside}`,
      allowed: "addresses outside of the site's and the zone's networks",
      next: "name the site's public address",
    },
  ];
}

export const gatewayAddress: ZoneRule = {
  ...common,
  id: "gateway-address",
  why: "what sites dial lies outside: neither in the zone nor behind a tunnel, and in a version of IP that the site has",
  check({ config }) {
    const sites = new Map(sitesByArea(config).map(({ key, sites: named }) => [key, named]));
    return Object.entries(config.granted.gateways).flatMap(([area, { addresses }]): readonly Violation[] => {
      const path = ["granted", "gateways", area, "addresses"];
      const versions = addresses.map((address) => parseAddress(address).version);
      const inside = addresses.flatMap((address, index): readonly Violation[] => {
        const place = pathTo(path, index);
        const next = `ask the operator to correct tenant.areas.${area}.gateway.addresses, and copy granted: anew`;
        const network = behindOf(config).find((one) => overlaps(one, asNetwork(address)));
        if (network !== undefined)
          return [
            {
              path: place,
              what: "the gateway would be dialled at an address of the zone or of a site",
              found: `${address} in ${network}`,
              allowed: "an address outside of the zone's and the sites' networks",
              next,
            },
          ];
        const version = versions[index] ?? 4;
        if (versions.indexOf(version) === index) return [];
        const what = `a second IPv${version} address of one gateway`;
        return [{ path: place, what, found: address, allowed: "one of each version", next }];
      });
      const unreachable = (sites.get(area) ?? []).flatMap(({ name }): readonly Violation[] => {
        const ends = dialled(config, name);
        if (ends.length === 0 || ends.some((end) => versions.includes(parseCidr(end).version))) return [];
        return [
          {
            path: pathTo("sites", name, "wireguard"),
            what: `site/${name} and the gateway of the area ${area} have no version of IP in common`,
            found: `${ends.join(", ")} and ${addresses.join(", ")}`,
            allowed: "an end in a version of IP in which the gateway has an address",
            next: `name another address of the site, or ask the operator for one more in tenant.areas.${area}.gateway.addresses`,
          },
        ];
      });
      return [...inside, ...unreachable];
    });
  },
};

/** The zone's networks, and those of its sites but for what is refused for its size. */
const behindOf = (config: ZoneConfig): readonly string[] => [
  ...Object.values(config.granted.networks).flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]),
  ...Object.values(config.sites).flatMap(({ networks }) => networks.filter((network) => !isTooWide(network, "site"))),
];

export const gatewayRoutes: ZoneRule = {
  ...common,
  id: "gateway-routes",
  why: "each network behind the gateway is a route of the area's subnet, and Neutron takes no more than twenty",
  check({ config }) {
    const flows = flowsOf(config);
    return areasOf(config).flatMap(({ key, area, path }): readonly Violation[] =>
      ([4, 6] as const).flatMap((version): readonly Violation[] => {
        const networks = gatewayPairs(config, key, flows).filter((cidr) => parseCidr(cidr).version === version);
        // One is left for the way to everything else, which is the router's.
        if (area.gateway === undefined || networks.length < MOST_ROUTES) return [];
        return [
          {
            path: pathTo(path, "gateway"),
            what: `the WireGuard sites of the area ${key} have too many networks of IPv${version}`,
            found: `${networks.length}`,
            allowed: `at most ${MOST_ROUTES - 1}`,
            next: "name wider networks that the sites have for themselves, or put some of the sites into another area",
          },
        ];
      }),
    );
  },
};

/** Ports of a plan that may send as somebody who is no site of their area's gateway. */
export function foreignPairs(config: ZoneConfig, objects: readonly PlannedObject[]): readonly Violation[] {
  return objects.flatMap((object): readonly Violation[] => {
    if (object.kind !== "port" || object.facts.pairs.length === 0) return [];
    const [, , area = "", member = ""] = object.id.split("/");
    const named = flowsOf(config)
      .filter((flow) => flow.area === area)
      .flatMap(({ from, to }) => [from, to].filter(isBeyond).map(endText));
    const ofSites = Object.entries(config.sites)
      .filter(([name, { kind }]) => kind === "wireguard" && named.includes(`site/${name}`))
      .flatMap(([, { networks }]) => networks);
    const foreign = object.facts.pairs.filter(
      (pair) => member !== "*gateway" || !ofSites.some((one) => contains(one, pair)),
    );
    if (foreign.length === 0) return [];
    return [
      {
        path: pathTo("areas", area),
        what: `the port ${object.name} may send as somebody else`,
        found: foreign.join(", "),
        allowed: "networks of WireGuard sites that flows name, at the port of a gateway",
        next: "report it as a defect, with the file",
      },
    ];
  });
}

/** The plan is asked, not the config: whatever comes to plan a port, no pair gets past this. */
export const addressPairs: ZoneRule = {
  ...common,
  id: "address-pairs",
  requirements: ["C4H-2", "C4H-3", "DIGIMED-11"],
  why: "with an address pair a machine may send as somebody else: that is a gateway's work for its sites, and nobody's else",
  check: ({ config }) => foreignPairs(config, plannedBy(config).objects),
};
