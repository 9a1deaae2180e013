import { gibibytes } from "../../config/scalars.ts";
import type { ZoneRule } from "../rule.ts";
import { machinesOf, own, pathTo } from "../walk.ts";

export const imageDisk: ZoneRule = {
  id: "image-disk",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-15"],
  why: "an image does not fit onto a root disk that is smaller than it asks for",
  check({ config }) {
    return machinesOf(config).flatMap(({ machines, path }) => {
      const least = own(config.granted.images, machines.image)?.minDisk;
      if (least === undefined || gibibytes(machines.disk) >= gibibytes(least)) return [];
      return [
        {
          path: pathTo(path, "disk"),
          what: `the root disk is too small for the image ${machines.image}`,
          found: machines.disk,
          allowed: `${least} or more`,
          next: `write disk: ${least}`,
        },
      ];
    });
  },
};
