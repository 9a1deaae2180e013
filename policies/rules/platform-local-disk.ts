import type { PlatformRule } from "../rule.ts";
import { pathTo } from "../walk.ts";

export const platformLocalDisk: PlatformRule = {
  id: "platform-local-disk",
  kind: "platform",
  severity: "error",
  requirements: ["DIGIMED-5", "DIGIMED-4"],
  why: "a local root disk lies unencrypted on the host",
  check({ config }) {
    return Object.entries(config.flavors)
      .filter(([, { disk, confidential }]) => disk !== undefined && confidential !== "none")
      .map(([name, { disk }]) => ({
        path: pathTo("flavors", name, "disk"),
        what: "a confidential flavor has no local disk",
        found: disk ?? "",
        allowed: "no disk: machines boot from an encrypted volume",
        next: "remove disk, and the disk from the flavor's name",
      }));
  },
};
