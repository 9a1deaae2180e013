import { describe, expect, it } from "vitest";
import { explain, parseTarget } from "../../../../plan/render/why.ts";
import { planned } from "../../../../plan/types.ts";
import { presetSays } from "../../../../policies/preset-change.ts";
import { planOfDigimed } from "./fixture.ts";

const plan = planOfDigimed();
const cidr = (id: string): string => planned(plan, "subnet").find((subnet) => subnet.id === id)?.facts.cidr ?? "";
const heart4 = cidr("subnet/digimed/commons/heart-centre/ipv4").replace(/0\/24$/, "7");
const heart6 = cidr("subnet/digimed/commons/heart-centre/ipv6").replace(/\/64$/, "7");
const why = (text: string) => explain(plan, parseTarget(text));

describe("--why (DIGIMED-10)", () => {
  it("names the flow that opens a path, IPv4, IPv6 and by machine", () => {
    for (const target of [
      `${heart4}:22`,
      `[${heart6}]:22`,
      "analysis:22",
      "digimed-commons-analysis:22",
      `${heart4}/icmp`,
    ]) {
      const { verdict, layers } = why(target);
      expect([target, verdict]).toEqual([target, "open"]);
      expect(layers.at(-1)?.says).toMatch(
        /bench\/heart-centre reaches machines\/analysis .*zone\.areas\.commons\.flows\[0\]/,
      );
    }
  });

  it("names the layer that closes it: another port, another protocol, another bench's network, no network at all", () => {
    for (const [target, layer] of [
      [`${heart4}:8443`, "group"],
      [`${heart4}:22/udp`, "group"],
      ["analysis:23", "group"],
      ["192.0.2.1:443", "network"],
    ] as const) {
      const { verdict, layers } = why(target);
      expect([target, verdict]).toEqual([target, "closed"]);
      expect(layers.find(({ passes }) => !passes)?.layer).toBe(layer);
    }
  });

  it("does not call a path closed for which a rule stands, even where no flow is known", () => {
    const { verdict, layers } = explain({ ...plan, flows: [] }, parseTarget(`${heart4}:22`));
    expect(verdict).toBe("open");
    expect(layers.at(-1)?.says).toMatch(
      /a rule of digimed-commons-analysis-heart-centre allows it from .*, and no flow of the config names it/,
    );
  });

  it("tells every version of IP, and the other way round", () => {
    const { versions, back } = why("analysis:22");
    expect(versions).toEqual({ IPv4: "open", IPv6: "open" });
    expect(why(`${heart4}:22`).versions).toEqual({ IPv4: "open" });
    expect(back.verdict).toBe("closed");
    expect(back.layers[0]?.says).toMatch(/no flow begins at analysis/);
  });

  it("asks for one end: the named bench passes, every other layer stops", () => {
    const from = (end: string, target = "analysis:22") => explain(plan, parseTarget(target), { from: end });
    expect(from("bench/heart-centre").verdict).toBe("open");
    expect(from("commons/bench/heart-centre").verdict).toBe("open");
    for (const [end, layer] of [
      ["bench/uni-north", "group"],
      ["bench/uni-south", "network"],
      ["imaging", "network"],
      ["192.0.2.1", "route"],
    ] as const) {
      const { verdict, layers } = from(end);
      expect([end, verdict]).toEqual([end, "closed"]);
      expect([end, layers.find(({ passes }) => !passes)?.layer]).toEqual([end, layer]);
    }
    expect(from("imaging").layers[0]?.says).toMatch(
      /in network digimed-heart, .*in network digimed-commons.*nothing is routed between them/,
    );
  });

  it("refuses an end that is not there, and two addresses of different versions", () => {
    expect(() => explain(plan, parseTarget("analysis:22"), { from: "site/clinic" })).toThrow(/no end site\/clinic/);
    expect(() => explain(plan, parseTarget(`${heart4}:22`), { from: "fd00:8::9" })).toThrow(/different versions/);
  });

  it.each(["", "10.8.1.7:0", "10.8.1.7:99999", "10.8.1.7:443/icmp", "10.8.1.7/tcp", "a:b"])("refuses %j", (text) =>
    expect(() => parseTarget(text)).toThrow(/names no host and port/),
  );

  it("says which machines there are", () => expect(() => why("nope:1")).toThrow(/no machine nope.*analysis, imaging/));
});

const EDITS = [
  [
    "    areas:\n      commons:",
    `    sites:
      clinic: { title: A clinic, kind: wireguard, networks: [192.168.40.0/24, "fd40::/64"] }
      other: { title: Other, kind: ipsec, networks: [192.168.41.0/24] }
    outside:
      mirror: { title: A mirror, networks: [203.0.113.7/32], ports: [443/tcp] }
    flows:
      - { from: site/clinic, to: heart/machines/imaging, ports: [104/tcp], reason: images come in }
      - { from: area/heart, to: outside/mirror, ports: [443/tcp], reason: packages }
    areas:
      commons:`,
  ],
] as const;

describe("--why beyond the zone (C4H-3)", () => {
  const wide = planOfDigimed(...EDITS);
  const ask = (target: string, from?: string) =>
    explain(wide, parseTarget(target), { ...(from === undefined ? {} : { from }), presetSays });

  it("a site reaches what its flow names, by name and by address, in both versions of IP", () => {
    for (const from of ["site/clinic", "192.168.40.9", undefined])
      expect([from, ask("imaging:104", from).verdict]).toEqual([from, "open"]);
    expect(ask("imaging:104", "fd40::9").versions).toEqual({ IPv6: "open" });
    expect(ask("imaging:104", "site/clinic").layers.at(-1)?.says).toMatch(/images come in \(zone\.flows\[0\]\)/);
  });

  it("stops another site, another port, another area, and the way back", () => {
    for (const [target, from, layer] of [
      ["imaging:104", "site/other", "route"],
      ["imaging:105", "site/clinic", "group"],
      ["analysis:104", "site/clinic", "route"],
      ["site/clinic:104", "imaging", "group"],
      ["site/other:104", "site/clinic", "network"],
    ] as const) {
      const { verdict, layers } = ask(target, from);
      expect([target, from, verdict, layers.find(({ passes }) => !passes)?.layer]).toEqual([
        target,
        from,
        "closed",
        layer,
      ]);
    }
  });

  it("says who may go out, and that the preset is what closes it otherwise", () => {
    expect(ask("203.0.113.7:443").layers.at(-1)?.says).toMatch(/area\/heart reaches outside\/mirror/);
    expect(ask("203.0.113.7:443").back.verdict).toBe("closed");
    const { verdict, layers } = ask("outside/mirror:80", "analysis");
    expect(verdict).toBe("closed");
    expect(layers.filter(({ passes }) => !passes).map(({ layer }) => layer)).toEqual(["route", "group", "preset"]);
    expect(layers.at(-1)?.says).toMatch(/confidential lets no flow out to outside \(.*SATRE 2\.2\.11/);
  });
});

describe("--why the metadata service (C4H-2)", () => {
  const declaring = planOfDigimed([
    "            volumes: [imaging]\n",
    "            volumes: [imaging]\n            metadata: true\n",
  ]);

  it("is open from a group that declares it, on its port alone; closed from every other, and the way back", () => {
    for (const host of ["169.254.169.254", "[fe80::a9fe:a9fe]"]) {
      const open = explain(declaring, parseTarget(`${host}:80`), { from: "imaging" });
      expect([open.verdict, open.back.verdict]).toEqual(["open", "closed"]);
      expect(open.layers.at(-1)?.says).toMatch(
        /rule of digimed-heart-imaging .*its group declares the metadata service/,
      );
      expect(explain(declaring, parseTarget(`${host}:443`), { from: "imaging" }).verdict).toBe("closed");
      const other = explain(declaring, parseTarget(`${host}:80`), { from: "analysis" });
      expect([other.verdict, other.layers.find(({ passes }) => !passes)?.layer]).toEqual(["closed", "group"]);
      expect(explain(plan, parseTarget(`${host}:80`), { from: "imaging" }).verdict).toBe("closed");
    }
  });
});
