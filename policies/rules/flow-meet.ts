import { endText, isBeyond, placedEnd, type PlacedEnd } from "../../plan/ends.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { flowsAt, pathTo, type FlowAt } from "../walk.ts";

const across = (from: string, to: string): Omit<Violation, "path"> => ({
  what: `the areas ${from} and ${to} have no network in common`,
  allowed: "two ends of one area, or one end beyond the zone",
  next: "areas never reach each other: put both ends into one area, or share the data in a shared area",
});

/** Why two ends that are there never meet; undefined where they do. */
function apart(from: PlacedEnd, to: PlacedEnd, at: FlowAt): Omit<Violation, "path"> | undefined {
  if (isBeyond(from) && isBeyond(to))
    return {
      what: "both ends of this flow lie beyond the zone",
      allowed: "at least one end in an area",
      next: "sites never reach each other, and the zone is no way through: let a machine of an area stand between, with a flow on each side",
    };
  if (to.kind === "storage" && (isBeyond(from) || from.kind === "bench"))
    return {
      what: "machines of its own area alone reach a storage's network",
      allowed: "machines/<group> or area/<area>",
      next: "give the partner a share of the area, or let a machine of the area stand between",
    };
  if (from.kind === "bench" && isBeyond(to))
    return {
      what: "a bench reaches machines of its own area alone",
      allowed: "machines/<group> or area/<area>",
      next: "let a machine of the area do it, and give the bench a flow to that machine",
    };
  const areas = [from, to].flatMap((end) => (isBeyond(end) ? [] : [end.area]));
  const [first = "", second = first] = areas;
  if (first !== second) return across(first, second);
  if (at.area === undefined || first === at.area.key) return undefined;
  return {
    what: `a flow of the area ${at.area.key} cannot open the area ${first}`,
    allowed: `ends of ${at.area.key}, or beyond the zone`,
    next: `move the flow to zone.areas.${first}.flows or to zone.flows`,
  };
}

/**
 * Two ends share a network when they stand in one area, or when one is a bench of it; what is beyond the zone comes over a router or
 * a tunnel that a flow asks for. Nothing is routed between areas, see docs/decisions.
 */
export const flowMeet: ZoneRule = {
  id: "flow-meet",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-2", "C4H-3", "DIGIMED-11"],
  why: "there is no router between areas, benches and sites, so nothing that such a flow opens could ever arrive",
  check({ config }) {
    return flowsAt(config).flatMap((at): readonly Violation[] => {
      const [from, to] = [placedEnd(at.flow.from, at.area?.key), placedEnd(at.flow.to, at.area?.key)];
      if (from === undefined || to === undefined || to.kind === "bench" || to.kind === "network") return [];
      if (from.kind === "storage") return []; // refused as an end
      // An area that is not there is the matter of another rule.
      if ([from, to].some((end) => !isBeyond(end) && !Object.hasOwn(config.areas, end.area))) return [];
      const why = apart(from, to, at);
      return why === undefined ? [] : [{ path: pathTo(at.path), found: `${shown(from)} to ${shown(to)}`, ...why }];
    });
  },
};

const shown = (end: PlacedEnd): string =>
  isBeyond(end) || end.kind === "area" || end.kind === "storage" ? endText(end) : `${end.area}/${endText(end)}`;
