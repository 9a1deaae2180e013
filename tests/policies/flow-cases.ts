import type { Case } from "./fixtures.ts";
import {
  routed,
  byIpsec,
  commons,
  heart,
  ipsec,
  visited,
  analysis,
  flow,
  preset,
  room,
  clinic,
  admins,
  mirror,
  internet,
  toStorage,
} from "./zone-parts.ts";

/** Flows, their ends, and presets: each rule at least one compliant case, and one that is refused. */
export const FLOW_CASES: Readonly<Record<string, readonly Case<"zone">[]>> = {
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
      name: "to a storage that is granted",
      change: (c) => {
        toStorage(c);
        heart(c).flows = [flow("machines/imaging", "storage/heart")];
      },
    },
    {
      name: "to a storage that is not granted",
      change: (c) => (heart(c).flows = [flow("machines/imaging", "storage/heart")]),
      refuses: ["zone.areas.heart.flows[0].to"],
    },
    {
      name: "from a storage",
      change: (c) => {
        toStorage(c);
        heart(c).flows = [flow("storage/heart", "machines/imaging")];
      },
      refuses: ["zone.areas.heart.flows[0].from"],
    },
    {
      name: "an area that is not there",
      change: (c) => (c.flows = [flow("lungs/machines/imaging", "commons/machines/analysis")]),
      refuses: ["zone.flows[0].from"],
    },
    {
      name: "from the zone's own flows, with and without the area",
      change: (c) => {
        commons(c).flows = [];
        c.flows = [
          flow("commons/bench/uni-north", "commons/machines/analysis"),
          flow("bench/uni-south", "machines/analysis"),
        ];
      },
      refuses: ["zone.flows[1].from", "zone.flows[1].to"],
    },
    {
      name: "from the zone's own flows, compliant",
      change: (c) => {
        commons(c).flows = [];
        c.flows = [flow("commons/bench/uni-north", "area/commons")];
      },
    },
    {
      name: "an area without machines",
      change: (c) => {
        analysis(c).volumes = [];
        commons(c).machines = {};
        commons(c).flows = [flow("bench/uni-north", "area/commons")];
      },
      refuses: ["zone.areas.commons.flows[0].to"],
    },
    {
      name: "all machines of an area of one machine to themselves",
      change: (c) => (c.flows = [flow("area/heart", "area/heart")]),
      refuses: ["zone.flows[0]"],
    },
    {
      name: "ends that nobody declared",
      change: (c) => {
        clinic(c, "commons");
        commons(c).flows = [
          flow("site/clinics", "machines/analysis"),
          flow("machines/analysis", "outside/mirror"),
          flow("network/admins", "machines/analysis"),
          flow("site/clinic", "machines/analysis"),
        ];
      },
      refuses: [
        "zone.areas.commons.flows[0].from",
        "zone.areas.commons.flows[1].to",
        "zone.areas.commons.flows[2].from",
      ],
    },
    {
      name: "into a network of persons",
      change: (c) => {
        preset(c, "isolated");
        admins(c);
        commons(c).flows = [flow("machines/analysis", "network/admins")];
      },
      refuses: ["zone.areas.commons.flows[0].to"],
    },
    {
      name: "an inherited name",
      change: (c) => (commons(c).flows[0]!.from = "site/constructor"),
      refuses: ["zone.areas.commons.flows[0].from"],
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
  "flow-meet": [
    { name: "two ends of one area", change: () => undefined },
    {
      name: "a site and machines, both ways",
      change: (c) => {
        clinic(c);
        c.flows = [flow("site/clinic", "heart/machines/imaging"), flow("area/heart", "site/clinic", "104/tcp")];
      },
    },
    {
      name: "machines of two areas",
      change: (c) => (c.flows = [flow("heart/machines/imaging", "commons/machines/analysis")]),
      refuses: ["zone.flows[0]"],
    },
    {
      name: "a bench of another area",
      change: (c) => (c.flows = [flow("commons/bench/uni-north", "heart/machines/imaging")]),
      refuses: ["zone.flows[0]"],
    },
    {
      name: "written in an area, into another one",
      change: (c) => (commons(c).flows[0]!.to = "heart/machines/imaging"),
      refuses: ["zone.areas.commons.flows[0]"],
    },
    {
      name: "written in an area, about another one alone",
      change: (c) => {
        clinic(c);
        visited(c);
        commons(c).flows = [flow("site/clinic", "heart/machines/imaging")];
      },
      refuses: ["zone.areas.commons.flows[0]"],
    },
    {
      name: "two whole areas",
      change: (c) => (c.flows = [flow("area/heart", "area/commons")]),
      refuses: ["zone.flows[0]"],
    },
    {
      name: "two sites",
      change: (c) => {
        clinic(c);
        c.sites["other"] = { title: "Other", kind: "ipsec", networks: ["192.168.60.0/24"], ipsec: ipsec() };
        c.flows = [flow("site/clinic", "site/other"), flow("site/clinic", "area/heart")];
      },
      refuses: ["zone.flows[0]"],
    },
    {
      name: "to a storage: from machines, from a bench, from a site, from another area",
      change: (c) => {
        clinic(c);
        toStorage(c);
        toStorage(c, "commons");
        c.granted.networks["commons/storage"] = { ipv4: "10.8.10.0/24", ipv6: "fd00:8:0:a::/64" };
        c.flows = [
          flow("heart/machines/imaging", "storage/heart"),
          flow("commons/bench/uni-north", "storage/commons"),
          flow("site/clinic", "storage/heart"),
          flow("commons/machines/analysis", "storage/heart"),
          flow("site/clinic", "area/heart", "104/tcp"),
        ];
      },
      refuses: ["zone.flows[1]", "zone.flows[2]", "zone.flows[3]"],
    },
    {
      name: "from a bench to a site",
      change: (c) => {
        clinic(c);
        visited(c);
        commons(c).flows = [flow("bench/uni-north", "site/clinic")];
      },
      refuses: ["zone.areas.commons.flows[0]"],
    },
    {
      name: "from persons to outside: the zone is no way through",
      change: (c) => {
        preset(c, "open");
        admins(c);
        mirror(c);
        c.flows = [flow("network/admins", "outside/mirror")];
      },
      refuses: ["zone.flows[0]"],
    },
  ],
  "flow-preset": [
    {
      name: "out to a named end on its named ports, isolated",
      change: (c) => {
        preset(c, "isolated");
        mirror(c);
        c.flows = [flow("area/commons", "outside/mirror")];
      },
    },
    {
      name: "out, confidential",
      change: (c) => {
        mirror(c);
        c.flows = [flow("area/commons", "outside/mirror")];
      },
      refuses: ["zone.flows[0].to"],
    },
    {
      name: "persons, confidential",
      change: (c) => {
        admins(c);
        c.flows = [flow("network/admins", "commons/machines/analysis", "22/tcp")];
      },
      refuses: ["zone.flows[0].from"],
    },
    {
      name: "persons, isolated",
      change: (c) => {
        preset(c, "isolated");
        admins(c);
        c.flows = [flow("network/admins", "commons/machines/analysis", "22/tcp")];
      },
    },
    {
      name: "a site, confidential, both ways",
      change: (c) => {
        clinic(c);
        c.flows = [flow("site/clinic", "area/heart"), flow("area/heart", "site/clinic")];
      },
    },
    {
      name: "out without ports, guarded",
      change: (c) => {
        preset(c, "guarded");
        mirror(c);
        delete c.outside["mirror"]!.ports;
        c.flows = [flow("area/commons", "outside/mirror")];
      },
      refuses: ["zone.flows[0].to"],
    },
    {
      name: "out without ports, open",
      change: (c) => {
        preset(c, "open");
        mirror(c);
        delete c.outside["mirror"]!.ports;
        c.flows = [flow("area/commons", "outside/mirror")];
      },
    },
    {
      name: "the Internet, isolated; two flows are told once",
      change: (c) => {
        preset(c, "isolated");
        internet(c);
        c.flows = [flow("area/commons", "outside/internet"), flow("area/heart", "outside/internet")];
      },
      refuses: ["zone.outside.internet.networks[0]", "zone.outside.internet.networks[1]"],
    },
    {
      name: "the Internet, guarded, on named ports",
      change: (c) => {
        preset(c, "guarded");
        internet(c);
        c.flows = [flow("area/commons", "outside/internet")];
      },
    },
    {
      name: "in from outside, guarded",
      change: (c) => {
        preset(c, "guarded");
        mirror(c);
        c.flows = [flow("outside/mirror", "commons/machines/analysis")];
      },
      refuses: ["zone.flows[0].from"],
    },
    {
      name: "a portal for everybody, open (SPE4HD-2)",
      change: (c) => {
        preset(c, "open");
        internet(c);
        c.flows = [flow("outside/internet", "commons/machines/analysis")];
      },
    },
    {
      name: "a portal for everybody without named ports, open",
      change: (c) => {
        preset(c, "open");
        internet(c);
        delete c.outside["internet"]!.ports;
        c.flows = [flow("outside/internet", "commons/machines/analysis")];
      },
      refuses: ["zone.flows[0].from"],
    },
    {
      name: "logins from everywhere, open",
      change: (c) => {
        preset(c, "open");
        internet(c);
        c.outside["internet"]!.ports = ["1-65535/tcp"];
        c.flows = [
          { ...flow("outside/internet", "commons/machines/analysis"), ports: ["443/tcp", "20-30/tcp", "3389/tcp"] },
        ];
      },
      refuses: ["zone.flows[0].ports[1]", "zone.flows[0].ports[2]"],
    },
    {
      name: "logins from one outside network, open",
      change: (c) => {
        preset(c, "open");
        mirror(c);
        c.outside["mirror"]!.ports = ["22/tcp"];
        c.flows = [flow("outside/mirror", "commons/machines/analysis", "22/tcp")];
      },
    },
  ],
  "flow-ports": [
    {
      name: "a port of the end's range",
      change: (c) => {
        preset(c, "guarded");
        mirror(c);
        c.outside["mirror"]!.ports = ["80-443/tcp", "icmp"];
        c.flows = [{ ...flow("area/heart", "outside/mirror"), ports: ["443/tcp", "icmp"] }];
      },
    },
    {
      name: "another protocol, another port, a range that goes beyond, no ICMP",
      change: (c) => {
        preset(c, "guarded");
        mirror(c);
        c.flows = [{ ...flow("area/heart", "outside/mirror"), ports: ["443/udp", "80/tcp", "443-444/tcp", "icmp"] }];
      },
      refuses: [0, 1, 2, 3].map((index) => `zone.flows[0].ports[${index}]`),
    },
    { name: "no outside end", change: () => undefined },
  ],
  "end-range": [
    {
      name: "networks of both versions",
      change: (c) => {
        clinic(c);
        visited(c);
      },
    },
    {
      name: "addresses that nobody has",
      change: (c) => {
        c.sites["clinic"] = {
          title: "A clinic",
          kind: "ipsec",
          ipsec: ipsec(),
          networks: [
            "127.0.0.0/8",
            "169.254.0.0/16",
            "fe80::/64",
            "::ffff:a00:0/104",
            "ff02::/16",
            "::1/128",
            "224.0.0.0/8",
          ],
        };
        routed(c);
        visited(c);
      },
      refuses: [0, 1, 2, 3, 4, 5, 6].map((index) => `zone.sites.clinic.networks[${index}]`),
    },
    {
      name: "a site that would be everybody",
      change: (c) => byIpsec(c, ["128.0.0.0/1", "2000::/3"]),
      refuses: ["zone.sites.clinic.networks[0]", "zone.sites.clinic.networks[1]"],
    },
    {
      name: "an address inside a network",
      change: (c) => (c.networks["admins"] = { title: "Administrators", networks: ["192.168.70.1/24"] }),
      refuses: ["zone.networks.admins.networks[0]"],
    },
    {
      name: "one network twice",
      change: (c) => (c.outside["mirror"] = { title: "A mirror", networks: ["203.0.113.7/32", "203.0.113.7/32"] }),
      refuses: ["zone.outside.mirror.networks[1]"],
    },
    { name: "no ends", change: () => undefined },
  ],
  "end-overlap": [
    {
      name: "three ends apart, and the Internet around them",
      change: (c) => {
        clinic(c);
        visited(c);
        admins(c);
        mirror(c);
        internet(c);
      },
    },
    {
      name: "two sites with one network",
      change: (c) => {
        clinic(c);
        byIpsec(c, ["192.168.0.0/16", "fd40:0:0:0::/80"], "other");
      },
      refuses: ["zone.sites.other.networks[0]", "zone.sites.other.networks[1]"],
    },
    {
      name: "a site in what an area may get tomorrow",
      change: (c) => byIpsec(c, ["10.8.15.0/24", "fd00:8::/48"]),
      refuses: ["zone.sites.clinic.networks[0]", "zone.sites.clinic.networks[1]"],
    },
    {
      name: "beside the zone's block",
      change: (c) => byIpsec(c, ["10.8.16.0/24"]),
    },
    {
      name: "persons inside of a site",
      change: (c) => {
        clinic(c);
        visited(c);
        c.networks["admins"] = { title: "Administrators", networks: ["192.168.40.128/25"] };
      },
      refuses: ["zone.networks.admins.networks[0]"],
    },
    {
      name: "an outside end inside of a site, and inside of the zone",
      change: (c) => {
        clinic(c);
        visited(c);
        c.outside["pacs"] = { title: "An archive", networks: ["192.168.40.9/32", "10.8.0.9/32"] };
      },
      refuses: ["zone.outside.pacs.networks[0]", "zone.outside.pacs.networks[1]"],
    },
    { name: "no ends", change: () => undefined },
  ],
  "preset-floor": [
    { name: "as granted", change: () => undefined },
    { name: "above what is granted", change: (c) => (c.granted.preset = "open") },
    {
      name: "below what is granted",
      change: (c) => {
        c.preset = "isolated";
      },
      refuses: ["zone.preset"],
    },
    { name: "granted and taken", change: (c) => preset(c, "isolated") },
  ],
  "preset-lowered": [
    {
      name: "lowered, with the word",
      change: (c) => {
        preset(c, "isolated");
        c.lowered = { from: "confidential", reason: "synthetic data", by: "the steering board", until: "2027-01-31" };
      },
    },
    {
      name: "the word, and nothing lowered",
      change: (c) => (c.lowered = { from: "confidential", reason: "none", by: "nobody", until: "2027-01-31" }),
      refuses: ["zone.lowered.from"],
    },
    {
      name: "over since yesterday",
      change: (c) => {
        preset(c, "isolated");
        c.lowered = { from: "confidential", reason: "synthetic data", by: "the steering board", until: "2026-11-20" };
      },
      refuses: ["zone.lowered.until"],
    },
    {
      name: "longer than the permit",
      change: (c) => {
        preset(c, "isolated");
        c.lowered = { from: "confidential", reason: "synthetic data", by: "the steering board", until: "2030-01-01" };
      },
      refuses: ["zone.lowered.until"],
    },
    { name: "never lowered", change: () => undefined },
  ],
  "flow-unique": [
    {
      name: "two levels, one flow",
      change: (c) => (c.flows = [flow("commons/bench/uni-north", "commons/machines/analysis", "8443/tcp")]),
      refuses: ["zone.flows[0].ports[0]"],
    },
    {
      name: "a range over a port, and ICMP beside it",
      change: (c) =>
        (commons(c).flows = [
          { ...flow("bench/uni-north", "machines/analysis"), ports: ["8000-9000/tcp", "icmp", "8443/tcp", "8443/udp"] },
        ]),
      refuses: ["zone.areas.commons.flows[0].ports[2]"],
    },
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
};
