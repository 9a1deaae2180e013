import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { reportDataFor } from "../appraise.ts";

/** Bytes of a nonce of the service. */
export const NONCE_BYTES = 32;
/** Name of a data set, as the service's config and its guests write it. No line break: {@link boundNonce} rests on that. */
export const DATASET = /^[a-z0-9][a-z0-9._/-]{0,99}$/;
/** What sets these reports apart from those that were made for anything else. */
const LABEL = "tresor key release 1";
/** The curve of guests' keys: 192 bits of strength, as the report's own signature. */
const CURVE = "secp384r1";

/**
 * What a report is bound to, in the place of a plain nonce: SHA-256 of the label, the name of the data set and the service's nonce, each of the
 * first two with a line break behind it. So no report for one data set serves another, and none that was made elsewhere serves here.
 */
export const boundNonce = (dataset: string, nonce: Uint8Array): Buffer =>
  createHash("sha256").update(`${LABEL}\n${dataset}\n`).update(nonce).digest();

/** The 64 bytes that the guest asks a report with: SHA-512 of its public key's DER and {@link boundNonce}. */
export const releaseReportData = (dataset: string, nonce: Uint8Array, key: Uint8Array): Buffer =>
  Buffer.from(reportDataFor(boundNonce(dataset, nonce), key), "hex");

/** A key that a guest made for one release, and forgets with it. */
export interface GuestKey {
  readonly privateKey: KeyObject;
  /** The public half, SubjectPublicKeyInfo. */
  readonly der: Buffer;
}

/** Makes a guest's key: ECDH on P-384. */
export function makeGuestKey(): GuestKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: CURVE });
  return { privateKey, der: publicKey.export({ format: "der", type: "spki" }) };
}

/** A guest's public key out of its DER; undefined for another curve or kind, a point that is on none, and a second spelling of the same key. */
export function guestPublicKey(der: Buffer): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    const fits = key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === CURVE;
    return fits && key.export({ format: "der", type: "spki" }).equals(der) ? key : undefined;
  } catch {
    return undefined;
  }
}
