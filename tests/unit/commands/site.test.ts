import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { siteFile } from "../../../plan/vpn/site-file.ts";
import { showSite, type SiteOptions } from "../../../scripts/commands/site.ts";
import { profileDirectory } from "../../../scripts/site/profiles.ts";
import { examples, withWireguard } from "../plan/examples.ts";
import { testIo } from "./io.ts";

let io: Awaited<ReturnType<typeof testIo>>;
beforeEach(async () => {
  io = await testIo();
  await cp(profileDirectory({ name: "vlan-vpn" }), io.cwd, { recursive: true });
});

const CLINIC: SiteOptions = { zone: "textmining", site: "clinic", dir: ".", json: false };
const run = async (change: Partial<SiteOptions> = {}): Promise<string> => {
  io.said.length = 0;
  expect(await showSite({ ...CLINIC, ...change }, io)).toBe(0);
  return io.said.join("\n");
};
const edit = async (change: (text: string) => string): Promise<void> => {
  const file = path.join(io.cwd, "Pulumi.textmining.yaml");
  await writeFile(file, change(await readFile(file, "utf8")));
};

describe("tresor site (C4H-3)", () => {
  it("prints the file for strongSwan with the granted address, and no key", async () => {
    const text = await run();
    expect(text).toContain("remote_addrs = 203.0.113.9");
    expect(text).toContain("local_ts = 192.168.40.0/24");
    expect(text).toContain('secret = "<the key, every sign as you were told it>"');
    expect(text).not.toMatch(/0s</);
    expect(io.noted.join()).toMatch(/\/etc\/swanctl\/conf\.d\/textmining\.conf, for site\/clinic to area clinic/);
    expect(JSON.parse(await run({ json: true }))).toMatchObject({ kind: "ipsec", area: "clinic" });
  });

  it("takes the address that is given, and asks for it where none is granted", async () => {
    expect(await run({ address: "203.0.113.77" })).toContain("remote_addrs = 203.0.113.77");
    await edit((text) => text.replace(/, addresses: \[ ?203\.0\.113\.9 ?\]/, ""));
    await expect(run()).rejects.toThrow(/address is not known.*--address/s);
  });

  it("says which sites and areas there are", async () => {
    await expect(run({ site: "clinc" })).rejects.toThrow(/declares no clinc.*allowed: clinic/s);
    await expect(run({ area: "heart" })).rejects.toThrow(/no flow of this area names site\/clinic.*allowed: clinic/s);
    await expect(run({ zone: "textmining-tenant" })).rejects.toThrow(/is a tenant/);
  });

  it("prints nothing of a file that is wrong", async () => {
    await edit((text) => text.replace("192.168.40.0/24", "192.168.40.9/24"));
    await expect(run()).rejects.toThrow(/zone\.sites\.clinic\.networks/);
    expect(io.said).toEqual([]);
  });
});

describe("the file for a WireGuard site (C4H-3)", () => {
  const publicKey = Buffer.alloc(32, 9).toString("base64");
  const zone = () => withWireguard(examples.zone());
  const dialling = (from: string) => {
    const config = zone();
    config.sites["uke"]!.wireguard = { publicKey: config.sites["uke"]!.wireguard!.publicKey, from: [from] };
    return config;
  };

  it("names the gateway's granted address and the key that was given, and none of the site's own", () => {
    const { kind, area, text } = siteFile(zone(), "uke", { publicKey });
    expect([kind, area]).toEqual(["wireguard", "heart"]);
    expect(text).toContain("Endpoint = 203.0.113.19:51820");
    expect(text).toContain(`PublicKey = ${publicKey}`);
    expect(text).not.toMatch(/PrivateKey/);
  });

  it("names the address of the version of IP from which the site comes", () => {
    expect(siteFile(dialling("2001:db8:7::/64"), "uke", { publicKey }).text).toContain(
      "Endpoint = [2001:db8::19]:51820",
    );
    expect(siteFile(dialling("198.51.101.0/24"), "uke", { publicKey }).text).toContain("Endpoint = 203.0.113.19:51820");
    expect(siteFile(zone(), "uke", { publicKey, address: "192.0.2.9" }).text).toContain("Endpoint = 192.0.2.9:51820");
  });

  it("asks for the gateway's key, and for a gateway", () => {
    expect(() => siteFile(zone(), "uke")).toThrow(/public key is not known.*--public-key/s);
    const none = zone();
    delete (none.areas["heart"] as { gateway?: unknown }).gateway;
    expect(() => siteFile(none, "uke", { publicKey })).toThrow(/area heart has no gateway/);
  });
});
