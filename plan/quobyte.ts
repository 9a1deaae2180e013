import type { PlatformConfig, TenantConfig } from "../config/index.ts";
import type { Problem } from "../config/problem.ts";
import { gibibytes } from "../config/scalars.ts";
import type { Quota } from "../config/tenant.ts";
import type { PlanBuilder } from "./build.ts";
import type { FactsByKind } from "./facts.ts";
import { entryOf, placeName } from "./names.ts";

/** An area or a bench, as far as its part of a Quobyte cluster needs it. */
interface Place {
  readonly key: string;
  readonly quota: Quota;
  readonly because: string;
}

/** The only profile that is asked for: the cluster's own key, AES-256 (VolumeEncryptionPolicy of Quobyte's API). */
export const PROFILE = "SYSTEM_AES_256";

/**
 * What every project of a zone has on the clusters where its shares lie. OpenStack's Manila driver puts a share into the Quobyte tenant
 * that has the project's id, and makes that tenant if it must: so it is made before, with the rule by which its volumes are encrypted.
 */
export function planQuobyte(plan: PlanBuilder, config: TenantConfig, places: readonly Place[]): void {
  for (const [cluster, grant] of Object.entries(config.quobyte))
    for (const { key, quota, because } of places) {
      const { zone, deletion } = config;
      const parts = [zone, ...key.split("/"), cluster];
      const project = placeName(zone, key);
      const asked = `tenant.quobyte.${cluster}`;
      const shared = { projectId: `project/${zone}/${key}`, cluster };
      const deletable = deletion === "allowed";
      // Two clusters may know tenants of one name; a plan has each name once in a project.
      const name = `${project}-${cluster}`;
      const tenantId = plan.add("quobyte-tenant", parts, name, { ...shared, deletable }, [asked, because], { project });
      const rule = (purpose: string, facts: Partial<FactsByKind["quobyte-rule"]>, from: string): void => {
        const none = { encryption: null, requiredTags: [], forbiddenTags: [], retention: null };
        const all = { ...shared, tenantId, deletable, ...none, ...facts };
        plan.add("quobyte-rule", [...parts, purpose], `${name}-${purpose}`, all, [from, because], {
          project,
          tier: "storage",
        });
      };
      rule("encryption", { encryption: PROFILE }, asked);
      const [requiredTags, forbiddenTags] = [grant.requiredTags.toSorted(), grant.forbiddenTags.toSorted()];
      if (requiredTags.length + forbiddenTags.length > 0) rule("placement", { requiredTags, forbiddenTags }, asked);
      if (grant.retention !== undefined) {
        const { properties, days } = grant.retention;
        rule(
          "retention",
          { retention: { properties: [...new Set(properties)].toSorted(), days } },
          `${asked}.retention`,
        );
      }
      // What 0 means to Quobyte is said nowhere: where nothing is granted, Manila's own quota of 0 is what closes.
      const gigabytes = quota.shareStorage === undefined ? 0 : gibibytes(quota.shareStorage);
      if (quota.shares > 0 && gigabytes > 0)
        plan.add(
          "quobyte-quota",
          parts,
          name,
          { ...shared, tenantId, volumes: quota.shares, gigabytes },
          [`${because}.quota`, asked],
          { project },
        );
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
  const used = new Set(shareTypes.map(clusterOf));
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
    if (used.has(cluster)) return [];
    const known = Object.hasOwn(platform.quobyte, cluster);
    return [
      {
        path: `tenant.quobyte.${cluster}`,
        what: known ? "no granted share type lies on this Quobyte cluster" : "the platform has no such Quobyte cluster",
        found: cluster,
        allowed: Object.keys(platform.quobyte).join(", ") || "nothing yet: platform.quobyte is empty",
        next: known
          ? "grant such a share type, or leave the cluster out"
          : "correct the name, or add it to platform.quobyte",
      },
    ];
  });
  return [...unnamed, ...unused];
}
