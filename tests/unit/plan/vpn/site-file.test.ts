import { describe, expect, it } from "vitest";
import { siteFile } from "../../../../plan/vpn/site-file.ts";
import { examples, withWireguard } from "../examples.ts";

describe("the file of a WireGuard site (C4H-3)", () => {
  const zone = withWireguard(examples.zone());
  const publicKey = Buffer.alloc(32, 9).toString("base64");

  it("dials the gateway where the operator granted it, in the site's own version of IP, at the gateway's port", () => {
    expect(siteFile(zone, "uke", { publicKey }).text).toContain("Endpoint = 203.0.113.19:51820\n");
    const six = structuredClone(zone);
    six.sites["uke"]!.wireguard!.endpoint = "[2001:db8:5::7]:4500";
    six.areas["heart"]!.gateway!.port = 443;
    expect(siteFile(six, "uke", { publicKey }).text).toContain("Endpoint = [2001:db8::19]:443\n");
    expect(siteFile(zone, "uke", { publicKey, address: "203.0.113.99" }).text).toContain("203.0.113.99:51820");
  });

  it("needs the gateway, and the key that it printed", () => {
    expect(() => siteFile(zone, "uke")).toThrow(/public key is not known/);
    const without = structuredClone(zone);
    delete without.areas["heart"]!.gateway;
    expect(() => siteFile(without, "uke", { publicKey })).toThrow(/the area heart has no gateway/);
  });
});
