import { TAG, elements, inside } from "./der.ts";

/** Certificates and revocation lists of a file, as DER. */
export interface PapersFile {
  readonly certificates: readonly Buffer[];
  readonly lists: readonly Buffer[];
}

const BLOCK = /-----BEGIN (CERTIFICATE|X509 CRL)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;

/** A list's body begins with a number, a certificate's with a tagged one. */
function isList(der: Buffer): boolean | undefined {
  try {
    const [body] = inside(elements(der)[0], TAG.sequence);
    const first = inside(body, TAG.sequence)[0]?.tag;
    return first === TAG.integer ? true : first === 0xa0 ? false : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a file of certificates and lists: PEM, any number of blocks, or the DER of one. @returns undefined where it is neither */
export function readPapersFile(bytes: Uint8Array): PapersFile | undefined {
  const buffer = Buffer.from(bytes);
  const blocks = [...buffer.toString("latin1").matchAll(BLOCK)];
  const of = (label: string): readonly Buffer[] =>
    blocks.filter(([, kind]) => kind === label).map(([, , text = ""]) => Buffer.from(text, "base64"));
  if (blocks.length > 0) return { certificates: of("CERTIFICATE"), lists: of("X509 CRL") };
  const list = isList(buffer);
  return list === undefined ? undefined : { certificates: list ? [] : [buffer], lists: list ? [buffer] : [] };
}
