import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { canonicalJson } from "../../deletion/canonical.ts";
import { receiptHtml } from "../../deletion/html.ts";
import { receiptSchema, type Receipt } from "../../deletion/receipt.ts";
import { isSignedBy, signText } from "../../deletion/signature.ts";
import { fileError, writeWhole } from "../site/files.ts";
import type { SigningKey } from "./signing-key.ts";

/** Files of one receipt. */
export interface ReceiptFiles {
  /** Canonical JSON: what is signed are its very bytes. */
  readonly json: string;
  /** 64 bytes. */
  readonly signature: string;
  readonly html: string;
}

export const signatureFile = (json: string): string => `${json}.sig`;
const sha256 = (bytes: Buffer | string): string => createHash("sha256").update(bytes).digest("hex");

/**
 * Signs a receipt and writes it below `receipts/` of the directory; earlier ones stay. The signature is written first: killed at any point,
 * no receipt lies there unsigned.
 */
export async function writeReceipt(directory: string, receipt: Receipt, { key }: SigningKey): Promise<ReceiptFiles> {
  const text = canonicalJson(receipt as never);
  const stem = path.join(directory, "receipts", `${receipt.zone.name}-${receipt.until.replaceAll(/[:.]/g, "-")}`);
  await mkdir(path.dirname(stem), { recursive: true });
  const files = { json: `${stem}.json`, signature: signatureFile(`${stem}.json`), html: `${stem}.html` };
  await writeWhole(files.signature, signText(text, key));
  await writeWhole(files.json, text);
  await writeWhole(files.html, receiptHtml(receipt, sha256(text)));
  return files;
}

/** What a receipt's verification came to. */
export interface Verified {
  readonly ok: boolean;
  /** Why not. */
  readonly why?: string;
  readonly receipt?: Receipt;
  readonly sha256: string;
}

async function bytesOf(file: string, what: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    throw fileError(file, "read", error, what);
  });
}

/**
 * Verifies a receipt: the signature over the file's very bytes, then that they are the canonical text of a receipt of format 1.
 * @param publicKey SPKI in base64 of the signer whom the reader trusts; undefined: the key that the receipt names itself
 * @throws UserError where a file cannot be read
 */
export async function verifyReceipt(file: string, publicKey: string | undefined): Promise<Verified> {
  const bytes = await bytesOf(file, "name the receipt's JSON file");
  const signature = await bytesOf(
    signatureFile(file),
    "the signature lies beside the receipt, with .sig behind its name",
  );
  const of = { sha256: sha256(bytes) };
  const no = (why: string): Verified => ({ ok: false, why, ...of });
  const parsed = parse(bytes);
  if (parsed === undefined) return no("it is no deletion receipt of format 1");
  const named = parsed.signer.publicKey;
  if (publicKey !== undefined && publicKey !== named) return no("it names another key than the one that you gave");
  if (!isSignedBy(bytes, signature, publicKey ?? named))
    return no("the signature is not that of its key over these bytes");
  if (canonicalJson(parsed as never) !== bytes.toString("utf8")) return no("it is not written canonically");
  return { ok: true, receipt: parsed, ...of };
}

function parse(bytes: Buffer): Receipt | undefined {
  try {
    const result = receiptSchema.safeParse(JSON.parse(bytes.toString("utf8")));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
