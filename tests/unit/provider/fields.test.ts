import { describe, expect, it } from "vitest";
import { canonicalCidr } from "../../../provider/fields.ts";

describe("canonicalCidr", () => {
  it.each([
    ["10.1.2.3/24", "10.1.2.0/24"],
    ["10.1.2.3", "10.1.2.3/32"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["255.255.255.255/1", "128.0.0.0/1"],
    ["2001:DB8:0:0::1/64", "2001:db8::/64"],
    ["2001:db8::1", "2001:db8::1/128"],
    ["::/0", "::/0"],
    ["fe80:0:0:0:1:2:3:4/127", "fe80::1:2:3:4/127"],
    ["::ffff:10.0.0.1/96", "::ffff:0:0/96"],
  ])("brings %s to %s", (text, expected) => {
    expect(canonicalCidr(text)).toBe(expected);
    expect(canonicalCidr(expected)).toBe(expected);
  });

  it.each([
    "",
    "10.1.2/24",
    "10.1.2.3/33",
    "10.1.2.3/",
    "10.1.2.3/24/8",
    "2001:db8::/129",
    "fe80::1%eth0/64",
    "heart",
    "10.1.2.3/-1",
    "010.1.2.3/8",
  ])("refuses %s", (text) => expect(canonicalCidr(text)).toBeUndefined());
});
