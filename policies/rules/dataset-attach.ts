import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, KIND_WORDS, own, oneOf, pathTo, type AreaAt } from "../walk.ts";

function inArea({ key, area, path }: AreaAt): readonly Violation[] {
  const volumes = Object.keys(area.datasets).filter((name) => area.datasets[name]?.kind === "volume");
  const holder = new Map<string, string>();
  const violations: Violation[] = [];
  for (const [group, machines] of Object.entries(area.machines)) {
    for (const [index, name] of machines.volumes.entries()) {
      const at = pathTo(path, "machines", group, "volumes", index);
      const dataset = own(area.datasets, name);
      const first = holder.get(name);
      if (dataset === undefined)
        violations.push({
          path: at,
          what: `the area ${key} has no data set of this name`,
          found: name,
          allowed: oneOf(volumes),
          next: "add it to the area's datasets, or correct the name",
        });
      else if (dataset.kind !== "volume")
        violations.push({
          path: at,
          what:
            dataset.kind === "share"
              ? "a share cannot be attached as a volume"
              : "a volume of Quobyte is mounted, not attached",
          found: name,
          allowed: oneOf(volumes),
          next: `remove it here and set machines: read or write on the ${KIND_WORDS[dataset.kind]}`,
        });
      else if (first !== undefined)
        violations.push({
          path: at,
          what: `this volume is attached to machines/${first} already`,
          found: name,
          next: "attach it to one machine, or make it a share",
        });
      if (first === undefined) holder.set(name, group);
    }
    if (machines.count > 1 && machines.volumes.length > 0)
      violations.push({
        path: pathTo(path, "machines", group, "volumes"),
        what: "a volume cannot be attached to a group of several machines",
        found: `count ${machines.count}`,
        allowed: "count 1",
        next: "set count to 1, make a group of its own for the one machine, or use a share",
      });
  }
  return violations;
}

export const datasetAttach: ZoneRule = {
  id: "dataset-attach",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-9"],
  why: "an encrypted volume belongs to one machine at a time",
  check({ config }) {
    return areasOf(config).flatMap(inArea);
  },
};
