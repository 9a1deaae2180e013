import { analysis, cohort, commons, grant, heart, room, type ZoneCase } from "./parts.ts";

/** Rules about areas, partners and permits. */
export const AREAS_CASES: Readonly<Record<string, readonly ZoneCase[]>> = {
  "area-kind": [
    { name: "shared with partners, exclusive with partner", change: () => undefined },
    {
      name: "shared with a single partner",
      change: (c) => (commons(c).partner = "uni-north"),
      refuses: ["zone.areas.commons.partner"],
    },
    {
      name: "exclusive with a list of partners",
      change: (c) => (heart(c).partners = { "uni-north": "read" }),
      refuses: ["zone.areas.heart.partners"],
    },
    {
      name: "shared, partners unset",
      change: (c) => {
        c.areas["empty"] = { kind: "shared", machines: {}, datasets: {}, studyKeys: {}, dedicated: false, flows: [] };
        grant(c, "empty");
      },
      refuses: ["zone.areas.empty.partners"],
    },
    {
      name: "exclusive, partner unset",
      change: (c) => {
        c.areas["empty"] = {
          kind: "exclusive",
          machines: {},
          datasets: {},
          studyKeys: {},
          dedicated: false,
          flows: [],
        };
        grant(c, "empty");
      },
      refuses: ["zone.areas.empty.partner"],
    },
  ],
  "bench-partner": [
    { name: "benches of the area's partners", change: (c) => (commons(c).benches = ["heart-centre", "uni-north"]) },
    {
      name: "a bench of a partner outside the area",
      change: (c) => {
        heart(c).benches = ["uni-north"];
        c.granted.networks["heart/uni-north"] = { ipv4: "10.8.9.0/24", ipv6: "fd00:8:0:9::/64" };
      },
      refuses: ["zone.areas.heart.benches[0]"],
    },
    {
      name: "a bench twice",
      change: (c) => (commons(c).benches = ["heart-centre", "uni-north", "uni-north"]),
      refuses: ["zone.areas.commons.benches[2]"],
    },
    { name: "benches unset", change: (c) => delete commons(c).benches },
  ],
  "partner-known": [
    { name: "known everywhere", change: () => undefined },
    {
      name: "an unknown partner of an area",
      change: (c) => (commons(c).partners!["uni-west"] = "read"),
      refuses: ["zone.areas.commons.partners.uni-west"],
    },
    {
      name: "an unknown owner",
      change: (c) => (cohort(c).owner = "uni-west"),
      refuses: ["zone.areas.commons.datasets.cohort.owner"],
    },
    {
      name: "an unknown grantee",
      change: (c) => (cohort(c).access["uni-west"] = "read"),
      refuses: ["zone.areas.commons.datasets.cohort.access.uni-west"],
    },
    {
      name: "an unknown bench",
      change: (c) => (heart(c).benches = ["uni-west"]),
      refuses: ["zone.areas.heart.benches[0]"],
    },
    {
      name: "an unknown end of a flow",
      change: (c) => (commons(c).flows[1]!.from = "bench/uni-west"),
      refuses: ["zone.areas.commons.flows[1].from"],
    },
    {
      name: "an unknown partner in the permit",
      change: (c) => c.permit.partners.push("uni-west"),
      refuses: ["zone.permit.partners[3]"],
    },
    {
      name: "a name that JavaScript knows",
      change: (c) => (cohort(c).access["constructor"] = "read"),
      refuses: ["zone.areas.commons.datasets.cohort.access.constructor"],
    },
    { name: "nobody named", change: (c) => (cohort(c).access = {}) },
  ],
  "partner-permitted": [
    { name: "named by the permit", change: () => undefined },
    {
      name: "a write grant to a partner that the permit does not name",
      change: (c) => {
        c.partners["uni-west"] = { title: "University of the West" };
        cohort(c).access["uni-west"] = "write";
      },
      refuses: ["zone.areas.commons.datasets.cohort.access.uni-west"],
    },
    {
      name: "a partner of the area that the permit does not name",
      change: (c) => c.permit.partners.pop(),
      refuses: ["zone.areas.commons.partners.uni-south"],
    },
    {
      name: "known, not permitted, nowhere used",
      change: (c) => (c.partners["uni-west"] = { title: "University of the West" }),
    },
  ],
  "permit-valid": [
    { name: "its last day", change: () => undefined, today: "2029-12-31" },
    { name: "the day after", change: () => undefined, today: "2030-01-01", refuses: ["zone.permit.expires"] },
    { name: "long in force", change: (c) => (c.permit.expires = "9999-12-31") },
  ],
  "places-unique": [
    { name: "two zones", change: (c) => (c.places.zones = ["nova", "other"]) },
    {
      name: "one zone twice",
      change: (c) => (c.places.zones = ["nova", "other", "nova"]),
      refuses: ["zone.places.zones[2]"],
    },
    { name: "one zone", change: () => undefined },
  ],
  "zone-names-fit": [
    { name: "short", change: () => undefined },
    {
      name: "a host name of 64 characters",
      change: (c) => {
        commons(c).machines["a".repeat(30)] = { ...analysis(c) };
        c.areas["b".repeat(25)] = {
          kind: "exclusive",
          partner: "heart-centre",
          machines: { ["c".repeat(30)]: { ...analysis(c) } },
          datasets: {},
          studyKeys: {},
          dedicated: false,
          flows: [],
        };
        room(c);
        c.granted.networks["b".repeat(25)] = { ipv4: "10.8.9.0/24", ipv6: "fd00:8:0:9::/64" };
        c.granted.quotas["b".repeat(25)] = { ...c.granted.quotas["commons"]! };
      },
      refuses: [`zone.areas.${"b".repeat(25)}.machines.${"c".repeat(30)}`],
    },
    {
      name: "no machines",
      change: (c) => {
        commons(c).machines = {};
        commons(c).flows = [];
      },
    },
  ],
  "zone-names-unique": [
    { name: "different", change: () => undefined },
    {
      name: "an area named as a bench",
      change: (c) => {
        c.areas["commons-uni-north"] = {
          kind: "exclusive",
          partner: "uni-north",
          machines: {},
          datasets: {},
          studyKeys: {},
          dedicated: false,
          flows: [],
        };
        grant(c, "commons-uni-north");
      },
      refuses: ["zone.areas.commons-uni-north"],
    },
    {
      name: "a machine named as one of a group",
      change: (c) => {
        room(c);
        analysis(c).count = 2;
        commons(c).machines["analysis-2"] = { ...analysis(c), count: 1 };
      },
      refuses: ["zone.areas.commons.machines.analysis-2"],
    },
    {
      name: "a port named as one of another group",
      change: (c) => {
        room(c);
        commons(c).machines["analysis-uni-north"] = { ...analysis(c) };
      },
      refuses: ["zone.areas.commons.flows[1]"],
    },
    { name: "one area alone", change: (c) => (c.areas = { heart: heart(c) }) },
  ],
};
