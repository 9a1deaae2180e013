import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { TenantConfig, ZoneConfig } from "../../../../config/index.ts";
import { flowsOf } from "../../../../plan/flows.ts";
import { handover } from "../../../../plan/handover.ts";
import { needsOf } from "../../../../plan/needs.ts";
import { explain } from "../../../../plan/render/why.ts";
import { pictureOf } from "../../../../plan/render/picture.ts";
import { publish } from "../../../../plan/render/publish.ts";
import { planTenant } from "../../../../plan/tenant.ts";
import { planned, type ObjectKind, type Plan } from "../../../../plan/types.ts";
import { gatewayFactsOf } from "../../../../plan/vpn/area.ts";
import { gatewayProblems } from "../../../../plan/vpn/gateway.ts";
import { planZone } from "../../../../plan/zone.ts";
import { examples, withIpsec, withUplink, withWireguard } from "../examples.ts";

const zone = withWireguard(withIpsec(examples.zone()));
const plan = planZone(zone);
const { ipv4, ipv6 } = zone.granted.networks["heart"]!;
const at = (place: number): readonly string[] => [
  ipv4.replace("0/24", String(place)),
  ipv6.replace("/64", String(place)),
];
const one = <K extends ObjectKind>(of: Plan, kind: K, id: string) =>
  planned(of, kind).find((object) => object.id === `${kind}/digimed/heart${id}`);
const changed = (change: (config: ZoneConfig) => void): Plan => {
  const config = structuredClone(zone);
  change(config);
  return planZone(config);
};
const rulesOf = (of: Plan, group: string) =>
  one(of, "rule-set", `/${group}`)!.facts.rules.map(({ direction, ethertype, protocol, portMin, ...remote }) => [
    direction,
    ethertype,
    `${portMin}/${protocol}`,
    remote.remoteCidr ?? remote.remoteGroup,
  ]);
const GATEWAY_KINDS = ["uplink-groups", "key-volume"] as const;

describe("the gateway of an area (C4H-3)", () => {
  it("is told a door for each flow, its sites alone, and an address that no machine gets", () => {
    const facts = gatewayFactsOf(zone, "heart", flowsOf(zone))!;
    expect(facts.peers).toEqual([{ site: "uke", publicKey: expect.any(String), endpoint: "198.51.100.30:51821" }]);
    expect(facts.doors.map(({ site, direction, ports }) => [site, direction, ports])).toEqual([
      ["uke", "in", ["443/tcp"]],
      ["uke", "out", ["104/tcp"]],
    ]);
    expect(facts.tunnel).toEqual(at(3));
    expect(gatewayProblems(facts)).toEqual([]);
    expect(gatewayFactsOf(zone, "commons", flowsOf(zone))).toBeUndefined();
  });

  it("stands at the place kept for it, and may send as its sites and as nobody else; no other port has a pair", () => {
    const leg = one(plan, "port", "/*gateway")!;
    expect(leg.facts).toMatchObject({
      network: "digimed-heart",
      groupIds: ["security-group/digimed/heart/*gateway"],
      addresses: at(2),
      pairs: ["192.168.50.9/32", "fd50::9/128"],
    });
    for (const { id, facts } of planned(plan, "port")) if (id !== leg.id) expect(facts.pairs, id).toEqual([]);
  });

  it("opens in the area what flows open at the other end, each way, and no more", () => {
    const imaging = "security-group/digimed/heart/imaging";
    expect(rulesOf(plan, "*gateway")).toEqual([
      ["egress", "IPv4", "443/tcp", imaging],
      ["egress", "IPv6", "443/tcp", imaging],
      ["ingress", "IPv4", "104/tcp", imaging],
      ["ingress", "IPv6", "104/tcp", imaging],
    ]);
    const four = changed(({ sites }) => Object.assign(sites["uke"]!, { networks: ["192.168.50.9/32"] }));
    expect(rulesOf(four, "*gateway").map(([, version]) => version)).toEqual(["IPv4", "IPv4"]);
  });

  it("listens outside to its sites' own ends alone, and dials only those that listen", () => {
    expect(rulesOf(plan, "*uplink")).toEqual([
      ["egress", "IPv4", "51821/udp", "198.51.100.30/32"],
      ["ingress", "IPv4", "51820/udp", "198.51.100.30/32"],
      ["ingress", "IPv4", "51820/udp", "198.51.101.0/24"],
    ]);
    const six = changed(({ sites, areas }) => {
      Object.assign(sites["uke"]!.wireguard!, { endpoint: "[2001:db8:5::7]:4500", from: undefined });
      areas["heart"]!.gateway!.port = 443;
    });
    expect(rulesOf(six, "*uplink")).toEqual([
      ["egress", "IPv6", "4500/udp", "2001:db8:5::7/128"],
      ["ingress", "IPv6", "443/udp", "2001:db8:5::7/128"],
    ]);
  });

  it("keeps its key on an encrypted volume that stays, unless the explicit word is said", () => {
    const type = { volumeType: "encrypted-ssd", encrypted: true };
    expect(one(plan, "key-volume", "")!.facts).toMatchObject({ sizeGiB: 1, ...type, deletable: false });
    expect(one(plan, "machine", "/*gateway")!.facts.volumeIds).toEqual(["key-volume/digimed/heart"]);
    const free = changed(({ areas }) => (areas["heart"]!.gateway!.deletion = "allowed"));
    expect(one(free, "key-volume", "")!.facts.deletable).toBe(true);
  });

  it("gets its config, its rule set and its scripts by cloud-init, and no key", () => {
    const { userData, powerState, portIds } = one(plan, "machine", "/*gateway")!.facts;
    expect(powerState).toBe("active");
    expect(portIds).toEqual(["port/digimed/heart/*gateway", "uplink-groups/digimed/heart"]);
    const files = (parse(userData!) as { write_files: { path: string; content: string }[] }).write_files;
    const content = (path: string): string => files.find((file) => file.path === path)?.content ?? "";
    expect(content("/etc/wireguard/wg0.conf")).toContain("private-key /var/lib/tresor-vpn/wg0.key");
    expect(content("/etc/wireguard/wg0.conf")).toContain("AllowedIPs = 192.168.50.9/32, fd50::9/128");
    expect(content("/etc/wireguard/wg0.nft")).toContain("policy drop");
    expect(content("/usr/local/sbin/tresor-vpn-legs")).toContain(`${at(2)[0]}/24 ${at(2)[1]}/64`);
    expect(content("/usr/local/sbin/tresor-vpn-key")).toContain("mkfs.ext4 -q -L tresor-vpn-key");
    expect(content("/etc/systemd/system/wg-quick@wg0.service.d/key.conf")).toContain("/var/lib/tresor-vpn");
    for (const { path, content: text } of files.filter((file) => file.path.startsWith("/usr/local/sbin/")))
      expect(spawnSync("sh", ["-n"], { input: text }).status, path).toBe(0);
    expect(userData!.length).toBeLessThan(65_535);
    expect(userData).not.toMatch(/PrivateKey/);
  });

  it("is led to by routes of the area's own subnets, in the version of IP that the site has; the router's stay its own", () => {
    const routes = (version: 4 | 6) =>
      one(plan, "subnet", `/ipv${version}`)!.facts.routes.map(({ destination, nextHop }) => [destination, nextHop]);
    expect(routes(4)).toEqual([
      ["192.168.40.0/24", at(1)[0]],
      ["192.168.50.9/32", at(2)[0]],
    ]);
    expect(routes(6)).toEqual([
      ["fd40::/64", at(1)[1]],
      ["fd50::9/128", at(2)[1]],
    ]);
    expect(planned(plan, "vpn-connection").map(({ id }) => id)).not.toContainEqual(expect.stringContaining("uke"));
    const commons = planned(plan, "subnet").find(({ id }) => id === "subnet/digimed/commons/ipv4");
    expect(commons!.facts.routes).toEqual([]);
  });

  it("is not there without a flow, without its section, or without a grant: nor a route, nor a pair", () => {
    for (const change of [
      (config: ZoneConfig) => void (config.flows.length = 1),
      ({ areas }: ZoneConfig) => void delete areas["heart"]!.gateway,
      ({ granted }: ZoneConfig) => void delete granted.gateways["heart"],
    ]) {
      const without = changed(change);
      for (const kind of GATEWAY_KINDS) expect(planned(without, kind)).toEqual([]);
      expect(one(without, "machine", "/*gateway")).toBeUndefined();
      expect(planned(without, "port").flatMap(({ facts }) => facts.pairs)).toEqual([]);
      expect(one(without, "subnet", "/ipv4")!.facts.routes.map(({ destination }) => destination)).toEqual([
        "192.168.40.0/24",
      ]);
    }
  });

  it("of a frozen zone stands still and is reached by nobody; after the thaw it is as before", () => {
    const frozen = changed((config) => (config.frozen = { reason: "an incident", by: "x", since: "2026-11-20" }));
    expect(one(frozen, "machine", "/*gateway")!.facts.powerState).toBe("shutoff");
    expect(planned(frozen, "uplink-groups")[0]!.facts.groupIds).toEqual([]);
    expect(planned(plan, "uplink-groups")[0]!.facts.groupIds).toEqual(["security-group/digimed/heart/*uplink"]);
    expect(frozen.objects.map(({ id }) => id)).toEqual(
      plan.objects.map(({ id }) => id).filter((id) => !id.startsWith("vpn-connection/")),
    );
  });

  it("counts in the area's quota: a machine, two volumes, two ports", () => {
    const before = needsOf(zone, planZone(withIpsec(examples.zone())).objects).get("digimed-heart")!;
    const after = needsOf(zone, plan.objects).get("digimed-heart")!;
    const more = (counter: keyof typeof after): number => after[counter] - before[counter];
    expect([more("machines"), more("volumes"), more("storage"), more("ports"), more("secrets")]).toEqual([
      1, 2, 11, 2, 2,
    ]);
  });

  it("a config that contradicts itself has no plan", () => {
    expect(() =>
      changed(({ sites }) => {
        sites["other"] = structuredClone(sites["uke"]!);
        sites["other"].networks = ["192.168.60.0/24"];
      }),
    ).not.toThrow();
    const twice = (config: ZoneConfig): void => {
      config.sites["other"] = structuredClone(config.sites["uke"]!);
      config.flows.push({ from: "site/other", to: "area/heart", ports: ["443/tcp"], reason: "a test" });
    };
    expect(() => changed(twice)).toThrow(/sites other and uke have one key/);
  });

  it("is in the words of a plan: why a site gets in, what its own address answers, and the picture", () => {
    const published = publish({ kind: "zone", config: zone });
    const ask = (host: string, from: string) =>
      explain(published, { host, port: 443, protocol: "tcp" }, { from, presetSays: () => undefined });
    const open = ask("imaging", "site/uke");
    expect(open.verdict).toBe("open");
    expect(JSON.stringify(open)).toContain("has a way to site/uke by digimed-heart-gateway");
    expect(ask(at(2)[0]!, "site/uke").verdict).toBe("closed");
    expect(JSON.stringify(ask(at(2)[0]!, "site/uke"))).toContain("digimed-heart-gateway");
    const heart = pictureOf(published).areas.find(({ title }) => title.startsWith("heart"))!;
    expect(heart.nodes).toContainEqual(expect.objectContaining({ id: "heart/machines/gateway" }));
    expect(heart.edges).toContainEqual({
      from: "heart/site/uke",
      to: "heart/machines/gateway",
      label: "tunnel, 51820/udp",
      kind: "flow",
    });
  });
});

describe("the outside leg of a gateway (C4H-3)", () => {
  const tenant: TenantConfig = withUplink(examples.tenant());

  it("is a port of the area's project at the granted addresses, which the zone is told", () => {
    const [leg, ...more] = planned(planTenant(tenant, examples.entry()), "uplink");
    expect(more).toEqual([]);
    expect(leg).toMatchObject({
      name: "digimed-heart-uplink",
      project: "digimed-heart",
      facts: {
        projectId: "project/digimed/heart",
        network: "internet",
        addresses: ["2001:db8::19", "203.0.113.19"],
      },
    });
    expect(one(plan, "uplink-groups", "")!.facts.uplink).toBe(leg!.name);
    expect(handover(examples.platform(), tenant, examples.entry()).gateways).toEqual({
      heart: { addresses: ["203.0.113.19", "2001:db8::19"] },
    });
    expect(handover(examples.platform(), examples.tenant(), examples.entry()).gateways).toEqual({});
  });
});
