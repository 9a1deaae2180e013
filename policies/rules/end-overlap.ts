import type { ZoneConfig } from "../../config/zone.ts";
import { contains, formatCidr, overlaps, parseCidr, PREFIXES } from "../../plan/addresses.ts";
import { endText } from "../../plan/ends.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { beyondAt, pathTo } from "../walk.ts";
import { isTooWide } from "./end-range.ts";

/** The blocks that the zone's networks were cut from: what is free in them today is an area's tomorrow. */
function blocksOf(config: ZoneConfig): readonly string[] {
  const blocks = Object.values(config.granted.networks).flatMap(({ ipv4, ipv6 }) =>
    [ipv4, ipv6].map((network) => {
      const { version, length } = parseCidr(network);
      const size = Math.min(length, PREFIXES[version].block);
      return formatCidr(parseCidr(`${network.split("/")[0]}/${size}`));
    }),
  );
  return [...new Set(blocks)];
}

const NEXT =
  "ask for networks that nobody else uses; with the same addresses on both sides no tunnel can tell them apart";

export const endOverlap: ZoneRule = {
  id: "end-overlap",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-2", "C4H-3"],
  why: "two ends with one address in common could not be told apart by any rule",
  check({ config }) {
    const blocks = blocksOf(config);
    const seen: { readonly end: string; readonly cidr: string }[] = [];
    return beyondAt(config).flatMap(({ end, networks, path }) =>
      networks.flatMap((cidr, index): readonly Violation[] => {
        // Its size is the matter of another rule; it would overlap everything.
        if (isTooWide(cidr, end.kind)) return [];
        const name = endText(end);
        // An outside end that is wider than what it meets leaves that out.
        const meets = (other: string): boolean =>
          overlaps(other, cidr) && (end.kind !== "outside" || contains(other, cidr));
        const place = pathTo(path, "networks", index);
        const block = blocks.find(meets);
        const other = seen.find((before) => before.end !== name && meets(before.cidr));
        if (end.kind !== "outside") seen.push({ end: name, cidr });
        if (block !== undefined)
          return [
            {
              path: place,
              what: "these addresses are the zone's own",
              found: `${cidr} and ${block}`,
              allowed: "networks without a common address",
              next: NEXT,
            },
          ];
        if (other === undefined) return [];
        return [
          {
            path: place,
            what: `these addresses are those of ${other.end}`,
            found: `${cidr} and ${other.cidr}`,
            allowed: "networks without a common address",
            next: NEXT,
          },
        ];
      }),
    );
  },
};
