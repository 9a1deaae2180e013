import { heart, type ZoneCase } from "./parts.ts";

/** Rules about networks and flows. */
export const FLOWS_CASES: Readonly<Record<string, readonly ZoneCase[]>> = {
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
