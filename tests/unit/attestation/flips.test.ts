import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Papers, REPORT_BYTES, readReport, verifyReport } from "../../../attestation/index.ts";
import { GENUINE, failing, strict, papers, vector, verdictOf } from "./vectors.ts";

const GOOD = vector(GENUINE.milan.report);
const read = Papers.read(papers(...GENUINE.milan.papers));
const at = new Date(GENUINE.milan.at);

/** The bits from one byte to another that can be changed without the report being refused. */
function accepted(from: number, to: number): readonly string[] {
  // Of what the change itself makes wrong only the signature may be the judge: the policy is that of the report before.
  const policy = strict(GOOD);
  const found: string[] = [];
  for (let byte = from; byte < to; byte++)
    for (let bit = 0; bit < 8; bit++) {
      const report = Buffer.from(GOOD);
      report[byte]! ^= 1 << bit;
      const verdict = verifyReport({ report, papers: read }, policy, { at });
      const early = verdict.checks.some(
        ({ name, outcome }) => outcome === "fails" && /^(form|certificate|generation|signature)$/.test(name),
      );
      if (verdict.holds || !early) found.push(`0x${byte.toString(16)}.${bit}`);
    }
  return found;
}

describe("every single bit of a report counts (C4H-20)", () => {
  it("the report as it is holds", () => expect(verdictOf("milan").holds).toBe(true));
  it("of what is signed, 5,376 bits", () => expect(accepted(0, 0x2a0)).toEqual([]), 60_000);
  it("of the signature's two halves, 1,152 bits", () => expect(accepted(0x2a0, 0x330)).toEqual([]), 60_000);
  it("of what follows the signature and is not signed: it must be zero", () =>
    expect(accepted(0x330, REPORT_BYTES)).toEqual([]));
});

describe("what is no report is refused with the reason, and never throws", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["nothing", Buffer.alloc(0), /0 bytes/],
    ["one byte too few", GOOD.subarray(0, REPORT_BYTES - 1), /1183 bytes/],
    ["one byte too many", Buffer.concat([GOOD, Buffer.alloc(1)]), /1185 bytes/],
    ["all zero", Buffer.alloc(REPORT_BYTES), /version 0 is not known/],
    ["all ones", Buffer.alloc(REPORT_BYTES, 0xff), /version 4294967295 is not known/],
    ["a newer version", with32(0, 6), /version 6 is not known here \(known: 2, 3, 4, 5\)/],
    ["a version before the first", with32(0, 1), /version 1 is not known/],
    ["an unknown bit of the guest's policy", with32(0x08, 0x0403_001f), /bit 26 of the guest policy/],
    ["the guest's policy without its bit 17", with32(0x08, 0x0001_001f), /bit 17 of the guest policy is zero/],
    ["an unknown bit of the platform", with32(0x40, 0x125), /bit 8 of the platform/],
    ["an unknown signing key", with32(0x48, 2 << 2), /signing key 2/],
    ["no signature", with32(0x48, 7 << 2), /not signed/],
    ["an unknown algorithm", with32(0x34, 2), /algorithm 2/],
    ["a level above 3", with32(0x30, 4), /VMPL 4/],
    ["an unknown processor", with32(0x188, 0x01ff19), /family 0x019 model 0x0ff/],
    ["a reserved byte", with32(0x210, 1), /reserved byte between 0x1f8 and 0x29f/],
    ["a reserved byte of a TCB", with32(0x3a, 1), /TCB at 0x038/],
  ])("%s", (_, report, why) => {
    expect(readReport(report).why).toMatch(why);
    const verdict = verdictOf("milan", {
      report,
      policy: { measurements: ["0".repeat(96)], hostData: "0".repeat(64), idKeys: [], authorKeys: [] },
    });
    expect(failing(verdict)).toEqual(["form"]);
    expect(verdict.checks.slice(1).every(({ outcome }) => outcome === "not-checked")).toBe(true);
  });

  it("random bytes, 2,000 times", () => {
    const policy = strict(GOOD);
    for (let round = 0; round < 2000; round++) {
      const report = randomBytes(round % 2 === 0 ? REPORT_BYTES : round);
      expect(verifyReport({ report, papers: Papers.read([report], [report]) }, policy, { at }).holds).toBe(false);
    }
  });
});

function with32(offset: number, value: number): Buffer {
  const report = Buffer.from(GOOD);
  report.writeUInt32LE(value, offset);
  return report;
}
