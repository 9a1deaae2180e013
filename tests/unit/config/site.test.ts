import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ipsecSection, wireguardEndpoint, wireguardKey, wireguardSection } from "../../../config/site.ts";

const ok = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;
const KEY = Buffer.alloc(32, 1).toString("base64");

describe("a WireGuard public key", () => {
  it("is any real one", () => {
    for (let index = 0; index < 50; index++) {
      const { publicKey } = generateKeyPairSync("x25519");
      const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
      expect(ok(wireguardKey, raw.toString("base64"))).toBe(true);
    }
  });
  it.each([
    ["31 bytes", Buffer.alloc(31, 1).toString("base64")],
    ["33 bytes", Buffer.alloc(33, 1).toString("base64")],
    ["no padding", KEY.slice(0, -1)],
    ["another alphabet", `_${KEY.slice(1)}`],
    ["stray bits at its end", `${KEY.slice(0, 42)}B=`],
    ["a line more", `${KEY}\n`],
    ["a space before", ` ${KEY}`],
    ["zeros only", Buffer.alloc(32).toString("base64")],
    ["hex", "01".repeat(32)],
    ["nothing", ""],
    ["a number", 7],
  ])("is not %s", (_name, value) => expect(ok(wireguardKey, value)).toBe(false));
});

describe("an endpoint", () => {
  it.each(["203.0.113.7:51820", "[2001:db8::7]:51820", "10.0.0.1:1", "10.0.0.1:65535"])("is %s", (text) =>
    expect(ok(wireguardEndpoint, text)).toBe(true),
  );
  it.each([
    "203.0.113.7",
    "vpn.example:51820",
    "203.0.113.7:0",
    "203.0.113.7:65536",
    "2001:db8::7:51820",
    "[fe80::1%eth0]:1",
    "[203.0.113.7]:1",
    "203.0.113.7:1\n",
    "",
  ])("is not %j", (text) => expect(ok(wireguardEndpoint, text)).toBe(false));
});

describe("sections of a site", () => {
  it("wireguard: is a key, and an endpoint where the site listens", () => {
    expect(wireguardSection.parse({ publicKey: KEY })).toEqual({ publicKey: KEY });
    expect(ok(wireguardSection, { publicKey: KEY, privateKey: KEY })).toBe(false);
  });
  it("ipsec: has a default for every parameter, names its secret and never holds it", () => {
    expect(ipsecSection.parse({ peer: "203.0.113.7", secret: "uke" })).toEqual({
      peer: "203.0.113.7",
      secret: "uke",
      ikeVersion: "v2",
      encryption: "aes-256-gcm-16",
      auth: "sha384",
      pfs: "group20",
      ikeLifetime: 28_800,
      lifetime: 3_600,
    });
    for (const change of [
      { peer: "vpn.example" },
      { psk: "x" },
      { pfs: "group1" },
      { encryption: "des" },
      { auth: "md5" },
      { lifetime: 10 },
      { peerId: "a b" },
      { secret: "My Secret" },
    ])
      expect(ok(ipsecSection, { peer: "203.0.113.7", secret: "uke", ...change })).toBe(false);
  });
});
