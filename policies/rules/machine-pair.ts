import type { Violation, ZoneRule } from "../rule.ts";
import { PRESETS } from "../presets.ts";
import { machinesOf, own, pathTo } from "../walk.ts";

export const machinePair: ZoneRule = {
  id: "machine-pair",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-1"],
  why: "Nova refuses a pair that disagrees, and with the flavor alone a resize would silently drop the encryption",
  check({ config }) {
    // Where the preset fixes the model, each half is judged by itself.
    if (PRESETS[config.preset].memoryEncryption !== "any") return [];
    return machinesOf(config).flatMap(({ machines, path }): readonly Violation[] => {
      const flavor = own(config.granted.flavors, machines.flavor);
      const image = own(config.granted.images, machines.image);
      if (flavor === undefined || image === undefined || flavor.confidential === image.confidential) return [];
      return [
        {
          path: pathTo(path, "image"),
          what: "flavor and image disagree about memory encryption",
          found: `${machines.flavor} (${flavor.confidential}) with ${machines.image} (${image.confidential})`,
          allowed: "both with the same memory encryption, or both with none",
          next: `choose an image with ${flavor.confidential}, or a flavor with ${image.confidential}`,
        },
      ];
    });
  },
};
