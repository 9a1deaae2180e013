import { generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { reportDataFor } from "../../../attestation/index.ts";
import {
  AUTHORITY,
  AUTHORITY_SERIAL,
  CHIP,
  TCB,
  TURIN_TCB,
  certificate,
  extra,
  reservedLevel,
  revocationList,
} from "./synthetic.ts";
import { KEY, NONCE, failing, verdict, type World } from "./world.ts";

function changed(list: Buffer): Buffer {
  const copy = Buffer.from(list);
  copy[copy.length - 1]! ^= 1;
  return copy;
}

describe("a synthetic hierarchy at the strictest policy (C4H-20, DIGIMED-1, EV-16)", () => {
  it.each(["milan", "genoa", "turin"] as const)("%s: everything holds, in each version that has it", (generation) => {
    for (const version of generation === "turin" ? [3, 4, 5] : [2, 3, 4, 5]) {
      const found = verdict({ generation, report: { version }, policy: { leastVersion: 2 } });
      expect(failing(found), `version ${version}`).toEqual([]);
      expect(found).toMatchObject({ holds: true, generation });
    }
  });

  it("by a VLEK: everything holds where the policy accepts one", () => {
    expect(verdict({ leaf: { kind: "vlek" }, policy: { keys: ["vlek"] } }).holds).toBe(true);
    expect(failing(verdict({ leaf: { kind: "vlek" } }))).toEqual(["key-kind"]);
  });

  it.each<[string, World, readonly string[]]>([
    // The policy's questions: each fails alone.
    ["debug on", { report: { at: { 0x0a: "0b" } } }, ["policy"]],
    ["a migration agent", { report: { at: { 0x0a: "07" } } }, ["policy"]],
    ["memory over CXL", { report: { at: { 0x0a: "23" } } }, ["policy"]],
    ["SMT where the policy forbids it", { policy: { guest: { smt: false } } }, ["policy"]],
    ["several sockets where one is demanded", { policy: { guest: { singleSocket: true } } }, ["policy"]],
    ["an older ABI than demanded", { policy: { leastAbi: { major: 1, minor: 55 } } }, ["policy"]],
    ["a host with SMT where it is forbidden", { policy: { platform: { smt: false } } }, ["platform"]],
    ["a host that did not check for aliases", { report: { at: { 0x40: "05" } } }, ["platform"]],
    ["a host without ciphertext hiding", { policy: { platform: { ciphertextHiding: true } } }, ["platform"]],
    ["another level", { report: { at: { 0x30: "01" } } }, ["vmpl"]],
    ["another measurement", { report: { at: { 0x90: "12" } } }, ["measurement"]],
    ["host data", { report: { at: { 0xc0: "01" } } }, ["host-data"]],
    ["no host data where some are demanded", { policy: { hostData: "01".repeat(32) } }, ["host-data"]],
    ["an identity block", { report: { at: { 0xe0: "01" } } }, ["id-block"]],
    ["no identity block where one is demanded", { policy: { idKeys: ["01".repeat(48)] } }, ["id-block"]],
    ["an author's key", { report: { at: { 0x110: "01", 0x48: "01" } } }, ["id-block"]],
    ["an author's key that is not said to be one", { report: { at: { 0x48: "01" } } }, ["id-block"]],
    ["another image", { policy: { imageId: "01".repeat(16) } }, ["image"]],
    ["another family", { policy: { familyId: "01".repeat(16) } }, ["image"]],
    ["an older guest", { policy: { leastGuestSvn: 1 } }, ["guest-svn"]],
    [
      "a missing mitigation",
      { report: { at: { 0x1f8: "03", 0x200: "01" } }, policy: { mitigations: "0x3" } },
      ["mitigations"],
    ],
    ["no mitigations in an older version", { report: { version: 4 }, policy: { mitigations: "0x1" } }, ["mitigations"]],
    ["an older version", { report: { version: 2 } }, ["version"]],
    ["firmware that can be rolled back", { report: { at: { 0x1e8: "1e" } } }, ["committed"]],
    ["a current TCB above the committed", { report: { at: { 0x3f: "dc" } } }, ["committed"]],
    ["a chip that the policy does not list", { policy: { chips: ["cd".repeat(64)] } }, ["allowed-chip"]],
    ["a generation that the policy does not list", { policy: { processors: { milan: TCB } } }, ["generation"]],
    ...(["bootloader", "tee", "snp", "microcode"] as const).map((part): [string, World, string[]] => [
      `an older ${part} than the policy's least`,
      { policy: { processors: { genoa: { ...TCB, [part]: TCB[part] + 1 } } } },
      ["minimum-tcb"],
    ]),
    [
      "an older FMC than the policy's least",
      { generation: "turin", policy: { processors: { turin: { ...TURIN_TCB, fmc: 2 } } } },
      ["minimum-tcb"],
    ],
    ["a launch on an older TCB", { report: { at: { 0x1f7: "da" } } }, ["minimum-tcb"]],
    // What it is bound to.
    ["another nonce", { circumstances: { nonce: randomBytes(32) } }, ["report-data"]],
    ["another key", { circumstances: { key: KEY.subarray(1) } }, ["report-data"]],
    ["a key that is not looked at", { circumstances: { key: undefined } }, ["report-data"]],
    ["no nonce", { circumstances: { nonce: undefined, key: undefined } }, ["report-data"]],
    [
      "a key without a nonce, even where none is required",
      { circumstances: { nonce: undefined }, policy: { nonce: "when-given" } },
      ["report-data"],
    ],
    ["a nonce too short", { circumstances: { nonce: NONCE.subarray(0, 15) } }, ["report-data"]],
    // The papers.
    ["a certificate of another TCB", { leaf: { tcb: { ...TCB, snp: 22 } } }, ["tcb"]],
    ["a certificate of another chip", { leaf: { hwid: Buffer.alloc(64, 1) } }, ["chip"]],
    ["a hidden chip", { report: { chip: "" } }, ["chip"]],
    ["a masked chip with its id", { report: { at: { 0x48: "02" } } }, ["chip"]],
    [
      "a chip id with more than the certificate says (Turin)",
      { generation: "turin", report: { chip: CHIP.slice(0, 18) } },
      ["chip"],
    ],
    [
      "another key than the certificate's",
      { leaf: { key: generateKeyPairSync("ec", { namedCurve: "secp384r1" }).publicKey } },
      ["signature"],
    ],
    [
      "a certificate of another curve",
      { leaf: { key: generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey } },
      ["certificate"],
    ],
    ["a hardware id of another length", { leaf: { hwid: Buffer.alloc(8, 0xab) } }, ["certificate"]],
    ["a product of another generation", { leaf: { product: "Milan-B0" } }, ["certificate"]],
    ["an unknown critical extension", { leaf: { more: [extra("1.2.3.4", true)] } }, ["certificate"]],
    ["an unknown extension of AMD", { leaf: { more: [extra("1.3.6.1.4.1.3704.1.6")] } }, ["certificate"]],
    ["an extension that stands twice", { leaf: { more: [extra("1.2.3.4"), extra("1.2.3.4")] } }, ["certificate"]],
    ["a reserved patch level", { leaf: { more: [reservedLevel(1)] } }, ["certificate"]],
    ["a patch level of an FMC where there is none", { leaf: { tcb: { ...TCB, fmc: 0 } } }, ["certificate"]],
    ["an expired certificate", { leaf: { until: "2026-05-31T23:59:59Z" } }, ["validity"]],
    [
      "an authority that is none",
      { ask: certificate({ subject: "SEV-Genoa", issuer: "ARK-Genoa", serial: 2, extensions: [] }) },
      ["chain"],
    ],
    [
      "an authority of another root",
      { ask: certificate({ subject: "SEV-Genoa", issuer: "ARK-Other", serial: 2, extensions: AUTHORITY }) },
      ["chain"],
    ],
    ["no revocation list", { lists: [] }, ["revocation"]],
    [
      "an old revocation list",
      { lists: [revocationList("genoa", [], { until: "2026-05-01T00:00:00Z" })] },
      ["revocation"],
    ],
    ["another generation's revocation list", { lists: [revocationList("milan", [])] }, ["revocation"]],
    ["a revoked authority", { lists: [revocationList("genoa", [7, AUTHORITY_SERIAL])] }, ["revocation"]],
    [
      "a revoked authority, where no list is required",
      { lists: [revocationList("genoa", [AUTHORITY_SERIAL])], policy: { revocation: "when-given" } },
      ["revocation"],
    ],
    [
      "a list that somebody changed, beside one that nobody did",
      { lists: [changed(revocationList("genoa", [])), revocationList("genoa", [])] },
      ["revocation"],
    ],
    ["a list that somebody changed", { lists: [changed(revocationList("genoa", []))] }, ["revocation"]],
  ])("%s: refused by that check and no other", (_, given, names) => {
    const found = verdict(given);
    expect(failing(found)).toEqual(names);
    expect(found.holds).toBe(false);
    for (const { outcome, why, expected } of found.checks) {
      expect(expected).not.toBe("");
      if (outcome === "fails") expect(why).toMatch(/.{5}/);
    }
  });

  it.each<[string, World]>([
    ["a listed chip", { policy: { chips: [CHIP] } }],
    [
      "its hardware id as an OCTET STRING",
      { leaf: { hwid: Buffer.concat([Buffer.from([4, 64]), Buffer.from(CHIP, "hex")]) } },
    ],
    ["a higher TCB than the least", { policy: { processors: { genoa: { ...TCB, snp: 1 } } } }],
    ["debug where the policy accepts it", { report: { at: { 0x0a: "0b" } }, policy: { guest: { debug: "any" } } }],
    ["no list where none is required", { lists: [], policy: { revocation: "when-given" } }],
    [
      "an old list beside a new one",
      { lists: [revocationList("genoa", [], { until: "2026-05-01T00:00:00Z" }), revocationList("genoa", [7])] },
    ],
    ["a product with its stepping", { leaf: { product: "Genoa-B1" } }],
    ["both vectors of mitigations", { report: { at: { 0x1f8: "03", 0x200: "07" } }, policy: { mitigations: "0x3" } }],
    [
      "an identity block of a listed key",
      { report: { at: { 0xe0: "01".repeat(48) } }, policy: { idKeys: ["01".repeat(48)] } },
    ],
  ])("%s: accepted", (_, given) => expect(failing(verdict(given))).toEqual([]));

  it("the nonce alone is enough where there is no key", () => {
    const at = { 0x50: reportDataFor(NONCE) };
    expect(reportDataFor(NONCE)).toBe(NONCE.toString("hex").padEnd(128, "0"));
    expect(verdict({ report: { at }, circumstances: { key: undefined } }).holds).toBe(true);
  });
});
