import { NETWORKS_PER_ZONE, PREFIXES, contains, hasHostBits, overlaps, parseCidr } from "./addresses.ts";
import type { Ledger } from "./ledger.ts";

/** One thing wrong with a ledger, at one place of it. */
interface LedgerViolation {
  readonly path: readonly string[];
  readonly what: string;
  readonly found?: string;
  readonly allowed?: string;
  readonly next?: string;
}

const NEXT =
  "the ledger was edited by hand: take the older entry as true and let `tresor allocate` make the other anew";
const FAMILIES = [
  ["ipv4", 4],
  ["ipv6", 6],
] as const;

/** A zone's block: of the right size, on its own boundary, inside the pool. */
function checkBlock(ledger: Ledger, zone: string, family: "ipv4" | "ipv6", version: 4 | 6): LedgerViolation[] {
  const block = ledger.zones[zone]?.[family] ?? "";
  const pool = ledger.pools[family];
  const path = ["zones", zone, family];
  const length = PREFIXES[version].block;
  if (parseCidr(block).length !== length || hasHostBits(block))
    return [{ path, what: "is no block of a zone", found: block, allowed: `a /${length} of ${pool}`, next: NEXT }];
  if (!contains(pool, block))
    return [{ path, what: "lies outside the pool", found: block, allowed: `a /${length} of ${pool}`, next: NEXT }];
  return [];
}

/** Zones whose blocks share addresses: sorted by first address, an overlap is one of neighbours. */
function checkOverlaps(ledger: Ledger, family: "ipv4" | "ipv6"): LedgerViolation[] {
  const blocks = Object.entries(ledger.zones).map(([zone, { [family]: text }]) => ({ zone, text, ...parseCidr(text) }));
  const sorted = blocks.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const violations: LedgerViolation[] = [];
  let widest = sorted[0];
  for (const block of sorted.slice(1)) {
    if (widest && overlaps(widest.text, block.text))
      violations.push({
        path: ["zones", block.zone, family],
        what: `shares addresses with zone ${widest.zone}`,
        found: `${block.text} and ${widest.text}`,
        next: NEXT,
      });
    if (!widest || block.last > widest.last) widest = block;
  }
  return violations;
}

/** Numbers that are given twice or lie outside: indexes in a zone, VLAN ids in the whole ledger. */
function checkNumbers(ledger: Ledger): LedgerViolation[] {
  const violations: LedgerViolation[] = [];
  const { from, to } = ledger.pools.vlans;
  const vlans = new Map<number, string>();
  for (const [zone, { networks }] of Object.entries(ledger.zones)) {
    const indexes = new Map<number, string>();
    for (const [key, { index, vlan }] of Object.entries(networks)) {
      const path = ["zones", zone, "networks", key];
      const report = (name: string, what: string, found: number, allowed?: string): void => {
        violations.push({
          path: [...path, name],
          what,
          found: String(found),
          ...(allowed === undefined ? {} : { allowed }),
          next: NEXT,
        });
      };
      const twin = indexes.get(index);
      if (twin !== undefined) report("index", `is the number of ${twin} too`, index);
      if (index >= NETWORKS_PER_ZONE)
        report("index", "is beyond the zone's block", index, `0 to ${NETWORKS_PER_ZONE - 1}`);
      indexes.set(index, key);
      if (vlan === undefined) continue;
      const owner = vlans.get(vlan);
      if (owner !== undefined) report("vlan", `is the VLAN of ${owner} too`, vlan);
      if (vlan < from || vlan > to) report("vlan", "lies outside the pool", vlan, `${from} to ${to}`);
      vlans.set(vlan, `${zone}/${key}`);
    }
  }
  return violations;
}

/** Everything wrong with a ledger across all zones (C4H-2): no two share an address or a VLAN, all lie in their pools. */
export function checkLedger(ledger: Ledger): readonly LedgerViolation[] {
  const { from, to } = ledger.pools.vlans;
  const range: LedgerViolation[] =
    from > to
      ? [
          {
            path: ["pools", "vlans"],
            what: "ends before it begins",
            found: `${from} to ${to}`,
            next: "write the lower VLAN id in from and the higher one in to",
          },
        ]
      : [];
  const zones = Object.keys(ledger.zones);
  const blocks = FAMILIES.flatMap(([family, version]) =>
    zones.flatMap((zone) => checkBlock(ledger, zone, family, version)),
  );
  return [
    ...range,
    ...blocks,
    ...FAMILIES.flatMap(([family]) => checkOverlaps(ledger, family)),
    ...checkNumbers(ledger),
  ];
}
