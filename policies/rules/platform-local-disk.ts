import type { PlatformRule, Violation } from "../rule.ts";
import { pathTo } from "../walk.ts";

export const platformLocalDisk: PlatformRule = {
  id: "platform-local-disk",
  kind: "platform",
  severity: "error",
  requirements: ["DIGIMED-5", "DIGIMED-4", "C4H-11"],
  why: "a local root disk lies unencrypted on the host, unless the host encrypts it",
  check({ config }) {
    return Object.entries(config.flavors).flatMap(([name, { disk, localDisk, confidential }]): readonly Violation[] => {
      if (localDisk !== undefined && disk === undefined)
        return [
          {
            path: pathTo("flavors", name, "localDisk"),
            what: "this flavor says how its local disk is kept, and has none",
            next: "write disk: with its size, or remove localDisk",
          },
        ];
      if (localDisk !== undefined || disk === undefined || confidential === "none") return [];
      return [
        {
          path: pathTo("flavors", name, "disk"),
          what: "a confidential flavor has no local disk",
          found: disk,
          allowed: "no disk: machines boot from an encrypted volume",
          next: "remove disk, and the disk from the flavor's name; or say localDisk: { encrypted: host-lvm } where its hosts encrypt local disks",
        },
      ];
    });
  },
};
