import type { ZoneRule } from "../rule.ts";
import { areasOf, pathTo } from "../walk.ts";

export const flowUnique: ZoneRule = {
  id: "flow-unique",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-2"],
  why: "OpenStack refuses the same rule twice, and two reasons for one door cannot both be audited",
  check({ config }) {
    return areasOf(config).flatMap(({ area, path }) => {
      const seen = new Map<string, number>();
      return area.flows.flatMap(({ from, to, ports }, flow) =>
        ports.flatMap((port, index) => {
          const key = `${from} ${to} ${port}`;
          const first = seen.get(key);
          if (first === undefined) seen.set(key, flow);
          return first === undefined
            ? []
            : [
                {
                  path: pathTo(path, "flows", flow, "ports", index),
                  what: `flow ${first} of this area opens this port between the same ends already`,
                  found: port,
                  next: "remove one of the two",
                },
              ];
        }),
      );
    });
  },
};
