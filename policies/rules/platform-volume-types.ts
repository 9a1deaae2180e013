import type { PlatformConfig } from "../../config/platform.ts";
import type { PlatformRule, Violation } from "../rule.ts";
import { pathTo } from "../walk.ts";

type VolumeType = PlatformConfig["volumeTypes"][string];

const same = (a: VolumeType, b: VolumeType): boolean =>
  JSON.stringify([a.encryption, a.replicated]) === JSON.stringify([b.encryption, b.replicated]);

export const platformBackends: PlatformRule = {
  id: "platform-backends",
  kind: "platform",
  severity: "error",
  requirements: ["DIGIMED-18"],
  why: "the scheduler finds a backend by its name alone, so one name has one driver and one medium",
  check({ config }) {
    const types = Object.entries(config.volumeTypes);
    return types.flatMap(([name, type], index): readonly Violation[] => {
      const other = types.slice(0, index).find(([, before]) => before.backend === type.backend);
      if (other === undefined) return [];
      const [otherName, before] = other;
      for (const key of ["driver", "tier"] as const)
        if (before[key] !== type[key])
          return [
            {
              path: pathTo("volumeTypes", name, key),
              what: `the backend ${type.backend} has another ${key} in ${otherName}`,
              found: type[key],
              allowed: before[key],
              next: "correct one of the two, or name another backend",
            },
          ];
      if (!same(type, before)) return [];
      return [
        {
          path: pathTo("volumeTypes", name, "backend"),
          what: `this type is the same as ${otherName}`,
          found: type.backend,
          next: "remove one of the two, or name another backend",
        },
      ];
    });
  },
};
