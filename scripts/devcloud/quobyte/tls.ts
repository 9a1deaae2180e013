import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What a server needs, and what its callers check it with; PEM. */
export interface Tls {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
  /** File of `ca`. */
  readonly caFile: string;
}

const DAYS = "3650";

/**
 * Key and certificate for loopback, signed by a CA of their own whose key is not kept. Made at the first call for a folder.
 * @throws Error where `openssl` is not there
 */
export function loopbackTls(directory: string): Tls {
  const file = (name: string): string => join(directory, name);
  const [ca, caKey, key, cert] = [file("ca.pem"), file("ca.key"), file("server.key"), file("server.pem")];
  if (!existsSync(cert)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", DAYS];
    const openssl = (...args: string[]): void => {
      execFileSync("openssl", [...made, ...args], { stdio: "ignore" });
    };
    openssl("-subj", "/CN=simulator CA", "-addext", "keyUsage=critical,keyCertSign", "-keyout", caKey, "-out", ca);
    const names = [
      "-addext",
      "subjectAltName=IP:127.0.0.1,DNS:localhost",
      "-addext",
      "basicConstraints=critical,CA:FALSE",
    ];
    const draft = `${cert}.draft`;
    openssl("-subj", "/CN=simulator", ...names, "-CA", ca, "-CAkey", caKey, "-keyout", key, "-out", draft);
    renameSync(draft, cert);
    rmSync(caKey);
  }
  const read = (name: string): string => readFileSync(name, "utf8");
  return { key: read(key), cert: read(cert), ca: read(ca), caFile: ca };
}
