import { analysis, commons, flow, heart, room, type ZoneCase } from "./parts.ts";

/** Rules about networks and flows. */
export const FLOWS_CASES: Readonly<Record<string, readonly ZoneCase[]>> = {
  "flow-ends": [
    {
      name: "a group of two talks among itself",
      change: (c) => {
        room(c);
        analysis(c).count = 2;
        commons(c).flows = [flow("machines/analysis", "machines/analysis")];
      },
    },
    {
      name: "machines that are not there",
      change: (c) => (commons(c).flows[0]!.to = "machines/analyses"),
      refuses: ["zone.areas.commons.flows[0].to"],
    },
    {
      name: "a bench that is not there",
      change: (c) => (heart(c).flows = [flow("bench/heart-centre", "machines/imaging")]),
      refuses: ["zone.areas.heart.flows[0].from"],
    },
    {
      name: "into a bench",
      change: (c) => (commons(c).flows = [flow("machines/analysis", "bench/uni-north")]),
      refuses: ["zone.areas.commons.flows[0].to"],
    },
    {
      name: "into another area",
      change: (c) => (commons(c).flows[0]!.to = "heart/machines/imaging"),
      refuses: ["zone.areas.commons.flows[0].to"],
    },
    {
      name: "no end at all",
      change: (c) => (commons(c).flows[0]!.from = "internet"),
      refuses: ["zone.areas.commons.flows[0].from"],
    },
    {
      name: "one machine to itself",
      change: (c) => (commons(c).flows = [flow("machines/analysis", "machines/analysis")]),
      refuses: ["zone.areas.commons.flows[0]"],
    },
    { name: "no flows", change: (c) => (commons(c).flows = []) },
  ],
  "flow-unique": [
    {
      name: "two ports",
      change: (c) =>
        (commons(c).flows = [
          flow("bench/uni-north", "machines/analysis"),
          flow("bench/uni-north", "machines/analysis", "80/tcp"),
        ]),
    },
    {
      name: "one port twice",
      change: (c) =>
        (commons(c).flows = [
          flow("bench/uni-north", "machines/analysis"),
          flow("bench/uni-north", "machines/analysis"),
        ]),
      refuses: ["zone.areas.commons.flows[1].ports[0]"],
    },
    { name: "no flows", change: (c) => (commons(c).flows = []) },
  ],
  "flow-until": [
    { name: "until the permit's last day", change: (c) => (commons(c).flows[0]!.until = c.permit.expires) },
    {
      name: "a day longer than the permit",
      change: (c) => (commons(c).flows[0]!.until = "2030-01-01"),
      refuses: ["zone.areas.commons.flows[0].until"],
    },
    {
      name: "over since yesterday",
      change: (c) => (commons(c).flows[0]!.until = "2026-11-20"),
      refuses: ["zone.areas.commons.flows[0].until"],
    },
    { name: "ends today", change: (c) => (commons(c).flows[0]!.until = "2026-11-21") },
    { name: "until unset", change: (c) => delete commons(c).flows[0]!.until },
  ],
  "network-granted": [
    { name: "each area and bench", change: () => undefined },
    {
      name: "an entry more than needed",
      change: (c) => (c.granted.networks["old"] = { ipv4: "10.8.9.0/24", ipv6: "fd00:8:0:9::/64" }),
    },
    { name: "an area without", change: (c) => delete c.granted.networks["heart"], refuses: ["zone.areas.heart"] },
    {
      name: "a bench without",
      change: (c) => delete c.granted.networks["commons/uni-south"],
      refuses: ["zone.areas.commons.partners.uni-south"],
    },
    {
      name: "nothing granted",
      change: (c) => {
        c.granted.networks = {};
        c.areas = { heart: heart(c) };
      },
      refuses: ["zone.areas.heart"],
    },
  ],
  "network-range": [
    { name: "neighbours", change: () => undefined },
    {
      name: "two networks overlap in IPv4",
      change: (c) => (c.granted.networks["heart"]!.ipv4 = "10.8.0.0/23"),
      refuses: ["zone.granted.networks.heart.ipv4"],
    },
    {
      name: "two networks are one in IPv6",
      change: (c) => (c.granted.networks["heart"]!.ipv6 = "fd00:8:0:0:0::/64"),
      refuses: ["zone.granted.networks.heart.ipv6"],
    },
    {
      name: "host bits",
      change: (c) => (c.granted.networks["heart"]!.ipv4 = "10.8.4.7/24"),
      refuses: ["zone.granted.networks.heart.ipv4"],
    },
    {
      name: "too small",
      change: (c) => (c.granted.networks["heart"]!.ipv4 = "10.8.4.0/30"),
      refuses: ["zone.granted.networks.heart.ipv4"],
    },
    {
      name: "not a /64",
      change: (c) => (c.granted.networks["heart"]!.ipv6 = "fd00:8:0:4::/80"),
      refuses: ["zone.granted.networks.heart.ipv6"],
    },
    {
      name: "somebody else's addresses",
      change: (c) => (c.granted.networks["heart"]!.ipv4 = "8.8.8.0/24"),
      refuses: ["zone.granted.networks.heart.ipv4"],
    },
    {
      name: "multicast",
      change: (c) => (c.granted.networks["heart"]!.ipv6 = "ff02::/64"),
      refuses: ["zone.granted.networks.heart.ipv6"],
    },
    {
      name: "one network alone",
      change: (c) => {
        c.areas = { heart: heart(c) };
        c.granted.networks = { heart: c.granted.networks["heart"]! };
      },
    },
  ],
};
