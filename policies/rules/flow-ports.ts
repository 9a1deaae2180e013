import { declared, endText, isBeyond, placedEnd } from "../../plan/ends.ts";
import { parsePorts, portsCover } from "../../plan/ports.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { flowsAt, own, pathTo } from "../walk.ts";

export const flowPorts: ZoneRule = {
  id: "flow-ports",
  kind: "zone",
  severity: "error",
  requirements: ["SPE4HD-1", "DIGIMED-8"],
  why: "an end that names its ports is used on those alone",
  check({ config }) {
    return flowsAt(config).flatMap(({ flow, area, path }) =>
      [flow.from, flow.to].flatMap((text): readonly Violation[] => {
        const end = placedEnd(text, area?.key);
        if (end === undefined || !isBeyond(end)) return [];
        const ports = end.kind === "outside" ? own(config.outside, end.name)?.ports : declared(config, end)?.ports;
        if (ports === undefined) return [];
        return flow.ports.flatMap((port, index): readonly Violation[] => {
          if (ports.some((allowed) => portsCover(allowed, port))) return [];
          const { protocol } = parsePorts(port);
          const other = !ports.some((allowed) => parsePorts(allowed).protocol === protocol);
          return [
            {
              path: pathTo(path, "ports", index),
              what: other ? `${endText(end)} has no ports of ${protocol}` : `${endText(end)} does not have this port`,
              found: port,
              allowed: ports.join(", "),
              next: `correct the port, or add it to zone.outside.${end.name}.ports`,
            },
          ];
        });
      }),
    );
  },
};
