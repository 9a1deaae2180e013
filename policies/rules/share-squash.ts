import { SQUASH } from "../../plan/mounts.ts";
import type { PlatformRule } from "../rule.ts";
import { pathTo } from "../walk.ts";

export const shareSquash: PlatformRule = {
  id: "share-squash",
  kind: "platform",
  severity: "error",
  requirements: ["DIGIMED-10"],
  why: "what is said of user ids over NFS must be what the driver does, since nobody can ask it",
  check({ config }) {
    return Object.entries(config.shareTypes).flatMap(([name, { driver, squash }]) => {
      const fixed = SQUASH[driver];
      if (squash === undefined || fixed === undefined || squash === fixed) return [];
      return [
        {
          path: pathTo("shareTypes", name, "squash"),
          what: `Manila's driver ${driver} exports with squash ${fixed}, whatever the backend is set to`,
          found: squash,
          allowed: fixed,
          next: "leave it out",
        },
      ];
    });
  },
};
