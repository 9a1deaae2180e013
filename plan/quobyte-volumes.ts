import type { TenantConfig } from "../config/index.ts";
import type { DirectVolume, GrantedVolume, QuobyteClusterConfig } from "../config/quobyte.ts";
import { gibibytes } from "../config/scalars.ts";
import { subnetsOf } from "./addresses.ts";
import type { PlanBuilder } from "./build.ts";
import type { LedgerZone } from "./ledger.ts";
import { byText, entryOf, placeKey, placeName, STORAGE } from "./names.ts";

/** Whose certificate or network it is, where a partner's name would stand. */
export const MACHINES = "machines";

/** A volume without Manila where the tenant's config has it. */
interface VolumeAt {
  readonly cluster: string;
  readonly area: string;
  readonly name: string;
  readonly volume: DirectVolume;
  readonly because: string;
}

/** All of them, each with its config path. Exported for the rules. */
export const volumesOf = ({ quobyte }: Pick<TenantConfig, "quobyte">): readonly VolumeAt[] =>
  Object.entries(quobyte).flatMap(([cluster, { volumes }]) =>
    Object.entries(volumes).map(([key, volume]) => {
      const [area = "", name = ""] = key.split("/");
      return { cluster, area, name, volume, because: `tenant.quobyte.${cluster}.volumes.${key}` };
    }),
  );

/** Name of the tenant in which an area's volumes lie. */
export const volumesTenant = (zone: string, area: string, cluster: string): string =>
  `${placeName(zone, area)}-${cluster}-volumes`;

type Level = "ro" | "rw";
const levelOf = (right: "read" | "write"): Level => (right === "write" ? "rw" : "ro");

/** Who may use a volume, with the key of the network that he comes from; nobody one that is closed. */
function usersOf(config: TenantConfig, { area, volume }: VolumeAt): ReadonlyMap<string, readonly [string, Level]> {
  if (volume.closed) return new Map();
  const home = entryOf(config.areas, area)?.storage === undefined ? area : placeKey(area, STORAGE);
  const benches = Object.entries(volume.access).map(
    ([partner, right]) => [partner, [placeKey(area, partner), levelOf(right)] as const] as const,
  );
  const own = volume.machines === "none" ? [] : [[MACHINES, [home, levelOf(volume.machines)] as const] as const];
  return new Map([...own, ...benches]);
}

const networksOf = (entry: LedgerZone, place: string): readonly string[] => {
  const { ipv4, ipv6 } = subnetsOf(entry, place);
  return [ipv4, ipv6];
};

const MODES = { none: "0700", read: "0750", write: "0770" } as const;

/** The volumes of an area on a cluster, with the networks that may mount each. */
function planVolume(plan: PlanBuilder, config: TenantConfig, at: VolumeAt, entry: LedgerZone): void {
  const { cluster, area, name, volume, because } = at;
  const { zone, deletion } = config;
  const project = placeName(zone, area);
  const parts = [zone, area, cluster, name];
  const shared = { projectId: `project/${zone}/${area}`, cluster };
  const { user, group, groupMay } = volume.owner;
  const facts = {
    ...shared,
    tenantId: `quobyte-tenant/${zone}/${area}/${cluster}/volumes`,
    sizeGiB: gibibytes(volume.size),
    owner: { user, group, mode: MODES[groupMay] },
    deletable: deletion === "allowed",
  };
  const where = { project, tier: "storage" } as const;
  const volumeId = plan.add("quobyte-volume", parts, `${project}-${name}`, facts, because, where);
  if (!volume.by.includes("nfs") || volume.closed) return;
  const networks = [...usersOf(config, at).values()]
    .flatMap(([place, level]) => networksOf(entry, place).map((network) => ({ network, level })))
    .toSorted((a, b) => byText(a.network, b.network));
  plan.add("quobyte-export", parts, `${project}-${name}`, { ...shared, volumeId, networks }, because, { project });
}

/** Certificates of a cluster: each is one place's, and good for every volume that names it. */
function planCertificates(
  plan: PlanBuilder,
  config: TenantConfig,
  volumes: readonly VolumeAt[],
  entry: LedgerZone,
): void {
  const named = volumes.flatMap((at) => at.volume.certificates.map((one) => ({ at, ...one })));
  for (const fingerprint of [...new Set(named.map((one) => one.fingerprint))].toSorted(byText)) {
    const mine = named.filter((one) => one.fingerprint === fingerprint);
    // One that is closed gives nothing: the certificate is good for the others.
    const [{ at, of } = { at: undefined, of: "" }] = mine.filter((one) => usersOf(config, one.at).has(one.of));
    if (at === undefined) continue;
    const { area, cluster } = at;
    const project = placeName(config.zone, area);
    const place = usersOf(config, at).get(of)?.[0];
    const uses = mine.flatMap(({ at: one, of: who }) => {
      const level = usersOf(config, one).get(who)?.[1];
      const volumeId = `quobyte-volume/${config.zone}/${one.area}/${cluster}/${one.name}`;
      return level === undefined ? [] : [{ volumeId, level }];
    });
    // Whose right is none is refused by a rule.
    if (place === undefined || uses.length === 0) continue;
    const facts = {
      ...{ projectId: `project/${config.zone}/${area}`, cluster, fingerprint },
      hosts: networksOf(entry, place).toSorted(byText),
      uses: uses.toSorted((a, b) => byText(a.volumeId, b.volumeId)),
    };
    const because = mine.map((one) => `${one.at.because}.certificates`).toSorted(byText);
    plan.add("quobyte-certificate", [config.zone, area, cluster, fingerprint], fingerprint, facts, because, {
      project,
    });
  }
}

/** Volumes without Manila of one cluster, and who may mount each: after the tenants in which they lie. */
export function planVolumes(plan: PlanBuilder, config: TenantConfig, cluster: string, entry: LedgerZone): void {
  const volumes = volumesOf(config).filter((at) => at.cluster === cluster && entryOf(config.areas, at.area));
  for (const at of volumes) planVolume(plan, config, at, entry);
  planCertificates(plan, config, volumes, entry);
}

/** Which volumes the operator granted, in the shape of the zone's `granted.quobyte`. */
export function grantedVolumes(
  platform: Readonly<Record<string, QuobyteClusterConfig>>,
  config: TenantConfig,
): Readonly<Record<string, GrantedVolume>> {
  return Object.fromEntries(
    volumesOf(config).map(({ cluster, area, name, volume }): readonly [string, GrantedVolume] => {
      const { size, by, machines, access, closed } = volume;
      const { transit = "none" } = entryOf(platform, cluster) ?? {};
      const registry = by.includes("client") ? [...(entryOf(platform, cluster)?.registry ?? [])] : [];
      const where = { cluster, tenant: volumesTenant(config.zone, area, cluster) };
      const called = `${placeName(config.zone, area)}-${name}`;
      const ways = { by: [...new Set(by)].toSorted(byText), transit, machines, access, closed };
      return [`${area}/${name}`, { ...where, volume: called, registry, size, ...ways }];
    }),
  );
}
