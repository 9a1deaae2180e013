import type { TenantRule, Violation } from "../rule.ts";
import { pathTo } from "../walk.ts";

const common = { kind: "tenant", severity: "error", requirements: ["DIGIMED-5", "DIGIMED-16"] } as const;

export const tenantQuobyteShares: TenantRule = {
  ...common,
  id: "tenant-quobyte-shares",
  why: "projects have a tenant in Quobyte for the shares that Manila makes there, or for volumes without it",
  check({ config }) {
    if (config.shareTypes.length > 0) return [];
    return Object.entries(config.quobyte).flatMap(([cluster, { volumes }]): readonly Violation[] =>
      Object.keys(volumes).length > 0
        ? []
        : [
            {
              path: pathTo("quobyte", cluster),
              what: "a Quobyte cluster is named, and neither a share type nor a volume is granted",
              found: cluster,
              next: "grant a share type that lies on it or a volume, or leave it out",
            },
          ],
    );
  },
};

export const tenantQuobyteTags: TenantRule = {
  ...common,
  id: "tenant-quobyte-tags",
  requirements: ["DIGIMED-18"],
  why: "no device has a tag and has it not: nothing could be written",
  check({ config }) {
    return Object.entries(config.quobyte).flatMap(([cluster, { requiredTags, forbiddenTags }]) =>
      forbiddenTags.flatMap((tag, index): readonly Violation[] =>
        requiredTags.includes(tag)
          ? [
              {
                path: pathTo("quobyte", cluster, "forbiddenTags", index),
                what: "this tag is required and forbidden at once",
                found: tag,
                next: "take it out of one of the two lists",
              },
            ]
          : [],
      ),
    );
  },
};

export const tenantQuobyteRetention: TenantRule = {
  ...common,
  id: "tenant-quobyte-retention",
  requirements: ["C4H-13", "DIGIMED-16"],
  why: "files under retention outlast the zone that shall be deleted",
  check({ config }) {
    if (config.deletion !== "allowed") return [];
    return Object.entries(config.quobyte).flatMap(([cluster, { retention }]): readonly Violation[] =>
      retention === undefined
        ? []
        : [
            {
              path: pathTo("quobyte", cluster, "retention"),
              what: "retention and deletion: allowed contradict each other",
              found: `${retention.properties.join(", ")} for ${retention.days} days`,
              allowed: "one of the two",
              next: "write deletion: protected, or leave retention out",
            },
          ],
    );
  },
};
