import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Door, GatewayFacts } from "../../plan/vpn/gateway.ts";
import { gatewayRuleset } from "../../plan/vpn/nftables.ts";
import { gatewayConfig, siteConfig } from "../../plan/vpn/wireguard.ts";
import { Lab, whyNoTunnels } from "./tunnel.ts";

/** A machine without a kernel module runs the tunnels as processes; their sockets are by device, so only one `wg0` at a time. */
const why = whyNoTunnels() ?? (existsSync("/var/run/wireguard/wg0.sock") ? "another wg0 runs here" : undefined);
if (why !== undefined) process.stderr.write(`the tunnels of sites are not tried: ${why}\n`);

function keyPair(): { readonly secret: string; readonly open: string } {
  const { publicKey, privateKey } = generateKeyPairSync("x25519");
  const raw = (der: Buffer): string => der.subarray(-32).toString("base64");
  return {
    secret: raw(privateKey.export({ type: "pkcs8", format: "der" })),
    open: raw(publicKey.export({ type: "spki", format: "der" })),
  };
}

const KEYS = { gateway: keyPair(), a: keyPair(), b: keyPair(), wrong: keyPair() };
const A = { v4: "192.168.40.9", v6: "fd40::9" };
const B = { v4: "192.168.50.9" };
const MACHINE = { web: "10.8.3.7", web6: "fd00:8:0:3::7", db: "10.8.3.8" };
const GATEWAY = { v4: "10.8.15.1", underlay: "198.51.100.20" };

const DOORS: readonly Door[] = [
  {
    site: "a",
    direction: "in",
    siteNetworks: [A.v4, A.v6],
    areaNetworks: [MACHINE.web, MACHINE.web6],
    ports: ["443/tcp", "icmp"],
    because: "zone.flows[0]",
  },
  {
    site: "b",
    direction: "in",
    siteNetworks: [B.v4],
    areaNetworks: [MACHINE.db],
    ports: ["5432/tcp"],
    because: "zone.flows[1]",
  },
  {
    site: "b",
    direction: "out",
    siteNetworks: [B.v4],
    areaNetworks: [MACHINE.db],
    ports: ["104/tcp"],
    because: "zone.flows[2]",
  },
];
const FACTS: GatewayFacts = {
  zone: "digimed",
  port: 51820,
  mtu: 1420,
  tunnel: [GATEWAY.v4, "fd00:8:0:f::1"],
  peers: [
    { site: "a", publicKey: KEYS.a.open },
    { site: "b", publicKey: KEYS.b.open },
  ],
  doors: DOORS,
};

let lab: Lab;
const PORTS = [443, 80, 5432, 22, 104];
const end = { endpoint: `${GATEWAY.underlay}:51820`, publicKey: KEYS.gateway.open };
/** Devices of the sites have names of their own: the sockets of their processes are in one directory. */
const deviceOf = (name: string): string => `tvpn-${name}`;

async function site(name: string, as: "a" | "b", secret: string): Promise<void> {
  const key = await lab.write(`${name}.key`, `${secret}\n`);
  const config = await lab.write(`${deviceOf(name)}.conf`, siteConfig(FACTS, as, end, key));
  await lab.in(name, "wg-quick", "up", config);
}

/** Seconds since 1970 of the last handshake with the one peer; 0 where there never was one. */
const handshake = async (name: string): Promise<number> =>
  Number((await lab.in(name, "wg", "show", deviceOf(name), "latest-handshakes")).trim().split(/\s+/)[1]);

/** Packets that a rule of the gateway counted. */
async function counted(rule: string): Promise<number> {
  const line = (await lab.in("gw", "nft", "list", "table", "inet", "tresor_vpn"))
    .split("\n")
    .find((each) => each.includes(rule));
  return Number(/counter packets (\d+)/.exec(line ?? "")?.[1] ?? Number.NaN);
}

async function underlay(): Promise<void> {
  await lab.add("net", "gw", "a", "b", "wrong", "vm");
  await lab.in("net", "ip", "link", "add", "br0", "type", "bridge");
  await lab.in("net", "ip", "link", "set", "br0", "up");
  for (const [name, address] of [
    ["gw", GATEWAY.underlay],
    ["a", "198.51.100.11"],
    ["b", "198.51.100.12"],
    ["wrong", "198.51.100.13"],
  ] as const) {
    await lab.cable(["net", `to-${name}`], [name, "eth0", `${address}/24`]);
    await lab.in("net", "ip", "link", "set", `to-${name}`, "master", "br0");
  }
  await lab.cable(
    ["gw", "area", "10.8.3.1/24", "fd00:8:0:3::1/64"],
    ["vm", "eth0", "10.8.3.7/24", "10.8.3.8/24", "fd00:8:0:3::7/64"],
  );
  for (const network of [`${A.v4}/32`, `${B.v4}/32`])
    await lab.in("vm", "ip", "route", "add", network, "via", "10.8.3.1");
  await lab.in("vm", "ip", "-6", "route", "add", `${A.v6}/128`, "via", "fd00:8:0:3::1");
}

describe.skipIf(why !== undefined)("sites on a gateway, with real packets (C4H-3, DIGIMED-11)", () => {
  beforeAll(async () => {
    lab = await Lab.make();
    await underlay();
    const paths = { ruleset: lab.file("wg0.nft"), privateKey: await lab.write("gw.key", `${KEYS.gateway.secret}\n`) };
    await lab.write("wg0.nft", gatewayRuleset(FACTS));
    await lab.in("gw", "wg-quick", "up", await lab.write("wg0.conf", gatewayConfig(FACTS, paths)));
    await site("a", "a", KEYS.a.secret);
    await site("b", "b", KEYS.b.secret);
    await site("wrong", "a", KEYS.wrong.secret);
    for (const name of ["vm", "a", "b", "gw"]) await lab.echo(name, PORTS);
  }, 120_000);
  afterAll(async () => {
    for (const name of ["a", "b", "wrong"]) await lab.try(name, "ip", "link", "del", deviceOf(name));
    await lab.close();
  });

  it("the right key passes, IPv4 and IPv6, each to what its flows name", async () => {
    expect(await lab.connects("a", MACHINE.web, 443)).toBe(true);
    expect(await lab.connects("a", MACHINE.web6, 443)).toBe(true);
    expect(await lab.pings("a", MACHINE.web)).toBe(true);
    expect(await lab.pings("a", MACHINE.web6)).toBe(true);
    expect(await lab.connects("b", MACHINE.db, 5432)).toBe(true);
    expect(await lab.connects("vm", B.v4, 104, MACHINE.db)).toBe(true);
    expect(await handshake("a")).toBeGreaterThan(0);
  });

  it("and to nothing else: another port, another machine, the other way round", async () => {
    // The same servers answer inside of the area: what is closed is the way, not the door behind it.
    for (const port of PORTS) expect(await lab.connects("vm", MACHINE.web, port)).toBe(true);
    expect(await lab.connects("a", MACHINE.web, 80)).toBe(false);
    expect(await lab.connects("b", MACHINE.db, 443)).toBe(false);
    expect(await lab.pings("b", MACHINE.db)).toBe(false);
    expect(await lab.connects("vm", A.v4, 443, MACHINE.web)).toBe(false);
    expect(await lab.connects("vm", B.v4, 5432, MACHINE.db)).toBe(false);
  });

  it("the gateway itself answers nobody out of the tunnel", async () => {
    expect(await lab.connects("gw", GATEWAY.v4, 22)).toBe(true);
    expect(await lab.connects("a", GATEWAY.v4, 22)).toBe(false);
    expect(await lab.pings("a", GATEWAY.v4)).toBe(false);
    expect(await lab.connects("a", GATEWAY.underlay, 22)).toBe(false);
  });

  it("a wrong key gets no handshake", async () => {
    expect(await lab.connects("wrong", MACHINE.web, 443)).toBe(false);
    expect(await handshake("wrong")).toBe(0);
    const sent = await lab.in("wrong", "wg", "show", deviceOf("wrong"), "transfer");
    expect(sent.trim().split(/\s+/).slice(1).map(Number)).toEqual([0, expect.toSatisfy((bytes: number) => bytes > 0)]);
  });

  it("two sites never reach each other, even where both widen their own ends by hand", async () => {
    expect(await lab.connects("a", B.v4, 22)).toBe(false);
    const widen = async (name: string, addresses: readonly string[]): Promise<void> => {
      const words = ["peer", KEYS.gateway.open, "allowed-ips", addresses.join(",")];
      await lab.in(name, "wg", "set", deviceOf(name), ...words);
      for (const each of addresses.filter((address) => !address.includes(":")))
        await lab.in(name, "ip", "route", "replace", `${each}/32`, "dev", deviceOf(name));
    };
    await widen("a", [MACHINE.web, MACHINE.web6, MACHINE.db, B.v4, GATEWAY.v4]);
    await widen("b", [MACHINE.db, A.v4, GATEWAY.v4]);
    const before = await counted('iifname "wg0" oifname "wg0"');
    expect(await lab.connects("a", B.v4, 22)).toBe(false);
    expect(await lab.pings("a", B.v4)).toBe(false);
    expect(await lab.connects("b", A.v4, 22)).toBe(false);
    // The packets came out of the tunnel and were dropped there: it was not the site's own config that held them.
    expect(await counted('iifname "wg0" oifname "wg0"')).toBeGreaterThan(before);
    expect(await lab.connects("a", MACHINE.db, 5432)).toBe(false);
    expect(await lab.connects("a", MACHINE.web, 443)).toBe(true);
  });

  it("nor does it reach what the other may, under the other's address", async () => {
    await lab.in("a", "ip", "address", "add", `${B.v4}/32`, "dev", deviceOf("a"));
    expect(await lab.connects("a", MACHINE.db, 5432, B.v4)).toBe(false);
    await lab.in("a", "ip", "address", "del", `${B.v4}/32`, "dev", deviceOf("a"));
    expect(await lab.connects("b", MACHINE.db, 5432)).toBe(true);
  });

  it("a flow that is taken out ends at once, also for a connection that it had opened", async () => {
    const script = `const s=require("net").connect({host:"${MACHINE.web}",port:443},()=>s.write("one"));s.on("error",()=>0);s.on("data",(d)=>console.log(String(d)));process.stdin.on("data",()=>s.write("two"))`;
    const client = await lab.start("a", script);
    const said = (words: string, patience: number): Promise<boolean> =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), patience);
        client.stdout?.on("data", (data) => {
          if (!String(data).includes(words)) return;
          clearTimeout(timer);
          resolve(true);
        });
      });
    const load = async (doors: readonly Door[]): Promise<void> => {
      await lab.write("next.nft", gatewayRuleset({ ...FACTS, doors }));
      await lab.in("gw", "nft", "-f", lab.file("next.nft"));
    };
    client.stdin?.write("x");
    expect(await said("two", 8_000)).toBe(true);
    await load(DOORS.filter((door) => door.site !== "a"));
    client.stdin?.write("x");
    expect(await said("two", 1_500)).toBe(false);
    expect(await lab.connects("a", MACHINE.web, 443)).toBe(false);
    expect(await lab.connects("b", MACHINE.db, 5432)).toBe(true);
    await load(DOORS);
    expect(await lab.connects("a", MACHINE.web, 443)).toBe(true);
  });

  it("the tunnel goes down and the rule set stays", async () => {
    await lab.in("gw", "wg-quick", "down", lab.file("wg0.conf"));
    expect(await lab.in("gw", "nft", "list", "ruleset")).toMatch(/hook forward priority filter; policy drop/);
    expect(await lab.connects("b", MACHINE.db, 5432)).toBe(false);
  });
});
