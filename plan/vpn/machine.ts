import type { ZoneConfig } from "../../config/index.ts";
import { UserError } from "../../config/problem.ts";
import { gibibytes } from "../../config/scalars.ts";
import { startsOnUp } from "../../config/zone.ts";
import { parseCidr } from "../addresses.ts";
import { defaultVolumeType, isDeletable, typeFacts, type AreaContext } from "../area.ts";
import { addressesOf, endText, isBeyond } from "../ends.ts";
import type { RuleFacts } from "../facts.ts";
import { remotesOf, ruleSet, rulesOf, type ZoneFlow } from "../flows.ts";
import { entryOf, gatewayName, placeName, uplinkName } from "../names.ts";
import { isFrozen } from "../persons.ts";
import { endsBy, hasGateway, placeIn, RESERVED } from "../routes.ts";
import { tierOf } from "../storage/stored.ts";
import { gatewayFactsOf } from "./area.ts";
import { gatewayCloudInit, ON_VOLUME, type GatewayLegs } from "./cloud-init.ts";
import { address, asNetwork, distinct, gatewayProblems, type GatewayFacts } from "./gateway.ts";

/** What marks a gateway's objects among those of machine groups: no key of a config looks like it. */
const GATEWAY = "*gateway";
const UPLINK = "*uplink";

/** Mark of errors about a gateway that cannot be rendered; the rules say the same at the place where it stands. */
export const GATEWAY_RULE = "gateway-facts";

/** Networks of WireGuard sites that flows of an area name: what its gateway may send as, and nothing else. */
export const gatewayPairs = (config: ZoneConfig, area: string, flows: readonly ZoneFlow[]): readonly string[] =>
  distinct(endsBy(config, area, flows, "gateway").flatMap(({ end }) => addressesOf(config, end)));

/** The other end of each flow with such a site, as the gateway's leg in the area sees it: what comes out of a tunnel leaves there. */
function innerRules(config: ZoneConfig, area: string, flows: readonly ZoneFlow[]): readonly RuleFacts[] {
  const sites = new Set(endsBy(config, area, flows, "gateway").map(({ end }) => endText(end)));
  return ruleSet(
    flows.flatMap((flow): readonly RuleFacts[] => {
      if (flow.area !== area) return [];
      const isSite = [flow.from, flow.to].map((end) => isBeyond(end) && sites.has(endText(end)));
      if (!isSite.includes(true)) return [];
      const [site, ours] = isSite[0] ? [flow.from, flow.to] : [flow.to, flow.from];
      const remotes = remotesOf(config, area, ours);
      // A version of IP that the site has no address in gets no rule.
      const versions = remotesOf(config, area, site);
      const meant = Object.fromEntries(Object.entries(remotes).filter(([version]) => version in versions));
      const description = `flow ${area}: ${endText(flow.from)} to ${endText(flow.to)}`;
      return rulesOf(flow.ports, description, isSite[0] ? "egress" : "ingress", meant);
    }),
  );
}

/** Address and port of `203.0.113.7:51820` or `[2001:db8::7]:51820`. */
export function endpointParts(endpoint: string): { readonly address: string; readonly port: number } {
  const cut = endpoint.lastIndexOf(":");
  return { address: endpoint.slice(0, cut).replace(/^\[|\]$/g, ""), port: Number(endpoint.slice(cut + 1)) };
}

/** The tunnels themselves, on the leg outside: the listening port from the sites' own ends, and from nobody else. */
function outerRules(config: ZoneConfig, { peers, port }: GatewayFacts): readonly RuleFacts[] {
  const rule = (direction: RuleFacts["direction"], network: string, to: number, site: string): RuleFacts => ({
    direction,
    ethertype: parseCidr(network).version === 4 ? "IPv4" : "IPv6",
    protocol: "udp",
    portMin: to,
    portMax: to,
    remoteCidr: network,
    description: `tunnel of site/${site}`,
  });
  return ruleSet(
    peers.flatMap(({ site, endpoint }) => {
      const dialled = (entryOf(config.sites, site)?.wireguard?.from ?? []).map((from) =>
        rule("ingress", from, port, site),
      );
      if (endpoint === undefined) return dialled;
      const end = endpointParts(endpoint);
      const network = asNetwork(end.address);
      return [...dialled, rule("ingress", network, port, site), rule("egress", network, end.port, site)];
    }),
  );
}

/** Addresses of the gateway's own, as the machine is told them. */
function legsOf(config: ZoneConfig, area: string): GatewayLegs {
  const { ipv4, ipv6 } = entryOf(config.granted.networks, area) ?? {};
  const inside = [ipv4, ipv6].filter((cidr) => cidr !== undefined);
  return {
    area: inside.map((cidr) => `${placeIn(cidr, RESERVED.gateway)}/${parseCidr(cidr).length}`),
    outside: (entryOf(config.granted.gateways, area)?.addresses ?? []).map(address),
  };
}

/** A group with its rules. Gives the group's id. */
function planGroup(
  { plan, config, key, project }: AreaContext,
  part: string,
  name: string,
  rules: readonly RuleFacts[],
  because: readonly string[],
): string {
  const parts = [config.name, key, part];
  const description = part === GATEWAY ? `Gateway of ${key}, in the area` : `Gateway of ${key}, outside`;
  const groupId = plan.add("security-group", parts, name, { description }, because, { project });
  plan.add("rule-set", parts, name, { groupId, rules }, because, { project });
  return groupId;
}

/** The two legs: in the area at the place kept for it, with the sites' networks as address pairs; and the one that the operator made. */
function planLegs(
  context: AreaContext,
  facts: GatewayFacts,
  flows: readonly ZoneFlow[],
  because: readonly string[],
): readonly string[] {
  const { plan, config, key, project } = context;
  const [name, uplink] = [gatewayName(config.name, key), uplinkName(config.name, key)];
  const inner = planGroup(context, GATEWAY, name, innerRules(config, key, flows), because);
  const outer = planGroup(context, UPLINK, uplink, outerRules(config, facts), because);
  const portId = plan.add(
    "port",
    [config.name, key, GATEWAY],
    name,
    {
      network: placeName(config.name, key),
      groupIds: [inner],
      subnetIds: [4, 6].map((version) => `subnet/${config.name}/${key}/ipv${version}`),
      addresses: legsOf(config, key).area.map((address) => address.split("/")[0] ?? ""),
      pairs: gatewayPairs(config, key, flows),
    },
    because,
    { project },
  );
  // What is frozen listens to nobody, even if somebody starts the machine by hand.
  const groupIds = isFrozen(config) ? [] : [outer];
  const uplinkId = plan.add("uplink-groups", [config.name, key], uplink, { uplink, groupIds }, because, { project });
  return [portId, uplinkId];
}

function planDisks(context: AreaContext, because: readonly string[]): { readonly root: string; readonly key: string } {
  const { plan, config, key, area, project } = context;
  const { gateway } = area;
  if (gateway === undefined) throw new Error(`the area ${key} has no gateway`);
  const [name, zone] = [gatewayName(config.name, key), config.places.zones[0] ?? ""];
  const rootType = gateway.volumeType ?? defaultVolumeType(config);
  const common = { zone, deletable: isDeletable(config, gateway) };
  const [type, keyType] = [typeFacts(config, rootType), typeFacts(config, gateway.key.volumeType ?? rootType)];
  const root = plan.add(
    "root-volume",
    [config.name, key, GATEWAY],
    `${name}-root`,
    { sizeGiB: gibibytes(gateway.disk), ...type, image: gateway.image, ...common },
    because,
    { project, tier: tierOf(type) },
  );
  const keyId = plan.add(
    "key-volume",
    [config.name, key],
    `${name}-key`,
    { sizeGiB: gibibytes(gateway.key.size), ...keyType, ...common },
    because,
    { project, tier: tierOf(keyType) },
  );
  return { root, key: keyId };
}

/**
 * The machine at which tunnels of an area's WireGuard sites end, with both legs, its groups and the volume of its key. There is none
 * without a flow of such a site, without the section `gateway`, or without the operator's grant.
 * @throws UserError when what it would be told contradicts itself: the rules refuse that config too
 */
export function planGateway(context: AreaContext, flows: readonly ZoneFlow[]): void {
  const { plan, config, key, area, project } = context;
  const facts = hasGateway(config, key) ? gatewayFactsOf(config, key, flows) : undefined;
  if (facts === undefined || area.gateway === undefined) return;
  const path = `${context.path}.gateway`;
  const problems = gatewayProblems(facts);
  if (problems.length > 0) throw new UserError(problems.map((problem) => ({ ...problem, path, rule: GATEWAY_RULE })));
  const sites = endsBy(config, key, flows, "gateway");
  const because = [...new Set([path, `zone.granted.gateways.${key}`, ...sites.flatMap((site) => site.because)])];
  const disks = planDisks(context, because);
  const { flavor, image } = area.gateway;
  plan.add(
    "machine",
    [config.name, key, GATEWAY],
    gatewayName(config.name, key),
    {
      flavor,
      image,
      rootVolumeId: disks.root,
      localErasure: null,
      portIds: planLegs(context, facts, flows, because),
      volumeIds: [disks.key],
      zone: config.places.zones[0] ?? "",
      confidential: entryOf(config.granted.flavors, flavor)?.confidential ?? "none",
      userData: gatewayCloudInit(facts, ON_VOLUME, legsOf(config, key)),
      mounts: [],
      serverGroupId: null,
      powerState: !isFrozen(config) && startsOnUp(config, area.gateway) ? "active" : "shutoff",
    },
    because,
    { project },
  );
}
