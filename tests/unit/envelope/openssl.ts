import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = join(tmpdir(), `tresor-envelope-${randomBytes(6).toString("hex")}`);
/** A file among the keys and certificates that OpenSSL made, in a directory of their own: `clear` at the end. */
export function at(name: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, name);
}
/** Takes the directory away; files of tests in one process share this module, so that the next one makes it again. */
export const clear = (): void => rmSync(folder, { recursive: true, force: true });
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
