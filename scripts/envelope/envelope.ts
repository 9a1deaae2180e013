import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from "node:crypto";
import { UserError } from "../../config/problem.ts";
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
import { sayRecipient, type Recipient } from "./recipients.ts";
import { wrapFor, wrappedIn, type Wrapped } from "./wrap.ts";

/**
 * Envelopes of a study's key: CMS `AuthEnvelopedData` (RFC 5083) with AES-256-GCM (RFC 5084), RSA-OAEP and ECDH recipients, which
 * `openssl cms` opens and makes. `EnvelopedData` is not taken: nothing in it shows that somebody changed it.
 */
const AUTH_ENVELOPED = "1.2.840.113549.1.9.16.1.23";
const DATA = "1.2.840.113549.1.7.1";
const AES256_GCM = "2.16.840.1.101.3.4.1.46";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Bytes of a study's key: AES-256. */
export const KEY_BYTES = 32;

const LABEL = "CMS";
const PEM = new RegExp(`-----BEGIN ${LABEL}-----([\\sA-Za-z0-9+/=]+)-----END ${LABEL}-----`);
/** Most characters of a file that can be an envelope: hundreds of recipients. */
const LARGEST = 1_000_000;

/**
 * Puts a key into an envelope.
 * @returns PEM, as `openssl cms -inform PEM` reads it
 */
export function seal(key: Buffer, recipients: readonly Recipient[]): string {
  if (key.length !== KEY_BYTES) throw wrongLength(key.length);
  if (recipients.length === 0) throw new Error("an envelope has a recipient");
  const [content, nonce] = [randomBytes(32), randomBytes(NONCE_BYTES)];
  const cipher = createCipheriv("aes-256-gcm", content, nonce, { authTagLength: TAG_BYTES });
  const encrypted = Buffer.concat([cipher.update(key), cipher.final()]);
  const infos = recipients.map((recipient) => wrapFor(recipient, content)).toSorted(Buffer.compare);
  content.fill(0);
  const algorithm = sequence(oid(AES256_GCM), sequence(encode(TAG.octetString, nonce), integer(TAG_BYTES)));
  const envelope = sequence(
    integer(0),
    encode(TAG.set, ...infos),
    sequence(oid(DATA), algorithm, encode(context(0, false), encrypted)),
    encode(TAG.octetString, cipher.getAuthTag()),
  );
  const der = sequence(oid(AUTH_ENVELOPED), encode(context(0), envelope));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${LABEL}-----`, ...lines, `-----END ${LABEL}-----`, ""].join("\n");
}

export const wrongLength = (bytes: number): UserError =>
  new UserError({
    what: "this is no key of a study",
    found: `${bytes} bytes`,
    allowed: `${KEY_BYTES} bytes: AES-256`,
    next: "give the key itself: from Barbican with --secret, else from a file or standard input",
  });

interface Parsed {
  readonly recipients: readonly Wrapped[];
  /** Recipients that are wrapped in a way that is not taken. */
  readonly others: number;
  readonly nonce: Buffer;
  readonly encrypted: Buffer;
  readonly tag: Buffer;
}

const refused = (why: string): UserError =>
  new UserError({
    what: "this is no envelope that can be opened here",
    why,
    allowed: "CMS AuthEnvelopedData with AES-256-GCM, as PEM (-----BEGIN CMS-----)",
    next: "have it sealed by `tresor envelope seal`, or by `openssl cms -encrypt -aes-256-gcm -outform PEM`",
  });

/** GCM with a full tag and the nonce that it is made for. */
function gcmOf(algorithm: Element | undefined): Buffer {
  const [name, parameters] = inside(algorithm, TAG.sequence);
  if (name === undefined || oidText(name) !== AES256_GCM) throw refused("its content is encrypted in another way");
  const [nonce, size] = inside(parameters, TAG.sequence);
  const bytes = bytesOf(nonce, TAG.octetString);
  if (bytes.length !== NONCE_BYTES || size === undefined || bytesOf(size, TAG.integer).readUInt8(0) !== TAG_BYTES)
    throw refused("its nonce or its tag is shorter than it must be");
  return bytes;
}

function parse(pem: string): Parsed {
  if (pem.length > LARGEST) throw refused(`it is larger than ${LARGEST} characters`);
  const [, base64] = PEM.exec(pem) ?? [];
  if (base64 === undefined) throw refused("it is no PEM of CMS");
  const [type, body] = inside(elements(Buffer.from(base64, "base64"))[0], TAG.sequence);
  if (type === undefined || oidText(type) !== AUTH_ENVELOPED)
    throw refused("it is CMS of another kind: EnvelopedData, for example, shows no tampering");
  const [whole] = inside(body, context(0));
  const [version, infos, content, ...rest] = inside(whole, TAG.sequence);
  // Attributes that are authenticated would have to be part of the proof.
  const [tag, ...more] = rest;
  if (tag?.tag !== TAG.octetString || more.length > 0 || !isInteger(version, 0))
    throw refused("it has attributes, no tag, or another version");
  const [kind, algorithm, encrypted] = inside(content, TAG.sequence);
  if (kind === undefined || oidText(kind) !== DATA) throw refused("its content is something else than data");
  const all = inside(infos, TAG.set);
  const recipients = wrappedIn(all);
  return {
    recipients,
    others: all.length - recipients.length,
    nonce: gcmOf(algorithm),
    encrypted: bytesOf(encrypted, context(0, false)),
    tag: bytesOf(tag, TAG.octetString),
  };
}

/** What an envelope says to everybody. */
export interface Shown {
  readonly recipients: readonly { readonly recipient: string; readonly wrapped: Wrapped["kind"] }[];
  /** Recipients that cannot be opened here: wrapped by PKCS #1 v1.5, a password, SHA-1. */
  readonly others: number;
  readonly bytes: number;
}

/** Who can open an envelope. Nothing of it is secret, and nothing of it is proven before it is opened. */
export function show(pem: string): Shown {
  const { recipients, others, encrypted } = parse(pem);
  return {
    recipients: recipients.map(({ kind, id }) => ({
      recipient: id === undefined ? "named by the id of the key" : sayRecipient(id),
      wrapped: kind,
    })),
    others,
    bytes: encrypted.length,
  };
}

function decrypt({ nonce, encrypted, tag }: Parsed, content: Buffer): Buffer | undefined {
  if (content.length !== 32 || tag.length !== TAG_BYTES) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", content, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** @returns undefined for a recipient whose key this is not, and where anything was changed */
function tryOpen(parsed: Parsed, { unwrap }: Wrapped, key: KeyObject): Buffer | undefined {
  try {
    const content = unwrap(key);
    return content && decrypt(parsed, content);
  } catch {
    return undefined;
  }
}

/**
 * The key in an envelope.
 * @throws UserError where the private key is none of its recipients', or anything of it was changed
 */
export function open(pem: string, key: KeyObject): Buffer {
  const parsed = parse(pem);
  for (const recipient of parsed.recipients) {
    const found = tryOpen(parsed, recipient, key);
    if (found === undefined) continue;
    if (found.length !== KEY_BYTES) throw wrongLength(found.length);
    return found;
  }
  throw new UserError({
    what: "this private key does not open the envelope",
    why: "it is none of its recipients', or the envelope was changed after it was sealed",
    next: "`tresor envelope show` says for which certificates it was sealed",
  });
}
