import type { Case } from "./fixtures.ts";
import { commons, heart, analysis, cohort, flow, room, type Zone } from "./zone-parts.ts";

const life = (config: Zone, until: string, onEnd: "destroy" | "freeze" = "freeze"): void => {
  config.lifetime = { until, onEnd };
};
/** The example with a broker and two workers in its shared area. */
const work = (config: Zone): void => {
  room(config);
  commons(config).machines["broker"] = { ...analysis(config) };
  commons(config).machines["worker"] = { ...analysis(config), count: 2 };
  commons(config).topology = { broker: "broker", workers: "worker", ports: ["6000/tcp"] };
};

/** Dedicated hosts, zones for one run, broker and workers. */
export const RUN_CASES: Readonly<Record<string, readonly Case<"zone">[]>> = {
  "dedicated-granted": [
    {
      name: "granted",
      change: (c) => {
        heart(c).dedicated = true;
        c.granted.dedicated["heart"] = {};
      },
    },
    {
      name: "not granted",
      change: (c) => (heart(c).dedicated = true),
      refuses: ["zone.areas.heart.dedicated"],
    },
    {
      name: "granted to another area",
      change: (c) => {
        heart(c).dedicated = true;
        c.granted.dedicated["commons"] = {};
      },
      refuses: ["zone.areas.heart.dedicated"],
    },
    { name: "unset", change: () => undefined },
  ],
  "dedicated-slots": [
    {
      name: "as many as planned",
      change: (c) => (c.granted.dedicated["commons"] = { slots: 1 }),
    },
    {
      name: "one too few",
      change: (c) => {
        room(c);
        analysis(c).count = 3;
        c.granted.dedicated["commons"] = { slots: 2 };
      },
      refuses: ["zone.areas.commons.machines"],
    },
    { name: "unknown", change: (c) => (c.granted.dedicated["commons"] = {}) },
  ],
  "lifetime-valid": [
    { name: "in time", change: (c) => life(c, "2027-01-31") },
    { name: "ends today", change: (c) => life(c, "2026-11-21T18:00:00Z") },
    { name: "over", change: (c) => life(c, "2026-11-20T18:00:00Z"), refuses: ["zone.lifetime.until"] },
    {
      name: "over, and frozen",
      change: (c) => {
        life(c, "2026-11-20");
        c.frozen = { since: "2026-11-21", reason: "its time is over", by: "the board" };
      },
    },
    { name: "longer than the permit", change: (c) => life(c, "2030-01-01"), refuses: ["zone.lifetime.until"] },
    { name: "unset", change: () => undefined },
  ],
  "lifetime-deletion": [
    {
      name: "destroyed with the explicit word",
      change: (c) => {
        life(c, "2027-01-31", "destroy");
        c.deletion = "allowed";
      },
    },
    {
      name: "destroyed without it",
      change: (c) => life(c, "2027-01-31", "destroy"),
      refuses: ["zone.deletion"],
    },
    {
      name: "one data set protected",
      change: (c) => {
        life(c, "2027-01-31", "destroy");
        c.deletion = "allowed";
        cohort(c).deletion = "protected";
        analysis(c).deletion = "protected";
      },
      refuses: ["zone.areas.commons.machines.analysis.deletion", "zone.areas.commons.datasets.cohort.deletion"],
    },
    { name: "frozen", change: (c) => life(c, "2027-01-31") },
  ],
  "topology-groups": [
    { name: "two groups", change: work },
    {
      name: "workers that are not there",
      change: (c) => {
        work(c);
        delete commons(c).machines["worker"];
      },
      refuses: ["zone.areas.commons.topology.workers"],
    },
    {
      name: "a broker that is not there",
      change: (c) => {
        work(c);
        commons(c).topology!.broker = "brokr";
      },
      refuses: ["zone.areas.commons.topology.broker"],
    },
    {
      name: "one group for both",
      change: (c) => {
        work(c);
        commons(c).topology!.broker = "worker";
      },
      refuses: ["zone.areas.commons.topology.workers"],
    },
    { name: "unset", change: () => undefined },
  ],
  "topology-closed": [
    {
      name: "benches and others reach the broker",
      change: (c) => {
        work(c);
        commons(c).flows.push(flow("bench/uni-north", "machines/broker"), flow("machines/analysis", "machines/broker"));
        commons(c).flows.push(flow("machines/broker", "machines/worker", "22/tcp"));
      },
    },
    ...(
      [
        ["a bench", "bench/uni-north"],
        ["other machines", "machines/analysis"],
        ["themselves", "machines/worker"],
        ["the whole area", "area/commons"],
      ] as const
    ).map(([name, from]): Case<"zone"> => ({
      name: `${name} to the workers`,
      change: (c) => {
        work(c);
        commons(c).flows = [flow(from, "machines/worker")];
      },
      refuses: ["zone.areas.commons.flows[0].from"],
    })),
    {
      name: "a flow to the whole area, written in the zone",
      change: (c) => {
        work(c);
        c.flows = [flow("commons/bench/uni-north", "area/commons")];
      },
      refuses: ["zone.flows[0].to"],
    },
    { name: "unset", change: () => undefined },
  ],
};
