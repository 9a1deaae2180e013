import { SQUASH } from "../../plan/mounts.ts";
import { typeOf } from "../../plan/datasets.ts";
import { controlsOf, PRESETS } from "../presets.ts";
import type { ZoneRule } from "../rule.ts";
import { datasetsOf, own, pathTo } from "../walk.ts";

export const shareSquashSaid: ZoneRule = {
  id: "share-squash-said",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-10"],
  why: "a server of NFS believes the user ids that a machine sends, unless its operator set it otherwise: who may do what is not known before he says so",
  check({ config }) {
    if (!PRESETS[config.preset].squashSaid) return [];
    return datasetsOf(config).flatMap(({ dataset, path }) => {
      if (dataset.kind !== "share") return [];
      const name = typeOf(config, dataset);
      const type = own(config.granted.shareTypes, name);
      if (type === undefined || (type.protocols[0] ?? "NFS") !== "NFS") return [];
      if (type.squash !== undefined || SQUASH[type.driver] !== undefined) return [];
      return [
        {
          path: pathTo(path, "type"),
          what: `nobody says what the storage makes of user ids, which the preset ${config.preset} demands (${controlsOf("squashSaid")})`,
          found: `${name}, driver ${type.driver}`,
          allowed: "a share type with squash: none, root or all",
          next: `ask the operator to write squash at platform.shareTypes.${name} and to run \`tresor allocate\` again`,
        },
      ];
    });
  },
};
