import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { gatewayCloudInit } from "../../../../plan/vpn/cloud-init.ts";
import { distinct, gatewayProblems, wireguardMtu, type Door, type GatewayFacts } from "../../../../plan/vpn/gateway.ts";
import { gatewayRuleset } from "../../../../plan/vpn/nftables.ts";
import { gatewayConfig, siteConfig } from "../../../../plan/vpn/wireguard.ts";
import { GATEWAY, KEYS } from "./facts.ts";
import { scratch } from "../../../scratch.ts";

const golden = (name: string): string => path.join(import.meta.dirname, "golden", name);
const end = { endpoint: "198.51.100.20:51820", publicKey: KEYS.gateway };
/** The facts with their first door or first peer changed. */
const withDoor = (change: Partial<Door>): GatewayFacts => ({
  ...GATEWAY,
  doors: GATEWAY.doors.map((door, index) => (index === 0 ? { ...door, ...change } : door)),
});
const withPeer = (change: object): GatewayFacts => ({
  ...GATEWAY,
  peers: GATEWAY.peers.map((peer, index) => (index === 0 ? { ...peer, ...change } : peer)),
});

describe("the gateway's files (C4H-3, DIGIMED-11)", () => {
  it.each([
    ["gateway.conf", () => gatewayConfig(GATEWAY)],
    ["gateway.nft", () => gatewayRuleset(GATEWAY)],
    ["gateway.cloud-init.yaml", () => gatewayCloudInit(GATEWAY)],
    ["site-charite.conf", () => siteConfig(GATEWAY, "charite", end)],
    ["site-uke.conf", () => siteConfig(GATEWAY, "uke", end)],
  ])("%s is as it was read by people", async (name, render) => {
    await expect(render()).toMatchFileSnapshot(golden(name));
  });

  it("hold no private key: every place of a key is a public one or a file on the machine", () => {
    for (const text of [gatewayConfig(GATEWAY), gatewayCloudInit(GATEWAY), siteConfig(GATEWAY, "uke", end)]) {
      expect(text).not.toMatch(/PrivateKey|PresharedKey/i);
      const known = Object.values<string>(KEYS);
      for (const key of text.match(/[A-Za-z0-9+/]{43}=/g) ?? []) expect(known).toContain(key);
    }
  });

  it("take from a site what its flows name, and nothing from a site without one", () => {
    const config = gatewayConfig(GATEWAY);
    expect(config).toContain("AllowedIPs = 192.168.40.0/24, fd40::/64\n");
    expect(config).toContain("AllowedIPs = 192.168.50.9/32\n");
    expect(config).not.toContain(KEYS.quiet);
    const other = withDoor({ siteNetworks: ["192.168.40.64/26"] });
    expect(gatewayConfig(other)).toContain("AllowedIPs = 192.168.40.12/32, 192.168.40.64/26\n");
  });

  it("load the rule set before the interface is up, and forward only after it", () => {
    const lines = gatewayConfig(GATEWAY).split("\n");
    expect(lines.indexOf("PreUp = nft -f /etc/wireguard/wg0.nft")).toBeGreaterThan(0);
    expect(lines.filter((line) => line.startsWith("PostUp")).at(-1)).toMatch(/ip_forward=1/);
    const { runcmd } = parse(gatewayCloudInit(GATEWAY)) as { runcmd: string[][] };
    expect(runcmd[0]).toEqual(["nft", "-f", "/etc/wireguard/wg0.nft"]);
  });

  it("are the same whatever the order of sites and flows", () => {
    const turned = { ...GATEWAY, peers: GATEWAY.peers.toReversed(), doors: GATEWAY.doors.toReversed() };
    expect(gatewayConfig(turned)).toBe(gatewayConfig(GATEWAY));
    expect(gatewayRuleset(turned)).toBe(gatewayRuleset(GATEWAY));
  });

  it("keep the key where they are told, so that a new machine is the same gateway", () => {
    const paths = { ruleset: "/etc/wireguard/wg0.nft", privateKey: "/var/lib/tresor-vpn/wg0.key" };
    expect(gatewayCloudInit(GATEWAY, paths)).toContain("key=/var/lib/tresor-vpn/wg0.key\n");
    expect(gatewayConfig(GATEWAY, paths)).toContain("private-key /var/lib/tresor-vpn/wg0.key\n");
  });

  it("make a key once: the script is a lawful one, and keeps what it made", () => {
    const { write_files: files } = parse(gatewayCloudInit(GATEWAY)) as {
      write_files: { path: string; content: string }[];
    };
    const script = files.find((file) => file.path.endsWith("tresor-vpn-key"))?.content ?? "";
    const directory = scratch();
    let calls = 0;
    const tool = (name: string, body: string) =>
      writeFileSync(path.join(directory, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    tool("wg", 'case "$1" in genkey) echo made-$$ ;; pubkey) sed s/made/public/ ;; esac');
    tool("wg-quick", ":");
    tool("nft", ":");
    const key = path.join(directory, "state/wg0.key");
    // Nothing is said on this machine's console: the test reads it from standard output.
    const text = script
      .replace(/^key=.*/m, `key=${key}`)
      .replace("> /dev/console 2>/dev/null", "> /nowhere/console 2>/dev/null");
    const run = () => {
      calls++;
      return spawnSync("sh", ["-c", text], { env: { PATH: `${directory}:/usr/bin:/bin` }, encoding: "utf8" });
    };
    const [first, second] = [run(), run()];
    expect(first.stdout).toMatch(/^tresor-vpn-public-key wg0 public-\d+\n$/);
    expect(second.stdout).toBe(first.stdout);
    const without = spawnSync("sh", ["-c", text.replace("for tool in wg", "for tool in no-such-tool")], {
      env: { PATH: `${directory}:/usr/bin:/bin` },
      encoding: "utf8",
    });
    expect([without.status, without.stdout]).toEqual([1, "tresor-vpn-error: the image has no no-such-tool\n"]);
    expect(calls).toBe(2);
  });
});

describe("the rule set", () => {
  const rules = (facts = GATEWAY) =>
    gatewayRuleset(facts)
      .split("\n")
      .map((line) => line.trim());

  it("drops by default in all three directions, and between two sites before anything else", () => {
    const text = rules();
    for (const hook of ["input", "output", "forward"])
      expect(text).toContain(`type filter hook ${hook} priority filter; policy drop;`);
    const forward = text.slice(text.indexOf("chain forward {"));
    const first = forward.find((line) => /accept|drop/.test(line) && !line.startsWith("type"));
    expect(first).toBe('iifname "wg0" oifname "wg0" counter drop');
  });

  it("has a rule there and one back for each door, protocol and version, and none without a door", () => {
    const accepts = (facts: GatewayFacts) => rules(facts).filter((line) => /ct state (new,)?established/.test(line));
    // charite in: tcp and icmp in two versions; uke: tcp in one; charite out: tcp and udp in one.
    expect(accepts(GATEWAY)).toHaveLength(2 * (2 * 2 + 1 + 2));
    expect(accepts({ ...GATEWAY, doors: [] })).toEqual([]);
    for (const line of accepts(GATEWAY)) expect(line).toMatch(/^[io]ifname "wg0" ip6? saddr .* ip6? daddr /);
  });

  it("keeps no connection alive that no door names: there is no general rule for established ones", () => {
    expect(rules().filter((line) => /^ct state (established|established,related)/.test(line))).toEqual([]);
  });

  it("is taken by nft, where nft is", ({ skip }) => {
    const there = spawnSync("nft", ["--version"], { encoding: "utf8" });
    if (there.status !== 0 || process.getuid?.() !== 0) skip("no nft, or not root");
    const file = path.join(scratch(), "gateway.nft");
    writeFileSync(file, gatewayRuleset(GATEWAY));
    const checked = spawnSync("nft", ["-c", "-f", file], { encoding: "utf8" });
    expect([checked.status, checked.stderr]).toEqual([0, ""]);
    writeFileSync(file, gatewayRuleset(GATEWAY).replace("policy drop", "policy perhaps"));
    expect(spawnSync("nft", ["-c", "-f", file]).status).not.toBe(0);
  });
});

describe("facts that are refused", () => {
  const words = (facts: GatewayFacts) => gatewayProblems(facts).map(({ what }) => what);
  it("the good ones are taken", () => expect(gatewayProblems(GATEWAY)).toEqual([]));

  it.each<[string, GatewayFacts, RegExp]>([
    ["two sites with one address", withDoor({ siteNetworks: ["192.168.50.0/24"] }), /addresses in common/],
    ["two sites with one key", withPeer({ publicKey: KEYS.charite }), /have one key/],
    ["a site twice", withPeer({ site: "charite" }), /stands here twice/],
    ["a site with the zone's addresses", withDoor({ siteNetworks: ["10.8.3.0/24"] }), /is the zone's/],
    ["a site with the gateway's address", withDoor({ siteNetworks: ["10.8.15.0/24"] }), /is the zone's/],
    ["the whole Internet", withDoor({ siteNetworks: ["0.0.0.0/0"] }), /whole Internet/],
    ["the whole Internet, IPv6", withDoor({ areaNetworks: ["::/0"] }), /whole Internet/],
    ["no network", withDoor({ areaNetworks: [] }), /no networks/],
    ["a network that is none", withDoor({ siteNetworks: ["192.168.40.0/33"] }), /no networks/],
    ["ends of different versions", withDoor({ siteNetworks: ["fd40::/64"], areaNetworks: ["10.8.3.7"] }), /no version/],
    ["a door of nobody", withDoor({ site: "nobody" }), /no such site/],
    ["ports that are none", withDoor({ ports: ["443"] }), /no ports/],
    ["no ports, which would be all", withDoor({ ports: [] }), /no ports/],
    ["a comment that ends its line", withDoor({ because: "x\n  accept" }), /no config path/],
    ["a key that is none", withPeer({ publicKey: "abc" }), /no public key/],
    ["a key with a line more", withPeer({ publicKey: `${KEYS.uke}\nPostUp = sh` }), /no public key/],
    ["the key of zeros", withPeer({ publicKey: `${"A".repeat(43)}=` }), /no public key/],
    ["a name that ends its line", withPeer({ site: "uke\nPostUp = sh" }), /no name of a site/],
    ["an endpoint by name", withPeer({ endpoint: "vpn.example:51820" }), /no address and port/],
    ["a port that is none", { ...GATEWAY, port: 0 }, /no port/],
    ["an MTU below IPv6's", { ...GATEWAY, mtu: 1200 }, /no MTU/],
    ["no address of its own", { ...GATEWAY, tunnel: [] }, /addresses of its own/],
    ["an address with a prefix", { ...GATEWAY, tunnel: ["10.8.15.1/24"] }, /addresses of its own/],
    ["a zone that ends its line", { ...GATEWAY, zone: "x\ny" }, /no zone/],
  ])("%s", (_name, facts, pattern) => {
    expect(words(facts).join("; ")).toMatch(pattern);
    for (const render of [gatewayConfig, gatewayRuleset, gatewayCloudInit])
      expect(() => render(facts)).toThrow(pattern);
  });

  it("a site is told no gateway that is not known", () => {
    expect(() => siteConfig(GATEWAY, "uke", { ...end, publicKey: "?" })).toThrow(/not known/);
    expect(() => siteConfig(GATEWAY, "uke", { ...end, endpoint: "1.2.3.4:1\nPostUp = sh" })).toThrow(/not known/);
  });
});

describe("small things", () => {
  it("distinct networks are canonical, sorted, and none holds another", () => {
    expect(distinct(["fd40::5", "10.0.0.0/8", "10.1.0.0/16", "9.0.0.1", "FD40:0::/64", "10.0.0.7/8"])).toEqual([
      "9.0.0.1/32",
      "10.0.0.0/8",
      "fd40::/64",
    ]);
  });
  it("the MTU leaves room for WireGuard over IPv6", () => expect([1500, 1442].map(wireguardMtu)).toEqual([1420, 1362]));
});
