import type { PlatformConfig, TenantConfig } from "../config/index.ts";
import { gibibytes } from "../config/scalars.ts";
import type { Quota } from "../config/tenant.ts";
import { entryOf } from "./names.ts";

/** What tenants may use at most, or what a cloud has. Sizes in GiB. */
export type Resource = "cores" | "memory" | "storage" | "shareStorage" | "slots";
export const RESOURCES: readonly { readonly resource: Resource; readonly says: string; readonly unit: string }[] = [
  { resource: "cores", says: "vCPUs", unit: "" },
  { resource: "memory", says: "memory", unit: " GiB" },
  { resource: "storage", says: "volumes", unit: " GiB" },
  { resource: "shareStorage", says: "shares", unit: " GiB" },
  { resource: "slots", says: "SEV-SNP slots", unit: "" },
];
export type Amounts = Readonly<Record<Resource, number>>;

/** What is there of one resource. */
export interface Supply {
  /** What there is in hardware, without what the cloud keeps for itself. */
  readonly physical: number;
  /** What the cloud hands out: `physical` times its allocation ratios. */
  readonly allocatable: number;
}

export interface ZoneGrants {
  readonly zone: string;
  readonly grants: Amounts;
}

/** One resource of the whole cloud. */
export interface CapacityRow {
  readonly resource: Resource;
  readonly granted: number;
  readonly physical?: number;
  readonly allocatable?: number;
  /** `granted` over `physical`: 2 says that everything is granted twice. */
  readonly overcommit?: number;
  readonly verdict: "fits" | "over-committed" | "over-granted" | "not visible";
}

const gib = (text: string | undefined): number => (text === undefined ? 0 : gibibytes(text));

function amountsOf(quota: Quota, confidential: boolean): Amounts {
  const { machines, cores, memory, storage, shareStorage } = quota;
  return {
    cores,
    memory: gib(memory),
    storage: gib(storage),
    shareStorage: gib(shareStorage),
    slots: confidential ? machines : 0,
  };
}

const add = (all: readonly Amounts[]): Amounts =>
  Object.fromEntries(
    RESOURCES.map(({ resource }) => [resource, all.reduce((sum, amounts) => sum + amounts[resource], 0)]),
  ) as Amounts;

/** What one tenant may use at most. Each of its machines may take a slot where its preset or a flavor asks for SEV-SNP. */
function grantsOf({ preset, flavors, areas }: TenantConfig, platform: PlatformConfig | undefined): Amounts {
  const snp = flavors.some((name) => entryOf(platform?.flavors ?? {}, name)?.confidential === "sev-snp");
  const quotas = Object.values(areas).flatMap(({ quota, benches }) => [
    quota,
    ...Object.values(benches).map((bench) => bench.quota),
  ]);
  return add(quotas.map((quota) => amountsOf(quota, snp || preset === "confidential")));
}

/** The grants of all tenants of an operator, by zone. */
export const grantsByZone = (
  tenants: readonly TenantConfig[],
  platform: PlatformConfig | undefined,
): readonly ZoneGrants[] => tenants.map((tenant) => ({ zone: tenant.zone, grants: grantsOf(tenant, platform) }));

/**
 * The sum of grants against what a cloud has. More than there is in hardware is over-committed, more than the cloud ever hands out is
 * over-granted: somebody's machine or volume will be refused although his quota allows it.
 */
export function capacityRows(
  zones: readonly ZoneGrants[],
  supply: Partial<Readonly<Record<Resource, Supply>>>,
): readonly CapacityRow[] {
  const total = add(zones.map(({ grants }) => grants));
  return RESOURCES.map(({ resource }): CapacityRow => {
    const granted = total[resource];
    const there = supply[resource];
    if (there === undefined) return { resource, granted, verdict: "not visible" };
    const { physical, allocatable } = there;
    const verdict = granted > allocatable ? "over-granted" : granted > physical ? "over-committed" : "fits";
    const overcommit = physical > 0 ? { overcommit: Math.round((granted / physical) * 100) / 100 } : {};
    return { resource, granted, physical, allocatable, ...overcommit, verdict };
  });
}

/** Slots are keys in a processor: there is no over-commit, and the machine beyond the last one never starts. */
export const slotsOverGranted = (rows: readonly CapacityRow[]): boolean =>
  rows.some(({ resource, verdict }) => resource === "slots" && verdict === "over-granted");
