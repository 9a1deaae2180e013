import type { ZoneConfig } from "../../config/index.ts";
import { typeOf } from "../../plan/datasets.ts";
import { abilityOf } from "../../plan/storage/capabilities.ts";
import { storedAs } from "../../plan/storage/stored.ts";
import { controlsOf, PRESETS } from "../presets.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { datasetsOf, own, pathTo } from "../walk.ts";

/** A snapshot stays on its share's storage, encrypted or not as the share is: every preset allows it where it can be made. */
function ofShare(config: ZoneConfig, name: string, path: string): readonly Violation[] {
  const type = own(config.granted.shareTypes, name);
  if (type === undefined) return [];
  const ability = abilityOf("manila", type.driver, "snapshots");
  if (!ability.can) {
    const what = `shares of driver ${type.driver} cannot be backed up: ${ability.reason}`;
    return [{ path, what, found: `type ${name}`, next: ability.instead }];
  }
  if (type.snapshots) return [];
  return [
    {
      path,
      what: "the share's type has no snapshots",
      found: `type ${name}`,
      allowed: "a share type with snapshots: true",
      next: `ask the operator to write snapshots at platform.shareTypes.${name}, or leave the backup out`,
    },
  ];
}

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
      if (dataset.kind === "share") return ofShare(config, typeOf(config, dataset), at);
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
