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

/** What can carry which LUKS: elsewhere the volume ends in error when it is first attached. */
export const platformLuks: PlatformRule = {
  id: "platform-luks",
  kind: "platform",
  severity: "error",
  requirements: ["DIGIMED-5"],
  why: "on file and RBD backends QEMU itself opens LUKS, and it knows version 1 with AES-XTS of 256 bits",
  check({ config }) {
    return Object.entries(config.volumeTypes).flatMap(([name, { driver, encryption }]): readonly Violation[] => {
      if (encryption === undefined || driver === "lvm" || driver === "quobyte") return [];
      const path = ["volumeTypes", name, "encryption"];
      return [
        ...(encryption.provider === "luks2"
          ? [
              {
                path: pathTo(path, "provider"),
                what: `luks2 needs a block device, which the driver ${driver} does not give`,
                found: "luks2",
                allowed: "luks",
                next: "write provider: luks",
              },
            ]
          : []),
        ...(encryption.keySize === 512
          ? [
              {
                path: pathTo(path, "keySize"),
                what: `a key of 512 bits is not possible with the driver ${driver}`,
                found: "512",
                allowed: "256",
                next: "write keySize: 256",
              },
            ]
          : []),
      ];
    });
  },
};
