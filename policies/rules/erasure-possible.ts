import type { ZoneConfig } from "../../config/zone.ts";
import { defaultVolumeType } from "../../plan/area.ts";
import { defaultShareType } from "../../plan/datasets.ts";
import { canErase, storedAs } from "../../plan/storage/erasure.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, datasetsOf, machinesOf, pathTo } from "../walk.ts";

/** Everything of a zone that lies on a storage, by where it stands in the config. */
interface Data {
  readonly kind: "volume" | "share";
  readonly type: string;
  readonly of: string;
  readonly path: string;
  readonly own?: NonNullable<ZoneConfig["erasure"]>;
}

function dataOf(config: ZoneConfig): readonly Data[] {
  const defaults = { volume: defaultVolumeType(config), share: defaultShareType(config) };
  return [
    ...datasetsOf(config).map(({ key, dataset, path }): Data => {
      const { kind, type = defaults[kind], erasure } = dataset;
      return {
        kind,
        type,
        of: `${kind} ${key}`,
        path: pathTo(path),
        ...(erasure === undefined ? {} : { own: erasure }),
      };
    }),
    ...machinesOf(config).map(({ group, machines, path }): Data => {
      const type = machines.volumeType ?? defaults.volume;
      return { kind: "volume", type, of: `root disk of ${group}`, path: pathTo(path) };
    }),
    ...areasOf(config).flatMap(({ area: { gateway }, path }): readonly Data[] => {
      if (gateway === undefined) return [];
      const type = gateway.key.volumeType ?? gateway.volumeType ?? defaults.volume;
      return [{ kind: "volume", type, of: "volume of a gateway's key", path: pathTo(path, "gateway", "key") }];
    }),
  ];
}

export const erasurePossible: ZoneRule = {
  id: "erasure-possible",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-13", "DIGIMED-5"],
  why: "a receipt of deletion says how data ended, and that must be true",
  check({ config }) {
    return dataOf(config).flatMap(({ kind, type, of, path, own }): readonly Violation[] => {
      const asked = own ?? config.erasure;
      const stored = storedAs(config, kind, type);
      // A type that was not granted is refused by a rule of its own.
      if (asked === undefined || stored.driver === undefined) return [];
      const ability = canErase(stored, asked);
      if (ability.can) return [];
      return [
        {
          path: own === undefined ? path : `${path}.erasure`,
          what: `the ${of} cannot end by ${asked}${own === undefined ? ", which the zone asks for" : ""}: ${ability.reason}`,
          found: `type ${type} (${stored.driver})`,
          next: ability.instead,
        },
      ];
    });
  },
};
