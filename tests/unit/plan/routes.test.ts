import { describe, expect, it } from "vitest";
import type { ZoneConfig } from "../../../config/index.ts";
import { handover } from "../../../plan/handover.ts";
import { planTenant } from "../../../plan/tenant.ts";
import { planned } from "../../../plan/types.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples, withIpsec, withRouter } from "./examples.ts";

const withFlow = (from: string, to: string, change: (zone: ZoneConfig) => void = () => undefined): ZoneConfig => {
  const zone = structuredClone(examples.zone());
  const ends: ZoneConfig["granted"]["routers"][string]["ends"] = ["network", "outside", "site"];
  zone.granted.routers["heart"] = { ends, addresses: [] };
  zone.flows.push({ from, to, ports: ["443/tcp"], reason: "a test" });
  change(zone);
  return zone;
};
const subnetOf = (zone: ZoneConfig, id: string) =>
  planned(planZone(zone), "subnet").find((one) => one.id === id)!.facts;
const HEART4 = "subnet/digimed/heart/ipv4";
const HEART6 = "subnet/digimed/heart/ipv6";
const heart4 = examples.zone().granted.networks["heart"]!.ipv4;
const first = heart4.replace("0/24", "1");
const admins = (zone: ZoneConfig): void => {
  zone.networks["admins"] = { title: "Administrators", networks: ["10.200.1.0/24", "10.200.2.0/24"] };
};

describe("ways out of an area (C4H-2, C4H-3)", () => {
  it("none without a flow beyond the zone: no leg, no route, no gateway, whatever is granted", () => {
    const zone = examples.zone();
    zone.granted.routers["heart"] = { ends: ["network", "outside", "site"], addresses: [] };
    const plan = planZone(zone);
    for (const kind of ["router-interface", "vpn-service", "vpn-connection"] as const)
      expect(planned(plan, kind)).toEqual([]);
    for (const { facts } of planned(plan, "subnet")) expect(facts).toMatchObject({ routes: [] });
  });

  it("routes to exactly the networks that flows name, in the version of IP that they have, and no default way", () => {
    const zone = withFlow("network/admins", "heart/machines/imaging", admins);
    expect(subnetOf(zone, HEART4)).toMatchObject({
      routes: [
        { destination: "10.200.1.0/24", nextHop: first },
        { destination: "10.200.2.0/24", nextHop: first },
      ],
    });
    expect(subnetOf(zone, HEART6)).toMatchObject({ routes: [] });
    expect(planned(planZone(zone), "router-interface").map(({ id, facts }) => [id, facts.address])).toEqual([
      ["router-interface/digimed/heart/ipv4", first],
    ]);
  });

  it("names as resolvers the single addresses that a flow leads to on port 53, and nothing else", () => {
    const told = (ports: string[], networks: string[], from = "heart/machines/imaging", to = "network/dns") =>
      subnetOf(
        withFlow(from, to, (config) => {
          config[to.startsWith("outside") ? "outside" : "networks"]["dns"] = { title: "Resolvers", networks };
          for (const flow of config.flows) flow.ports = ports;
        }),
        HEART4,
      ).resolvers;
    const out = (ports: string[], networks: string[]) => told(ports, networks, "area/heart", "outside/dns");
    expect(out(["53/udp"], ["203.0.113.53/32", "203.0.113.54/32", "2001:db8::53/128"])).toEqual([
      "203.0.113.53",
      "203.0.113.54",
    ]);
    expect(out(["443/tcp", "53/tcp"], ["203.0.113.53/32"])).toEqual(["203.0.113.53"]);
    // A network is no name server, another port no question, and who comes in answers nobody.
    expect(out(["53/udp"], ["203.0.113.0/24"])).toEqual([]);
    expect(out(["853/tcp"], ["203.0.113.53/32"])).toEqual([]);
    expect(told(["53/udp"], ["203.0.113.53/32"], "network/dns", "heart/machines/imaging")).toEqual([]);
    expect(
      out(
        ["53/udp"],
        Array.from({ length: 9 }, (_, index) => `203.0.113.${index + 1}/32`),
      ),
    ).toHaveLength(5);
  });

  it("a default way where an outside end is as good as everything, in that area alone", () => {
    const zone = withFlow("area/heart", "outside/internet", (config) => {
      config.outside["internet"] = { title: "Everybody", networks: ["0.0.0.0/0"], ports: ["443/tcp"] };
    });
    expect(subnetOf(zone, HEART4)).toMatchObject({ routes: [{ destination: "0.0.0.0/0", nextHop: first }] });
    expect(subnetOf(zone, HEART6)).toMatchObject({ routes: [] });
    expect(subnetOf(zone, "subnet/digimed/commons/ipv4")).toMatchObject({ routes: [] });
  });

  it("a default way where Neutron would refuse so many routes", () => {
    const many = (count: number) => (zone: ZoneConfig) => {
      const networks = Array.from({ length: count }, (_, index) => `10.200.${2 * index}.0/24`);
      zone.networks["admins"] = { title: "Administrators", networks };
    };
    const of = (count: number) => subnetOf(withFlow("network/admins", "area/heart", many(count)), HEART4);
    expect(of(20).routes).toHaveLength(20);
    expect(of(21)).toMatchObject({ routes: [{ destination: "0.0.0.0/0", nextHop: first }] });
  });

  it("nothing without a grant: what the rules refuse gets no half of it", () => {
    const zone = withFlow("network/admins", "area/heart", (config) => {
      admins(config);
      delete config.granted.routers["heart"];
    });
    expect(planned(planZone(zone), "router-interface")).toEqual([]);
    expect(subnetOf(zone, HEART4)).toMatchObject({ routes: [] });
  });

  it("keeps the first addresses of an area's network from machines, so that a way that comes later finds its own free", () => {
    const { pool } = subnetOf(examples.zone(), HEART4);
    expect(pool).toEqual({ start: heart4.replace("0/24", "10"), end: heart4.replace("0/24", "254") });
    expect(subnetOf(examples.zone(), HEART6).pool?.end).toMatch(/:ffff:ffff:ffff:ffff$/);
  });
});

describe("IPsec sites (C4H-3)", () => {
  const plan = planZone(withIpsec(examples.zone()));

  it("one service, and one connection for each version of IP, each side by a group of that version", () => {
    expect(planned(plan, "vpn-service").map(({ facts }) => facts)).toEqual([{ router: "digimed-heart" }]);
    const connections = planned(plan, "vpn-connection");
    expect(connections.map(({ id }) => id)).toEqual(
      [4, 6].map((version) => `vpn-connection/digimed/heart/clinic/ipv${version}`),
    );
    const groups = planned(plan, "endpoint-group");
    expect(groups).toHaveLength(4);
    for (const { facts } of connections) {
      const side = (id: string) => groups.find((group) => group.id === id)!.facts;
      expect(side(facts.localGroupId)).toEqual({
        type: "subnet",
        version: facts.version,
        endpoints: [`subnet/digimed/heart/ipv${facts.version}`],
      });
      expect(side(facts.peerGroupId)).toMatchObject({ type: "cidr", version: facts.version });
    }
    expect(groups.flatMap(({ facts }) => (facts.type === "cidr" ? facts.endpoints : []))).toEqual([
      "192.168.40.0/24",
      "fd40::/64",
    ]);
  });

  it("every parameter is stated, and the key is named and never there", () => {
    const [ike] = planned(plan, "ike-policy");
    expect(ike!.facts).toMatchObject({ ike_version: "v2", encryption_algorithm: "aes-256-gcm-16", pfs: "group20" });
    expect(planned(plan, "vpn-connection")[0]!.facts).toMatchObject({
      secret: "clinic-psk",
      peerAddress: "198.51.100.20",
    });
  });

  it("a site that flows of two areas name has a tunnel to each, over each area's own router", () => {
    const zone = withIpsec(examples.zone());
    zone.granted.routers["commons"] = { ends: ["site"], addresses: [] };
    zone.flows.push({ from: "site/clinic", to: "area/commons", ports: ["443/tcp"], reason: "a test" });
    const services = planned(planZone(zone), "vpn-service");
    expect(services.map(({ project, facts }) => [project, facts.router])).toEqual([
      ["digimed-commons", "digimed-commons"],
      ["digimed-heart", "digimed-heart"],
    ]);
    expect(planned(planZone(zone), "vpn-connection")).toHaveLength(4);
  });

  it("a frozen zone has no tunnel, and after the thaw the same as before", () => {
    const zone = withIpsec(examples.zone());
    const frozen: ZoneConfig = {
      ...zone,
      frozen: { reason: "an incident", by: "somebody", since: "2026-11-20" } as never,
    };
    expect(planned(planZone(frozen), "vpn-connection")).toEqual([]);
    expect(planned(planZone(frozen), "vpn-service")).toHaveLength(1);
    expect(planned(planZone(zone), "vpn-connection")).toHaveLength(2);
  });
});

describe("routers of a tenant (C4H-2)", () => {
  const tenant = withRouter(examples.tenant());

  it("are the area's own, and use its quota up; an area without one may have none", () => {
    const plan = planTenant(tenant, examples.entry());
    expect(planned(plan, "router").map(({ id, name, project }) => [id, name, project])).toEqual([
      ["router/digimed/heart", "digimed-heart", "digimed-heart"],
    ]);
    const quotas = Object.fromEntries(planned(plan, "quota").map(({ name, facts }) => [name, facts.network.routers]));
    expect(quotas["digimed-heart"]).toBe(1);
    expect(Object.values(quotas).filter((routers) => routers > 0)).toHaveLength(1);
  });

  it("are handed over by area, with what flows may name and what sites dial", () => {
    expect(handover(examples.platform(), tenant, examples.entry()).routers).toEqual({
      heart: { ends: ["network", "site"], addresses: ["203.0.113.9", "2001:db8::9"] },
    });
    expect(handover(examples.platform(), examples.tenant(), examples.entry()).routers).toEqual({});
  });
});
