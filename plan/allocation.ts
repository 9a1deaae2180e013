import type { TenantConfig } from "../config/index.ts";
import { UserError } from "../config/problem.ts";
import { NETWORKS_PER_ZONE, PREFIXES, blockCount, blockIndex, nthBlock } from "./addresses.ts";
import type { Ledger, LedgerZone } from "./ledger.ts";
import { placeKey, STORAGE } from "./names.ts";

/** An entry of a record by a name that people choose: `constructor` is a name like any other. */
const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** A network of a tenant, with the path of the config that asks for it. */
interface AskedNetwork {
  /** `heart`, `commons/heart-centre`, `heart/storage`. */
  readonly key: string;
  readonly path: readonly string[];
  readonly kind: TenantConfig["network"]["kind"];
}

/** All networks of a tenant as configured: one for each area, for each bench, and for each storage that an area reaches. */
export function askedNetworks({ areas, network }: Pick<TenantConfig, "areas" | "network">): readonly AskedNetwork[] {
  return Object.entries(areas).flatMap(([area, { benches, storage, network: kind = network.kind }]) => [
    { key: area, path: ["areas", area], kind },
    ...Object.entries(benches).map(([bench, { network: own = kind }]) => ({
      key: placeKey(area, bench),
      path: ["areas", area, "benches", bench],
      kind: own,
    })),
    ...(storage === undefined
      ? []
      : [{ key: placeKey(area, STORAGE), path: ["areas", area, "storage"], kind: network.kind }]),
  ]);
}

/** Their keys alone. */
export const networkKeys = (tenant: Pick<TenantConfig, "areas" | "network">): readonly string[] =>
  askedNetworks(tenant).map(({ key }) => key);

/**
 * The number after the highest one taken, so that what was ever given is not given again; the gaps that a hand-written ledger left
 * come last. Undefined when all are taken.
 */
function nextNumber(taken: ReadonlySet<number>, from: number, to: number): number | undefined {
  const inside = [...taken].filter((number) => number >= from && number <= to);
  const after = inside.reduce((highest, number) => Math.max(highest, number), from - 1) + 1;
  if (after <= to) return after;
  for (let number = from; number <= to; number++) if (!taken.has(number)) return number;
  return undefined;
}

const exhausted = (what: string, next: string): UserError =>
  new UserError({
    what,
    why: "the ledger never renumbers and never gives a number twice",
    next,
  });

function nextBlock(ledger: Ledger, family: "ipv4" | "ipv6", zone: string): string {
  const [pool, length] = [ledger.pools[family], PREFIXES[family === "ipv4" ? 4 : 6].block];
  const taken = new Set<number>();
  for (const { [family]: block } of Object.values(ledger.zones)) {
    const index = blockIndex(pool, block);
    if (index !== undefined) taken.add(index);
  }
  const index = nextNumber(taken, 0, blockCount(pool, length) - 1);
  if (index === undefined)
    throw exhausted(
      `the pool ${pool} has no free /${length} left for zone ${zone}`,
      `widen pools.${family} in ledger.yaml to a larger network that contains ${pool}`,
    );
  return nthBlock(pool, length, index);
}

function nextVlan(ledger: Ledger, extra: LedgerZone["networks"], key: string): number {
  const taken = new Set<number>();
  const all = [...Object.values(ledger.zones).map(({ networks }) => networks), extra];
  for (const networks of all) for (const { vlan } of Object.values(networks)) if (vlan !== undefined) taken.add(vlan);
  const { from, to } = ledger.pools.vlans;
  const vlan = nextNumber(taken, from, to);
  if (vlan === undefined)
    throw exhausted(`no VLAN id from ${from} to ${to} is free for ${key}`, "widen pools.vlans in ledger.yaml");
  return vlan;
}

/**
 * The ledger with what the tenant lacks appended: a block for the zone, an index and (for VLAN networks) a VLAN id for each of its areas
 * and benches. What stands there is never changed and never removed, also when the config no longer names it, so that nothing is given
 * to a second owner. Returns the same object when nothing is missing.
 * @throws UserError when a pool is exhausted
 */
export function allocate(ledger: Ledger, tenant: TenantConfig): Ledger {
  const known = own(ledger.zones, tenant.zone);
  const zone: LedgerZone = known ?? {
    ipv4: nextBlock(ledger, "ipv4", tenant.zone),
    ipv6: nextBlock(ledger, "ipv6", tenant.zone),
    networks: {},
  };
  const networks: LedgerZone["networks"] = { ...zone.networks };
  const asked = askedNetworks(tenant);
  const missing = asked.map(({ key }) => key).filter((key) => own(networks, key) === undefined);
  const unnumbered = asked.filter(({ key, kind }) => kind === "vlan" && own(networks, key)?.vlan === undefined);
  if (known !== undefined && missing.length === 0 && unnumbered.length === 0) return ledger;
  for (const key of missing) {
    const taken = new Set(Object.values(networks).map(({ index }) => index));
    const index = nextNumber(taken, 0, NETWORKS_PER_ZONE - 1);
    if (index === undefined)
      throw exhausted(
        `zone ${tenant.zone} has no free subnet left for ${key}: ${zone.ipv4} holds ${NETWORKS_PER_ZONE} networks`,
        "make a second zone for the further areas",
      );
    networks[key] = { index };
  }
  for (const { key } of unnumbered)
    networks[key] = { ...networks[key]!, vlan: nextVlan(ledger, networks, `${tenant.zone}/${key}`) };
  return { ...ledger, zones: { ...ledger.zones, [tenant.zone]: { ...zone, networks } } };
}
