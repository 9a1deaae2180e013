import { describe, expect, it } from "vitest";
import type { AreaConfig, ZoneConfig } from "../../../config/zone.ts";
import { contains } from "../../../plan/addresses.ts";
import type { RuleFacts } from "../../../plan/facts.ts";
import { addressesOf, parseFlowEnd, placedEnd } from "../../../plan/ends.ts";
import { addressGroups, flowGroups, type FlowGroup } from "../../../plan/flows.ts";
import { examples } from "./examples.ts";

type Flow = AreaConfig["flows"][number];

const base = examples.zone();
const machines = base.areas["commons"]!.machines["analysis"]!;
const flow = (from: string, to: string, ports: string[] = ["5432/tcp"]): Flow => ({
  from,
  to,
  ports,
  reason: "a test",
});
const area = (flows: Flow[], groups: readonly string[] = ["app", "db"]): AreaConfig => ({
  ...base.areas["commons"]!,
  machines: Object.fromEntries(groups.map((group) => [group, machines])),
  flows,
});
const subnets = {
  "lab/uni": { ipv4: "10.0.1.0/24", ipv6: "fd00:1::/64" },
  "lab/clinic": { ipv4: "10.0.2.0/24", ipv6: "fd00:2::/64" },
};
const groupsOf = (config: AreaConfig): readonly FlowGroup[] =>
  flowGroups({ ...base, name: "z", areas: { lab: config }, granted: { ...base.granted, networks: subnets } }, "lab");
const rulesOf = (groups: readonly FlowGroup[], group: string, bench?: string): readonly RuleFacts[] =>
  groups.find((candidate) => candidate.group === group && candidate.bench === bench)?.rules ?? [];

describe("parseFlowEnd", () => {
  it("reads machines and benches", () => {
    expect(parseFlowEnd("machines/db")).toEqual({ kind: "machines", group: "db" });
    expect(parseFlowEnd("bench/uni")).toEqual({ kind: "bench", partner: "uni" });
  });

  it("reads ends of another place with their area, whole areas, and what lies beyond the zone", () => {
    expect(parseFlowEnd("lab/machines/db")).toEqual({ kind: "machines", group: "db", area: "lab" });
    expect(parseFlowEnd("lab/bench/uni")).toEqual({ kind: "bench", partner: "uni", area: "lab" });
    expect(parseFlowEnd("area/lab")).toEqual({ kind: "area", area: "lab" });
    for (const kind of ["site", "network", "outside"] as const)
      expect(parseFlowEnd(`${kind}/x`)).toEqual({ kind, name: "x" });
    // An area may be called like a kind of end: three parts are always area, kind and name.
    expect(parseFlowEnd("machines/machines/db")).toEqual({ kind: "machines", group: "db", area: "machines" });
  });

  it("takes the area from where the flow stands, and has none for a flow of the zone", () => {
    expect(placedEnd("machines/db", "lab")).toEqual({ kind: "machines", group: "db", area: "lab" });
    expect(placedEnd("heart/machines/db", "lab")).toEqual({ kind: "machines", group: "db", area: "heart" });
    expect(placedEnd("machines/db")).toBeUndefined();
    expect(placedEnd("site/clinic")).toEqual({ kind: "site", name: "clinic" });
  });

  const NONE = [
    "",
    "machines",
    "machines/",
    "machines/a/b",
    "db",
    "bench",
    "a/b/c",
    "x/site/y",
    "a/b/machines/c",
    "/machines/x",
  ];
  it.each(NONE)("knows nothing of %j", (text) => {
    expect(parseFlowEnd(text)).toBeUndefined();
  });
});

describe("flowGroups (C4H-2)", () => {
  it("a group without a flow has no rule at all: nothing in, nothing out", () => {
    expect(groupsOf(area([])).map(({ group, rules }) => [group, rules])).toEqual([
      ["app", []],
      ["db", []],
    ]);
  });

  it("DIGIMED-10: a flow between machines opens both ends, IPv4 and IPv6, and nothing else", () => {
    const groups = groupsOf(area([flow("machines/app", "machines/db")]));
    for (const [group, direction, remote] of [
      ["app", "egress", "db"],
      ["db", "ingress", "app"],
    ] as const) {
      const rules = rulesOf(groups, group);
      expect(rules.map(({ ethertype }) => ethertype)).toEqual(["IPv4", "IPv6"]);
      for (const rule of rules)
        expect(rule).toMatchObject({
          direction,
          protocol: "tcp",
          portMin: 5432,
          portMax: 5432,
          remoteGroup: `security-group/z/lab/${remote}`,
        });
    }
  });

  it("DIGIMED-11: a flow from a bench opens the area's port on that bench's network alone, from its addresses alone", () => {
    const groups = groupsOf(area([flow("bench/uni", "machines/app", ["22/tcp"])]));
    expect(rulesOf(groups, "app")).toEqual([]);
    expect(rulesOf(groups, "app", "clinic")).toEqual([]);
    expect(
      rulesOf(groups, "app", "uni").map(({ direction, ethertype, remoteCidr, remoteGroup }) => [
        direction,
        ethertype,
        remoteCidr,
        remoteGroup,
      ]),
    ).toEqual([
      ["ingress", "IPv4", "10.0.1.0/24", undefined],
      ["ingress", "IPv6", "fd00:1::/64", undefined],
    ]);
  });

  it("fails closed: a flow from a bench without a network opens nothing, where a rule without remote would open to all", () => {
    const groups = groupsOf(area([flow("bench/stranger", "machines/app"), flow("bench/constructor", "machines/app")]));
    expect(groups.flatMap(({ rules }) => rules)).toEqual([]);
    expect(rulesOf(groupsOf(area([flow("bench/uni", "machines/app")])), "app", "uni")).toHaveLength(2);
  });

  it("every rule has exactly one remote", () => {
    const rules = groupsOf(area([flow("machines/app", "machines/db"), flow("bench/uni", "machines/db")])).flatMap(
      (group) => group.rules,
    );
    expect(rules).toHaveLength(6);
    for (const { remoteCidr, remoteGroup } of rules) expect([remoteCidr, remoteGroup].filter(Boolean)).toHaveLength(1);
  });

  it("ICMP has a protocol of its own in each version of IP; ranges keep both ends", () => {
    const rules = rulesOf(groupsOf(area([flow("machines/app", "machines/db", ["icmp", "6000-6010/udp"])])), "db");
    expect(rules.filter(({ protocol }) => protocol === "icmp").map(({ ethertype }) => ethertype)).toEqual(["IPv4"]);
    expect(rules.filter(({ protocol }) => protocol === "ipv6-icmp").map(({ ethertype }) => ethertype)).toEqual([
      "IPv6",
    ]);
    for (const rule of rules.filter(({ protocol }) => protocol === "udp"))
      expect(rule).toMatchObject({ portMin: 6000, portMax: 6010 });
  });

  it("two flows that open the same thing make one rule: Neutron refuses the second", () => {
    const once = groupsOf(area([flow("machines/app", "machines/db")]));
    const twice = groupsOf(
      area([flow("machines/app", "machines/db"), flow("machines/app", "machines/db", ["5432/tcp", "5432-5432/tcp"])]),
    );
    expect(rulesOf(twice, "db")).toEqual(rulesOf(once, "db"));
  });

  it("the order of flows makes no difference, and a flow added above leaves the rules below as they are", () => {
    const [a, b] = [flow("machines/app", "machines/db"), flow("bench/uni", "machines/app", ["22/tcp"])];
    const shown = (config: AreaConfig): unknown => groupsOf(config).map(({ because: _lines, ...group }) => group);
    expect(shown(area([a, b]))).toEqual(shown(area([b, a])));
    const more = groupsOf(area([flow("bench/clinic", "machines/app", ["443/tcp"]), a, b]));
    expect(rulesOf(more, "db")).toEqual(rulesOf(groupsOf(area([a, b])), "db"));
    expect(rulesOf(more, "app", "uni")).toEqual(rulesOf(groupsOf(area([a, b])), "app", "uni"));
  });

  it("a group names the machines and the flows that asked for it", () => {
    const [app, onBench] = groupsOf(area([flow("bench/uni", "machines/app")], ["app"]));
    expect(app!.because).toEqual(["zone.areas.lab.machines.app"]);
    expect(onBench!.because).toEqual(["zone.areas.lab.flows[0]"]);
  });
});

const site = (networks: string[]) => ({ title: "A clinic", kind: "wireguard" as const, networks });
const zoneWith = (change: Partial<ZoneConfig>, config = area([])): ZoneConfig => ({
  ...base,
  name: "z",
  areas: { lab: config },
  granted: { ...base.granted, networks: subnets },
  ...change,
});

describe("flows beyond the zone (C4H-3)", () => {
  const clinic = zoneWith({
    sites: { clinic: site(["192.168.41.0/24", "192.168.40.0/24", "fd40::/64"]) },
    flows: [flow("site/clinic", "lab/machines/db", ["104/tcp"]), flow("lab/machines/app", "site/clinic", ["443/tcp"])],
  });

  it("open the end that is ours, egress or ingress, naming one address group whatever the number of networks", () => {
    const groups = flowGroups(clinic, "lab");
    for (const [group, direction, port] of [
      ["db", "ingress", 104],
      ["app", "egress", 443],
    ] as const)
      expect(rulesOf(groups, group).map(({ description: _text, ...rule }) => rule)).toEqual(
        ["IPv4", "IPv6"].map((ethertype) => ({
          direction,
          ethertype,
          protocol: "tcp",
          portMin: port,
          portMax: port,
          remoteAddressGroup: "address-group/z/lab/site/clinic",
        })),
      );
    expect(addressGroups(clinic, "lab")).toMatchObject([
      { addresses: ["192.168.40.0/24", "192.168.41.0/24", "fd40::/64"], because: ["zone.flows[0]", "zone.flows[1]"] },
    ]);
  });

  it("have rules in the versions of IP alone in which the end has addresses", () => {
    const only = (networks: string[]) =>
      rulesOf(flowGroups({ ...clinic, sites: { clinic: site(networks) } }, "lab"), "db").map(
        ({ ethertype }) => ethertype,
      );
    expect(only(["fd40::/64"])).toEqual(["IPv6"]);
    expect(only(["192.168.40.0/24"])).toEqual(["IPv4"]);
  });

  it("fail closed: an end that is not declared, another area's end, a way through, a bench's way out open nothing", () => {
    const none = (change: Partial<ZoneConfig>) => {
      const config = zoneWith(change);
      return [...flowGroups(config, "lab").flatMap(({ rules }) => rules), ...addressGroups(config, "lab")];
    };
    expect(none({ flows: [flow("site/nobody", "lab/machines/db")] })).toEqual([]);
    expect(none({ flows: [flow("heart/machines/x", "lab/machines/db")] })).toEqual([]);
    const { sites } = clinic;
    for (const [from, to] of [
      ["site/clinic", "site/clinic"],
      ["lab/bench/uni", "site/clinic"],
      ["site/clinic", "lab/bench/uni"],
      ["machines/app", "site/clinic"],
    ] as const)
      expect(none({ sites, flows: [flow(from, to)] }), `${from} ${to}`).toEqual([]);
    expect(none({ sites, flows: [flow("lab/machines/app", "site/clinic")] })).not.toEqual([]);
  });

  it("name an area by one group that all its machines carry", () => {
    const config = zoneWith({
      flows: [flow("area/lab", "lab/machines/db"), flow("lab/bench/uni", "area/lab", ["22/tcp"])],
    });
    const groups = flowGroups(config, "lab");
    expect(rulesOf(groups, "db").map(({ remoteGroup }) => remoteGroup)).toEqual(
      Array(2).fill("security-group/z/lab/*"),
    );
    const everybody = groups.filter(({ group }) => group === undefined);
    expect(everybody.map(({ bench, rules }) => [bench, rules.length])).toEqual([
      [undefined, 2],
      ["uni", 2],
    ]);
  });
});

describe("addresses of an end (C4H-2)", () => {
  const outside = (networks: string[], change: Partial<ZoneConfig> = {}) =>
    addressesOf(zoneWith({ outside: { net: { title: "t", networks } }, ...change }), { kind: "outside", name: "net" });

  it("of the Internet hold no private network, no site's, no persons', none of the zone", () => {
    const public6 = "2001:db8:40::/48";
    const addresses = outside(["0.0.0.0/0", "::/0"], { sites: { clinic: site(["198.51.100.0/24", public6]) } });
    for (const inside of [
      "10.0.1.9/32",
      "192.168.3.1/32",
      "169.254.169.254/32",
      "198.51.100.7/32",
      "fd00::1/128",
      "2001:db8:40::1/128",
      "fe80::1/128",
    ])
      expect(
        addresses.some((network) => contains(network, inside)),
        inside,
      ).toBe(false);
    for (const beyond of ["203.0.113.7/32", "198.51.101.1/32", "9.9.9.9/32", "2001:db8:41::1/128", "2606:4700::1/128"])
      expect(
        addresses.filter((network) => contains(network, beyond)),
        beyond,
      ).toHaveLength(1);
  });

  it("inside of a private network are what is written, canonical", () => {
    expect(outside(["172.20.0.0/16", "2001:DB8:0::/48"])).toEqual(["172.20.0.0/16", "2001:db8::/48"]);
  });
});
