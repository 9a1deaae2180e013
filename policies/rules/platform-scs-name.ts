import type { PlatformConfig } from "../../config/platform.ts";
import { gibibytes } from "../../config/scalars.ts";
import type { PlatformRule, Violation } from "../rule.ts";
import { parseScsFlavor, type ScsFlavor } from "../scs.ts";
import { pathTo } from "../walk.ts";

type Flavor = PlatformConfig["flavors"][string];

/** What the name promises and the flavor does not deliver. */
function broken(name: string, promised: ScsFlavor, flavor: Flavor): readonly Violation[] {
  const memory = gibibytes(flavor.memory);
  const disk = flavor.disk === undefined ? 0 : gibibytes(flavor.disk);
  const wanted = promised.disk?.sizeGB;
  const checks = [
    { key: "vcpus", short: flavor.vcpus < promised.vcpus, has: `${flavor.vcpus}`, needs: `${promised.vcpus}` },
    { key: "memory", short: memory < promised.memoryGiB, has: flavor.memory, needs: `${promised.memoryGiB} GiB` },
    {
      key: "disk",
      short: wanted !== undefined && disk < wanted,
      has: flavor.disk ?? "no disk",
      needs: `${wanted} GiB`,
    },
    {
      key: "gpu",
      short: promised.gpu !== undefined && flavor.gpu === undefined,
      has: "no GPU",
      needs: `${promised.gpu?.text}`,
    },
  ];
  return checks
    .filter(({ short }) => short)
    .map(({ key, has, needs }) => ({
      path: pathTo("flavors", name, key),
      what: `the name ${name} promises more`,
      found: has,
      allowed: `${needs} or more`,
      next: "raise it, or choose the name that fits",
    }));
}

export const platformScsName: PlatformRule = {
  id: "platform-scs-name",
  kind: "platform",
  severity: "error",
  requirements: ["DIGIMED-15"],
  why: "SCS 0100 reserves names that start with SCS- and forbids own extensions to them",
  check({ config }) {
    return Object.entries(config.flavors).flatMap(([name, flavor]): readonly Violation[] => {
      if (!name.startsWith("SCS-")) return [];
      const parsed = parseScsFlavor(name);
      if ("flavor" in parsed) return broken(name, parsed.flavor, flavor);
      return [
        {
          path: pathTo("flavors", name),
          what: `this is no valid SCS flavor name: ${parsed.error}`,
          found: name,
          allowed: "SCS-<vCPUs><L|V|T|C>-<GiB>[-<disk>][_<extension>], such as SCS-4T-16_z4",
          next: /snp|sev/i.test(name)
            ? "leave the suffix out, the flavor's confidential key says it, or choose a name without SCS-"
            : "correct the name, or choose one that does not start with SCS-",
        },
      ];
    });
  },
};
