import { UserError } from "../../config/problem.ts";
import { wireguardEndpoint, wireguardKey } from "../../config/site.ts";
import {
  address,
  areaNetworks,
  asNetwork,
  checkedGateway,
  distinct,
  INTERFACE,
  siteNetworks,
  type GatewayFacts,
} from "./gateway.ts";

/** Where the gateway machine keeps what it is told and what it makes. */
export interface GatewayPaths {
  readonly ruleset: string;
  /** Made on the machine; on a volume of its own it outlives the machine, and sites need not be told a new key. */
  readonly privateKey: string;
}

export const PATHS: GatewayPaths = {
  ruleset: `/etc/wireguard/${INTERFACE}.nft`,
  privateKey: `/etc/wireguard/${INTERFACE}.key`,
};

const section = (name: string, lines: readonly (string | undefined)[]): string =>
  `[${name}]\n${lines.filter((line) => line !== undefined).join("\n")}\n`;

/**
 * The gateway's config for wg-quick. The rule set is loaded before the interface comes up and stays when it goes down; forwarding is
 * switched on last. A site without a flow has no peer: it gets no handshake.
 * @throws UserError when the facts are wrong
 */
export function gatewayConfig(given: GatewayFacts, paths: GatewayPaths = PATHS): string {
  const facts = checkedGateway(given);
  const own = section("Interface", [
    `# gateway of zone ${facts.zone}; the private key is made on this machine and stays there`,
    `Address = ${facts.tunnel.map((each) => asNetwork(address(each))).join(", ")}`,
    `ListenPort = ${facts.port}`,
    `MTU = ${facts.mtu}`,
    "SaveConfig = false",
    `PreUp = nft -f ${paths.ruleset}`,
    `PostUp = wg set %i private-key ${paths.privateKey}`,
    "PostUp = sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1",
  ]);
  const peers = facts.peers
    .filter(({ site }) => siteNetworks(facts, site).length > 0)
    .toSorted((a, b) => (a.site < b.site ? -1 : 1))
    .map(({ site, publicKey, endpoint }) =>
      section("Peer", [
        `# site/${site}`,
        `PublicKey = ${publicKey}`,
        `AllowedIPs = ${siteNetworks(facts, site).join(", ")}`,
        endpoint === undefined ? undefined : `Endpoint = ${endpoint}`,
      ]),
    );
  return [own, ...peers].join("\n");
}

/** What a site must know of the gateway. */
export interface GatewayEnd {
  /** Address and port that the site dials. */
  readonly endpoint: string;
  /** As the gateway printed it. */
  readonly publicKey: string;
}

/**
 * A site's config for wg-quick, ready but for its own key, which it makes itself.
 * Addresses that are one host's are set on the interface; for networks the machine is the router and needs none.
 * @throws UserError when the facts are wrong
 */
export function siteConfig(
  given: GatewayFacts,
  site: string,
  gateway: GatewayEnd,
  privateKey: string = PATHS.privateKey,
): string {
  const facts = checkedGateway(given);
  if (!wireguardKey.safeParse(gateway.publicKey).success || !wireguardEndpoint.safeParse(gateway.endpoint).success)
    throw new UserError({
      what: "the gateway's end is not known",
      allowed: "its public key, and its address and port",
    });
  const peer = facts.peers.find((each) => each.site === site);
  const hosts = siteNetworks(facts, site).filter((network) => /\/(32|128)$/.test(network) && !/:.*\/32$/.test(network));
  const listen = peer?.endpoint === undefined ? undefined : `ListenPort = ${peer.endpoint.split(":").at(-1)}`;
  // The gateway's own addresses, so that its "packet too big" is believed; nothing of the site reaches it there.
  const allowed = distinct([...areaNetworks(facts, site), ...facts.tunnel]);
  return [
    section("Interface", [
      `# site ${site} of zone ${facts.zone}`,
      `# make the key first: umask 077; wg genkey > ${privateKey}`,
      hosts.length === 0 ? undefined : `Address = ${hosts.join(", ")}`,
      listen,
      `MTU = ${facts.mtu}`,
      `PostUp = wg set %i private-key ${privateKey}`,
    ]),
    section("Peer", [
      `# gateway of zone ${facts.zone}`,
      `PublicKey = ${gateway.publicKey}`,
      `Endpoint = ${gateway.endpoint}`,
      `AllowedIPs = ${allowed.join(", ")}`,
      peer?.endpoint === undefined ? "PersistentKeepalive = 25" : undefined,
    ]),
  ].join("\n");
}
