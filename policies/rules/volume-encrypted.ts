import type { ZoneConfig } from "../../config/zone.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { PRESETS } from "../presets.ts";
import { areasOf, datasetsOf, machinesOf, own, oneOf, pathTo } from "../walk.ts";

/** Volume types that the zone asks for, by where it asks. */
const uses = (
  config: ZoneConfig,
): readonly { readonly type: string | undefined; readonly path: string; readonly of: string }[] => [
  ...machinesOf(config).flatMap(({ machines, path }) =>
    machines.dataInMemory ? [] : [{ type: machines.volumeType, path: pathTo(path, "volumeType"), of: "root disk" }],
  ),
  ...areasOf(config).flatMap(({ area, path }) =>
    area.gateway?.key.volumeType === undefined
      ? []
      : [
          {
            type: area.gateway.key.volumeType,
            path: pathTo(path, "gateway", "key", "volumeType"),
            of: "volume of a key",
          },
        ],
  ),
  ...datasetsOf(config)
    .filter(({ dataset }) => dataset.kind === "volume")
    .map(({ dataset, path }) => ({ type: dataset.type, path: pathTo(path, "type"), of: "data set" })),
];

export const volumeEncrypted: ZoneRule = {
  id: "volume-encrypted",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-5"],
  why: "data at rest is encrypted with a key per volume, root disks included",
  check({ config }) {
    const demands = PRESETS[config.preset];
    const types = config.granted.volumeTypes;
    const encrypted = Object.keys(types).filter((name) => types[name]?.encrypted);
    const violations: Violation[] = [];
    for (const { type, path, of } of uses(config)) {
      const entry = type === undefined ? undefined : own(types, type);
      // Without a named type the first encrypted one is taken, in every preset.
      const none = type === undefined && Object.keys(types).length > 0 && encrypted.length === 0;
      if (none || (entry?.encrypted === false && demands.encryptedVolumes))
        violations.push({
          path,
          what: none ? `no granted volume type for this ${of} is encrypted` : `the type of this ${of} is not encrypted`,
          ...(type === undefined ? {} : { found: type }),
          allowed: oneOf(encrypted),
          next: encrypted.length > 0 ? `write ${encrypted[0]}` : "ask the operator for an encrypted volume type",
        });
    }
    if (!demands.unencryptedTypesClosed) return violations;
    for (const [name, { encrypted: isEncrypted }] of Object.entries(types)) {
      if (isEncrypted) continue;
      violations.push({
        path: pathTo("granted", "volumeTypes", name),
        what: "an unencrypted volume type is granted, and people at a bench could use it",
        found: "encrypted: false",
        allowed: "encrypted: true",
        next: `ask the operator to take ${name} out of tenant.volumeTypes, and copy granted: anew`,
      });
    }
    return violations;
  },
};
