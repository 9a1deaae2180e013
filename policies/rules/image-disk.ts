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
      const local = machines.dataInMemory ? own(config.granted.flavors, machines.flavor)?.localDisk?.size : undefined;
      const disk = local ?? machines.disk;
      if (least === undefined || disk === undefined || gibibytes(disk) >= gibibytes(least)) return [];
      return [
        {
          path: pathTo(path, local === undefined ? "disk" : "flavor"),
          what: `the ${local === undefined ? "root disk" : "flavor's local disk"} is too small for the image ${machines.image}`,
          found: disk,
          allowed: `${least} or more`,
          next: local === undefined ? `write disk: ${least}` : "choose another flavor, or ask the operator for one",
        },
      ];
    });
  },
};
