import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  type KeyObject,
} from "node:crypto";
import {
  bytesOf,
  context,
  elements,
  encode,
  inside,
  integer,
  isInteger,
  oid,
  oidText,
  sequence,
  TAG,
  type Element,
} from "../../attestation/der.ts";
import type { Recipient } from "./recipients.ts";

const OAEP = "1.2.840.113549.1.1.7";
const MGF1 = "1.2.840.113549.1.1.8";
const AES256_WRAP = "2.16.840.1.101.3.4.1.45";
const EC_KEY = "1.2.840.10045.2.1";
/** Hashes by their OID (RFC 5754). */
const HASHES: Readonly<Record<string, string>> = {
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};
/** dhSinglePass-stdDH with its key derivation's hash (RFC 5753, 7.1.4). */
const AGREEMENTS: Readonly<Record<string, string>> = {
  "1.3.132.1.11.1": "sha256",
  "1.3.132.1.11.2": "sha384",
  "1.3.132.1.11.3": "sha512",
};
const SHA256 = sequence(oid("2.16.840.1.101.3.4.2.1"), encode(TAG.null));
const [STD_DH_SHA256 = ""] = Object.keys(AGREEMENTS);
/** The one initial value of RFC 3394. */
const WRAP_IV = Buffer.alloc(8, 0xa6);
const KEK_BYTES = 32;

/** Key derivation of ANSI X9.63 as CMS uses it (RFC 5753, 7.2): the shared secret with what the key is for. */
function kekOf(secret: Buffer, hash: string, ukm: Buffer | undefined): Buffer {
  const bits = Buffer.alloc(4);
  bits.writeUInt32BE(KEK_BYTES * 8);
  const info = sequence(
    sequence(oid(AES256_WRAP)),
    ...(ukm === undefined ? [] : [encode(context(0), encode(TAG.octetString, ukm))]),
    encode(context(2), encode(TAG.octetString, bits)),
  );
  const counter = Buffer.from([0, 0, 0, 1]);
  // Every hash that is taken gives at least the 32 bytes that are needed in its first round.
  return createHash(hash).update(secret).update(counter).update(info).digest().subarray(0, KEK_BYTES);
}

/** `KeyTransRecipientInfo`: RSA-OAEP with SHA-256 (RFC 4055, 4.1). */
function forRsa({ publicKey, id }: Recipient, key: Buffer): Buffer {
  const wrapped = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, key);
  const parameters = sequence(encode(context(0), SHA256), encode(context(1), sequence(oid(MGF1), SHA256)));
  return sequence(integer(0), id, sequence(oid(OAEP), parameters), encode(TAG.octetString, wrapped));
}

/** `KeyAgreeRecipientInfo`: ECDH with a key of this envelope alone, and AES-256 key wrap (RFC 5753, 3.1). */
function forEc({ publicKey, id }: Recipient, key: Buffer): Buffer {
  const own = generateKeyPairSync("ec", { namedCurve: publicKey.asymmetricKeyDetails?.namedCurve ?? "" });
  const kek = kekOf(diffieHellman({ privateKey: own.privateKey, publicKey }), "sha256", undefined);
  const cipher = createCipheriv("id-aes256-wrap", kek, WRAP_IV);
  const wrapped = Buffer.concat([cipher.update(key), cipher.final()]);
  kek.fill(0);
  const [algorithm, point] = inside(elements(own.publicKey.export({ type: "spki", format: "der" }))[0], TAG.sequence);
  if (algorithm === undefined || point === undefined) throw new Error("a public key without its parts");
  return encode(
    context(1),
    integer(3),
    encode(context(0), encode(context(1), algorithm.whole, point.whole)),
    sequence(oid(STD_DH_SHA256), sequence(oid(AES256_WRAP))),
    sequence(sequence(id, encode(TAG.octetString, wrapped))),
  );
}

/** One `RecipientInfo`: the envelope's own key, wrapped for somebody. */
export const wrapFor = (recipient: Recipient, key: Buffer): Buffer =>
  recipient.publicKey.asymmetricKeyType === "rsa" ? forRsa(recipient, key) : forEc(recipient, key);

/** A `RecipientInfo` that was read. */
export interface Wrapped {
  readonly kind: "RSA-OAEP" | "ECDH";
  /** `IssuerAndSerialNumber`; undefined where the recipient is named by the key's own id. */
  readonly id: Element | undefined;
  /** The envelope's key; undefined where the private key is of another kind. @throws where it is another's */
  readonly unwrap: (key: KeyObject) => Buffer | undefined;
}

/** The hash of an OAEP recipient; undefined for one that is not taken, SHA-1 being the default of the standard. */
function oaepHash(parameters: Element | undefined): string | undefined {
  if (parameters === undefined) return undefined;
  const parts = inside(parameters, TAG.sequence);
  const hash = parts.find(({ tag }) => tag === context(0));
  const mask = parts.find(({ tag }) => tag === context(1));
  if (hash === undefined || mask === undefined) return undefined;
  const nameOf = (of: Element | undefined): string | undefined => {
    const [id] = inside(of, TAG.sequence);
    return id && HASHES[oidText(id)];
  };
  const [mgf, of] = inside(elements(mask.content)[0], TAG.sequence);
  const name = nameOf(elements(hash.content)[0]);
  return mgf !== undefined && oidText(mgf) === MGF1 && nameOf(of) === name ? name : undefined;
}

function fromRsa(parts: readonly Element[]): Wrapped | undefined {
  const [version, id, algorithm, wrapped] = parts;
  if (!isInteger(version, 0) && !isInteger(version, 2)) return undefined;
  const [name, parameters] = inside(algorithm, TAG.sequence);
  const hash = name !== undefined && oidText(name) === OAEP ? oaepHash(parameters) : undefined;
  if (hash === undefined) return undefined;
  const unwrap = (key: KeyObject): Buffer | undefined =>
    key.asymmetricKeyType === "rsa"
      ? privateDecrypt(
          { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash },
          bytesOf(wrapped, TAG.octetString),
        )
      : undefined;
  return { kind: "RSA-OAEP", id: id?.tag === TAG.sequence ? id : undefined, unwrap };
}

/** The sender's key on the curve of the recipient's: OpenSSL leaves the curve out where it is the same. */
function peerKey(own: KeyObject, sender: Element, point: Buffer): KeyObject {
  const spki = createPublicKey(own).export({ type: "spki", format: "der" });
  const [algorithm] = inside(elements(spki)[0], TAG.sequence);
  const [kind, curve] = inside(sender, TAG.sequence);
  if (algorithm === undefined || kind === undefined || oidText(kind) !== EC_KEY) throw new Error("no EC key");
  if (curve !== undefined && curve.tag !== TAG.null && !sender.whole.equals(algorithm.whole))
    throw new Error("a key on another curve");
  // How many bits of the last byte do not count: all do.
  if (point[0] !== 0) throw new Error("a point that ends within a byte");
  return createPublicKey({
    key: sequence(algorithm.whole, encode(TAG.bitString, point)),
    type: "spki",
    format: "der",
  });
}

function unwrapEc(
  key: KeyObject,
  hash: string,
  parts: { readonly sender: Element; readonly point: Buffer; readonly ukm?: Buffer; readonly wrapped: Buffer },
): Buffer {
  const secret = diffieHellman({ privateKey: key, publicKey: peerKey(key, parts.sender, parts.point) });
  const kek = kekOf(secret, hash, parts.ukm);
  const decipher = createDecipheriv("id-aes256-wrap", kek, WRAP_IV);
  try {
    return Buffer.concat([decipher.update(parts.wrapped), decipher.final()]);
  } finally {
    kek.fill(0);
  }
}

function fromEc(parts: readonly Element[]): readonly Wrapped[] {
  const [version, originator, ...rest] = parts;
  const [key] = inside(originator, context(0));
  if (key?.tag !== context(1) || !isInteger(version, 3)) return [];
  const [sender, point] = elements(key.content);
  const [first] = rest;
  const ukm = first?.tag === context(1) ? bytesOf(elements(first.content)[0], TAG.octetString) : undefined;
  const [algorithm, recipients] = ukm === undefined ? rest : rest.slice(1);
  const [scheme, wrapping] = inside(algorithm, TAG.sequence);
  const hash = scheme && AGREEMENTS[oidText(scheme)];
  const [cipher] = inside(wrapping, TAG.sequence);
  if (hash === undefined || sender === undefined || cipher === undefined || oidText(cipher) !== AES256_WRAP) return [];
  return inside(recipients, TAG.sequence).map((recipient): Wrapped => {
    const [id, wrapped] = inside(recipient, TAG.sequence);
    const common = { sender, point: bytesOf(point, TAG.bitString), ukm, wrapped: bytesOf(wrapped, TAG.octetString) };
    const unwrap = (key: KeyObject): Buffer | undefined =>
      key.asymmetricKeyType === "ec" ? unwrapEc(key, hash, common) : undefined;
    return { kind: "ECDH", id: id?.tag === TAG.sequence ? id : undefined, unwrap };
  });
}

/** What a set of `RecipientInfo` holds; recipients whose way of wrapping is not taken are left out. */
export const wrappedIn = (infos: readonly Element[]): readonly Wrapped[] =>
  infos.flatMap((info) => {
    if (info.tag === context(1)) return fromEc(elements(info.content));
    const one = info.tag === TAG.sequence ? fromRsa(elements(info.content)) : undefined;
    return one === undefined ? [] : [one];
  });
