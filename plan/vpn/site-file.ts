import type { ZoneConfig } from "../../config/index.ts";
import { UserError } from "../../config/problem.ts";
import { parseAddress } from "../addresses.ts";
import { isBeyond } from "../ends.ts";
import { flowsOf, type ZoneFlow } from "../flows.ts";
import { entryOf } from "../names.ts";
import { gatewayFactsOf, siteDoors } from "./area.ts";
import { swanctlConfig } from "./swanctl.ts";
import { siteConfig } from "./wireguard.ts";

/** What the config alone does not know of the cloud's end. */
export interface CloudEnd {
  /** Area of the tunnel; needed where flows of several areas name the site. */
  readonly area?: string;
  /** What the site dials. Default: as the operator granted it, in the site's own version of IP. */
  readonly address?: string;
  /** Of the WireGuard gateway, as it printed it. */
  readonly publicKey?: string;
}

/** A file for a site's own device. */
export interface SiteFile {
  readonly kind: "ipsec" | "wireguard";
  readonly area: string;
  /** Where it goes on a Linux device. */
  readonly path: string;
  readonly text: string;
}

/** The one area whose flows name the site, or the one that was asked for. */
function areaOf(site: string, flows: readonly ZoneFlow[], asked?: string): string {
  const naming = flows.filter(({ from, to }) =>
    [from, to].some((end) => isBeyond(end) && end.kind === "site" && end.name === site),
  );
  const areas = [...new Set(naming.map(({ area }) => area))];
  const [only] = areas;
  if (only === undefined)
    throw new UserError({ what: `no flow names site/${site}: it has no tunnel`, next: "add a flow, then ask again" });
  if (asked === undefined && areas.length === 1) return only;
  if (asked !== undefined && areas.includes(asked)) return asked;
  throw new UserError({
    what: asked === undefined ? `flows of several areas name site/${site}` : `no flow of this area names site/${site}`,
    ...(asked === undefined ? {} : { found: asked }),
    allowed: areas.join(", "),
    next: "name the area with --area: each has a tunnel of its own",
  });
}

/** The cloud's address in one version of IP. */
function dialled(given: string | undefined, granted: readonly string[], version: 4 | 6 | undefined): string {
  const address = given ?? granted.find((one) => version === undefined || parseAddress(one).version === version);
  if (address !== undefined) return address;
  throw new UserError({
    what: "the cloud's address is not known",
    why: "the operator did not fix it, or it is of another version of IP than the site's",
    next: "give it with --address; `openstack router show <zone>-<area>` shows a router's",
  });
}

/** Addresses of one version of IP first. */
const byVersion =
  (version: 4 | 6) =>
  (a: string, b: string): number =>
    Number(parseAddress(b).version === version) - Number(parseAddress(a).version === version);

/**
 * The file for a site's own device, ready but for its key: no private and no pre-shared key is known here.
 * @throws UserError when the site has no tunnel, or what the config does not know was not given
 */
export function siteFile(config: ZoneConfig, site: string, end: CloudEnd = {}): SiteFile {
  const declared = entryOf(config.sites, site);
  if (declared === undefined) {
    const allowed = Object.keys(config.sites).join(", ") || "there is none yet";
    throw new UserError({ what: `zone.sites declares no ${site}`, allowed, next: "name one of them" });
  }
  const flows = flowsOf(config);
  const area = areaOf(site, flows, end.area);
  if (declared.kind === "ipsec" && declared.ipsec !== undefined) {
    const granted = entryOf(config.granted.routers, area)?.addresses ?? [];
    const address = dialled(end.address, granted, parseAddress(declared.ipsec.peer).version);
    const text = swanctlConfig(config.name, site, declared.ipsec, siteDoors(config, area, site, flows), { address });
    return { kind: "ipsec", area, path: `/etc/swanctl/conf.d/${config.name}.conf`, text };
  }
  const facts = gatewayFactsOf(config, area, flows);
  if (facts === undefined)
    throw new UserError({
      what: `the area ${area} has no gateway for WireGuard sites`,
      next: `add zone.areas.${area}.gateway; the operator grants its leg outside`,
    });
  if (end.publicKey === undefined)
    throw new UserError({
      what: "the gateway's public key is not known",
      next: "give it with --public-key, as the gateway printed it on its console and as you compared it",
    });
  const dials = declared.wireguard?.endpoint ?? declared.wireguard?.from?.[0];
  // By the way from which the site comes, where the gateway has addresses of both versions.
  const version = (dials ?? "").split(":").length > 2 ? 6 : 4;
  const granted = entryOf(config.granted.gateways, area)?.addresses ?? [];
  const address = dialled(end.address, granted.toSorted(byVersion(version)), undefined);
  const endpoint = `${address.includes(":") ? `[${address}]` : address}:${facts.port}`;
  const text = siteConfig(facts, site, { endpoint, publicKey: end.publicKey });
  return { kind: "wireguard", area, path: "/etc/wireguard/wg0.conf", text };
}
