import { existsSync, readFileSync } from "node:fs";
import type { z } from "zod";
import type { accessKey, user } from "../../../quobyte/contract/access-keys.ts";
import type { certificateSubject } from "../../../quobyte/contract/certificates.ts";
import type { policyRule } from "../../../quobyte/contract/policy-rules.ts";
import type { quota } from "../../../quobyte/contract/quota.ts";
import type { label, tenant } from "../../../quobyte/contract/tenant.ts";
import type { volumeEncryptionContext } from "../../../quobyte/contract/volume.ts";
import { parseJson, writeJson } from "../../../quobyte/json.ts";
import { writePrivate } from "../files.ts";

export type Tenant = z.output<typeof tenant> & { tenant_id: string };
export type Label = z.output<typeof label>;
export type Quota = z.output<typeof quota>;
export type Rule = z.output<typeof policyRule> & { uuid: string; ordering_number: number };
export type AccessKey = z.output<typeof accessKey>;
export type CertificateSubject = z.output<typeof certificateSubject>;
export type EncryptionContext = z.output<typeof volumeEncryptionContext>;

export interface Snapshot {
  readonly name: string;
  readonly version: number;
  readonly comment?: string;
  readonly pinned: boolean;
  readonly timestamp: number;
}

export interface Volume {
  readonly uuid: string;
  name: string;
  readonly tenant: string;
  readonly created: number;
  /** As it was at creation: nothing changes it. */
  readonly encryption?: EncryptionContext;
  /** Milliseconds since the epoch when a scheduled erasure is carried out. */
  erasedAt?: number;
  exported: boolean;
  bucket?: string;
  /** Bytes in it: the simulator holds no data, a test may say otherwise. */
  used: number;
  snapshots: Snapshot[];
}

export type User = z.output<typeof user> & { id: string; password?: string; access_key_credentials: AccessKey[] };

export interface Certificate {
  readonly fingerprint: string;
  readonly certificate: string;
  readonly subjectText: string;
  subject: CertificateSubject;
  owner?: string;
  revoked?: string;
}

export interface AuditEvent {
  readonly timestamp_ms: number;
  readonly username: string;
  readonly subject_type: "CONFIGURATION" | "POLICY_RULE" | "QUOTA" | "USER" | "VOLUME";
  readonly subject_id: string;
  readonly action: string;
}

/** Everything that the simulator knows. */
export interface State {
  tenants: Tenant[];
  volumes: Volume[];
  labels: Label[];
  quotas: Quota[];
  rules: Rule[];
  users: User[];
  authorities: { name: string; certificate: string }[];
  certificates: Certificate[];
  audit: AuditEvent[];
}

const empty = (): State => ({
  ...{ tenants: [], volumes: [], labels: [], quotas: [], rules: [], users: [] },
  ...{ authorities: [], certificates: [], audit: [] },
});

/** The state of the last run, or an empty one. */
export function loadState(file: string | undefined): State {
  if (file === undefined || !existsSync(file)) return empty();
  return { ...empty(), ...(parseJson(readFileSync(file, "utf8")) as Partial<State>) };
}

/** Written whole after each change: a kill leaves the state before it or after it. */
export const saveState = (file: string | undefined, state: State): void => {
  if (file !== undefined) writePrivate(file, writeJson(state));
};
