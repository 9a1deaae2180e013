import type { TenantConfig } from "../../config/tenant.ts";
import { contains, overlaps } from "../../plan/addresses.ts";
import { askedNetworks } from "../../plan/allocation.ts";
import type { Ledger, LedgerZone } from "../../plan/ledger.ts";
import type { TenantRule, Violation } from "../rule.ts";
import { own, pathTo } from "../walk.ts";

function checkBlocks(ledger: Ledger, name: string, zone: LedgerZone): readonly Violation[] {
  return (["ipv4", "ipv6"] as const).flatMap((family): readonly Violation[] => {
    const [pool, block] = [ledger.pools[family], zone[family]];
    const outside = contains(pool, block)
      ? []
      : [
          {
            path: "zone",
            what: `the ledger gives this zone addresses outside its pool`,
            found: block,
            allowed: pool,
            next: `correct ledger.zones.${name}.${family} before anything is made with it`,
          },
        ];
    const others = Object.entries(ledger.zones)
      .filter(([other, entry]) => other !== name && overlaps(entry[family], block))
      .map(([other, entry]) => ({
        path: "zone",
        what: `the ledger gives addresses of this zone to the zone ${other} as well`,
        found: `${block} and ${entry[family]}`,
        allowed: "blocks without a common address",
        next: `correct ledger.zones.${name}.${family}: whichever zone came later gets a new block`,
      }));
    return [...outside, ...others];
  });
}

function checkVlans(ledger: Ledger, name: string, config: TenantConfig, zone: LedgerZone): readonly Violation[] {
  const { from, to } = ledger.pools.vlans;
  const all = Object.entries(ledger.zones).flatMap(([other, { networks }]) =>
    Object.entries(networks).map(([key, { vlan }]) => ({ owner: `${other}/${key}`, vlan })),
  );
  return askedNetworks(config).flatMap(({ key, path: steps }): readonly Violation[] => {
    const vlan = own(zone.networks, key)?.vlan;
    if (vlan === undefined) return [];
    const path = pathTo(steps);
    const other = all.find((entry) => entry.vlan === vlan && entry.owner !== `${name}/${key}`);
    return [
      ...(vlan < from || vlan > to
        ? [
            {
              path,
              what: "the ledger's VLAN id of this network is outside its pool",
              found: String(vlan),
              allowed: `${from} to ${to}`,
              next: "correct the ledger, or widen pools.vlans and platform.vlans",
            },
          ]
        : []),
      ...(other === undefined
        ? []
        : [
            {
              path,
              what: `the ledger gives this network's VLAN id to ${other.owner} as well`,
              found: String(vlan),
              allowed: "one network for each VLAN id",
              next: "take it from whichever network came later, and run `tresor allocate` for that zone",
            },
          ]),
    ];
  });
}

export const tenantLedger: TenantRule = {
  id: "tenant-ledger",
  kind: "tenant",
  severity: "error",
  requirements: ["C4H-2", "DIGIMED-11"],
  why: "the ledger alone says which addresses and VLANs belong to whom",
  check({ config, ledger }) {
    if (ledger === undefined) return [];
    const zone = own(ledger.zones, config.zone);
    const next = `run \`tresor allocate ${config.zone}\` in the operator's site directory`;
    if (zone === undefined)
      return [{ path: "zone", what: "the ledger has no entry for this zone", found: config.zone, next }];
    const missing = askedNetworks(config)
      .filter(({ key, kind }) => {
        const entry = own(zone.networks, key);
        return entry === undefined || (kind === "vlan" && entry.vlan === undefined);
      })
      .map(({ key, path }) => ({
        path: pathTo(path),
        what:
          own(zone.networks, key) === undefined
            ? "the ledger has no network for it"
            : "the ledger has no VLAN id for it",
        found: `no ${key} in ledger.zones.${config.zone}`,
        next,
      }));
    return [...missing, ...checkBlocks(ledger, config.zone, zone), ...checkVlans(ledger, config.zone, config, zone)];
  },
};
