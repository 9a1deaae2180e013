import type { ZoneConfig } from "../../config/zone.ts";
import { declared, endText, isBeyond, placedEnd, type BeyondEnd } from "../../plan/ends.ts";
import { meetingArea } from "../../plan/flows.ts";
import { wayOf } from "../../plan/routes.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { flowsAt, own, pathTo } from "../walk.ts";

/** What the operator must grant, and where. */
const asks = (zone: string, area: string, kind: string): string =>
  `ask the operator for tenant.areas.${area}.router with ${kind} among its ends, \`tresor allocate ${zone}\` and \`pulumi up -s ${zone}-tenant\`; then copy granted: anew`;

/** A WireGuard site comes in by a machine of the area; whether its leg outside is granted is another rule's matter. */
function withoutGateway(config: ZoneConfig, area: string, end: BeyondEnd, path: string): readonly Violation[] {
  if (own(config.areas, area)?.gateway !== undefined) return [];
  return [
    {
      path,
      what: `the area ${area} has no gateway, and ${endText(end)} comes in by WireGuard`,
      found: `no zone.areas.${area}.gateway`,
      allowed: "a flow within the area, a gateway in it, or a site of kind ipsec",
      next: `write zone.areas.${area}.gateway with flavor, image and disk, and ask the operator for tenant.areas.${area}.gateway`,
    },
  ];
}

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
      if (declared(config, end) === undefined) return [];
      if (wayOf(config, end) === "gateway") return withoutGateway(config, area, end, pathTo(at.path));
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
