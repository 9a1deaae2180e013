import { PRESETS } from "../presets.ts";
import type { ZoneRule } from "../rule.ts";
import { pathTo } from "../walk.ts";

export const imagePinned: ZoneRule = {
  id: "image-pinned",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-1", "C4H-20"],
  why: "anybody may offer an image of that name; only an id or a digest says which one is meant",
  check({ config }) {
    if (!PRESETS[config.preset].pinnedImages) return [];
    return Object.entries(config.granted.images)
      .filter(([, { id, sha512 }]) => id === undefined && sha512 === undefined)
      .map(([name]) => ({
        path: pathTo("granted", "images", name),
        what: "this image is granted by its name alone",
        found: name,
        allowed: "its name with sha512 or id",
        next:
          "ask the operator to hand over again: `tresor allocate` writes the SHA-512 of an image file that is there, " +
          "or what platform.images states",
      }));
  },
};
