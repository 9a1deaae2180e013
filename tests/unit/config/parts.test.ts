import { describe, expect, it } from "vitest";
import { found, isSensitive, quote } from "../../../config/found.ts";
import { formatPath, parsePath, valueAt } from "../../../config/path.ts";
import { date, gibibytes, key, openstackName, portRange, size, vlanId, zoneName } from "../../../config/scalars.ts";
import { editDistance, nearest } from "../../../config/suggest.ts";

describe("paths", () => {
  it("are written as Pulumi writes them, and read back", () => {
    const paths = [
      [["areas", "heart", "flows", 2, "ports"], "areas.heart.flows[2].ports"],
      [["granted", "flavors", "m1.small"], 'granted.flavors["m1.small"]'],
      [["granted", "networks", "commons/uni-north", "ipv4"], "granted.networks.commons/uni-north.ipv4"],
      [["a b", 0, 'c"d'], '["a b"][0]["c\\"d"]'],
    ] as const;
    for (const [path, shown] of paths) {
      expect(formatPath(path)).toBe(shown);
      expect(parsePath(shown)).toEqual(path);
    }
  });
  it("find no inherited values", () => {
    expect(valueAt({}, ["constructor"])).toBeUndefined();
    expect(valueAt({ a: [1] }, ["a", 0])).toBe(1);
    expect(valueAt("text", ["length"])).toBeUndefined();
  });
});

describe("suggestions", () => {
  it("count edits, a swap as one", () => {
    expect(editDistance("machins", "machines")).toBe(1);
    expect(editDistance("zoen", "zone")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
  });
  it("are made only where something is near", () => {
    expect(nearest("volume_types", ["volumeTypes", "flavors"])).toBe("volumeTypes");
    expect(nearest("colour", ["areas", "cloud", "partners"])).toBeUndefined();
    expect(nearest("x".repeat(1000), ["x"])).toBeUndefined();
  });
});

describe("values in messages", () => {
  it("are short, quoted and without control characters", () => {
    expect(quote("a".repeat(100))).toHaveLength(65);
    expect(quote("\u001b[31m\u202e")).toBe('"\\u001b[31m?"');
  });
  it("are never shown where they could be secret", () => {
    for (const path of [
      ["secrets", "a"],
      ["a", "secure"],
      ["adminPassword"],
      ["vpn", "psk"],
      ["machines", "a", "userData"],
    ]) {
      expect(isSensitive(path)).toBe(true);
      expect(found("hunter2", path)).toBeUndefined();
    }
    expect(found("hunter2", ["name"])).toBe('"hunter2"');
  });
});

describe("scalars", () => {
  const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, values: readonly unknown[]) =>
    values.filter((value) => !schema.safeParse(value).success);
  const refuses = (schema: { safeParse(value: unknown): { success: boolean } }, values: readonly unknown[]) =>
    values.filter((value) => schema.safeParse(value).success);

  it("accept what they describe", () => {
    expect(accepts(zoneName, ["ab", "digimed", "a1234567890123456789"])).toEqual([]);
    expect(accepts(key, ["a", "uni-north", "a-1-b"])).toEqual([]);
    expect(accepts(size, ["1 GiB", "2 TiB", "999999999 PiB"])).toEqual([]);
    expect(accepts(portRange, ["1/tcp", "65535/udp", "6000-6010/tcp", "icmp"])).toEqual([]);
    expect(accepts(vlanId, [1, 4094])).toEqual([]);
    expect(accepts(openstackName, ["SCS-4T-16_z4", "Debian 13 (Übung)", "x".repeat(255)])).toEqual([]);
    expect(accepts(date, ["2027-01-31", "2028-02-29", "2027-01-31 00:00:00 +0000 UTC"])).toEqual([]);
  });
  it("refuse everything else", () => {
    expect(refuses(zoneName, ["a", "1a", "A", "a-b", "a".repeat(21), ""])).toEqual([]);
    expect(refuses(key, ["", "-a", "a-", "a--b", "1", "A", "a_b", "a".repeat(31)])).toEqual([]);
    expect(refuses(size, ["1", "1GiB", "1 GB", "0 GiB", "1.5 GiB", "-1 GiB", "1 MiB", 1])).toEqual([]);
    expect(refuses(portRange, ["0/tcp", "65536/tcp", "80", "20-10/tcp", "80/sctp", "icmp6", ""])).toEqual([]);
    expect(refuses(vlanId, [0, 4095, 1.5, "1"])).toEqual([]);
    expect(refuses(openstackName, ["", " a", "a ", "a\nb", "a\0b", "x".repeat(256)])).toEqual([]);
    expect(refuses(date, ["2027-02-29", "2027-1-1", "31.01.2027", "2027-01-31T12:00:00Z", 20270131, null])).toEqual([]);
  });
  it("count in GiB", () => {
    expect([gibibytes("16 GiB"), gibibytes("2 TiB"), gibibytes("1 PiB")]).toEqual([16, 2048, 1_048_576]);
  });
});
