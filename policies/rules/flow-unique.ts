import { endText, isBeyond, placedEnd, type PlacedEnd } from "../../plan/ends.ts";
import { portsMeet } from "../../plan/ports.ts";
import type { ZoneRule } from "../rule.ts";
import { flowsAt, pathTo } from "../walk.ts";

const whole = (end: PlacedEnd | undefined, text: string): string => {
  if (end === undefined) return text;
  return isBeyond(end) ? endText(end) : `${end.area}/${endText(end)}`;
};

export const flowUnique: ZoneRule = {
  id: "flow-unique",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-2"],
  why: "OpenStack refuses the same rule twice, and two reasons for one door cannot both be audited",
  check({ config }) {
    const seen = new Map<string, { readonly port: string; readonly path: string }[]>();
    return flowsAt(config).flatMap(({ flow, area, path }) => {
      const key = [flow.from, flow.to].map((text) => whole(placedEnd(text, area?.key), text)).join(" ");
      const before = seen.get(key) ?? [];
      seen.set(key, before);
      return flow.ports.flatMap((port, index) => {
        const first = before.find((other) => portsMeet(other.port, port));
        before.push({ port, path: pathTo(path) });
        if (first === undefined) return [];
        const isSame = first.port === port;
        return [
          {
            path: pathTo(path, "ports", index),
            what: `zone.${first.path} opens this port between the same ends already`,
            found: isSame ? port : `${port}, and ${first.port} before`,
            next: isSame ? "remove one of the two" : "write one range, or ranges without a common port",
          },
        ];
      });
    });
  },
};
