import type { Case } from "./fixtures.ts";
import { clinic, flow, heart, publicKey, visited, withGateway, type Zone } from "./zone-parts.ts";

/** A clinic that comes into heart by its gateway, with a flow. */
const built = (config: Zone): NonNullable<Zone["sites"][string]["wireguard"]> => {
  clinic(config);
  visited(config);
  return config.sites["clinic"]!.wireguard!;
};
const heart4 = (config: Zone): string => config.granted.networks["heart"]!.ipv4.replace(/0\/24$/, "9");

/** Gateways of WireGuard sites: each rule at least one compliant case, and one that is refused. */
export const GATEWAY_CASES: Readonly<Record<string, readonly Case<"zone">[]>> = {
  "gateway-granted": [
    { name: "with a leg outside", change: (c) => void built(c) },
    {
      name: "without a grant",
      change: (c) => {
        built(c);
        delete c.granted.gateways["heart"];
      },
      refuses: ["zone.areas.heart.gateway"],
    },
    {
      name: "with another area's grant",
      change: (c) => {
        built(c);
        c.granted.gateways["commons"] = c.granted.gateways["heart"]!;
        delete c.granted.gateways["heart"];
      },
      refuses: ["zone.areas.heart.gateway"],
    },
    {
      name: "a grant that nobody uses",
      change: (c) => (c.granted.gateways["heart"] = { addresses: ["203.0.113.9"] }),
    },
  ],
  "gateway-needed": [
    { name: "a site that a flow names", change: (c) => void built(c) },
    { name: "no site at all", change: (c) => withGateway(c), refuses: ["zone.areas.heart.gateway"] },
    {
      name: "in an area that no site comes into",
      change: (c) => {
        built(c);
        withGateway(c, "commons");
        c.granted.gateways["commons"] = { addresses: ["203.0.113.10"] };
      },
      refuses: ["zone.areas.commons.gateway"],
    },
  ],
  "gateway-dialled": [
    { name: "from an endpoint", change: (c) => void built(c) },
    {
      name: "from networks, without an endpoint",
      change: (c) => {
        const wireguard = built(c);
        delete wireguard.endpoint;
        wireguard.from = ["198.51.100.0/24", "2001:db8:5::/48"];
      },
    },
    {
      name: "from nowhere",
      change: (c) => void delete built(c).endpoint,
      refuses: ["zone.sites.clinic.wireguard"],
    },
    {
      name: "from everywhere",
      change: (c) => void (built(c).from = ["0.0.0.0/0"]),
      refuses: ["zone.sites.clinic.wireguard.from[0]"],
    },
    {
      name: "through its own tunnel",
      change: (c) => void (built(c).endpoint = "192.168.40.9:51820"),
      refuses: ["zone.sites.clinic.wireguard.endpoint"],
    },
    {
      name: "from a network of the zone",
      change: (c) => void (built(c).from = [`${heart4(c)}/32`]),
      refuses: ["zone.sites.clinic.wireguard.from[0]"],
    },
  ],
  "gateway-address": [
    {
      name: "one of each version",
      change: (c) => {
        built(c);
        c.granted.gateways["heart"]!.addresses = ["203.0.113.9", "2001:db8::9"];
      },
    },
    {
      name: "in the zone",
      change: (c) => {
        built(c);
        c.granted.gateways["heart"]!.addresses = [heart4(c)];
      },
      refuses: ["zone.granted.gateways.heart.addresses[0]"],
    },
    {
      name: "behind a tunnel",
      change: (c) => {
        built(c);
        c.granted.gateways["heart"]!.addresses = ["192.168.40.7"];
      },
      refuses: ["zone.granted.gateways.heart.addresses[0]"],
    },
    {
      name: "two of one version",
      change: (c) => {
        built(c);
        c.granted.gateways["heart"]!.addresses = ["203.0.113.9", "203.0.113.10"];
      },
      refuses: ["zone.granted.gateways.heart.addresses[1]"],
    },
    {
      name: "in a version of IP that the site does not have",
      change: (c) => void (built(c).endpoint = "[2001:db8:5::7]:51820"),
      refuses: ["zone.sites.clinic.wireguard"],
    },
  ],
  "gateway-routes": [
    {
      name: "as many networks as Neutron takes",
      change: (c) => {
        built(c);
        c.sites["clinic"]!.networks = Array.from({ length: 19 }, (_, index) => `192.168.${2 * index}.0/24`);
      },
    },
    {
      name: "more networks than Neutron takes",
      change: (c) => {
        built(c);
        c.sites["clinic"]!.networks = Array.from({ length: 20 }, (_, index) => `192.168.${2 * index}.0/24`);
      },
      refuses: ["zone.areas.heart.gateway"],
    },
    { name: "no gateway", change: () => undefined },
  ],
};

/** Rules about every group of machines hold for gateways too. */
export const GATEWAY_MACHINE_CASES: Readonly<Record<string, readonly Case<"zone">[]>> = {
  "grant-exists": [
    {
      name: "a gateway of a flavor and a key of a type that nobody granted",
      change: (c) => {
        built(c);
        Object.assign(heart(c).gateway!, { flavor: "SCS-4V-16" });
        heart(c).gateway!.key.volumeType = "fast";
      },
      refuses: ["zone.areas.heart.gateway.flavor", "zone.areas.heart.gateway.key.volumeType"],
    },
  ],
  "image-disk": [
    {
      name: "a gateway with too small a disk",
      change: (c) => {
        built(c);
        heart(c).gateway!.disk = "1 GiB";
        for (const image of Object.values(c.granted.images)) image.minDisk = "3 GiB";
      },
      refuses: ["zone.areas.heart.gateway.disk"],
    },
  ],
  "zone-names-unique": [
    {
      name: "a group of machines that is called as the gateway",
      change: (c) => {
        built(c);
        heart(c).machines["gateway"] = { ...heart(c).machines["imaging"]!, volumes: [] };
      },
      refuses: ["zone.areas.heart.gateway"],
    },
  ],
  "site-peer": [
    {
      name: "two WireGuard sites, each with its own",
      change: (c) => {
        built(c);
        const wireguard = { publicKey: publicKey(2), endpoint: "198.51.100.32:51820" };
        c.sites["other"] = { title: "Another", kind: "wireguard", networks: ["192.168.60.0/24"], wireguard };
        c.flows.push(flow("site/other", "area/heart"));
      },
    },
  ],
};
