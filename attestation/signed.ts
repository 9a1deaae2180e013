import { constants, createPublicKey, verify, type KeyObject } from "node:crypto";
import { TAG, context, elements, encode, inside, oid, oidText, sequence, type Element } from "./der.ts";

/** What was read, or why it could not be. */
export type Read<T> =
  { readonly value: T; readonly why?: undefined } | { readonly value?: undefined; readonly why: string };

/** A reason to refuse what is being read. */
class Unsound extends Error {}

export function refuse(why: string): never {
  throw new Unsound(why);
}

/** Reads something that others wrote: every failure becomes a reason, none an exception. */
export function reading<T>(what: string, read: () => T): Read<T> {
  try {
    return { value: read() };
  } catch (error) {
    return { why: error instanceof Unsound ? error.message : `${what} cannot be read` };
  }
}

/** A thing that was signed (X.509: SIGNED): what was signed, and the signature. */
export interface Signed {
  readonly tbs: Element;
  readonly signature: Buffer;
}

const SHA384 = sequence(oid("2.16.840.1.101.3.4.2.2"), encode(TAG.null));
const MGF1 = sequence(oid("1.2.840.113549.1.1.8"), SHA384);
const PSS_PARTS = [
  encode(context(0), SHA384),
  encode(context(1), MGF1),
  encode(context(2), encode(TAG.integer, Buffer.from([48]))),
] as const;
/** RSASSA-PSS with SHA-384, MGF1 of the same and a salt of 48 bytes: AMD writes it with and without the trailer's default. */
const PSS = [PSS_PARTS, [...PSS_PARTS, encode(context(3), encode(TAG.integer, Buffer.from([1])))]].map((parts) =>
  sequence(oid("1.2.840.113549.1.1.10"), sequence(...parts)),
);

/** Reads something signed by AMD's one algorithm for certificates. @throws for any other */
export function readSigned(der: Buffer, what: string): Signed {
  const [whole, ...more] = elements(der);
  if (more.length > 0) refuse(`bytes follow behind ${what}`);
  const [tbs, algorithm, signature, ...rest] = inside(whole, TAG.sequence);
  if (tbs?.tag !== TAG.sequence || algorithm === undefined || signature?.tag !== TAG.bitString || rest.length > 0)
    return refuse(`${what} does not consist of a body, an algorithm and a signature`);
  if (!PSS.some((known) => known.equals(algorithm.whole)))
    refuse(`${what} is not signed by RSASSA-PSS with SHA-384, as AMD signs`);
  if (signature.content[0] !== 0) refuse(`the signature of ${what} does not end with a byte`);
  return { tbs, signature: signature.content.subarray(1) };
}

/** True where the algorithm inside of what was signed is one that {@link readSigned} takes. */
export const isPss = (algorithm: Element | undefined): boolean =>
  PSS.some((known) => algorithm !== undefined && known.equals(algorithm.whole));

/** Whether this key made the signature. */
export function isSignedBy({ tbs, signature }: Signed, key: KeyObject): boolean {
  const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 };
  try {
    return key.asymmetricKeyType === "rsa" && verify("sha384", tbs.whole, options, signature);
  } catch {
    return false;
  }
}

/** A public key out of its SubjectPublicKeyInfo. */
export const publicKey = (spki: Element | undefined): KeyObject =>
  createPublicKey({ key: spki?.whole ?? refuse("a key is missing"), format: "der", type: "spki" });

/** A moment: UTCTime of this century, or GeneralizedTime, both to the second and in UTC, as RFC 5280 wants them. */
export function moment(element: Element | undefined): Date {
  const text = element?.content.toString("latin1") ?? "";
  const full =
    element?.tag === 0x17 ? `${Number(text.slice(0, 2)) < 50 ? 20 : 19}${text}` : element?.tag === 0x18 ? text : "";
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? refuse("a moment is not written as RFC 5280 wants it") : date;
}

/** An extension of a certificate or a list. */
export interface Extension {
  readonly critical: boolean;
  readonly value: Buffer;
}

/** Extensions by their object identifier; one that stands twice is refused. */
export function extensionsOf(list: Element | undefined): ReadonlyMap<string, Extension> {
  const found = new Map<string, Extension>();
  for (const extension of inside(list, TAG.sequence)) {
    const parts = inside(extension, TAG.sequence);
    const [name, value] = [parts[0], parts.at(-1)];
    const critical = parts.length === 3 && parts[1]?.tag === 0x01 && parts[1].content.equals(Buffer.from([0xff]));
    if (name === undefined || value?.tag !== TAG.octetString || parts.length > (critical ? 3 : 2))
      return refuse("an extension is not written as RFC 5280 wants it");
    const id = oidText(name);
    if (found.has(id)) refuse(`the extension ${id} stands twice`);
    found.set(id, { critical, value: value.content });
  }
  return found;
}
