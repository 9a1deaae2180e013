import { typeOf } from "../../plan/datasets.ts";
import { abilityOf } from "../../plan/storage/capabilities.ts";
import { storedAs } from "../../plan/storage/stored.ts";
import { controlsOf, PRESETS } from "../presets.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { datasetsOf, pathTo } from "../walk.ts";

export const backupPossible: ZoneRule = {
  id: "backup-possible",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-5", "DIGIMED-9"],
  why: "a backup that cannot be made, or lies in the clear where the data may not, is none",
  check({ config }) {
    return datasetsOf(config).flatMap(({ dataset, path }): readonly Violation[] => {
      if (dataset.backup === undefined) return [];
      const at = pathTo(path, "backup");
      if (dataset.kind === "share")
        return [
          {
            path: at,
            what: "a share is not backed up here",
            found: "kind: share",
            allowed: "backup on data sets of kind volume",
            next: "leave it out, and agree on backups with the storage's operator",
          },
        ];
      if (dataset.kind === "quobyte") {
        const direct = abilityOf("quobyte", "direct", "backup");
        if (direct.can) return [];
        const what = `a volume of Quobyte cannot be backed up: ${direct.reason}`;
        return [{ path: at, what, found: "kind: quobyte", next: direct.instead }];
      }
      const { driver, encrypted } = storedAs(config, "volume", typeOf(config, dataset));
      if (!encrypted && PRESETS[config.preset].backups === "encrypted volumes")
        return [
          {
            path: at,
            what: `the preset ${config.preset} lets encrypted volumes alone be backed up (${controlsOf("backups")})`,
            found: `type ${typeOf(config, dataset)}, not encrypted`,
            next: "choose an encrypted type, or leave the backup out",
          },
        ];
      const ability = driver === undefined ? undefined : abilityOf("cinder", driver, "backup");
      if (ability === undefined || ability.can) return [];
      return [
        { path: at, what: `volumes of driver ${driver} cannot be backed up: ${ability.reason}`, next: ability.instead },
      ];
    });
  },
};
