import type { Violation, ZoneRule } from "../rule.ts";
import { PRESETS } from "../presets.ts";
import { machinesOf, own, oneOf, pathTo } from "../walk.ts";

export const machineConfidential: ZoneRule = {
  id: "machine-confidential",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-1", "DIGIMED-4"],
  why: "in a confidential zone the host's administrator must never be able to read a machine's memory",
  check({ config }) {
    const model = PRESETS[config.preset].memoryEncryption;
    if (model === "any") return [];
    const violations: Violation[] = [];
    const { flavors, images } = config.granted;
    for (const [section, granted] of [
      ["flavor", flavors],
      ["image", images],
    ] as const) {
      const good = Object.entries<{ readonly confidential: string }>(granted).filter(
        ([, one]) => one.confidential === model,
      );
      const allowed = oneOf(good.map(([name]) => name));
      for (const { machines, path } of machinesOf(config)) {
        const name = machines[section];
        const entry = own<{ readonly confidential: string }>(granted, name);
        if (entry === undefined || entry.confidential === model) continue;
        violations.push({
          path: pathTo(path, section),
          what: `this ${section} has no memory encryption ${model}`,
          found: `${name} (${entry.confidential})`,
          allowed,
          next: `choose a ${section} with ${model}, or ask the operator for one`,
        });
      }
      for (const [name, { confidential }] of Object.entries<{ readonly confidential: string }>(granted)) {
        if (confidential === model) continue;
        violations.push({
          path: pathTo("granted", `${section}s`, name),
          what: `a ${section} without memory encryption ${model} is granted, and people at a bench could use it`,
          found: confidential,
          allowed: model,
          next: `ask the operator to take ${name} out of tenant.${section}s, and copy granted: anew`,
        });
      }
    }
    return violations;
  },
};
