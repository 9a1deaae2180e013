import type { KeyObject } from "node:crypto";
import path from "node:path";
import { UserError } from "../../config/problem.ts";
import { newKeyPair, pemOf, privateKeyOf, publicKeyIn, publicKeyOf } from "../../deletion/signature.ts";
import { readIfThere, readText, writeNewSecret, writeWhole } from "../site/files.ts";

/** What a site directory signs its receipts with. */
export interface SigningKey {
  readonly key: KeyObject;
  /** SPKI in base64. */
  readonly publicKey: string;
}

export const keyFile = (directory: string): string => path.join(directory, "receipt.key");
export const publicKeyFile = (directory: string): string => path.join(directory, "receipt.pub");

const wrong = (file: string, error: unknown): UserError =>
  new UserError({
    what: `${file} holds no Ed25519 key`,
    why: error instanceof Error ? error.message : String(error),
    next: "put the right file back, or move it away and run `tresor receipt key`",
  });

function read(text: string, file: string): SigningKey {
  try {
    const key = privateKeyOf(text);
    return { key, publicKey: publicKeyOf(key) };
  } catch (error) {
    throw wrong(file, error);
  }
}

/** The directory's key. @throws UserError where there is none, or it is no Ed25519 key */
export async function readSigningKey(directory: string): Promise<SigningKey> {
  const file = keyFile(directory);
  const text = await readIfThere(file);
  if (text !== undefined) return read(text, file);
  throw new UserError({
    what: `${directory} has no key to sign the receipt with`,
    why: "a receipt is worth what is known of its key before: hand the public key out first",
    next: "run `tresor receipt key`, and give the public key to who will verify the receipt",
  });
}

/**
 * Makes the directory's key where it has none, 0600, and writes its public half beside it.
 * @returns the key, and whether it is new
 */
export async function makeSigningKey(
  directory: string,
): Promise<{ readonly signing: SigningKey; readonly made: boolean }> {
  const made = await writeNewSecret(keyFile(directory), newKeyPair().privatePem);
  const signing = await readSigningKey(directory);
  await writeWhole(publicKeyFile(directory), pemOf(signing.publicKey), 0o644);
  return { signing, made };
}

/** A public key in a PEM file, as SPKI in base64. @throws UserError where it is none */
export async function readPublicKey(file: string): Promise<string> {
  const text = await readText(file, "name the signer's public key, a PEM file");
  try {
    return publicKeyIn(text);
  } catch (error) {
    throw wrong(file, error);
  }
}
