import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { unwrap } from "../../../attestation/unwrap.ts";
import { GENUINE, papers, vector } from "./vectors.ts";

const REPORT = vector(GENUINE.milan.report);

/** Numbers of 32 bits, one after the other. */
const words = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32LE(number, 4 * index);
  return bytes;
};
const hcl = ({ version = 2, request = 2, type = 2 } = {}): Buffer =>
  Buffer.concat([
    Buffer.from("HCLA"),
    words(version, 1184, request, 0, 0, 0, 0),
    REPORT,
    words(22, 1, type, 1, 2),
    Buffer.from("{}"),
  ]);
const response = Buffer.concat([words(0, 1184), Buffer.alloc(24), REPORT]);

/** The host's table: an entry for each certificate, and one of zeros. */
function table(certificates: readonly Buffer[]): Buffer {
  let offset = 24 * (certificates.length + 1);
  const entries = certificates.map((der) => {
    const entry = Buffer.concat([Buffer.from("63da758de6644564adc5f4b93be8accd", "hex"), words(offset, der.length)]);
    offset += der.length;
    return entry;
  });
  return Buffer.concat([...entries, Buffer.alloc(24), ...certificates]);
}
const CERTIFICATES = papers(...GENUINE.milan.papers);

describe("a report out of what it came in (C4H-20)", () => {
  it.each<[string, Buffer, RegExp | undefined]>([
    ["alone", REPORT, undefined],
    ["Azure's envelope", hcl(), /HCLA/],
    ["Azure's older envelope", hcl({ version: 1 }), /HCLA/],
    ["the firmware's answer", response, /MSG_REPORT_RSP/],
    ["base64", Buffer.from(`${REPORT.toString("base64")}\n`), /text/],
    ["hex in lines", Buffer.from(REPORT.toString("hex").replaceAll(/(.{64})/g, "$1\n")), /text/],
    ["JSON in base64", Buffer.from(JSON.stringify({ report: REPORT.toString("base64"), nonce: "00" })), /JSON/],
    [
      "JSON, deeper, in base64url",
      Buffer.from(JSON.stringify({ a: { "attestation-report": REPORT.toString("base64url") } })),
      /JSON/,
    ],
    [
      "JSON with Azure's envelope",
      Buffer.from(JSON.stringify({ hcl_report: hcl().toString("base64") })),
      /JSON, Azure/,
    ],
  ])("%s", (_, bytes, from) => {
    const found = unwrap(bytes);
    expect(found.report.equals(REPORT)).toBe(true);
    if (from === undefined) expect(found).not.toHaveProperty("from");
    else expect(found.from).toMatch(from);
  });

  it("with the host's certificates behind it", () => {
    const found = unwrap(Buffer.concat([REPORT, table(CERTIFICATES), Buffer.alloc(100)]));
    expect(found.report.equals(REPORT)).toBe(true);
    expect(found.certificates.map((der) => der.toString("base64"))).toEqual(
      CERTIFICATES.map((der) => der.toString("base64")),
    );
  });

  it("says of Azure's envelope that its report data are no nonce", () =>
    expect(unwrap(hcl()).note).toMatch(/not a nonce/));

  it.each<[string, Buffer, RegExp]>([
    ["an envelope of Azure around TDX", hcl({ type: 4 }), /no SEV-SNP report \(found a report of Intel TDX/],
    ["an envelope of Azure of an unknown form", hcl({ version: 3 }), /not of a known form/],
    ["an envelope of Azure for another request", hcl({ request: 1 }), /not of a known form/],
    ["a cut envelope of Azure", hcl().subarray(0, 1000), /not of a known form/],
    ["a quote of TDX", Buffer.concat([Buffer.from([4, 0, 2, 0, 0x81, 0, 0, 0]), Buffer.alloc(600)]), /Intel TDX/],
    [
      "fields instead of bytes",
      Buffer.from('{"attestation_report":{"version":3,"measurement":[1,2]}}'),
      /field by field \(as Trustee does\)/,
    ],
    ["JSON without a report", Buffer.from('{"nonce":"00"}'), /no field named report/],
    [
      "several reports",
      Buffer.from(JSON.stringify({ report: REPORT.toString("hex"), evidence: REPORT.toString("hex") })),
      /several reports/,
    ],
    ["broken JSON", Buffer.from('{"report": '), /begins like JSON/],
    ["a certificate", CERTIFICATES[0]!, /a certificate, not a report/],
    ["certificates", vector(GENUINE.milan.papers[0]), /certificates, not a report/],
  ])("%s: recognised, and refused in words", (_, bytes, words) => expect(() => unwrap(bytes)).toThrow(words));

  it.each<[string, Buffer]>([
    ["nothing", Buffer.alloc(0)],
    ["cut", REPORT.subarray(0, 1183)],
    ["padded", Buffer.concat([REPORT, Buffer.alloc(24)])],
    ["with noise behind it", Buffer.concat([REPORT, randomBytes(500)])],
    [
      "a table that points out of itself",
      Buffer.concat([REPORT, Buffer.alloc(16, 1), words(5000, 10), Buffer.alloc(24)]),
    ],
    ["an answer with a status", Buffer.concat([words(1, 1184), Buffer.alloc(24), REPORT])],
    ["noise", randomBytes(3000)],
  ])("%s: left as it is, for the verifier to say what is wrong", (_, bytes) =>
    expect(unwrap(bytes).report.equals(bytes)).toBe(true),
  );
});
