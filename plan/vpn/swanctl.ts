import { UserError } from "../../config/problem.ts";
import type { IpsecSection } from "../../config/site.ts";
import { areaNetworks, ofVersion, siteNetworks, type Door } from "./gateway.ts";
import { strongswanProposals } from "./ipsec.ts";

/** One tunnel of a site: Neutron's endpoint groups hold one version of IP each, so a site with both has two. */
export interface IpsecConnection {
  readonly name: string;
  readonly version: 4 | 6;
  readonly siteNetworks: readonly string[];
  readonly areaNetworks: readonly string[];
}

/** The connections that a site's doors need; none where no flow names it. */
export function ipsecConnections(site: string, doors: readonly Door[]): readonly IpsecConnection[] {
  // Only the doors count here: an IPsec site has no gateway machine.
  const facts = { zone: "", port: 0, mtu: 0, tunnel: [], peers: [], doors };
  return ([4, 6] as const).flatMap((version) => {
    const own = ofVersion(siteNetworks(facts, site), version);
    const area = ofVersion(areaNetworks(facts, site), version);
    return own.length === 0 || area.length === 0
      ? []
      : [{ name: `${site}-v${version}`, version, siteNetworks: own, areaNetworks: area }];
  });
}

/** A share of a lifetime at which the site makes new keys: before the cloud's end calls the old ones dead. */
const EARLY = 0.9;
const early = (seconds: number): string => `${Math.floor(seconds * EARLY)}s`;

const block = (name: string, lines: readonly string[]): readonly string[] => [
  `${name} {`,
  ...lines.map((line) => `  ${line}`),
  "}",
];

const plain = (what: string, text: string): string => {
  if (/^[A-Za-z0-9@._:%-]{1,255}$/.test(text)) return text;
  throw new UserError({ what: `this is no ${what}`, found: JSON.stringify(text) });
};

/**
 * A site's swanctl.conf, ready but for the pre-shared key, which stands in a file of its own (mode 0600) that it includes.
 * @param cloud public address of the zone's VPN service, and how it names itself (Neutron: its address)
 * @throws UserError when an address or name could end its line
 */
export function swanctlConfig(
  zone: string,
  site: string,
  section: IpsecSection,
  doors: readonly Door[],
  cloud: { readonly address: string; readonly id?: string },
): string {
  const { ike, esp } = strongswanProposals(section);
  const remote = plain("address of the cloud", cloud.address);
  const remoteId = plain("name of the cloud's end", cloud.id ?? cloud.address);
  const localId = plain("name of the site's end", section.peerId ?? section.peer);
  const connections = ipsecConnections(site, doors).flatMap(({ name, siteNetworks: own, areaNetworks: area }) =>
    block(`${plain("zone", zone)}-${name}`, [
      `version = ${section.ikeVersion === "v2" ? 2 : 1}`,
      `local_addrs = ${section.peer}`,
      `remote_addrs = ${remote}`,
      `proposals = ${ike}`,
      `rekey_time = ${early(section.ikeLifetime)}`,
      "mobike = no",
      "dpd_delay = 30s",
      ...block("local", ["auth = psk", `id = ${localId}`]),
      ...block("remote", ["auth = psk", `id = ${remoteId}`]),
      ...block("children", [
        ...block("area", [
          `local_ts = ${own.join(",")}`,
          `remote_ts = ${area.join(",")}`,
          `esp_proposals = ${esp}`,
          `life_time = ${section.lifetime}s`,
          `rekey_time = ${early(section.lifetime)}`,
          "start_action = trap",
          "dpd_action = restart",
        ]),
      ]),
    ]),
  );
  // The key is text to Neutron, which encodes it itself: in base64 once more it would be another one.
  return [
    `# site ${plain("site", site)} of zone ${zone}: /etc/swanctl/conf.d/${zone}.conf`,
    `# the key stands alone in ${zone}.secrets, mode 0600:`,
    "#   secrets {",
    `#     ike-${zone} {`,
    `#       id-cloud = ${remoteId}`,
    `#       id-site = ${localId}`,
    '#       secret = "<the key, every sign as you were told it>"',
    "#     }",
    "#   }",
    ...block("connections", connections),
    `include ${zone}.secrets`,
    "",
  ].join("\n");
}
