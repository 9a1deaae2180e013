import type { GatewayFacts } from "../../../../plan/vpn/gateway.ts";

/** Keys of nobody: 32 bytes each, the same byte over and over. */
export const KEYS = {
  charite: Buffer.alloc(32, 1).toString("base64"),
  uke: Buffer.alloc(32, 2).toString("base64"),
  quiet: Buffer.alloc(32, 3).toString("base64"),
  gateway: Buffer.alloc(32, 9).toString("base64"),
} as const;

/** A gateway with a network behind one site, a single host as another, one that no flow names, both versions, both directions. */
export const GATEWAY: GatewayFacts = {
  zone: "digimed",
  port: 51820,
  mtu: 1362,
  tunnel: ["10.8.15.1", "fd00:8:0:f::1"],
  peers: [
    { site: "uke", publicKey: KEYS.uke, endpoint: "203.0.113.7:51820" },
    { site: "charite", publicKey: KEYS.charite },
    { site: "quiet", publicKey: KEYS.quiet },
  ],
  doors: [
    {
      site: "charite",
      direction: "in",
      siteNetworks: ["192.168.40.0/24", "fd40::/64"],
      areaNetworks: ["10.8.3.7", "fd00:8:0:3::7"],
      ports: ["443/tcp", "6000-6010/tcp", "icmp"],
      because: "zone.areas.heart.flows[0]",
    },
    {
      site: "uke",
      direction: "in",
      siteNetworks: ["192.168.50.9/32"],
      areaNetworks: ["10.8.3.7", "10.8.3.8"],
      ports: ["5432/tcp"],
      because: "zone.areas.heart.flows[1]",
    },
    {
      site: "charite",
      direction: "out",
      siteNetworks: ["192.168.40.12/32"],
      areaNetworks: ["10.8.3.8"],
      ports: ["104/tcp", "514/udp"],
      because: "zone.areas.heart.flows[2]",
    },
  ],
};
