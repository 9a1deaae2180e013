import { nearest } from "../../config/suggest.ts";
import { areaBenches, type AreaConfig, type ZoneConfig } from "../../config/zone.ts";
import { endText, isBeyond, parseFlowEnd, placedEnd, SECTIONS, type PlacedEnd } from "../../plan/ends.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { flowsAt, isAdmitted, isSound, oneOf, own, pathTo, type FlowAt } from "../walk.ts";

type Side = "from" | "to";

/** Ends of one area, as a flow may write them: inside it, or from the zone's own flows with the area before. */
function endsOf(area: AreaConfig, key: string, side: Side, isInside: boolean): readonly string[] {
  const before = isInside ? "" : `${key}/`;
  return [
    ...Object.keys(area.machines).map((group) => `${before}machines/${group}`),
    ...(side === "from" ? areaBenches(area).map((partner) => `${before}bench/${partner}`) : []),
  ];
}

const machineCount = (area: AreaConfig): number =>
  Object.values(area.machines).reduce((sum, { count }) => sum + count, 0);

/** An end of an area: it must be there. */
function checkOurs(config: ZoneConfig, at: FlowAt, side: Side, end: PlacedEnd): Omit<Violation, "path"> | undefined {
  if (isBeyond(end)) return undefined;
  const area = own(config.areas, end.area);
  if (area === undefined) {
    const meant = nearest(end.area, Object.keys(config.areas));
    return {
      what: `the zone has no area ${end.area}`,
      allowed: oneOf(Object.keys(config.areas)),
      next: meant === undefined ? "correct the name, or add the area" : `did you mean ${meant}?`,
    };
  }
  const allowed = oneOf(endsOf(area, end.area, side, at.area?.key === end.area));
  if (end.kind === "storage")
    return own(config.granted.storage, end.area) === undefined
      ? {
          what: `the area ${end.area} has no network to a storage`,
          allowed: oneOf(Object.keys(config.granted.storage).map((name) => `storage/${name}`)),
          next: `ask the operator for tenant.areas.${end.area}.storage, \`tresor allocate ${config.name}\` and \`pulumi up -s ${config.name}-tenant\`; then copy granted: anew`,
        }
      : undefined;
  if (end.kind === "area")
    return machineCount(area) > 0
      ? undefined
      : { what: `the area ${end.area} has no machines`, allowed, next: "add machines, or remove the flow" };
  const isMachines = end.kind === "machines";
  const exists = isMachines ? own(area.machines, end.group) !== undefined : areaBenches(area).includes(end.partner);
  if (exists) return undefined;
  return {
    what: `the area ${end.area} has no such ${isMachines ? "machines" : "bench"}`,
    allowed,
    next: isMachines ? "correct the name, or add the machines" : "add the bench, or correct the name",
  };
}

/** An end beyond the zone: it must be declared. */
function checkBeyond(config: ZoneConfig, end: PlacedEnd): Omit<Violation, "path"> | undefined {
  if (!isBeyond(end)) return undefined;
  const section = SECTIONS[end.kind];
  const names = Object.keys(config[section]);
  if (names.includes(end.name)) return undefined;
  const meant = nearest(end.name, names);
  return {
    what: `zone.${section} declares no ${end.name}`,
    allowed: oneOf(names.map((name) => `${end.kind}/${name}`)),
    next:
      meant === undefined
        ? `add ${end.name} to zone.${section} with its networks, or correct the name`
        : `did you mean ${end.kind}/${meant}?`,
  };
}

const FORMS =
  "write machines/<group>, bench/<partner>, area/<area>, storage/<area>, site/<name>, network/<name> or outside/<name>, machines and benches of another place with their area before";

function checkEnd(config: ZoneConfig, at: FlowAt, side: Side): readonly Violation[] {
  const text = at.flow[side];
  const place = { path: pathTo(at.path, side), found: text };
  const parsed = parseFlowEnd(text);
  if (parsed === undefined) {
    const names = at.area && endsOf(at.area.area, at.area.key, side, true);
    return [{ ...place, what: "this is no end of a flow", ...(names && { allowed: oneOf(names) }), next: FORMS }];
  }
  const end = placedEnd(text, at.area?.key);
  if (end === undefined)
    return [
      {
        ...place,
        what: "a flow of the zone itself names the area of its machines and benches",
        allowed: oneOf(Object.keys(config.areas).map((area) => `${area}/${text}`)),
        next: "write the area before it, or move the flow into its area",
      },
    ];
  if (side === "to" && (end.kind === "bench" || end.kind === "network"))
    return [
      {
        ...place,
        what: `a flow cannot lead into a ${end.kind === "bench" ? "bench" : "network of persons"}`,
        next:
          end.kind === "bench"
            ? "turn the flow round: its partner's people decide what their own machines accept"
            : "turn the flow round: people fetch what they may see, nothing is sent to them",
      },
    ];
  if (side === "from" && end.kind === "storage")
    return [{ ...place, what: "a storage begins nothing", next: "turn the flow round: machines use their storage" }];
  const wrong = checkOurs(config, at, side, end) ?? checkBeyond(config, end);
  return wrong === undefined ? [] : [{ ...place, ...wrong }];
}

/** A flow from one machine to itself. */
function checkSelf(config: ZoneConfig, { flow, area, path }: FlowAt): readonly Violation[] {
  const [from, to] = [placedEnd(flow.from, area?.key), placedEnd(flow.to, area?.key)];
  if (from === undefined || to === undefined || isBeyond(from) || isBeyond(to) || from.area !== to.area) return [];
  const of = own(config.areas, from.area);
  if (of === undefined || endText(from) !== endText(to)) return [];
  const count = from.kind === "machines" ? own(of.machines, from.group)?.count : machineCount(of);
  if (count !== 1) return [];
  return [
    {
      path: pathTo(path),
      what: "this flow leads from one machine to itself",
      found: flow.from,
      allowed: "two different ends, or a group of several machines",
      next: "remove it: a machine always reaches itself",
    },
  ];
}

export const flowEnds: ZoneRule = {
  id: "flow-ends",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-2", "DIGIMED-10"],
  why: "a flow opens one way between two ends that are there; everything else stays closed",
  check({ config }) {
    return flowsAt(config).flatMap((at): readonly Violation[] => {
      const from = placedEnd(at.flow.from, at.area?.key);
      const area = from?.kind === "bench" ? own(config.areas, from.area) : undefined;
      // A bench of a partner that nobody knows is the matter of another rule.
      const stranger =
        from?.kind === "bench" && (!isAdmitted(config, from.partner) || (area !== undefined && !isSound(area)));
      const ends = [...(stranger ? [] : checkEnd(config, at, "from")), ...checkEnd(config, at, "to")];
      return ends.length > 0 ? ends : checkSelf(config, at);
    });
  },
};
