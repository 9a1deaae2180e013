import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AMD_ROOT_CERTIFICATES } from "../../../attestation/amd-roots.ts";
import { TAG, encode, sequence } from "../../../attestation/der.ts";
import { signatureOf } from "../../../attestation/report.ts";
import { GENUINE, papers, vector, type Genuine } from "./vectors.ts";

/** OpenSSL as a judge that we did not write. */
let directory: string;
const at = (name: string): string => path.join(directory, name);
const openssl = (...args: readonly string[]): string =>
  execFileSync("openssl", args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replaceAll(/(.{64})/g, "$1\n")}\n-----END CERTIFICATE-----\n`;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), "tresor-openssl-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A number of the signature as DER has it. */
const integer = (bytes: Buffer): Buffer => {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.subarray(first);
  return encode(TAG.integer, ...(short[0]! >= 0x80 ? [Buffer.from([0])] : []), short);
};

describe("OpenSSL says the same of the genuine reports (C4H-20)", () => {
  it.each(Object.keys(GENUINE) as Genuine[])("%s: its chain to the pinned root, and its signature", (name) => {
    const { report, papers: files, at: when } = GENUINE[name];
    const [leaf, authority] = papers(...files);
    const root = AMD_ROOT_CERTIFICATES[name === "turin" ? "turin" : "milan"];
    writeFileSync(at("leaf.pem"), pem(leaf!));
    writeFileSync(at("authority.pem"), pem(authority!));
    writeFileSync(at("root.pem"), pem(Buffer.from(root.der, "base64")));
    const time = `${Math.floor(Date.parse(when) / 1000)}`;
    const chain = ["-attime", time, "-CAfile", "root.pem", "-untrusted", "authority.pem", "leaf.pem"];
    expect(openssl("verify", ...chain)).toBe("leaf.pem: OK\n");

    const bytes = vector(report);
    const signature = signatureOf(bytes);
    writeFileSync(at("signature"), sequence(integer(signature.subarray(0, 48)), integer(signature.subarray(48))));
    writeFileSync(at("key.pem"), openssl("x509", "-in", "leaf.pem", "-noout", "-pubkey"));
    const check = ["dgst", "-sha384", "-verify", "key.pem", "-signature", "signature", "signed"];
    writeFileSync(at("signed"), bytes.subarray(0, 0x2a0));
    expect(openssl(...check)).toBe("Verified OK\n");
    bytes[0x90]! ^= 1;
    writeFileSync(at("signed"), bytes.subarray(0, 0x2a0));
    expect(() => openssl(...check)).toThrow();
  });
});
