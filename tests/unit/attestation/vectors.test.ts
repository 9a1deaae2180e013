import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { AMD_ROOT_CERTIFICATES } from "../../../attestation/amd-roots.ts";
import { CHECK_NAMES, readReport } from "../../../attestation/index.ts";
import { GENUINE, failing, papers, vector, verdictOf, type Genuine } from "./vectors.ts";

const OPEN = { platform: { aliasCheck: "any" }, leastVersion: 2 } as const;

describe("genuine reports (C4H-20, DIGIMED-1, EV-16)", () => {
  it.each(["milan", "turin"] as const)("%s: everything holds", (name) => {
    const verdict = verdictOf(name);
    expect(failing(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ holds: true, generation: name });
    expect(verdict.checks.map((check) => check.name)).toEqual(CHECK_NAMES);
  });

  it("without the root among the certificates, too: it is pinned", () =>
    expect(verdictOf("turin", { certificates: papers("ms-tav/turin_vcek.pem", "ms-tav/turin_ask.pem") }).holds).toBe(
      true,
    ));

  it("milan of version 2 with debug on: its signature is good, and no strict policy takes it", () => {
    const name = "milan, version 2, debug";
    expect(failing(verdictOf(name))).toEqual(["version", "policy", "platform"]);
    const verdict = verdictOf(name, { policy: OPEN });
    expect(failing(verdict)).toEqual(["policy"]);
    expect(verdict.checks.find((check) => check.name === "policy")).toMatchObject({
      outcome: "fails",
      why: "debug is true",
    });
    expect(verdictOf(name, { policy: { ...OPEN, guest: { debug: true } } }).holds).toBe(true);
  });

  it("milan by a VLEK: its chain is good, and a strict policy refuses kind of key, level and firmware", () => {
    const name = "milan, VLEK";
    expect(failing(verdictOf(name))).toEqual(["key-kind", "committed", "vmpl"]);
    const policy = { keys: ["vlek"], vmpl: 1, provisionalFirmware: true };
    expect(verdictOf(name, { policy }).holds).toBe(true);
    expect(failing(verdictOf(name, { policy, at: new Date("2026-11-01T00:00:00Z") }))).toEqual(["validity"]);
    expect(failing(verdictOf(name, { policy: { ...policy, chips: ["0".repeat(128)] } }))).toEqual(["allowed-chip"]);
  });

  it("what each says of itself is what its source says", () => {
    const read = (name: Genuine) => readReport(vector(GENUINE[name].report)).report;
    expect(read("milan")).toMatchObject({
      ...{ version: 3, generation: "milan", vmpl: 0, signingKey: "vcek", chipMasked: false },
      reportedTcb: { bootloader: 4, tee: 0, snp: 24, microcode: 219 },
      policy: { smt: true, debug: false, migrationAgent: false },
      platform: { smt: true, ecc: true, aliasCheck: true, tsme: false },
      cpuid: { family: 0x19, model: 1, stepping: 1 },
      reportIdMa: "f".repeat(64),
    });
    expect(read("turin")).toMatchObject({
      ...{ version: 5, generation: "turin", mitigations: { launch: 0x3fn, current: 0x3fn } },
      reportedTcb: { fmc: 1, bootloader: 1, tee: 1, snp: 4, microcode: 81 },
    });
    expect(read("milan, version 2, debug")).toMatchObject({ version: 2, policy: { debug: true } });
    expect(read("milan, version 2, debug")).not.toHaveProperty("cpuid");
    expect(read("milan, VLEK")).toMatchObject({ signingKey: "vlek", vmpl: 1, chipId: "0".repeat(128) });
  });
});

describe("genuine reports with papers that are not theirs", () => {
  it.each<[string, Genuine, readonly string[], readonly string[]]>([
    [
      "a certificate whose signature does not verify",
      "milan",
      ["trustee/test-vcek-invalid-new.der", "ms-tav/milan_ask.pem"],
      ["signature"],
    ],
    ["another chip's", "milan", ["go-sev-guest/milan_vcek.der", "ms-tav/milan_ask.pem"], ["signature"]],
    ["another generation's", "milan", ["ms-tav/turin_vcek.pem", "ms-tav/turin_ask.pem"], ["generation", "signature"]],
    ["no certificate of the key", "milan", ["ms-tav/milan_ask.pem"], ["certificate"]],
    ["none at all", "milan", [], ["certificate"]],
    ["no authority", "milan", ["ms-tav/milan_vcek.pem"], ["chain"]],
    ["another generation's authority", "milan", ["ms-tav/milan_vcek.pem", "go-sev-guest/ask_ark_genoa.pem"], ["chain"]],
    [
      "the authority of the other kind of key",
      "milan",
      ["ms-tav/milan_vcek.pem", "go-sev-guest/asvk_ark_milan.pem"],
      ["chain"],
    ],
    [
      "a VLEK's certificate for a VCEK's report",
      "milan",
      ["trustee/test-vlek.der", "ms-tav/milan_ask.pem"],
      ["certificate"],
    ],
  ])("%s: refused", (_, name, files, names) => {
    const verdict = verdictOf(name, { certificates: papers(...files) });
    expect(failing(verdict)).toEqual(names);
    expect(verdict.holds).toBe(false);
  });

  it("the right ones are found among those of others, in any order", () => {
    const all = Object.values(GENUINE).flatMap((one) => papers(...one.papers));
    for (const certificates of [all, all.toReversed()]) expect(verdictOf("milan", { certificates }).holds).toBe(true);
  });

  it("a certificate that was changed is refused, wherever the change is", () => {
    for (const [index, changed] of [0, 1].entries())
      for (let at = 8; at < 1300; at += 37) {
        const certificates = papers(...GENUINE.milan.papers).map((der) => Buffer.from(der));
        certificates[changed]![at]! ^= 1 << (at % 8);
        expect(verdictOf("milan", { certificates }).holds, `bit of byte ${at} in certificate ${index}`).toBe(false);
      }
  });

  it.each(["2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"])("at %s one of them is not valid", (at) =>
    expect(failing(verdictOf("milan", { at: new Date(at) }))).toEqual(["validity"]),
  );

  it("a time that is none is no time at which anything is valid", () =>
    expect(failing(verdictOf("milan", { at: new Date("no time") }))).toEqual(["validity"]));
});

describe("pinned roots", () => {
  const FILES = {
    milan: ["ms-tav/milan_ark.pem"],
    genoa: ["go-sev-guest/ask_ark_genoa.pem"],
    turin: ["ms-tav/turin_ark.pem"],
  };

  it.each(["milan", "genoa", "turin"] as const)("%s: the pinned certificate is AMD's, of the pinned hash", (name) => {
    const { sha256, der } = AMD_ROOT_CERTIFICATES[name];
    expect(
      papers(...FILES[name])
        .at(-1)
        ?.toString("base64"),
    ).toBe(der);
    expect(createHash("sha256").update(Buffer.from(der, "base64")).digest("hex")).toBe(sha256);
  });

  it("begin as three independent sources say", () =>
    expect(Object.values(AMD_ROOT_CERTIFICATES).map(({ sha256 }) => sha256.slice(0, 8))).toEqual([
      "69d063b4",
      "4c6598d1",
      "1f084161",
    ]));
});
