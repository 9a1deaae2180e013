import type { PlatformConfig, TenantConfig } from "../config/index.ts";
import type { Problem } from "../config/problem.ts";
import { gibibytes } from "../config/scalars.ts";
import type { Quota } from "../config/tenant.ts";
import type { PlanBuilder } from "./build.ts";
import type { FactsByKind } from "./facts.ts";
import type { LedgerZone } from "./ledger.ts";
import { entryOf, placeName } from "./names.ts";
import { planVolumes, volumesOf, volumesTenant } from "./quobyte-volumes.ts";

/** An area or a bench, as far as its part of a Quobyte cluster needs it. */
interface Place {
  readonly key: string;
  readonly quota: Quota;
  readonly because: string;
}

/** The only profile that is asked for: the cluster's own key, AES-256 (VolumeEncryptionPolicy of Quobyte's API). */
export const PROFILE = "SYSTEM_AES_256";

/** A tenant of a cluster, with the rules that hold for all its volumes. Gives its plan id. */
function planClusterTenant(
  plan: PlanBuilder,
  config: TenantConfig,
  cluster: string,
  { place, holds, name }: { place: Place; holds: "shares" | "volumes"; name: string },
): string {
  const { zone, deletion } = config;
  const { requiredTags, forbiddenTags, retention } = config.quobyte[cluster]!;
  const parts = [zone, ...place.key.split("/"), cluster, ...(holds === "shares" ? [] : [holds])];
  const project = placeName(zone, place.key);
  const asked = `tenant.quobyte.${cluster}`;
  const deletable = deletion === "allowed";
  const shared = { projectId: `project/${zone}/${place.key}`, cluster, deletable };
  const tenantId = plan.add("quobyte-tenant", parts, name, { ...shared, holds }, [asked, place.because], { project });
  const rule = (purpose: string, facts: Partial<FactsByKind["quobyte-rule"]>, from: string): void => {
    const none = { encryption: null, requiredTags: [], forbiddenTags: [], retention: null };
    const all = { ...shared, tenantId, ...none, ...facts };
    const where = { project, tier: "storage" } as const;
    plan.add("quobyte-rule", [...parts, purpose], `${name}-${purpose}`, all, [from, place.because], where);
  };
  rule("encryption", { encryption: PROFILE }, asked);
  const tags = { requiredTags: requiredTags.toSorted(), forbiddenTags: forbiddenTags.toSorted() };
  if (requiredTags.length + forbiddenTags.length > 0) rule("placement", tags, asked);
  if (retention !== undefined) {
    const properties = [...new Set(retention.properties)].toSorted();
    rule("retention", { retention: { properties, days: retention.days } }, `${asked}.retention`);
  }
  return tenantId;
}

/**
 * What every project of a zone has on the clusters where its shares lie. OpenStack's Manila driver puts a share into the Quobyte tenant
 * that has the project's id, and makes that tenant if it must: so it is made before, with the rule by which its volumes are encrypted.
 * Volumes without Manila lie in a tenant beside it, under the same rules.
 */
export function planQuobyte(
  plan: PlanBuilder,
  config: TenantConfig,
  places: readonly Place[],
  entry: LedgerZone,
): void {
  const { zone } = config;
  const volumes = volumesOf(config);
  for (const cluster of Object.keys(config.quobyte)) {
    for (const place of places) {
      const { key, quota, because } = place;
      const project = placeName(zone, key);
      // Two clusters may know tenants of one name; a plan has each name once in a project.
      const name = `${project}-${cluster}`;
      const tenantId = planClusterTenant(plan, config, cluster, { place, holds: "shares", name });
      // What 0 means to Quobyte is said nowhere: where nothing is granted, Manila's own quota of 0 is what closes.
      const gigabytes = quota.shareStorage === undefined ? 0 : gibibytes(quota.shareStorage);
      if (quota.shares > 0 && gigabytes > 0) {
        const facts = { projectId: `project/${zone}/${key}`, cluster, tenantId, volumes: quota.shares, gigabytes };
        const from = [`${because}.quota`, `tenant.quobyte.${cluster}`];
        plan.add("quobyte-quota", [zone, ...key.split("/"), cluster], name, facts, from, { project });
      }
      // It has no limit of its own: nobody but this stack makes volumes there, and each of them has one.
      if (volumes.some((at) => at.cluster === cluster && at.area === key))
        planClusterTenant(plan, config, cluster, { place, holds: "volumes", name: volumesTenant(zone, key, cluster) });
    }
    planVolumes(plan, config, cluster, entry);
  }
}

/**
 * What the tenant's half and the platform say differently of Quobyte. A share type whose cluster the tenant does not name would put
 * shares into a tenant without a rule: in the clear.
 */
export function quobyteProblems(
  platform: Pick<PlatformConfig, "shareTypes" | "quobyte">,
  { quobyte, shareTypes }: Pick<TenantConfig, "quobyte" | "shareTypes">,
): readonly Problem[] {
  const clusterOf = (name: string): string | undefined => entryOf(platform.shareTypes, name)?.cluster;
  const volumes = volumesOf({ quobyte });
  const used = new Set([...shareTypes.map(clusterOf), ...volumes.map(({ cluster }) => cluster)]);
  const unnamed = shareTypes.flatMap((name, index): readonly Problem[] => {
    const cluster = clusterOf(name);
    const lies = entryOf(platform.shareTypes, name)?.driver === "quobyte";
    if (!lies || (cluster !== undefined && Object.hasOwn(quobyte, cluster))) return [];
    return [
      {
        path: `tenant.shareTypes[${index}]`,
        what: "this share type lies on a Quobyte cluster that the tenant does not name",
        found: cluster === undefined ? `${name}, whose cluster the platform does not say` : `${name} on ${cluster}`,
        allowed: `quobyte: { ${cluster ?? "<cluster>"}: {} }`,
        why: "without a rule for the tenants of its projects, shares would lie there in the clear",
        next:
          cluster === undefined
            ? `write cluster under platform.shareTypes.${name}, and that cluster under tenant.quobyte`
            : `write ${cluster} under tenant.quobyte`,
      },
    ];
  });
  const unused = Object.keys(quobyte).flatMap((cluster): readonly Problem[] => {
    const known = Object.hasOwn(platform.quobyte, cluster);
    if (known && used.has(cluster)) return [];
    return [
      {
        path: `tenant.quobyte.${cluster}`,
        what: known
          ? "no granted share type and no volume lies on this Quobyte cluster"
          : "the platform has no such Quobyte cluster",
        found: cluster,
        allowed: Object.keys(platform.quobyte).join(", ") || "nothing yet: platform.quobyte is empty",
        next: known
          ? "grant such a share type or a volume, or leave the cluster out"
          : "correct the name, or add it to platform.quobyte",
      },
    ];
  });
  const unreachable = volumes.flatMap(({ cluster, volume, because }): readonly Problem[] => {
    const known = entryOf(platform.quobyte, cluster);
    if (!volume.by.includes("client") || known === undefined || known.registry !== undefined) return [];
    return [
      {
        path: `${because}.by`,
        what: "the platform does not say from which registry Quobyte's client mounts",
        found: "client",
        allowed: `platform.quobyte.${cluster}.registry`,
        next: `write the cluster's registries under platform.quobyte.${cluster}.registry, or mount by nfs`,
      },
    ];
  });
  return [...unnamed, ...unused, ...unreachable];
}
