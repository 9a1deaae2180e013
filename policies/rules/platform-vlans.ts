import type { PlatformRule } from "../rule.ts";

export const platformVlans: PlatformRule = {
  id: "platform-vlans",
  kind: "platform",
  severity: "error",
  requirements: ["C4H-2"],
  why: "a range runs from its lower to its upper end, and tenants take their VLANs from it",
  check({ config, ledger }) {
    const { vlans } = config;
    if (vlans === undefined) return [];
    if (vlans.from > vlans.to)
      return [
        {
          path: "vlans.to",
          what: "the range of VLAN ids ends before it starts",
          found: `${vlans.from} to ${vlans.to}`,
          allowed: `${vlans.from} to 4094`,
          next: "swap from and to",
        },
      ];
    const pool = ledger?.pools.vlans;
    if (pool === undefined || (pool.from >= vlans.from && pool.to <= vlans.to)) return [];
    return [
      {
        path: "vlans",
        what: "the ledger hands out VLAN ids that the platform does not have",
        found: `ledger ${pool.from} to ${pool.to}`,
        allowed: `${vlans.from} to ${vlans.to}`,
        next: "correct pools.vlans in the ledger, or widen platform.vlans to what the switches carry",
      },
    ];
  },
};
