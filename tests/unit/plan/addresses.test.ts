import { describe, expect, it } from "vitest";
import {
  blockCount,
  blockIndex,
  contains,
  formatAddress,
  hasHostBits,
  nthBlock,
  overlaps,
  parseAddress,
  parseCidr,
  subnetsOf,
} from "../../../plan/addresses.ts";

const canonical = (text: string): string => {
  const { version, value } = parseAddress(text);
  return formatAddress(version, value);
};

describe("addresses", () => {
  it.each([
    ["10.8.0.1", "10.8.0.1"],
    ["::", "::"],
    ["::1", "::1"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["fd00:8:0:0::", "fd00:8::"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
    ["1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"],
    ["::ffff:10.0.0.1", "::ffff:a00:1"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ])("%s is written %s (RFC 5952)", (text, expected) => expect(canonical(text)).toBe(expected));

  it.each(["10.8.0", "10.8.0.256", "10.8.0.01", "1:2", "1::2::3", "1:2:3:4:5:6:7:8::", "fe80::1%eth0", "::10.0.0", ""])(
    "%j is no address",
    (text) => expect(() => parseAddress(text)).toThrow(/no IPv4 or IPv6 address/),
  );

  it.each(["10.0.0.0", "10.0.0.0/33", "fd00::/129", "10.0.0.0/8/8", "10.0.0.0/-1"])("%j is no network", (text) =>
    expect(() => parseCidr(text)).toThrow(),
  );

  it("sees overlap and containment, and not across versions", () => {
    expect(overlaps("10.8.0.0/20", "10.8.15.0/24")).toBe(true);
    expect(overlaps("10.8.0.0/20", "10.8.16.0/24")).toBe(false);
    expect(overlaps("0.0.0.0/0", "::/0")).toBe(false);
    expect(contains("fd00:8::/48", "fd00:8:0:ff::/64")).toBe(true);
    expect(contains("fd00:8::/56", "fd00:8:0:100::/64")).toBe(false);
    expect(contains("10.8.0.0/24", "10.8.0.7")).toBe(true);
    expect(contains("10.8.0.0/24", "10.8.0.0/23")).toBe(false);
    expect(hasHostBits("10.8.0.1/20")).toBe(true);
    expect(hasHostBits("10.8.0.0/20")).toBe(false);
  });

  it("counts blocks in a pool, and back", () => {
    expect(nthBlock("10.0.0.0/8", 20, 4095)).toBe("10.255.240.0/20");
    expect(() => nthBlock("10.0.0.0/8", 20, 4096)).toThrow(/no network number 4096/);
    expect(nthBlock("fd00:8::/40", 56, 65535)).toBe("fd00:8:ff:ff00::/56");
    expect(blockIndex("fd00:8::/40", "fd00:8:ff:ff00::/56")).toBe(65535);
    expect(blockIndex("10.0.0.0/8", "11.0.0.0/20")).toBeUndefined();
    expect(blockCount("10.0.0.0/24", 20)).toBe(0);
  });

  it("cuts a zone's subnets by the index in the ledger, and names what is missing", () => {
    const zone = {
      ipv4: "10.8.16.0/20",
      ipv6: "fd00:8:0:100::/56",
      networks: { heart: { index: 0 }, "commons/heart-centre": { index: 15, vlan: 101 } },
    };
    expect(subnetsOf(zone, "heart")).toEqual({ ipv4: "10.8.16.0/24", ipv6: "fd00:8:0:100::/64" });
    expect(subnetsOf(zone, "commons/heart-centre")).toEqual({ ipv4: "10.8.31.0/24", ipv6: "fd00:8:0:10f::/64" });
    expect(() => subnetsOf(zone, "lungs")).toThrow(/no network for lungs.*heart, commons\/heart-centre.*allocate/);
    expect(() => subnetsOf(zone, "constructor")).toThrow(/no network for constructor/);
  });
});
