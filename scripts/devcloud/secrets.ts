import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivate } from "./files.ts";
import type { DevcloudSettings } from "./settings.ts";

/** Passwords of one cloud: random, made once, kept in its data directory (0600) and nowhere else. */
export interface DevcloudSecrets {
  readonly database: string;
  readonly rabbit: string;
  readonly erlangCookie: string;
  /** User `svc` in project `service`, as which the services talk to each other. */
  readonly service: string;
  readonly admin: string;
  readonly auditor: string;
  readonly metadata: string;
  /** Barbican's key-encryption key: 32 bytes in URL-safe base64. */
  readonly keyEncryptionKey: string;
  /** Swift puts it behind every name before it makes a hash of it: nobody shall guess where an object lies. */
  readonly swiftHash: string;
  /** User `admin` of the simulated Quobyte. */
  readonly quobyte: string;
}

const word = (): string => randomBytes(24).toString("base64url").replace(/[-_]/g, "x");

/** New random passwords; the alphabet needs no quoting in a URL, an INI file or SQL. */
export const newSecrets = (): DevcloudSecrets => ({
  database: word(),
  rabbit: word(),
  erlangCookie: word(),
  service: word(),
  admin: word(),
  auditor: word(),
  metadata: word(),
  // Fernet reads the URL-safe alphabet, with its padding.
  keyEncryptionKey: `${randomBytes(32).toString("base64url")}=`,
  swiftHash: word(),
  quobyte: word(),
});

const secretsFile = (settings: DevcloudSettings): string => join(settings.home, "secrets.json");

/** The cloud's passwords; made at the first call for a data directory, one that came later at the first call that misses it. */
export function loadSecrets(settings: DevcloudSettings): DevcloudSecrets {
  const file = secretsFile(settings);
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Partial<DevcloudSecrets>) : {};
  const secrets = { ...newSecrets(), ...known };
  writePrivate(file, JSON.stringify(secrets, null, 2));
  return secrets;
}
