import { describe, expect, it } from "vitest";
import { explain, parseTarget } from "../../../../plan/render/why.ts";
import { planned } from "../../../../plan/types.ts";
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
    expect(layers.at(-1)?.says).toMatch(/a rule of digimed-commons-analysis-heart-centre allows it from/);
  });

  it.each(["", "10.8.1.7:0", "10.8.1.7:99999", "10.8.1.7:443/icmp", "10.8.1.7/tcp", "a:b"])("refuses %j", (text) =>
    expect(() => parseTarget(text)).toThrow(/names no host and port/),
  );

  it("says which machines there are", () => expect(() => why("nope:1")).toThrow(/no machine nope.*analysis, imaging/));
});
