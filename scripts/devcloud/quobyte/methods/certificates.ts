import { X509Certificate } from "node:crypto";
import type { CERTIFICATE_METHODS } from "../../../../quobyte/contract/certificates.ts";
import { found, garbage, taken } from "../refusal.ts";
import type { Certificate } from "../state.ts";
import type { Handlers, World } from "../world.ts";
import { tenantOf } from "../world.ts";

/** A certificate as the API carries it: PEM or DER in base64. */
function read(base64: string | undefined): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(base64 ?? "", "base64"));
  } catch {
    throw garbage("Not a certificate in base64");
  }
}

const certificateOf = ({ state }: World, fingerprint: string): Certificate =>
  found(
    state.certificates.find((certificate) => certificate.fingerprint === fingerprint),
    `certificate: ${fingerprint}`,
  );

/** One that may still be changed. */
function valid(world: World, fingerprint: string): Certificate {
  const certificate = certificateOf(world, fingerprint);
  if (certificate.revoked !== undefined) throw garbage(`Certificate is revoked: ${fingerprint}`);
  return certificate;
}

const record = ({ subject, fingerprint, subjectText }: Certificate) => ({
  subject,
  fingerprint,
  subject_string: subjectText,
});

export const CERTIFICATES: Handlers<keyof typeof CERTIFICATE_METHODS> = {
  addCa({ state }, { name, certificate_authority: { certificate } }) {
    const base64 = certificate?.certificate;
    if (!read(base64).ca) throw garbage("Not the certificate of a CA");
    if (state.authorities.some((known) => known.name === name)) throw taken(`CA ${name}`);
    state.authorities.push({ name, certificate: base64 ?? "" });
    return {};
  },
  listCa({ state }) {
    return { ca: state.authorities.map(({ name, certificate }) => ({ name, certificate: { certificate } })) };
  },
  deleteCa({ state }, { name }) {
    const known = found(
      state.authorities.find((authority) => authority.name === name),
      `CA: ${name}`,
    );
    state.authorities = state.authorities.filter((authority) => authority !== known);
    return {};
  },
  addCertificate({ state }, { certificate, csr_id: request }) {
    if (request !== undefined) throw garbage("The simulator has no certificate requests");
    const known = read(certificate.certificate);
    const fingerprint = known.fingerprint256;
    if (state.certificates.some((other) => other.fingerprint === fingerprint))
      throw taken(`certificate ${fingerprint}`);
    const subject = certificate.record?.subject ?? {};
    const text = certificate.certificate ?? "";
    state.certificates.push({
      fingerprint,
      certificate: text,
      subjectText: known.subject.replaceAll("\n", ","),
      subject,
    });
    return { fingerprint };
  },
  listCertificates: ({ state }) => ({ certificate: state.certificates.map(record) }),
  exportCertificate(world, { fingerprint }) {
    const known = certificateOf(world, fingerprint);
    return { certificate: { certificate: known.certificate, record: record(known) } };
  },
  deleteCertificate(world, { fingerprint }) {
    const known = certificateOf(world, fingerprint);
    world.state.certificates = world.state.certificates.filter((other) => other !== known);
    return {};
  },
  getCertificateSubject: (world, { fingerprint }) => ({ subject: certificateOf(world, fingerprint).subject }),
  setCertificateSubject(world, { fingerprint, subject }) {
    valid(world, fingerprint).subject = subject;
    return {};
  },
  setCertificateOwner(world, { fingerprint, tenant_id: tenant }) {
    tenantOf(world, tenant);
    valid(world, fingerprint).owner = tenant;
    return {};
  },
  revokeCertificate(world, { fingerprint, crl_reason: reason = "UNSPECIFIED" }) {
    valid(world, fingerprint).revoked = reason;
    return {};
  },
};
