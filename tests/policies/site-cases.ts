import type { Case } from "./fixtures.ts";
import {
  admins,
  clinic,
  clinicByIpsec,
  flow,
  ipsec,
  mirror,
  preset,
  publicKey,
  routed,
  visited,
  type Zone,
} from "./zone-parts.ts";

const toHeart = (config: Zone): void => void config.flows.push(flow("site/clinic", "area/heart", "104/tcp"));
const tunnel = (config: Zone): NonNullable<Zone["sites"][string]["ipsec"]> => {
  clinicByIpsec(config);
  toHeart(config);
  return config.sites["clinic"]!.ipsec!;
};
const second = (config: Zone, kind: "ipsec" | "wireguard"): Zone["sites"][string] => {
  const section =
    kind === "ipsec"
      ? { ipsec: ipsec("198.51.100.21") }
      : { wireguard: { publicKey: publicKey(2), endpoint: "198.51.100.32:51820" } };
  const site = { title: "Another", kind, networks: ["192.168.60.0/24"], ...section };
  config.sites["other"] = site;
  return site;
};

/** Sites, their tunnels, and the routers that areas need: each rule at least one compliant case, and one that is refused. */
export const SITE_CASES: Readonly<Record<string, readonly Case<"zone">[]>> = {
  "flow-route": [
    {
      name: "over a granted router",
      change: (c) => {
        preset(c, "open");
        admins(c);
        c.flows.push(flow("network/admins", "heart/machines/imaging", "22/tcp"));
      },
    },
    {
      name: "without a router",
      change: (c) => {
        clinicByIpsec(c);
        delete c.granted.routers["heart"];
        toHeart(c);
      },
      refuses: ["zone.flows[0]"],
    },
    {
      name: "by a router that is granted for other ends",
      change: (c) => {
        clinicByIpsec(c);
        c.granted.routers["heart"]!.ends = ["network"];
        toHeart(c);
      },
      refuses: ["zone.flows[0]"],
    },
    {
      name: "by another area's router",
      change: (c) => {
        preset(c, "open");
        mirror(c);
        delete c.granted.routers["heart"];
        c.flows.push(flow("area/commons", "outside/mirror"), flow("area/heart", "outside/mirror"));
      },
      refuses: ["zone.flows[1]"],
    },
    { name: "a router that nobody needs", change: (c) => routed(c) },
    {
      name: "a WireGuard site in an area without a gateway",
      change: (c) => {
        clinic(c);
        visited(c);
        c.flows.push(flow("site/clinic", "area/commons"));
      },
      refuses: ["zone.flows[1]"],
    },
  ],
  "site-section": [
    { name: "an IPsec site with its section", change: (c) => void tunnel(c) },
    {
      name: "a WireGuard site with its section",
      change: (c) => {
        clinic(c);
        visited(c);
      },
    },
    {
      name: "no section",
      change: (c) => {
        tunnel(c);
        delete c.sites["clinic"]!.ipsec;
      },
      refuses: ["zone.sites.clinic"],
    },
    {
      name: "the other kind's section beside its own",
      change: (c) => {
        tunnel(c);
        c.sites["clinic"]!.wireguard = { publicKey: publicKey(1) };
      },
      refuses: ["zone.sites.clinic.wireguard"],
    },
    {
      name: "the other kind's section alone",
      change: (c) => {
        clinic(c);
        visited(c);
        const { wireguard: _none, ...rest } = c.sites["clinic"]!;
        c.sites["clinic"] = { ...rest, ipsec: ipsec() };
      },
      refuses: ["zone.sites.clinic", "zone.sites.clinic.ipsec"],
    },
  ],
  "site-flow": [
    { name: "a site with a flow", change: (c) => void tunnel(c) },
    { name: "a site without a flow", change: (c) => clinicByIpsec(c), refuses: ["zone.sites.clinic"] },
    {
      name: "two sites, one with a flow",
      change: (c) => {
        tunnel(c);
        second(c, "ipsec");
      },
      refuses: ["zone.sites.other"],
    },
  ],
  "site-ipsec": [
    { name: "the defaults", change: (c) => void tunnel(c) },
    {
      name: "other strong parameters",
      change: (c) => void Object.assign(tunnel(c), { auth: "sha512", pfs: "group21", lifetime: 1800 }),
    },
    {
      name: "a weak cipher",
      change: (c) => (tunnel(c).encryption = "3des"),
      refuses: ["zone.sites.clinic.ipsec.encryption"],
    },
    {
      name: "IKEv1, SHA-1 and a small group",
      change: (c) => void Object.assign(tunnel(c), { ikeVersion: "v1", auth: "sha1", pfs: "group5" }),
      refuses: ["ikeVersion", "auth", "pfs"].map((key) => `zone.sites.clinic.ipsec.${key}`),
    },
    {
      name: "keys that live too long",
      change: (c) => void Object.assign(tunnel(c), { ikeLifetime: 172_800, lifetime: 14_401 }),
      refuses: ["ikeLifetime", "lifetime"].map((key) => `zone.sites.clinic.ipsec.${key}`),
    },
  ],
  "site-peer": [
    {
      name: "two sites, each with a peer",
      change: (c) => {
        tunnel(c);
        second(c, "ipsec");
        c.flows.push(flow("site/other", "area/heart"));
      },
    },
    {
      name: "two sites with one peer, however it is spelled",
      change: (c) => {
        tunnel(c).peer = "2001:db8::7";
        second(c, "ipsec").ipsec!.peer = "2001:DB8:0::7";
        c.flows.push(flow("site/other", "area/heart"));
      },
      refuses: ["zone.sites.other.ipsec.peer"],
    },
    {
      name: "two sites with one key",
      change: (c) => {
        clinic(c);
        second(c, "wireguard").wireguard!.publicKey = publicKey(1);
        visited(c);
      },
      refuses: ["zone.sites.other.wireguard.publicKey"],
    },
    {
      name: "two sites with one endpoint",
      change: (c) => {
        clinic(c);
        second(c, "wireguard").wireguard!.endpoint = "198.51.100.31:51820";
        visited(c);
      },
      refuses: ["zone.sites.other.wireguard.endpoint"],
    },
    {
      name: "a peer behind its own tunnel",
      change: (c) => (tunnel(c).peer = "192.168.40.9"),
      refuses: ["zone.sites.clinic.ipsec.peer"],
    },
    {
      name: "a peer in the zone",
      change: (c) => (tunnel(c).peer = c.granted.networks["heart"]!.ipv4.replace(/0\/24$/, "9")),
      refuses: ["zone.sites.clinic.ipsec.peer"],
    },
  ],
};
