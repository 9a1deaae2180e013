import { contains, hasHostBits, overlaps, parseCidr } from "../../plan/addresses.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { pathTo } from "../walk.ts";

/** Prefix lengths and ranges that a subnet of a zone may have. */
const FAMILIES = {
  ipv4: {
    shortest: 20,
    longest: 28,
    ranges: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"],
    example: "10.8.1.0/24",
  },
  ipv6: { shortest: 64, longest: 64, ranges: ["fc00::/7", "2000::/3"], example: "fd00:8:0:1::/64" },
} as const;
type Family = keyof typeof FAMILIES;

const NEXT = "copy granted: anew as `tresor allocate` wrote it, and never edit it by hand";

function malformed(cidr: string, family: Family): Omit<Violation, "path"> | undefined {
  const { shortest, longest, ranges, example } = FAMILIES[family];
  const { length } = parseCidr(cidr);
  if (hasHostBits(cidr))
    return {
      what: "this is an address inside a network, not a network",
      found: cidr,
      allowed: `such as ${example}`,
      next: NEXT,
    };
  if (length < shortest || length > longest)
    return {
      what: `a subnet of this size is refused`,
      found: `/${length}`,
      allowed: shortest === longest ? `/${longest}` : `/${shortest} to /${longest}`,
      next: NEXT,
    };
  if (!ranges.some((range) => contains(range, cidr)))
    return { what: "these addresses are not free for a zone", found: cidr, allowed: ranges.join(", "), next: NEXT };
  return undefined;
}

export const networkRange: ZoneRule = {
  id: "network-range",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-2"],
  why: "two networks with one address in common could not be told apart by any rule",
  check({ config }) {
    const violations: Violation[] = [];
    for (const family of ["ipv4", "ipv6"] as const) {
      const seen: { readonly place: string; readonly cidr: string }[] = [];
      for (const [place, subnets] of Object.entries(config.granted.networks)) {
        const cidr = subnets[family];
        const path = pathTo("granted", "networks", place, family);
        const wrong = malformed(cidr, family);
        if (wrong !== undefined) violations.push({ path, ...wrong });
        const other = seen.find((before) => overlaps(before.cidr, cidr));
        if (other !== undefined)
          violations.push({
            path,
            what: `this network overlaps that of ${other.place}`,
            found: `${cidr} and ${other.cidr}`,
            allowed: "networks without a common address",
            next: NEXT,
          });
        seen.push({ place, cidr });
      }
    }
    return violations;
  },
};
