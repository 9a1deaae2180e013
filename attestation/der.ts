import { UserError } from "../config/problem.ts";

/** One element of DER (X.690): tag, content, and the bytes of all of it as they stood. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly whole: Buffer;
}

export const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Tag of a context-specific element. @param constructed whether elements are in it, not bytes */
export const context = (number: number, constructed = true): number => (constructed ? 0xa0 : 0x80) | number;

const broken = (why: string): UserError =>
  new UserError({ what: "this is no sound DER", why, next: "get the file anew: it may have been cut or changed" });

/** The length in its one shortest form. */
function lengthOf(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size]);
  const bytes = Buffer.from(size.toString(16).padStart(size < 0x100 ? 2 : size < 0x10000 ? 4 : 6, "0"), "hex");
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export function encode(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => encode(TAG.sequence, ...parts);

/** A small number that is not negative. */
export const integer = (value: number): Buffer => encode(TAG.integer, Buffer.from([value]));

/** True for this small number. */
export const isInteger = (element: Element | undefined, value: number): boolean =>
  element?.whole.equals(integer(value)) === true;

/** `2.16.840.1.101` to its bytes. */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return encode(TAG.oid, Buffer.from(bytes));
}

/** The text of an object identifier. */
export function oidText({ tag, content }: Element): string {
  if (tag !== TAG.oid) throw broken("an object identifier was expected");
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) throw broken("an object identifier is too long");
    if ((byte & 0x80) !== 0) continue;
    arcs.push(
      ...(arcs.length === 0
        ? [Math.min(Math.floor(arc / 40), 2), arc - 40 * Math.min(Math.floor(arc / 40), 2)]
        : [arc]),
    );
    arc = 0;
  }
  return arcs.join(".");
}

/** Most elements of one level: nothing that we read comes near. */
const MOST = 4096;

/** The elements that stand in a row. @throws UserError for anything that is not whole, or of a length in no or in a longer form */
export function elements(bytes: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0;
    const short = bytes[at + 1];
    if (short === undefined) throw broken("it ends in the middle of an element");
    if ((tag & 0x1f) === 0x1f) throw broken("it has a tag of several bytes");
    const more = short < 0x80 ? 0 : short & 0x7f;
    if (short === 0x80 || more > 3) throw broken("it has an element without a length, or of an absurd one");
    const start = at + 2 + more;
    const size = more === 0 ? short : bytes.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
    if (start + size > bytes.length) throw broken("it ends in the middle of an element");
    found.push({ tag, content: bytes.subarray(start, start + size), whole: bytes.subarray(at, start + size) });
    if (found.length > MOST) throw broken(`it has more than ${MOST} elements in a row`);
    at = start + size;
  }
  return found;
}

/** The elements in one of this tag. */
export function inside(element: Element | undefined, tag: number): readonly Element[] {
  if (element?.tag !== tag) throw broken(`an element of tag ${tag} was expected`);
  return elements(element.content);
}

/** The content of one of this tag. */
export function bytesOf(element: Element | undefined, tag: number): Buffer {
  if (element?.tag !== tag) throw broken(`an element of tag ${tag} was expected`);
  return element.content;
}
