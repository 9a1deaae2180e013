import type { KeyObject } from "node:crypto";
import { TAG, context, elements, inside, isInteger, oid, type Element } from "./der.ts";
import { GENERATIONS, type Generation } from "./generation.ts";
import { extensionsOf, isPss, moment, publicKey, reading, readSigned, refuse } from "./signed.ts";
import type { Extension, Read, Signed } from "./signed.ts";
import type { Tcb } from "./tcb.ts";

/** A certificate of AMD's hierarchy, read: nothing of it is believed until its chain holds. */
export interface Certificate extends Signed {
  readonly der: Buffer;
  /** Serial number in hex. */
  readonly serial: string;
  /** Names as DER: they are equal where the bytes are. */
  readonly issuer: Buffer;
  readonly subject: Buffer;
  /** Common names, for people and for finding AMD's kinds. */
  readonly issuerName: string;
  readonly name: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly key: KeyObject;
  readonly extensions: ReadonlyMap<string, Extension>;
}

const COMMON_NAME = oid("2.5.4.3");

/** The common name of a distinguished name; empty where it has none or several. */
function commonName(name: Element): string {
  const names = inside(name, TAG.sequence)
    .flatMap((set) => inside(set, TAG.set))
    .map((pair) => inside(pair, TAG.sequence))
    .filter(([type]) => type?.whole.equals(COMMON_NAME));
  return names.length === 1 ? (names[0]?.[1]?.content.toString("utf8") ?? "") : "";
}

function parse(der: Buffer): Certificate {
  const signed = readSigned(der, "the certificate");
  const [version, serial, algorithm, issuer, validity, subject, spki, extensions, ...more] = inside(
    signed.tbs,
    TAG.sequence,
  );
  if (!isInteger(inside(version, context(0))[0], 2)) refuse("the certificate is not of version 3");
  if (!isPss(algorithm)) refuse("the certificate names two algorithms");
  if (issuer === undefined || subject === undefined || serial?.tag !== TAG.integer || more.length > 0)
    return refuse("the certificate lacks a part, or has one too many");
  const [notBefore, notAfter] = inside(validity, TAG.sequence);
  return {
    ...signed,
    der,
    serial: serial.content.toString("hex"),
    issuer: issuer.whole,
    subject: subject.whole,
    issuerName: commonName(issuer),
    name: commonName(subject),
    notBefore: moment(notBefore),
    notAfter: moment(notAfter),
    key: publicKey(spki),
    extensions: extensionsOf(inside(extensions, context(3))[0]),
  };
}

/** Reads a certificate from its DER. Never throws. */
export const readCertificate = (der: Buffer): Read<Certificate> => reading("the certificate", () => parse(der));

const BASIC = "2.5.29.19";
const USAGE = "2.5.29.15";
/** Extensions that a certificate of an authority may mark as critical. */
const KNOWN_CRITICAL = new Set([BASIC, USAGE]);

/** Why a certificate may not sign others; undefined where it may: an authority with a key of RSA 4096. */
export function authorityWrong({ extensions, key, name }: Certificate): string | undefined {
  for (const [id, { critical }] of extensions)
    if (critical && !KNOWN_CRITICAL.has(id)) return `${name} has the critical extension ${id}, which is not known here`;
  const basic = reading("basic constraints", () =>
    inside(elements(extensions.get(BASIC)?.value ?? Buffer.alloc(0))[0], TAG.sequence),
  );
  if (basic.value?.[0]?.content.equals(Buffer.from([0xff])) !== true) return `${name} is no authority`;
  const usage = reading("key usage", () => elements(extensions.get(USAGE)?.value ?? Buffer.alloc(0))[0]);
  if (usage.value?.tag !== TAG.bitString || ((usage.value.content[1] ?? 0) & 0x04) === 0)
    return `${name} may not sign certificates`;
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  return key.asymmetricKeyType === "rsa" && modulusLength >= 4096 ? undefined : `${name} has no key of RSA 4096`;
}

/** AMD's arc of extensions (AMD 57230). */
const AMD = "1.3.6.1.4.1.3704.1";
const SPL = { bootloader: "3.1", tee: "3.2", snp: "3.3", microcode: "3.8", fmc: "3.9" } as const;
/** Security patch levels of parts that do not exist yet. */
const RESERVED_SPL = ["3.4", "3.5", "3.6", "3.7"];
const KNOWN_AMD = new Set([...Object.values(SPL), ...RESERVED_SPL, "1", "2", "4", "5"].map((id) => `${AMD}.${id}`));

/** What the certificate of a signing key says of the chip and its patches. */
export interface KeyFacts {
  readonly tcb: Tcb;
  /** Product as AMD calls it, with a stepping at times: `Milan-B0`. */
  readonly product: string;
  /** Hardware id in hex; a VCEK's alone. */
  readonly hwid?: string;
  /** Who runs the cloud; a VLEK's alone. */
  readonly csp?: string;
}

/** A small number of a patch level: an INTEGER of one byte, or of two where the first is zero. */
function level(extensions: Certificate["extensions"], id: string): number | undefined {
  const extension = extensions.get(`${AMD}.${id}`);
  if (extension === undefined) return undefined;
  const [number, ...more] = elements(extension.value);
  const { tag, content = Buffer.alloc(0) } = number ?? {};
  const value = content.length === 2 && content[0] === 0 ? content[1] : content.length === 1 ? content[0] : undefined;
  return tag === TAG.integer && value !== undefined && more.length === 0
    ? value
    : refuse(`the patch level ${AMD}.${id} is no small number`);
}

/** The hardware id: the bytes alone, or as an OCTET STRING. */
function hardwareId(value: Buffer, length: number): string {
  if (value.length === length) return value.toString("hex");
  const [only, ...more] = elements(value);
  return only?.tag === TAG.octetString && only.content.length === length && more.length === 0
    ? only.content.toString("hex")
    : refuse(`the hardware id has not the ${length} bytes of this generation`);
}

function text(value: Buffer | undefined): string | undefined {
  if (value === undefined) return undefined;
  const [only] = elements(value);
  return only?.tag === 0x16 || only?.tag === 0x0c ? only.content.toString("utf8") : refuse("a text is none");
}

/** What a VCEK or VLEK says. Unknown or critical extensions are refused. */
export function keyFacts(certificate: Certificate, generation: Generation): Read<KeyFacts> {
  return reading("its extensions", () => {
    const { extensions, key } = certificate;
    const facts = GENERATIONS[generation];
    if (key.asymmetricKeyDetails?.namedCurve !== "secp384r1") refuse("its key is none of P-384");
    for (const [id, { critical }] of extensions) {
      if (critical) refuse(`the critical extension ${id} is not known here`);
      if (id.startsWith(`${AMD}.`) && !KNOWN_AMD.has(id)) refuse(`AMD's extension ${id} is not known here`);
    }
    for (const id of RESERVED_SPL)
      if ((level(extensions, id) ?? 0) !== 0) refuse(`the reserved patch level ${AMD}.${id} is not zero`);
    const need = (id: string): number => level(extensions, id) ?? refuse(`the patch level ${AMD}.${id} is missing`);
    if (!facts.fmc && level(extensions, SPL.fmc) !== undefined)
      refuse("it has a patch level of an FMC, of which this generation has none");
    const { fmc, ...parts } = SPL;
    const tcb = Object.fromEntries(Object.entries(parts).map(([part, id]) => [part, need(id)])) as Record<
      keyof typeof parts,
      number
    >;
    const hwid = extensions.get(`${AMD}.4`)?.value;
    const csp = text(extensions.get(`${AMD}.5`)?.value);
    return {
      tcb: facts.fmc ? { fmc: need(fmc), ...tcb } : tcb,
      product: text(extensions.get(`${AMD}.2`)?.value) ?? refuse("it names no product"),
      ...(hwid === undefined ? {} : { hwid: hardwareId(hwid, facts.hwid) }),
      ...(csp === undefined ? {} : { csp }),
    };
  });
}
