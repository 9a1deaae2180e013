import { areaBenches } from "../../config/zone.ts";
import { parseFlowEnd } from "../../plan/flows.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, isAdmitted, isSound, own, oneOf, pathTo, type AreaAt } from "../walk.ts";

const names = ({ area }: AreaAt, end: "from" | "to"): readonly string[] => [
  ...Object.keys(area.machines).map((group) => `machines/${group}`),
  ...(end === "from" ? areaBenches(area).map((partner) => `bench/${partner}`) : []),
];

function checkEnd(at: AreaAt, index: number, end: "from" | "to", areas: readonly string[]): readonly Violation[] {
  const text = at.area.flows[index]?.[end] ?? "";
  const place = { path: pathTo(at.path, "flows", index, end), found: text, allowed: oneOf(names(at, end)) };
  const parsed = parseFlowEnd(text);
  if (parsed === undefined) {
    const [first = "", kind = "", ...rest] = text.split("/");
    const across = areas.includes(first) || (rest.length === 1 && /^(machines|bench)$/.test(kind));
    return [
      across
        ? {
            ...place,
            what: `a flow cannot leave its area, and this names the area ${first}`,
            next:
              first === at.key
                ? `leave the area out: ${[kind, ...rest].join("/")}`
                : "areas never reach each other: put both ends into one area, or share data in a shared area",
          }
        : { ...place, what: "this is no end of a flow", next: "write machines/<group> or bench/<partner>" },
    ];
  }
  if (parsed.kind === "bench" && end === "to")
    return [
      {
        ...place,
        what: "a flow cannot lead into a bench",
        next: "turn the flow round: its partner's people decide what their own machines accept",
      },
    ];
  const exists =
    parsed.kind === "machines"
      ? own(at.area.machines, parsed.group) !== undefined
      : areaBenches(at.area).includes(parsed.partner);
  if (exists) return [];
  return [
    {
      ...place,
      what: `the area ${at.key} has no such ${parsed.kind === "machines" ? "machines" : "bench"}`,
      next: parsed.kind === "machines" ? "correct the name, or add the machines" : "add the bench, or correct the name",
    },
  ];
}

export const flowEnds: ZoneRule = {
  id: "flow-ends",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-2", "DIGIMED-10"],
  why: "a flow opens one way between two ends of one area; everything else stays closed",
  check({ config }) {
    const areas = Object.keys(config.areas);
    return areasOf(config).flatMap((at) =>
      at.area.flows.flatMap((flow, index): readonly Violation[] => {
        const from = parseFlowEnd(flow.from);
        // A bench of a partner that nobody knows is the matter of another rule.
        const stranger = from?.kind === "bench" && (!isAdmitted(config, from.partner) || !isSound(at.area));
        const ends = [...(stranger ? [] : checkEnd(at, index, "from", areas)), ...checkEnd(at, index, "to", areas)];
        const alone = from?.kind === "machines" && own(at.area.machines, from.group)?.count === 1;
        if (ends.length > 0 || flow.from !== flow.to || !alone) return ends;
        return [
          {
            path: pathTo(at.path, "flows", index),
            what: "this flow leads from one machine to itself",
            found: flow.from,
            allowed: "two different ends, or a group of several machines",
            next: "remove it: a machine always reaches itself",
          },
        ];
      }),
    );
  },
};
