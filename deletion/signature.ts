import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";

/** An Ed25519 key pair (RFC 8032): the private half as PKCS#8, the public one as SPKI, both PEM, as openssl reads them. */
export function newKeyPair(): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    privatePem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

const ed25519 = (key: KeyObject): KeyObject => {
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`it is of type ${key.asymmetricKeyType ?? "unknown"}`);
  return key;
};

/** @throws Error where the text is no Ed25519 private key */
export const privateKeyOf = (pem: string): KeyObject => ed25519(createPrivateKey(pem));

/** The public half of a private key, as SPKI in base64: what a receipt names. */
export const publicKeyOf = (key: KeyObject): string =>
  createPublicKey(key).export({ type: "spki", format: "der" }).toString("base64");

/** A public key in PEM as SPKI in base64. @throws Error where the text is no Ed25519 public key */
export const publicKeyIn = (pem: string): string =>
  ed25519(createPublicKey(pem)).export({ type: "spki", format: "der" }).toString("base64");

/** SPKI in base64 as PEM. */
export const pemOf = (spki: string): string =>
  createPublicKey({ key: Buffer.from(spki, "base64"), format: "der", type: "spki" })
    .export({ type: "spki", format: "pem" })
    .toString();

/** What people compare: SHA-256 of the SPKI, in hex by pairs of bytes. */
export const fingerprintOf = (spki: string): string =>
  (createHash("sha256").update(Buffer.from(spki, "base64")).digest("hex").match(/.{4}/g) ?? []).join(":");

/** 64 bytes over the text's UTF-8. */
export const signText = (text: string, key: KeyObject): Buffer => sign(null, Buffer.from(text), key);

/** Whether the signature is that of this public key over these very bytes. A key that cannot be read has signed nothing. */
export function isSignedBy(bytes: Buffer, signature: Buffer, spki: string): boolean {
  try {
    const key = ed25519(createPublicKey({ key: Buffer.from(spki, "base64"), format: "der", type: "spki" }));
    return signature.length === 64 && verify(null, bytes, key, signature);
  } catch {
    return false;
  }
}
