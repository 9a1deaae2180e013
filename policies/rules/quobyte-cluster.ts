import type { PlatformRule, Violation } from "../rule.ts";
import { pathTo } from "../walk.ts";

export const quobyteCluster: PlatformRule = {
  id: "quobyte-cluster",
  kind: "platform",
  severity: "error",
  requirements: ["DIGIMED-5", "DIGIMED-16"],
  why: "shares on Quobyte are encrypted by a rule of their cluster alone, so it must be known which cluster that is",
  check({ config }) {
    const known = Object.keys(config.quobyte);
    return Object.entries(config.shareTypes).flatMap(([name, { driver, cluster }]): readonly Violation[] => {
      const path = pathTo("shareTypes", name, "cluster");
      if (driver !== "quobyte")
        return cluster === undefined
          ? []
          : [
              {
                path,
                what: `a share type with driver ${driver} lies on no Quobyte cluster`,
                found: cluster,
                next: "write driver: quobyte, or leave cluster out",
              },
            ];
      if (cluster !== undefined && known.includes(cluster)) return [];
      return [
        {
          path: cluster === undefined ? pathTo("shareTypes", name) : path,
          what:
            cluster === undefined
              ? "this share type says no Quobyte cluster"
              : "the platform has no such Quobyte cluster",
          ...(cluster === undefined ? {} : { found: cluster }),
          allowed: known.length > 0 ? `cluster: ${known.join(" or ")}` : "nothing yet: platform.quobyte is empty",
          next: "describe the cluster under platform.quobyte and name it here as cluster",
        },
      ];
    });
  },
};
