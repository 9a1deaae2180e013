import { declared, endText, isBeyond, placedEnd } from "../../plan/ends.ts";
import { meetingArea } from "../../plan/flows.ts";
import { wayOf } from "../../plan/routes.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { flowsAt, own, pathTo } from "../walk.ts";

/** What the operator must grant, and where. */
const asks = (zone: string, area: string, kind: string): string =>
  `ask the operator for tenant.areas.${area}.router with ${kind} among its ends, \`tresor allocate ${zone}\` and \`pulumi up -s ${zone}-tenant\`; then copy granted: anew`;

export const flowRoute: ZoneRule = {
  id: "flow-route",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-2", "C4H-3"],
  why: "an area has no way out of its own: what such a flow opens could never arrive",
  check({ config }) {
    return flowsAt(config).flatMap((at): readonly Violation[] => {
      const [from, to] = [placedEnd(at.flow.from, at.area?.key), placedEnd(at.flow.to, at.area?.key)];
      // Ends that never meet, and areas and ends that are not there, are the matter of other rules.
      const area = from && to && meetingArea(from, to);
      const end = [from, to].find((one) => one !== undefined && isBeyond(one));
      if (area === undefined || end === undefined || !isBeyond(end) || own(config.areas, area) === undefined) return [];
      if (declared(config, end) === undefined || wayOf(config, end) !== "router") return [];
      const granted = own(config.granted.routers, area);
      if (granted?.ends.includes(end.kind) === true) return [];
      return [
        {
          path: pathTo(at.path),
          what:
            granted === undefined
              ? `the area ${area} has no router, and ${endText(end)} lies beyond one`
              : `the router of the area ${area} is granted for other ends than ${endText(end)}`,
          found: granted === undefined ? "no entry in granted.routers" : granted.ends.join(", "),
          allowed: `flows within the area, or a router with ${end.kind} among its ends`,
          next: asks(config.name, area, end.kind),
        },
      ];
    });
  },
};
