import { createHash, type KeyObject } from "node:crypto";
import * as z from "zod";
import { reading, refuse, type Read } from "../signed.ts";
import { DATASET, NONCE_BYTES, guestPublicKey } from "./binding.ts";

/** Most bytes of a body: a whole claim has less than half of it. */
export const MOST_BODY = 8192;

/** What a guest asks a nonce for. */
export interface Ask {
  readonly dataset: string;
  /** Its public key, SubjectPublicKeyInfo. */
  readonly key: Buffer;
}

/** What a guest shows for a data set's key. Nothing of it is believed. */
export interface Claim extends Ask {
  readonly publicKey: KeyObject;
  readonly nonce: Buffer;
  readonly report: Buffer;
}

const base64 = z.string().max(MOST_BODY);
const askSchema = z.strictObject({ format: z.literal(1), dataset: z.string().regex(DATASET), key: base64 });
const claimSchema = z.strictObject({ ...askSchema.shape, nonce: base64, report: base64 });

/** Bytes in their one spelling. */
function bytes(text: string, what: string): Buffer {
  const found = Buffer.from(text, "base64");
  return found.toString("base64") === text ? found : refuse(`${what} is not base64 in its canonical form`);
}

function parse<T>(body: string, schema: z.ZodType<T>): T {
  if (Buffer.byteLength(body) > MOST_BODY) refuse(`it is larger than ${MOST_BODY} bytes`);
  const result = schema.safeParse(JSON.parse(body));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  // The path alone: what a stranger wrote belongs into no log.
  return refuse(`${issue?.path.join(".") || "it"} is not as it must be`);
}

function keyOf(text: string): { readonly key: Buffer; readonly publicKey: KeyObject } {
  const key = bytes(text, "key");
  return { key, publicKey: guestPublicKey(key) ?? refuse("key is no public key on P-384") };
}

/** Reads what a guest asks a nonce with. Never throws. */
export const readAsk = (body: string): Read<Ask> =>
  reading("the body", () => {
    const { dataset, key } = parse(body, askSchema);
    return { dataset, key: keyOf(key).key };
  });

/** Reads what a guest asks a key with. Never throws. */
export const readClaim = (body: string): Read<Claim> =>
  reading("the body", () => {
    const found = parse(body, claimSchema);
    const nonce = bytes(found.nonce, "nonce");
    if (nonce.length !== NONCE_BYTES) refuse(`nonce has not ${NONCE_BYTES} bytes`);
    return { dataset: found.dataset, ...keyOf(found.key), nonce, report: bytes(found.report, "report") };
  });

/** The body by which a guest asks a nonce. */
export const askBody = ({ dataset, key }: Ask): string =>
  JSON.stringify({ format: 1, dataset, key: key.toString("base64") });

/** The body by which a guest asks a key. */
export const claimBody = ({ dataset, key, nonce, report }: Omit<Claim, "publicKey">): string =>
  JSON.stringify({
    format: 1,
    dataset,
    key: key.toString("base64"),
    nonce: nonce.toString("base64"),
    report: report.toString("base64"),
  });

/** SHA-256 in hex: how nonces and records name keys and reports. */
export const fingerprint = (value: Uint8Array | string): string => createHash("sha256").update(value).digest("hex");
