import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ZoneConfig } from "../../config/index.ts";
import { planZone } from "../../plan/zone.ts";
import { judge } from "../../policies/index.ts";
import { halvesOf, zoneShape } from "./arbitraries.ts";
import { endsOf, packetsOf, passes } from "./reachability.ts";

const TOLD = ["topology-closed", "topology-groups"];

/** A zone whose areas with two groups or more have a broker and workers, with whatever flows it had. */
function withTopology(zone: ZoneConfig, home: boolean): ZoneConfig {
  const areas = Object.entries(zone.areas).map(([key, area]) => {
    const [broker, workers] = Object.keys(area.machines);
    if (broker === undefined || workers === undefined) return [key, area] as const;
    const topology = { broker, workers, ports: ["6000/tcp"], ...(home ? { home: ["7000/tcp"] } : {}) };
    return [key, { ...area, topology }] as const;
  });
  return { ...zone, areas: Object.fromEntries(areas) };
}

const refused = (zone: ZoneConfig): boolean =>
  judge({ kind: "zone", config: zone }, { today: "2026-11-21" }).some(({ rule = "" }) => TOLD.includes(rule));

describe("broker and workers (C4H-15)", () => {
  it("whatever flows stand beside: where the rules pass it, the broker alone reaches workers", () => {
    let [kept, refusals, reached] = [0, 0, 0];
    fc.assert(
      fc.property(zoneShape("alpha"), fc.boolean(), (shape, home) => {
        const zone = withTopology(halvesOf(shape).zone, home);
        if (refused(zone)) {
          refusals++;
          return;
        }
        const plan = planZone(zone);
        const ends = endsOf(plan, zone);
        const packets = [
          ...packetsOf(zone),
          ...([4, 6] as const).flatMap((version) =>
            [6000, 7000].map((port) => ({ version, protocol: "tcp", port }) as const),
          ),
        ];
        for (const [key, { topology }] of Object.entries(zone.areas)) {
          if (topology === undefined) continue;
          kept++;
          const workers = ends.filter(({ area, group }) => area === key && group === topology.workers);
          for (const to of workers)
            for (const from of ends) {
              if (from === to) continue;
              const isBroker = from.area === key && from.group === topology.broker;
              for (const packet of packets) {
                const passed = passes(plan, from, to, packet);
                if (passed && isBroker) reached++;
                if (!isBroker) expect(passed, `${from.beyond ?? from.group ?? from.bench} ${packet.port}`).toBe(false);
              }
            }
        }
      }),
      { numRuns: 120 },
    );
    // The probe is one that finds something where something is open, and both kinds of zone were there.
    expect(kept).toBeGreaterThan(0);
    expect(refusals).toBeGreaterThan(0);
    expect(reached).toBeGreaterThan(0);
  });

  it("a flow that the rule refuses would let somebody else in: it refuses nothing for nothing", () => {
    fc.assert(
      fc.property(zoneShape("alpha"), (shape) => {
        const zone = withTopology(halvesOf(shape).zone, false);
        fc.pre(refused(zone));
        const plan = planZone(zone);
        const ends = endsOf(plan, zone);
        const open = Object.entries(zone.areas).some(([key, { topology }]) =>
          ends.some(
            (to) =>
              to.area === key &&
              to.group === topology?.workers &&
              ends.some(
                (from) =>
                  (from.area !== key || from.group !== topology?.broker) &&
                  packetsOf(zone).some((packet) => passes(plan, from, to, packet)),
              ),
          ),
        );
        // A group of one has no other worker that could be let in.
        const lonely = Object.values(zone.areas).some(({ flows, machines, topology }) =>
          flows.some(
            ({ from }) =>
              topology !== undefined && machines[topology.workers]?.count === 1 && /^(machines|area)\//.test(from),
          ),
        );
        expect(open || lonely).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("opens the way home only where the config says so", () => {
    fc.assert(
      fc.property(zoneShape("alpha"), fc.boolean(), (shape, home) => {
        const { zone: bare } = halvesOf(shape);
        const quiet = Object.fromEntries(
          Object.entries(bare.areas).map(([key, area]) => [key, { ...area, flows: [] }]),
        );
        const zone = withTopology({ ...bare, areas: quiet }, home);
        const plan = planZone(zone);
        const ends = endsOf(plan, zone);
        for (const [key, { topology }] of Object.entries(zone.areas)) {
          if (topology === undefined) continue;
          const of = (group: string) => ends.filter((end) => end.area === key && end.group === group);
          const [[broker], [worker]] = [of(topology.broker), of(topology.workers)];
          const tcp = (port: number) => ({ version: 6, protocol: "tcp", port }) as const;
          expect(passes(plan, broker!, worker!, tcp(6000))).toBe(true);
          expect(passes(plan, broker!, worker!, tcp(6001))).toBe(false);
          expect(passes(plan, worker!, broker!, tcp(7000))).toBe(home);
        }
      }),
      { numRuns: 40 },
    );
  });
});
