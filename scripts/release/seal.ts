import { createHash, type KeyObject } from "node:crypto";
import { context, encode, TAG } from "../../attestation/der.ts";
import { open, seal } from "../envelope/envelope.ts";

/** How CMS names a recipient without a certificate: `RecipientKeyIdentifier` (RFC 5652, 6.2.2), here with the key's SHA-256. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const id = createHash("sha256")
    .update(publicKey.export({ format: "der", type: "spki" }))
    .digest();
  return encode(context(0), encode(TAG.octetString, id));
}

/**
 * Wraps a key for a guest's ephemeral key: CMS `AuthEnvelopedData` (RFC 5083), AES-256-GCM (RFC 5084), ECDH of one use with the X9.63 derivation and
 * AES-256 key wrap (RFC 5753). `openssl cms -decrypt` opens it.
 * @returns PEM
 */
export const sealForGuest = (key: Buffer, publicKey: KeyObject): string =>
  seal(key, [{ subject: "a guest", publicKey, id: keyIdentifier(publicKey) }]);

/** The guest's side: the key out of an answer. @throws UserError where it is another's, or was changed */
export const openAsGuest = (envelope: string, privateKey: KeyObject): Buffer => open(envelope, privateKey);
