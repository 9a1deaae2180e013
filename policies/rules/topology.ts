import { nearest } from "../../config/suggest.ts";
import { endText, isBeyond, placedEnd, type PlacedEnd } from "../../plan/ends.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, flowsAt, oneOf, own, pathTo } from "../walk.ts";

const common = { kind: "zone", severity: "error", requirements: ["C4H-15"] } as const;

export const topologyGroups: ZoneRule = {
  ...common,
  id: "topology-groups",
  why: "a broker hands out work to workers: two groups of machines that are there",
  check({ config }) {
    return areasOf(config).flatMap(({ area, key, path }): readonly Violation[] => {
      const { topology } = area;
      if (topology === undefined) return [];
      const { broker, workers } = topology;
      const names = Object.keys(area.machines);
      const missing = (["broker", "workers"] as const).flatMap((role): readonly Violation[] => {
        const group = topology[role];
        if (own(area.machines, group) !== undefined) return [];
        const meant = nearest(group, names);
        return [
          {
            path: pathTo(path, "topology", role),
            what: `the area ${key} has no such machines`,
            found: group,
            allowed: oneOf(names),
            next: meant === undefined ? "correct the name, or add the machines" : `did you mean ${meant}?`,
          },
        ];
      });
      if (missing.length > 0 || broker !== workers) return missing;
      return [
        {
          path: pathTo(path, "topology", "workers"),
          what: "the broker is a worker of its own",
          found: workers,
          allowed: "two different groups",
          next: "give the broker a group of machines for itself",
        },
      ];
    });
  },
};

/** Whether an end takes machines of a group in: all machines of its area do. */
const holds = (end: PlacedEnd, area: string, group: string): boolean =>
  !isBeyond(end) && end.area === area && (end.kind === "area" || (end.kind === "machines" && end.group === group));

export const topologyClosed: ZoneRule = {
  ...common,
  id: "topology-closed",
  why: "workers are reached from their broker alone: never from each other, from benches or from beyond",
  check({ config }) {
    return flowsAt(config).flatMap((at): readonly Violation[] => {
      const [from, to] = [placedEnd(at.flow.from, at.area?.key), placedEnd(at.flow.to, at.area?.key)];
      if (from === undefined || to === undefined || isBeyond(to)) return [];
      const topology = own(config.areas, to.area)?.topology;
      if (topology === undefined || !holds(to, to.area, topology.workers)) return [];
      // From the broker all is well, whatever else the other end takes in.
      if (from.kind === "machines" && from.area === to.area && from.group === topology.broker) return [];
      return [
        {
          path: pathTo(at.path, to.kind === "area" ? "to" : "from"),
          what: `this flow leads to the workers of the area ${to.area}`,
          found: `${endText(from)} to ${endText(to)}`,
          allowed: `machines/${topology.broker} alone`,
          next:
            to.kind === "area"
              ? "name the groups that it is meant for, one flow each, and leave the workers out"
              : "let it end at the broker, which hands the work on",
        },
      ];
    });
  },
};
