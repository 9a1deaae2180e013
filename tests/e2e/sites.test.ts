import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../../openstack/index.ts";
import { planned, type Plan } from "../../plan/types.ts";
import { gatewayFactsOf } from "../../plan/vpn/area.ts";
import { flowsOf } from "../../plan/flows.ts";
import { siteConfig } from "../../plan/vpn/wireguard.ts";
import { planZone } from "../../plan/zone.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { attempt } from "../../scripts/proof/attempt.ts";
import { addressOf, portNamed } from "../../scripts/proof/ports.ts";
import { Wire, type Plugged } from "../../scripts/proof/wire.ts";
import type { ZoneWorld } from "../../scripts/proof/world.ts";
import { withFrozen } from "../../scripts/site/frozen.ts";
import {
  buildClinics,
  destroy,
  hasPlatform,
  operatorSession,
  OUTSIDE,
  removeOutside,
  run,
  settled,
  STACK,
  TENANT,
  up,
  zoneFile,
  type Keys,
} from "./sites/build.ts";
import { filesOf, outsider, secondLeg, serverNamed, stand, takeRoutes } from "./sites/stands.ts";
import { Lab, whyNoTunnels } from "./tunnel.ts";
import { buildZones } from "./zones.ts";

const settings = devcloudSettings();
const hasVpn = settings.extras.includes("vpnaas");
const why =
  whyNoTunnels() ??
  (hasVpn ? undefined : "the cloud does not run with vpnaas") ??
  (existsSync("/var/run/wireguard/wg0.sock") ? "another wg0 runs here" : undefined);
if (why !== undefined) process.stderr.write(`sites are not tried on the cloud: ${why}\n`);

const PORTS = [443, 80, 5432, 22, 104];
const A = { v4: "192.168.50.9", v6: "fd50::9" };
const B = "192.168.60.9";
const NOBODY = "192.168.99.9";
const ENDPOINT = "198.51.100.19:51820";

let operator: Session;
let zone: ZoneWorld;
let area: Session;
let keys: Keys;
let plan: Plan;
let wire: Wire;
let lab: Lab;
let machine: { readonly v4: string; readonly v6: string };
let gateway: Plugged;
let imaging: Plugged;
const madePorts: string[] = [];

const deviceOf = (name: string): string => `tvpn-${name}`;

/** Somebody on the outside network who runs a site's own config; with whatever key. */
async function site(name: string, as: "a" | "b", secret: string, ...addresses: readonly string[]): Promise<void> {
  const { at, portId } = await outsider(operator, wire, OUTSIDE.name, addresses);
  madePorts.push(portId);
  lab.adopt(name, at.namespace);
  const facts = gatewayFactsOf(zone.config, "heart", flowsOf(zone.config))!;
  const key = await lab.write(`${name}.key`, `${secret}\n`);
  const text = siteConfig(facts, as, { endpoint: ENDPOINT, publicKey: keys.gateway.open }, key);
  await lab.in(name, "wg-quick", "up", await lab.write(`${deviceOf(name)}.conf`, text));
}

/** Seconds since 1970 of the last handshake with the one peer; 0 where there never was one. */
const handshake = async (name: string): Promise<number> =>
  Number((await lab.in(name, "wg", "show", deviceOf(name), "latest-handshakes")).trim().split(/\s+/)[1]);
const transfer = async (name: string): Promise<readonly number[]> =>
  (await lab.in(name, "wg", "show", deviceOf(name), "transfer")).trim().split(/\s+/).slice(1).map(Number);

async function counted(rule: string): Promise<number> {
  const all = await lab.in("gw", "nft", "list", "table", "inet", "tresor_vpn");
  const line = all.split("\n").find((each) => each.includes(rule));
  return Number(/counter packets (\d+)/.exec(line ?? "")?.[1] ?? Number.NaN);
}

/** The gateway at its two real ports, with what the cloud gave to its machine, and a key as it makes one. */
async function startGateway(): Promise<void> {
  ({ at: gateway } = await stand(operator, wire, lab, "gw", "clinics-heart-gateway"));
  const uplink = await wire.plug((await portNamed(operator, "clinics-heart-uplink")).id);
  await secondLeg(gateway, uplink);
  const file = filesOf(await serverNamed(operator, "clinics-heart-gateway"));
  const ruleset = await lab.write("wg0.nft", file("/etc/wireguard/wg0.nft"));
  const key = await lab.write("gw.key", `${keys.gateway.secret}\n`);
  const told = file("/etc/wireguard/wg0.conf")
    .replaceAll("/etc/wireguard/wg0.nft", ruleset)
    .replaceAll("/var/lib/tresor-vpn/wg0.key", key);
  await lab.in("gw", "wg-quick", "up", await lab.write("wg0.conf", told));
}

interface Port {
  readonly id: string;
  readonly name: string;
  readonly allowed_address_pairs: readonly { readonly ip_address: string }[];
  readonly security_groups: readonly string[];
  readonly port_security_enabled: boolean;
  readonly device_owner: string;
}
const portsOf = (): Promise<readonly Port[]> => area.paginate<Port>("network", "/ports", "ports");
const change = (id: string, port: object) => attempt(area, "network", "PUT", `/ports/${id}`, { port });

describe.skipIf(why !== undefined)("sites of a zone on a real cloud (C4H-3, DIGIMED-11)", () => {
  beforeAll(async () => {
    // Only the platform of the demo is needed: where it stands, its zones may be as they are.
    if (!(await hasPlatform())) await buildZones();
    operator = await operatorSession();
    ({ zone, keys } = await buildClinics());
    area = zone.areas["heart"]!;
    plan = planZone(zone.config);
  }, 900_000);

  afterAll(async () => {
    if (operator === undefined) return;
    for (const name of ["a", "b", "wrong", "stranger"]) await lab?.try(name, "ip", "link", "del", deviceOf(name));
    await lab?.try("gw", "ip", "link", "del", "wg0");
    await lab?.close();
    await wire?.unplugAll();
    for (const id of madePorts) await operator.request("network", "DELETE", `/ports/${id}`, { expect: [404] });
    for (const session of [zone?.domain, ...Object.values(zone?.areas ?? {})]) session?.close();
    await destroy(STACK);
    await destroy(TENANT);
    await removeOutside();
    operator.close();
  }, 600_000);

  it("both halves stand, and there is nothing left to do in either", async () => {
    await settled(TENANT);
    await settled(STACK);
  }, 300_000);

  it("the gateway runs on both legs, with its key's volume; address pairs are its sites' networks and nobody else's", async () => {
    const server = await serverNamed(operator, "clinics-heart-gateway");
    expect(server.status).toBe("ACTIVE");
    const ports = await portsOf();
    const pairs = ports.flatMap(({ name, allowed_address_pairs }) =>
      allowed_address_pairs.map(({ ip_address }) => `${name} ${ip_address}`),
    );
    expect(pairs.toSorted()).toEqual(
      [`${A.v4}/32`, `${B}/32`, `${A.v6}/128`].map((pair) => `clinics-heart-gateway ${pair}`).toSorted(),
    );
    const legs = ports.filter(({ name }) => /-(gateway|uplink)$/.test(name));
    expect(legs.map(({ name, device_owner }) => [name, device_owner]).toSorted()).toEqual([
      ["clinics-heart-gateway", "compute:nova"],
      ["clinics-heart-uplink", "compute:nova"],
    ]);
    for (const { name, port_security_enabled, security_groups } of legs) {
      expect(port_security_enabled, name).toBe(true);
      expect(security_groups, name).toHaveLength(1);
    }
    const volumes = await area.paginate<{ name: string; encrypted: boolean; attachments: readonly unknown[] }>(
      "block-storage",
      "/volumes/detail",
      "volumes",
    );
    const key = volumes.find(({ name }) => name === "clinics-heart-gateway-key");
    expect(key).toMatchObject({ encrypted: true, attachments: [expect.anything()] });
  });

  it("the pipeline gives the leg outside its groups and can change nothing else of it, nor take an address there", async () => {
    const uplink = (await portsOf()).find(({ name }) => name === "clinics-heart-uplink")!;
    const security_groups = uplink.security_groups;
    expect(await change(uplink.id, { security_groups })).toMatchObject({ ok: true });
    for (const refused of [
      { fixed_ips: [{ ip_address: "198.51.100.77" }] },
      { allowed_address_pairs: [{ ip_address: "198.51.100.0/24" }] },
      { port_security_enabled: false, security_groups: [] },
      { mac_address: "fa:16:3e:00:00:77" },
    ])
      expect(await change(uplink.id, refused), JSON.stringify(refused)).toMatchObject({
        ok: false,
        says: expect.stringMatching(/^403/) as string,
      });
    const [{ id: network_id } = { id: "" }] = await operator.paginate<{ id: string }>(
      "network",
      "/networks",
      "networks",
      {
        query: { name: OUTSIDE.name },
      },
    );
    const chosen = { network_id, fixed_ips: [{ ip_address: "198.51.100.77" }] };
    const taken = await attempt(area, "network", "POST", "/ports", { port: chosen });
    expect(taken).toMatchObject({ ok: false, says: expect.stringMatching(/^403/) as string });
  });

  describe("with real packets at the real ports", () => {
    beforeAll(async () => {
      lab = await Lab.make();
      wire = new Wire(settings, operator);
      await startGateway();
      const { at, port } = await stand(operator, wire, lab, "vm", "clinics-heart-imaging");
      imaging = at;
      machine = { v4: addressOf(port, 4), v6: addressOf(port, 6) };
      const routes = await takeRoutes(operator, at, port);
      expect(routes.map((route) => route.split(" ")[0]).toSorted()).toEqual(
        planned(plan, "subnet")
          .flatMap(({ facts }) => facts.routes.map(({ destination }) => destination))
          .toSorted(),
      );
      await site("a", "a", keys.a.secret, "198.51.100.31", "2001:db8:65::31");
      await site("b", "b", keys.b.secret, "198.51.100.32", "2001:db8:65::32");
      await site("stranger", "a", keys.a.secret, "198.51.100.66", "2001:db8:65::66");
      for (const name of ["vm", "a", "b", "gw"]) await lab.echo(name, PORTS);
    }, 180_000);

    it("the right key passes, IPv4 and IPv6, each to what its flows name", async () => {
      expect(await lab.connects("a", machine.v4, 443)).toBe(true);
      expect(await lab.connects("a", machine.v6, 443)).toBe(true);
      expect(await lab.pings("a", machine.v4)).toBe(true);
      expect(await lab.connects("b", machine.v4, 5432)).toBe(true);
      expect(await lab.connects("vm", B, 104)).toBe(true);
      expect(await handshake("a")).toBeGreaterThan(0);
    });

    it("and to nothing else: another port, the other way round, the gateway itself", async () => {
      // The same servers answer on the machine itself: what is closed is the way.
      for (const port of PORTS) expect(await lab.connects("vm", machine.v4, port)).toBe(true);
      expect(await lab.connects("a", machine.v4, 80)).toBe(false);
      expect(await lab.connects("a", machine.v4, 5432)).toBe(false);
      expect(await lab.connects("b", machine.v4, 443)).toBe(false);
      expect(await lab.pings("b", machine.v4)).toBe(false);
      expect(await lab.connects("vm", A.v4, 443)).toBe(false);
      expect(await lab.connects("vm", B, 5432)).toBe(false);
      expect(await lab.connects("vm", gateway.ipv4, 22)).toBe(false);
      expect(await lab.connects("a", "198.51.100.19", 22)).toBe(false);
    });

    it("a key that was stolen dials from nowhere else: the port is open to the site's own address", async () => {
      expect(await lab.connects("stranger", machine.v4, 443)).toBe(false);
      expect(await handshake("stranger")).toBe(0);
      expect((await transfer("stranger"))[0]).toBe(0);
      expect((await transfer("stranger"))[1]).toBeGreaterThan(0);
      expect(await lab.connects("a", machine.v4, 443)).toBe(true);
    });

    it("a wrong key gets no handshake from the right address", async () => {
      const before = await handshake("a");
      expect(before).toBeGreaterThan(0);
      const right = await lab.write("a.key", `${keys.a.secret}\n`);
      const wrong = await lab.write("wrong.key", `${keys.wrong.secret}\n`);
      const turn = async (key: string): Promise<void> => {
        await lab.in("a", "wg-quick", "down", lab.file(`${deviceOf("a")}.conf`));
        const text = (await readFile(lab.file(`${deviceOf("a")}.conf`), "utf8")).replace(
          /private-key \S+/,
          `private-key ${key}`,
        );
        await lab.in("a", "wg-quick", "up", await lab.write(`${deviceOf("a")}.conf`, text));
      };
      await turn(wrong);
      expect(await lab.connects("a", machine.v4, 443)).toBe(false);
      expect(await handshake("a")).toBe(0);
      expect(await transfer("a")).toEqual([0, expect.toSatisfy((bytes: number) => bytes > 0)]);
      await turn(right);
      expect(await lab.connects("a", machine.v4, 443)).toBe(true);
    });

    it("one site never reaches the other, even where it widens its own end by hand", async () => {
      const words = ["peer", keys.gateway.open, "allowed-ips", [machine.v4, B].join(",")];
      await lab.in("a", "wg", "set", deviceOf("a"), ...words);
      await lab.in("a", "ip", "route", "replace", `${B}/32`, "dev", deviceOf("a"));
      const before = await counted('iifname "wg0" oifname "wg0"');
      expect(await lab.connects("a", B, 22)).toBe(false);
      expect(await lab.pings("a", B)).toBe(false);
      // They came out of the tunnel and ended there.
      expect(await counted('iifname "wg0" oifname "wg0"')).toBeGreaterThan(before);
      expect(await lab.connects("b", B, 22)).toBe(true);
      expect(await lab.connects("a", machine.v4, 443)).toBe(true);
    });

    it("nobody in the area sends as a site, and the gateway sends as its sites alone: its port holds it", async () => {
      const sendsAs = async (name: string, address: string, to: string, port: number): Promise<boolean> => {
        const at = name === "gw" ? gateway : imaging;
        await lab.in(name, "ip", "address", "add", `${address}/32`, "dev", at.device);
        const answered = await lab.connects(name, to, port, address);
        await lab.in(name, "ip", "address", "del", `${address}/32`, "dev", at.device);
        return answered;
      };
      // Without its own rule set nothing but its port and the groups hold the gateway.
      const ruleset = lab.file("wg0.nft");
      await lab.in("gw", "nft", "delete", "table", "inet", "tresor_vpn");
      await lab.in("gw", "ip", "route", "del", `${A.v4}/32`, "dev", "wg0");
      const asSite = await sendsAs("gw", A.v4, machine.v4, 443);
      const asNobody = await sendsAs("gw", NOBODY, machine.v4, 443);
      const onOther = await sendsAs("gw", A.v4, machine.v4, 80);
      await lab.in("gw", "ip", "route", "add", `${A.v4}/32`, "dev", "wg0");
      await lab.in("gw", "nft", "-f", ruleset);
      expect([asSite, asNobody, onOther]).toEqual([true, false, false]);
      // The area's machine under a site's address: nothing of it arrives where its own arrives.
      expect(await lab.connects("vm", B, 104)).toBe(true);
      expect(await sendsAs("vm", A.v4, B, 104)).toBe(false);
      expect(await sendsAs("vm", NOBODY, B, 104)).toBe(false);
      expect(await lab.connects("a", machine.v4, 443)).toBe(true);
    });

    it("frozen, the gateway stands still and nobody gets a handshake; thawed, all is as before", async () => {
      const text = await readFile(zoneFile, "utf8");
      const word = { since: "2026-01-01", reason: "a test of freezing", by: "the tests" };
      const redial = async (): Promise<boolean> => {
        const conf = lab.file(`${deviceOf("a")}.conf`);
        await lab.in("a", "wg-quick", "down", conf);
        await lab.in("a", "wg-quick", "up", conf);
        return lab.connects("a", machine.v4, 443);
      };
      expect(await redial()).toBe(true);
      try {
        await writeFile(zoneFile, withFrozen(text, zoneFile, word));
        await up(STACK);
        expect((await serverNamed(operator, "clinics-heart-gateway")).status).toBe("SHUTOFF");
        // The namespace that stands for it still runs: it is the port that listens to nobody.
        expect(await redial()).toBe(false);
        expect(await handshake("a")).toBe(0);
        expect(await area.paginate("network", "/vpn/ipsec-site-connections", "ipsec_site_connections")).toEqual([]);
      } finally {
        await writeFile(zoneFile, text);
        await up(STACK);
      }
      expect((await serverNamed(operator, "clinics-heart-gateway")).status).toBe("ACTIVE");
      expect(await redial()).toBe(true);
      await settled(STACK);
    }, 300_000);
  });

  it("the IPsec site's connections are read back with each parameter, one for each version of IP", async () => {
    interface Connection {
      readonly [key: string]: unknown;
    }
    const list = (what: string, key: string) => area.paginate<Connection>("network", `/vpn/${what}`, key);
    const connections = await list("ipsec-site-connections", "ipsec_site_connections");
    expect(connections).toHaveLength(2);
    for (const connection of connections)
      expect(connection).toMatchObject({
        peer_address: "203.0.113.40",
        peer_id: "203.0.113.40",
        initiator: "bi-directional",
        mtu: 1500,
        auth_mode: "psk",
        dpd: { action: "restart", interval: 30, timeout: 120 },
        admin_state_up: true,
        psk: keys.psk,
      });
    const [ike, ...otherIke] = await list("ikepolicies", "ikepolicies");
    expect(otherIke).toEqual([]);
    expect(ike).toMatchObject({
      ike_version: "v2",
      encryption_algorithm: "aes-256-gcm-16",
      auth_algorithm: "sha384",
      pfs: "group20",
      phase1_negotiation_mode: "main",
      lifetime: { units: "seconds", value: 28_800 },
    });
    const [ipsec] = await list("ipsecpolicies", "ipsecpolicies");
    expect(ipsec).toMatchObject({
      encryption_algorithm: "aes-256-gcm-16",
      auth_algorithm: "sha384",
      pfs: "group20",
      transform_protocol: "esp",
      encapsulation_mode: "tunnel",
      lifetime: { units: "seconds", value: 3_600 },
    });
    const groups = await list("endpoint-groups", "endpoint_groups");
    const sides = groups.filter(({ type }) => type === "cidr").flatMap(({ endpoints }) => endpoints as string[]);
    expect(sides.toSorted()).toEqual(["192.168.40.0/24", "fd40::/64"]);
    const services = await list("vpnservices", "vpnservices");
    expect(services).toHaveLength(1);
    expect(services[0]).toMatchObject({ external_v4_ip: "198.51.100.9" });
  });

  it("the operator's half does not go before the zone, and says what holds it; the zone is whole after that", async () => {
    const refused = await run(TENANT, "destroy", "--yes", "--skip-preview", "--suppress-progress");
    expect(refused.exitCode).not.toBe(0);
    expect(`${refused.stdout}${refused.stderr}`).toMatch(/RouterInUse.* has ports still attached/);
    // Nothing has gone: neither the port that sites dial, nor the pipeline that takes the zone down.
    expect((await portsOf()).map(({ name }) => name)).toContain("clinics-heart-uplink");
    await settled(TENANT);
    await settled(STACK);
  }, 600_000);
});
