import type { Violation, ZoneRule } from "../rule.ts";
import { controlsOf, ORDER, PRESETS } from "../presets.ts";
import { machinesOf, oneOf, pathTo } from "../walk.ts";

export const machineMetadata: ZoneRule = {
  id: "machine-metadata",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-2", "DIGIMED-6"],
  why: "the operator answers there, in the clear, to whatever runs in the machine",
  check({ config }) {
    if (PRESETS[config.preset].metadataService) return [];
    return machinesOf(config).flatMap(({ machines, path }): readonly Violation[] =>
      machines.metadata
        ? [
            {
              path: pathTo(path, "metadata"),
              what: `the preset ${config.preset} lets no machine ask the metadata service (${controlsOf("metadataService")})`,
              found: "true",
              allowed: `metadata: true in ${oneOf(ORDER.filter((name) => PRESETS[name].metadataService))}`,
              next: "leave it out: the config drive tells a machine the same",
            },
          ]
        : [],
    );
  },
};
