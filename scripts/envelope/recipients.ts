import { X509Certificate, type KeyObject } from "node:crypto";
import { UserError } from "../../config/problem.ts";
import { bytesOf, context, elements, inside, oidText, sequence, TAG, type Element } from "../../attestation/der.ts";

/** Curves by the name that node has for them (BSI TR-02102-1, 2.3.3: at least 250 bits). */
const CURVES: ReadonlySet<string> = new Set([
  ...["prime256v1", "secp384r1", "secp521r1"],
  ...["brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"],
]);
/** BSI TR-02102-1, 2.3.1: RSA of at least 3000 bits. */
const LEAST_RSA_BITS = 3000;

/** Somebody to whom an envelope is addressed: a certificate that may be used for that. */
export interface Recipient {
  /** The certificate's subject in one line. */
  readonly subject: string;
  readonly publicKey: KeyObject;
  /** `IssuerAndSerialNumber` as DER: how CMS names a recipient. */
  readonly id: Buffer;
}

/** Bits of `KeyUsage` (RFC 5280, 4.2.1.3), the first bit first. */
const USAGE = { rsa: 2, ec: 4 } as const;
const KEY_USAGE = "2.5.29.15";

/** Parts of a certificate that node does not show. */
function partsOf(certificate: X509Certificate): { readonly id: Buffer; readonly usage: Buffer | undefined } {
  const [whole] = elements(certificate.raw);
  const [tbs] = inside(whole, TAG.sequence);
  const all = inside(tbs, TAG.sequence);
  const [serial, , issuer] = all[0]?.tag === context(0) ? all.slice(1) : all;
  if (serial === undefined || issuer === undefined) throw new Error("a certificate without serial or issuer");
  const block = all.find(({ tag }) => tag === context(3));
  const extensions = block === undefined ? [] : inside(elements(block.content)[0], TAG.sequence);
  const usage = extensions
    .map((extension) => inside(extension, TAG.sequence))
    .find(([id]) => id !== undefined && oidText(id) === KEY_USAGE)
    ?.at(-1);
  const bits = usage && elements(bytesOf(usage, TAG.octetString))[0];
  return { id: sequence(issuer.whole, serial.whole), usage: bits && bytesOf(bits, TAG.bitString) };
}

/** True where a bit of `KeyUsage` is set, or the certificate restricts nothing. */
const mayUse = (usage: Buffer | undefined, bit: number): boolean =>
  usage === undefined || (((usage[1 + (bit >> 3)] ?? 0) >> (7 - (bit & 7))) & 1) === 1;

const shownSubject = (certificate: X509Certificate): string => certificate.subject.split("\n").join(", ");

/** What keeps a certificate from being a recipient's; undefined where nothing does. */
function refusalOf(certificate: X509Certificate, now: Date, usage: Buffer | undefined): string | undefined {
  const { publicKey, validFrom, validTo } = certificate;
  if (now < new Date(validFrom)) return `it is valid from ${validFrom} on`;
  if (now > new Date(validTo)) return `it was valid until ${validTo}`;
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  if (type === "rsa") {
    const bits = details?.modulusLength ?? 0;
    if (bits < LEAST_RSA_BITS) return `its RSA key has ${bits} bits, and BSI TR-02102-1 demands ${LEAST_RSA_BITS}`;
    return mayUse(usage, USAGE.rsa) ? undefined : "its key usage has no keyEncipherment";
  }
  if (type === "ec" && CURVES.has(details?.namedCurve ?? ""))
    return mayUse(usage, USAGE.ec) ? undefined : "its key usage has no keyAgreement";
  return `its key is ${type ?? "unknown"}${details?.namedCurve === undefined ? "" : ` on ${details.namedCurve}`}: RSA and ECDH on ${[...CURVES].join(", ")} are known`;
}

const certificateOf = (pem: string, where: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new UserError({
      what: `${where} is no certificate`,
      allowed: "an X.509 certificate as PEM (-----BEGIN CERTIFICATE-----)",
      next: "ask the recipient for the certificate, never for the private key",
    });
  }
};

/**
 * The recipient of a certificate.
 * @param authorities PEM of those who may have signed it; none: who signed it is not looked at
 * @throws UserError where it is none, not valid now, too weak, not made for this, or signed by somebody else
 */
export function recipientOf(pem: string, where: string, now: Date, authorities: readonly string[] = []): Recipient {
  const certificate = certificateOf(pem, where);
  const subject = shownSubject(certificate);
  const { id, usage } = partsOf(certificate);
  const signers = authorities.map((text) => certificateOf(text, "the authority"));
  const unsigned =
    signers.length > 0 && !signers.some((one) => certificate.checkIssued(one) && certificate.verify(one.publicKey))
      ? `it is signed by none of ${signers.map(shownSubject).join("; ")}`
      : undefined;
  const why = unsigned ?? refusalOf(certificate, now, usage);
  if (why === undefined) return { subject, publicKey: certificate.publicKey, id };
  throw new UserError({
    what: `nothing is sealed for ${subject} (${where})`,
    why,
    next: "ask the recipient for another certificate",
  });
}

/** `IssuerAndSerialNumber` for people: the serial as openssl writes it. */
export function sayRecipient(id: Element): string {
  const [, serial] = inside(id, TAG.sequence);
  return `serial ${bytesOf(serial, TAG.integer).toString("hex").replace(/^00/, "").toUpperCase()}`;
}
