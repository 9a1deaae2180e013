import type { ZoneConfig } from "../../config/zone.ts";
import { defaultVolumeType } from "../../plan/area.ts";
import { typeOf } from "../../plan/datasets.ts";
import { canErase } from "../../plan/storage/erasure.ts";
import { storedAs, storedLocally, type Stored } from "../../plan/storage/stored.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, datasetsOf, KIND_WORDS, machinesOf, pathTo } from "../walk.ts";

/** Everything of a zone that lies on a disk, by where it stands in the config. */
interface Data {
  readonly stored: Stored;
  /** Of the volume, the share or the flavor. */
  readonly type: string;
  readonly of: string;
  readonly path: string;
  readonly own?: NonNullable<ZoneConfig["erasure"]>;
}

function dataOf(config: ZoneConfig): readonly Data[] {
  const volume = (type: string) => ({ stored: storedAs(config, "volume", type), type });
  return [
    ...datasetsOf(config).map(({ key, dataset, path }): Data => {
      const { kind, erasure } = dataset;
      const type = typeOf(config, dataset);
      const said = erasure === undefined ? {} : { own: erasure };
      return {
        stored: storedAs(config, kind, type),
        type,
        of: `${KIND_WORDS[kind]} ${key}`,
        path: pathTo(path),
        ...said,
      };
    }),
    ...machinesOf(config).map(({ group, machines, path }): Data => {
      const at = { of: `root disk of ${group}`, path: pathTo(path) };
      if (!machines.dataInMemory) return { ...volume(machines.volumeType ?? defaultVolumeType(config)), ...at };
      return { stored: storedLocally(config, machines.flavor), type: machines.flavor, ...at };
    }),
    ...areasOf(config).flatMap(({ area: { gateway }, path }): readonly Data[] => {
      if (gateway === undefined) return [];
      const type = gateway.key.volumeType ?? gateway.volumeType ?? defaultVolumeType(config);
      return [{ ...volume(type), of: "volume of a gateway's key", path: pathTo(path, "gateway", "key") }];
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
    return dataOf(config).flatMap(({ stored, type, of, path, own }): readonly Violation[] => {
      const asked = own ?? config.erasure;
      // A type that was not granted is refused by a rule of its own.
      if (asked === undefined || stored.driver === undefined) return [];
      const ability = canErase(stored, asked);
      if (ability.can) return [];
      return [
        {
          path: own === undefined ? path : `${path}.erasure`,
          what: `the ${of} cannot end by ${asked}${own === undefined ? ", which the zone asks for" : ""}: ${ability.reason}`,
          found: `${stored.service === "nova" ? "flavor" : "type"} ${type} (${stored.driver})`,
          next: ability.instead,
        },
      ];
    });
  },
};
