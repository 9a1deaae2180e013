import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Keys and certificates that OpenSSL made, in a directory of their own. */
export const folder = mkdtempSync(join(tmpdir(), "tresor-envelope-"));
export const at = (name: string): string => join(folder, name);
export const text = (name: string): string => readFileSync(at(name), "utf8");

export const openssl = (...args: string[]): Buffer =>
  execFileSync("openssl", args, { stdio: ["ignore", "pipe", "pipe"] });

/** What `openssl req` makes a key from. */
export const NEW_KEY = {
  rsa3072: ["-newkey", "rsa:3072"],
  rsa2048: ["-newkey", "rsa:2048"],
  p256: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  p384: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
  p521: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
  brainpool: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"],
  ed25519: ["-newkey", "ed25519"],
} as const;

/** A self-signed certificate, `<name>.pem`, and its private key, `<name>.key`. */
export function certificate(name: string, kind: keyof typeof NEW_KEY, ...more: string[]): void {
  const files = ["-keyout", at(`${name}.key`), "-out", at(`${name}.pem`)];
  openssl("req", "-x509", "-nodes", "-days", "2", "-subj", `/CN=${name}`, ...NEW_KEY[kind], ...files, ...more);
}
