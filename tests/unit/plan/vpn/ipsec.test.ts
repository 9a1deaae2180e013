import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  IPSEC_AUTH,
  IPSEC_ENCRYPTION,
  IPSEC_GROUPS,
  ipsecProposal,
  ipsecSection,
  type IpsecProposal,
} from "../../../../config/site.ts";
import { IPSEC_TABLE } from "../../../../plan/vpn/ipsec-table.ts";
import { ipsecSince, judgeIpsec, neutronPolicies, strongswanProposals } from "../../../../plan/vpn/ipsec.ts";
import { ipsecConnections, swanctlConfig } from "../../../../plan/vpn/swanctl.ts";
import { GATEWAY } from "./facts.ts";

const DEFAULT = ipsecProposal.parse({});
const judge = (change: Partial<IpsecProposal>) => judgeIpsec({ ...DEFAULT, ...change });
const section = ipsecSection.parse({ peer: "203.0.113.7", secret: "uke-psk" });

describe("the table of IPsec parameters (C4H-3, C4H-8)", () => {
  it("judges each value that the API takes, once, with its reason and source", () => {
    const all = [
      ["ike_version", ["v1", "v2"]],
      ["encryption_algorithm", IPSEC_ENCRYPTION],
      ["auth_algorithm", IPSEC_AUTH],
      ["pfs", IPSEC_GROUPS],
    ] as const;
    expect(IPSEC_TABLE.map((row) => `${row.parameter} ${row.value}`)).toEqual(
      all.flatMap(([parameter, values]) => values.map((value) => `${parameter} ${value}`)),
    );
    for (const row of IPSEC_TABLE) {
      expect(row.why.length).toBeGreaterThan(8);
      expect(row.source).toMatch(/BSI|RFC|NIST|house rule/);
      expect(row.strongswan !== undefined).toBe(row.strong);
    }
  });

  it("calls these strong and no others", () => {
    expect(IPSEC_TABLE.filter(({ strong }) => strong).map(({ value }) => value)).toEqual([
      "v2",
      "aes-256-gcm-16",
      "sha384",
      "sha512",
      "group19",
      "group20",
      "group21",
      "group28",
      "group29",
      "group30",
    ]);
  });
});

describe("a proposal", () => {
  it("is strong as it stands by default", () => {
    expect(judge({})).toEqual({ verdict: "strong", reasons: [] });
    expect(DEFAULT).toMatchObject({ ikeVersion: "v2", encryption: "aes-256-gcm-16", auth: "sha384", pfs: "group20" });
  });

  it.each<[string, Partial<IpsecProposal>, RegExp]>([
    ["IKEv1", { ikeVersion: "v1" }, /historic/],
    ["3DES", { encryption: "3des" }, /64 bits/],
    ["CBC", { encryption: "aes-256" }, /CBC/],
    ["a key of 128 bits", { encryption: "aes-128-gcm-16" }, /256 bits/],
    ["a short tag", { encryption: "aes-256-gcm-8" }, /tag of 8 bytes/],
    ["counter mode", { encryption: "aes-256-ctr" }, /authenticates nothing/],
    ["SHA-1", { auth: "sha1" }, /SHA-1/],
    ["group 2", { pfs: "group2" }, /1,024/],
    ["group 14", { pfs: "group14" }, /3,000/],
    ["group 24", { pfs: "group24" }, /unknown origin/],
    ["group 26", { pfs: "group26" }, /224 bits/],
    ["IKE keys for two days", { ikeLifetime: 172_800 }, /falls with it/],
    ["data keys for a day", { lifetime: 86_400, ikeLifetime: 86_400 }, /falls with it/],
    ["data keys that outlive IKE's", { lifetime: 7200, ikeLifetime: 3600 }, /cannot outlive/],
  ])("with %s is weak, for that one reason", (_name, change, why) => {
    const { verdict, reasons } = judge(change);
    expect(verdict).toBe("weak");
    expect(reasons).toHaveLength(1);
    expect(reasons[0]?.why).toMatch(why);
    expect(reasons[0]?.allowed.split(", ")).not.toContain(reasons[0]?.found);
  });

  it("names every weakness at once, and takes what it does not know for weak", () => {
    expect(judge({ encryption: "3des", auth: "sha1", pfs: "group2" }).reasons.map(({ key }) => key)).toEqual([
      "encryption",
      "auth",
      "pfs",
    ]);
    expect(judge({ encryption: "rot13" }).reasons[0]).toMatchObject({ why: "nobody has judged it" });
  });

  it("says since which release the service takes it", () => {
    expect(ipsecSince(DEFAULT)).toBe("2025.1");
    expect(ipsecSince({ ...DEFAULT, encryption: "aes-256", pfs: "group14" })).toBeUndefined();
  });
});

describe("in others' words", () => {
  it("Neutron is told every parameter", () => {
    expect(neutronPolicies(DEFAULT)).toEqual({
      ikepolicy: {
        auth_algorithm: "sha384",
        encryption_algorithm: "aes-256-gcm-16",
        pfs: "group20",
        ike_version: "v2",
        phase1_negotiation_mode: "main",
        lifetime: { units: "seconds", value: 28_800 },
      },
      ipsecpolicy: {
        auth_algorithm: "sha384",
        encryption_algorithm: "aes-256-gcm-16",
        pfs: "group20",
        transform_protocol: "esp",
        encapsulation_mode: "tunnel",
        lifetime: { units: "seconds", value: 3_600 },
      },
    });
  });

  it("strongSwan is told the hash as PRF, and none for the data", () => {
    expect(strongswanProposals(DEFAULT)).toEqual({ ike: "aes256gcm16-prfsha384-ecp384", esp: "aes256gcm16-ecp384" });
  });

  it("a site has a connection for each version of IP: an endpoint group holds one", () => {
    expect(ipsecConnections("charite", GATEWAY.doors).map(({ name, areaNetworks }) => [name, areaNetworks])).toEqual([
      ["charite-v4", ["10.8.3.7/32", "10.8.3.8/32"]],
      ["charite-v6", ["fd00:8:0:3::7/128"]],
    ]);
    expect(ipsecConnections("quiet", GATEWAY.doors)).toEqual([]);
  });

  it("swanctl.conf is as it was read by people, and holds no key", async () => {
    const text = swanctlConfig("digimed", "charite", section, GATEWAY.doors, { address: "198.51.100.20" });
    await expect(text).toMatchFileSnapshot(path.join(import.meta.dirname, "golden", "swanctl.conf"));
    expect(text).not.toContain(section.secret);
    const open = (sign: string) => text.replaceAll(/^#.*$/gm, "").split(sign).length;
    expect(open("{")).toBe(open("}"));
  });

  it("nothing ends its line", () => {
    const render = (address: string) => () => swanctlConfig("digimed", "uke", section, GATEWAY.doors, { address });
    expect(render("198.51.100.20\n}")).toThrow(/no address of the cloud/);
    expect(render("198.51.100.20")).not.toThrow();
  });
});
