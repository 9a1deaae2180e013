import { contains, hasHostBits, parseCidr } from "../../plan/addresses.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { beyondAt, pathTo, repeated } from "../walk.ts";

/** Addresses that no end beyond the zone can have (RFC 6890). */
export const NOBODY: readonly (readonly [network: string, name: string])[] = [
  ["0.0.0.0/8", "this host"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local: the metadata service is there"],
  ["224.0.0.0/4", "multicast"],
  ["240.0.0.0/4", "reserved"],
  ["::/96", "unspecified and loopback"],
  ["::ffff:0:0/96", "IPv4 in IPv6: write the IPv4 network"],
  ["64:ff9b::/96", "IPv4 in IPv6: write the IPv4 network"],
  ["fe80::/10", "link-local"],
  ["ff00::/8", "multicast"],
];
/** Shortest prefix of a site's and of persons' networks: nobody has more than that. */
const WIDEST = { ipv4: 8, ipv6: 16 } as const;

/** True for a site or persons of a size that is refused as such. */
export const isTooWide = (cidr: string, kind: "site" | "network" | "outside"): boolean => {
  const { length, version } = parseCidr(cidr);
  return kind !== "outside" && length < (version === 4 ? WIDEST.ipv4 : WIDEST.ipv6);
};

function malformed(cidr: string, kind: "site" | "network" | "outside"): Omit<Violation, "path"> | undefined {
  const { version } = parseCidr(cidr);
  const next = "correct the network";
  if (hasHostBits(cidr))
    return {
      what: "this is an address inside a network, not a network",
      found: cidr,
      allowed:
        version === 4
          ? "such as 192.168.40.0/24, or /32 for one address"
          : "such as fd40::/64, or /128 for one address",
      next,
    };
  const nobody = NOBODY.find(([network]) => contains(network, cidr));
  if (nobody !== undefined)
    return { what: `nobody can be reached at these addresses (${nobody[1]})`, found: cidr, next };
  if (!isTooWide(cidr, kind)) return undefined;
  return {
    what: `a ${kind === "site" ? "site" : "network of persons"} of this size would be everybody`,
    found: cidr,
    allowed: `/${version === 4 ? WIDEST.ipv4 : WIDEST.ipv6} or narrower`,
    next: "name the networks that are meant, or declare an outside end",
  };
}

export const endRange: ZoneRule = {
  id: "end-range",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-2", "C4H-3"],
  why: "a named end must be certain addresses that somebody can have",
  check({ config }) {
    return beyondAt(config).flatMap(({ end, networks, path }): readonly Violation[] => {
      const wrong = networks.flatMap((network, index): readonly Violation[] => {
        const words = malformed(network, end.kind);
        return words === undefined ? [] : [{ path: pathTo(path, "networks", index), ...words }];
      });
      const twice = repeated(networks).map(({ entry, index }) => ({
        path: pathTo(path, "networks", index),
        what: "this network stands here before",
        found: entry,
        next: "remove one of the two",
      }));
      return [...wrong, ...twice];
    });
  },
};
