import { z } from "zod";
import { int64, method, struct } from "./build.ts";

const delegation = struct("DelegationSubject", {
  /** Unset: any tenant. */
  tenant: z.string(),
  /** Unset: any volume. */
  volume: z.string(),
  /** Unset: any user. */
  user: z.string(),
  groups: z.array(z.string()),
  read_only: z.boolean(),
  /** root and the like are treated as normal users. */
  no_privileged_access: z.boolean(),
});

/** What a certificate may be used for: by which services, from which hosts, for which tenants and volumes. */
export const certificateSubject = struct("CertificateSubject", {
  service_type: z.array(
    z.enum([
      "API_PROXY",
      "CLIENT",
      "DIRECTORY_SERVICE",
      "METADATA_SERVICE",
      "NFS_PROXY",
      "S3_PROXY",
      "STORAGE_SERVICE",
      "WEBCONSOLE",
    ]),
  ),
  /** `<IP>/<subnet length>`. */
  restrict_to_hosts: z.array(z.string()),
  /** The first that matches is taken. */
  restrict_to_subjects: z.array(delegation),
});

const record = struct("CertificateRecord", {
  subject: certificateSubject,
  fingerprint: z.string(),
  last_seen_from_host: z.string(),
  last_seen_timestamp_seconds: int64,
  subject_string: z.string(),
});

const certificate = struct("Certificate", {
  /** In base64. */
  certificate: z.string(),
  /** In base64; a secret that need not be given. */
  private_key: z.string(),
  record,
});

const authority = struct("CertificateAuthority", { name: z.string(), certificate });

const byFingerprint = { needs: { fingerprint: z.string() } } as const;

/** Reasons of RFC 5280. */
const crlReason = z.enum([
  "AA_COMPROMISE",
  "AFFILIATION_CHANGED",
  "CA_COMPROMISE",
  "CERTIFICATE_HOLD",
  "CESSATION_OF_OPERATION",
  "KEY_COMPROMISE",
  "PRIVILEGE_WITHDRAWN",
  "REMOVE_FROM_CRL",
  "SUPERSEDED",
  "UNSPECIFIED",
]);

export const CERTIFICATE_METHODS = {
  addCa: method("AddCa", "create", { needs: { name: z.string(), certificate_authority: authority } }),
  listCa: method("ListCa", "read", { mayGive: { ca: z.array(authority) } }),
  deleteCa: method("DeleteCa", "remove", { needs: { name: z.string() } }),
  addCertificate: method("AddCertificate", "create", {
    needs: { certificate },
    takes: { csr_id: int64 },
    gives: { fingerprint: z.string() },
  }),
  listCertificates: method("ListCertificates", "read", { mayGive: { certificate: z.array(record) } }),
  exportCertificate: method("ExportCertificate", "read", { ...byFingerprint, mayGive: { certificate } }),
  deleteCertificate: method("DeleteCertificate", "remove", byFingerprint),
  getCertificateSubject: method("GetCertificateSubject", "read", {
    ...byFingerprint,
    mayGive: { subject: certificateSubject },
  }),
  setCertificateSubject: method("SetCertificateSubject", "set", {
    needs: { fingerprint: z.string(), subject: certificateSubject },
  }),
  setCertificateOwner: method("SetCertificateOwner", "set", {
    needs: { fingerprint: z.string(), tenant_id: z.string() },
  }),
  revokeCertificate: method("RevokeCertificate", "remove", { ...byFingerprint, takes: { crl_reason: crlReason } }),
} as const;
