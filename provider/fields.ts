import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";

/** The id of an object of the cloud. */
export const id = (what: string): z.ZodString =>
  z.string(`must be the id of ${what}`).min(1, `must be the id of ${what}`);

/** A limit of a quota; -1 is without limit. */
export const limit = z.int("must be a whole number").min(-1, "must be -1 (without limit) or more");

const BITS = { 4: 32n, 6: 128n } as const;

function toNumber(address: string): bigint {
  if (isIPv4(address)) return address.split(".").reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  // The URL parser knows every spelling of an IPv6 address and gives the shortest back.
  const [head = "", tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const [left, right] = [groups(head), groups(tail ?? "")];
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

function toText(value: bigint, version: 4 | 6): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 65535n).toString(16));
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}

/** The one spelling of an address block: host bits cleared, IPv6 at its shortest, a bare address with its mask; undefined if it is none. */
export function canonicalCidr(text: string): string | undefined {
  const [address = "", mask, more] = text.trim().split("/");
  const version = isIPv4(address) ? 4 : isIPv6(address) && !address.includes("%") ? 6 : undefined;
  if (version === undefined || more !== undefined) return undefined;
  const bits = BITS[version];
  if (mask !== undefined && (!/^\d{1,3}$/.test(mask) || BigInt(mask) > bits)) return undefined;
  const length = mask === undefined ? bits : BigInt(mask);
  const hostBits = bits - length;
  return `${toText((toNumber(address) >> hostBits) << hostBits, version)}/${length}`;
}

/** An address block in its one spelling. */
export const cidr = z
  .string("must be an address block such as 10.1.0.0/24")
  .refine((text) => canonicalCidr(text) !== undefined, "must be an address block such as 10.1.0.0/24 or 2001:db8::/64")
  .transform((text) => canonicalCidr(text) ?? text);

/** The one spelling of an address, undefined if it is none. */
export const canonicalAddress = (text: string): string | undefined =>
  text.includes("/") ? undefined : canonicalCidr(text)?.split("/")[0];

/** An address in its one spelling. */
export const address = z
  .string("must be an address such as 10.1.0.5")
  .refine((text) => canonicalAddress(text) !== undefined, "must be an address such as 10.1.0.5 or 2001:db8::5")
  .transform((text) => canonicalAddress(text) ?? text);

const addressOrCidr = (text: string): string | undefined => canonicalAddress(text) ?? canonicalCidr(text);

/** An address or an address block, each in its one spelling. */
export const addresses = z
  .string("must be an address or an address block")
  .refine((text) => addressOrCidr(text) !== undefined, "must be an address or an address block such as 10.1.0.0/24")
  .transform((text) => addressOrCidr(text) ?? text);

/** A point in time in its one spelling, to the second, UTC: the last second in which something holds. */
export const canonicalInstant = (text: string): string | undefined => {
  // Keystone writes microseconds and leaves the zone away.
  const [, second] = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?Z?$/.exec(text) ?? [];
  const parsed = second === undefined ? Number.NaN : Date.parse(`${second}Z`);
  return Number.isNaN(parsed) ? undefined : `${new Date(parsed).toISOString().slice(0, 19)}Z`;
};

const INSTANT = "must be a point in time in UTC such as 2027-12-31T23:59:59Z";
export const instant = z
  .string(INSTANT)
  .refine((text) => canonicalInstant(text) !== undefined, INSTANT)
  .transform((text) => canonicalInstant(text) ?? text);
