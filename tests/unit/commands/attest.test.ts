import { execFileSync } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { reportDataFor } from "../../../attestation/index.ts";
import { policyJsonSchema } from "../../../attestation/policy.ts";
import { attest, type AttestOptions } from "../../../scripts/commands/attest.ts";
import { GENUINE, vector } from "../attestation/vectors.ts";
import { testIo } from "./io.ts";

const FIXTURES = path.resolve(import.meta.dirname, "../../fixtures/snp");
const REPORT = vector(GENUINE.milan.report);
const at = (from: number, length: number): string => REPORT.toString("hex", from, from + length);
const POLICY = `format: 1
processors:
  milan: { bootloader: 4, tee: 0, snp: 24, microcode: 219 }
chips: any
measurements: [${at(0x90, 48)}]
hostData: ${at(0xc0, 32)}
idKeys: [${at(0xe0, 48)}]
revocation: when-given
nonce: when-given
`;

let io: Awaited<ReturnType<typeof testIo>>;
const file = (name: string): string => path.join(io.cwd, name);
const run = (more: Partial<AttestOptions> = {}): Promise<number> =>
  attest({ report: "report.bin", certs: ["certs"], policy: "policy.yaml", json: false, ...more }, io);

beforeEach(async () => {
  io = await testIo();
  await mkdir(file("certs"));
  for (const name of ["vcek", "ask", "ark"])
    await cp(path.join(FIXTURES, `ms-tav/milan_${name}.pem`), file(`certs/${name}.pem`));
  await writeFile(file("report.bin"), REPORT);
  await writeFile(file("policy.yaml"), POLICY);
});

describe("tresor attest (C4H-20, DIGIMED-1)", () => {
  it("exit 0 where everything holds, with what the policy leaves open", async () => {
    expect(await run()).toBe(0);
    expect(io.said.at(-1)).toBe(
      "holds; the policy leaves open: revocation, allowed-chip, mitigations, report-data, image",
    );
    expect(io.said).toHaveLength(25);
    expect(io.noted).toEqual([]);
  });

  it("exit 2 where something does not, with what was expected, found, and why", async () => {
    await writeFile(file("policy.yaml"), POLICY.replace("219", "222"));
    expect(await run({ nonce: "00".repeat(32) })).toBe(2);
    expect(io.said.at(-1)).toBe("does not hold: minimum-tcb");
    expect(io.said.join("\n")).toContain("microcode of the reported TCB is too old");
    expect(io.said.join("\n")).toContain("expected at least bootloader 4, tee 0, snp 24, microcode 222");
  });

  it("exit 2 for a report that is none", async () => {
    await writeFile(file("report.bin"), REPORT.subarray(0, 1183));
    expect(await run()).toBe(2);
    expect(io.said[0]).toMatch(/^fails {2}form .*it has 1183 bytes/);
    expect(io.said[3]).toMatch(/^- +certificate +not looked at/);
  });

  it("--json gives every check, the report and its hash", async () => {
    expect(await run({ json: true })).toBe(0);
    const verdict = JSON.parse(io.said.join("\n")) as Record<string, unknown>;
    expect(verdict).toMatchObject({ holds: true, roots: "AMD", generation: "milan", at: "2026-11-21T12:00:00.000Z" });
    expect(verdict["checks"]).toHaveLength(24);
    expect(verdict["sha256"]).toMatch(/^[0-9a-f]{64}$/);
    expect(verdict["report"]).toMatchObject({ vmpl: 0, measurement: at(0x90, 48) });
  });

  it("--at asks for another time, and a report in an envelope is unwrapped with a word", async () => {
    await writeFile(file("report.bin"), JSON.stringify({ report: REPORT.toString("base64") }));
    expect(await run({ at: "2040-01-01T00:00:00Z" })).toBe(2);
    expect(io.said.at(-1)).toBe("does not hold: validity");
    expect(io.noted).toEqual(["the report came in evidence in JSON"]);
  });

  it("the data for a nonce and a key are what OpenSSL makes of them", async () => {
    const openssl = (...args: readonly string[]): Buffer =>
      execFileSync("openssl", args, { cwd: io.cwd, stdio: ["ignore", "pipe", "ignore"] });
    openssl("ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", "guest.key");
    openssl("pkey", "-in", "guest.key", "-pubout", "-out", "guest.pub");
    openssl("pkey", "-in", "guest.key", "-pubout", "-outform", "DER", "-out", "guest.der");
    const key = await readFile(file("guest.der"));
    const nonce = Buffer.alloc(32, 7);
    await writeFile(file("both"), Buffer.concat([key, nonce]));
    expect(openssl("dgst", "-sha512", "-binary", "both").toString("hex")).toBe(reportDataFor(nonce, key));
    expect(await run({ nonce: nonce.toString("hex"), key: "guest.pub" })).toBe(2);
    expect(io.said.join("\n")).toContain(`expected ${reportDataFor(nonce, key)}`);
  });

  it.each<[string, Partial<AttestOptions>, RegExp]>([
    ["nothing named", { report: undefined, certs: [], policy: undefined }, /--report, --certs, --policy missing/],
    ["no such report", { report: "none.bin" }, /none.bin cannot be read: there is no such file/],
    ["no such certificates", { certs: ["none"] }, /none cannot be read/],
    ["a directory without certificates", { certs: ["."] }, /no certificate in/],
    ["a certificate that is none", { certs: ["policy.yaml"] }, /neither a certificate nor a revocation list/],
    ["no such policy", { policy: "none.yaml" }, /none.yaml cannot be read/],
    ["a nonce too short", { nonce: "00".repeat(15) }, /--nonce is no nonce/],
    ["a nonce in other words", { nonce: "not hex at all, this one, surely" }, /--nonce is no nonce/],
    ["a key that is none", { nonce: "00".repeat(16), key: "policy.yaml" }, /policy.yaml is no public key/],
    ["a time that is none", { at: "tomorrow" }, /--at is no time/],
    ["a time without a zone", { at: "2027-01-01T00:00:00" }, /--at is no time/],
    ["a certificate for a report", { report: "certs/vcek.pem" }, /certificates, not a report/],
  ])("%s: an error in words, nothing is judged", async (_, more, words) => {
    await expect(run(more)).rejects.toThrow(words);
    expect(io.said).toEqual([]);
  });

  it("a broken policy is refused with all its problems, each at its line", async () => {
    await writeFile(
      file("policy.yaml"),
      POLICY.replace("microcode", "microcod").replace("chips: any\n", "").replace("nonce: when-given", "nonse: true"),
    );
    const error = await run().catch((thrown: Error) => thrown.message);
    expect(String(error).split("\n")).toEqual([
      expect.stringMatching(/policy.yaml:3:3: policy.processors.milan.microcode: is missing/),
      expect.stringMatching(/unknown key "microcod".*did you mean microcode\?/),
      expect.stringMatching(/policy.chips: is missing/),
      expect.stringMatching(/unknown key "nonse".*did you mean nonce\?/),
    ]);
  });

  it.each([
    ["no generation", POLICY.replace(/processors:\n.*\n/, "processors: {}\n"), /at least one of milan, genoa, turin/],
    ["no measurement", POLICY.replace(/measurements: .*/, "measurements: []"), /at least one launch measurement/],
    [
      "a measurement too short",
      POLICY.replace(/measurements: .*/, "measurements: [abcd]"),
      /96 lower-case hexadecimal digits/,
    ],
    ["no format", POLICY.replace("format: 1\n", ""), /policy.format: is missing/],
  ])("a policy with %s says nothing that could hold, and is refused", async (_, text, words) => {
    await writeFile(file("policy.yaml"), text);
    await expect(run()).rejects.toThrow(words);
  });

  it("the published schema is that of the policy", async () => {
    const schema = await readFile(
      path.resolve(import.meta.dirname, "../../../schemas/attestation-policy.schema.json"),
      "utf8",
    );
    expect(JSON.parse(schema)).toEqual(policyJsonSchema());
  });
});
