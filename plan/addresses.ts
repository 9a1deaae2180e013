import { UserError } from "../config/problem.ts";
import type { LedgerZone } from "./ledger.ts";

/** A network as numbers: its first and last address, whatever host bits its text carried. */
interface AddressBlock {
  readonly version: 4 | 6;
  readonly length: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** The two subnets of one network: a /24 and a /64, each cut from the zone's block. */
interface Subnets {
  readonly ipv4: string;
  readonly ipv6: string;
}

/** Prefix lengths of what a zone gets (block) and of what each of its networks gets (subnet). */
export const PREFIXES = { 4: { block: 20, subnet: 24 }, 6: { block: 56, subnet: 64 } } as const;

/** Networks that fit into one zone: the /24s of a /20 (its /56 holds 256 /64s, so IPv4 decides). */
export const NETWORKS_PER_ZONE = 2 ** (PREFIXES[4].subnet - PREFIXES[4].block);

const BITS = { 4: 32, 6: 128 } as const;
const refuse = (what: string, text: string): UserError => new UserError({ what, found: JSON.stringify(text) });

function parse4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function groups6(text: string): bigint[] | undefined {
  if (text === "") return [];
  const groups: bigint[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const mapped = part.includes(".") && index === parts.length - 1 ? parse4(part) : undefined;
    if (mapped !== undefined) groups.push(mapped >> 16n, mapped & 0xffffn);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function parse6(text: string): bigint | undefined {
  const halves = text.split("::").map(groups6);
  const [head, tail] = halves;
  if (halves.length > 2 || head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = tail === undefined ? head : [...head, ...Array<bigint>(missing).fill(0n), ...tail];
  return all.reduce((sum, group) => (sum << 16n) | group, 0n);
}

/**
 * The number of an address.
 * @throws UserError when the text is neither an IPv4 nor an IPv6 address
 */
export function parseAddress(text: string): { readonly version: 4 | 6; readonly value: bigint } {
  const value4 = parse4(text);
  if (value4 !== undefined) return { version: 4, value: value4 };
  const value6 = text.includes(":") ? parse6(text) : undefined;
  if (value6 === undefined) throw refuse("this is no IPv4 or IPv6 address", text);
  return { version: 6, value: value6 };
}

/** An address as text; IPv6 in the one canonical form (RFC 5952: longest run of zeros once, lower case). */
export function formatAddress(version: 4 | 6, value: bigint): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === "0") length++;
    if (length > best.length) best = { start, length };
  }
  if (best.start < 0) return groups.join(":");
  return `${groups.slice(0, best.start).join(":")}::${groups.slice(best.start + best.length).join(":")}`;
}

/**
 * A network's text as numbers. Host bits are accepted and cut off; see {@link hasHostBits}.
 * @throws UserError when the text is no network
 */
export function parseCidr(text: string): AddressBlock {
  const [address, prefix, ...rest] = text.split("/");
  if (address === undefined || prefix === undefined || rest.length > 0 || !/^\d{1,3}$/.test(prefix))
    throw refuse("this is no network such as 10.8.0.0/20", text);
  const { version, value } = parseAddress(address);
  const length = Number(prefix);
  if (length > BITS[version]) throw refuse(`the prefix of an IPv${version} network is at most ${BITS[version]}`, text);
  const size = 1n << BigInt(BITS[version] - length);
  const first = value - (value % size);
  return { version, length, first, last: first + size - 1n };
}

/** The canonical text of a network. */
export const formatCidr = (block: AddressBlock): string =>
  `${formatAddress(block.version, block.first)}/${block.length}`;

/** True for `10.8.0.1/20`: an address inside a network, where the network itself was asked for. */
export function hasHostBits(text: string): boolean {
  const { first } = parseCidr(text);
  return parseAddress(text.split("/")[0] ?? "").value !== first;
}

/** True when two networks share an address. */
export function overlaps(left: string, right: string): boolean {
  const [a, b] = [parseCidr(left), parseCidr(right)];
  return a.version === b.version && a.first <= b.last && b.first <= a.last;
}

/** True when every address of `inner` (a network or one address) is in `outer`. */
export function contains(outer: string, inner: string): boolean {
  const { version } = inner.includes("/") ? parseCidr(inner) : parseAddress(inner);
  const [a, b] = [parseCidr(outer), parseCidr(inner.includes("/") ? inner : `${inner}/${BITS[version]}`)];
  return a.version === b.version && a.first <= b.first && b.last <= a.last;
}

function without(block: AddressBlock, holes: readonly AddressBlock[]): readonly string[] {
  const touching = holes.filter(
    (hole) => hole.version === block.version && hole.first <= block.last && block.first <= hole.last,
  );
  if (touching.length === 0) return [formatCidr(block)];
  if (touching.some((hole) => hole.first <= block.first && block.last <= hole.last)) return [];
  const length = block.length + 1;
  const middle = block.first + (1n << BigInt(BITS[block.version] - length));
  return [
    ...without({ ...block, length, last: middle - 1n }, touching),
    ...without({ ...block, length, first: middle }, touching),
  ];
}

/** The fewest networks that hold every address of `network` and none of `holes`, in order. */
export const excluding = (network: string, holes: readonly string[]): readonly string[] =>
  without(parseCidr(network), holes.map(parseCidr));

/** How many networks of a prefix length fit into a pool; 0 when the pool is smaller than one. */
export function blockCount(pool: string, length: number): number {
  const block = parseCidr(pool);
  return length < block.length ? 0 : 2 ** Math.min(length - block.length, 52);
}

/**
 * The `index`-th network of a prefix length in a pool, counted from 0.
 * @throws UserError when the pool has no such network
 */
export function nthBlock(pool: string, length: number, index: number): string {
  const block = parseCidr(pool);
  if (!Number.isSafeInteger(index) || index < 0 || index >= blockCount(pool, length))
    throw new UserError({ what: `${formatCidr(block)} holds no network number ${index} of size /${length}` });
  const size = 1n << BigInt(BITS[block.version] - length);
  const first = block.first + BigInt(index) * size;
  return formatCidr({ version: block.version, length, first, last: first + size - 1n });
}

/** The inverse of {@link nthBlock}: which number a network has in its pool; undefined when it is not in the pool. */
export function blockIndex(pool: string, network: string): number | undefined {
  if (!contains(pool, network)) return undefined;
  const [outer, inner] = [parseCidr(pool), parseCidr(network)];
  return Number((inner.first - outer.first) >> BigInt(BITS[inner.version] - inner.length));
}

/**
 * The subnets of one network of a zone, from its number in the ledger.
 * @param key area (`heart`) or bench (`commons/heart-centre`)
 * @throws UserError when the ledger does not know the network
 */
export function subnetsOf(zone: LedgerZone, key: string): Subnets {
  const network = Object.hasOwn(zone.networks, key) ? zone.networks[key] : undefined;
  if (network === undefined)
    throw new UserError({
      what: `the ledger has no network for ${key}`,
      allowed: Object.keys(zone.networks).join(", ") || "none yet",
      next: "run `tresor allocate <zone>` in the operator's site directory",
    });
  return {
    ipv4: nthBlock(zone.ipv4, PREFIXES[4].subnet, network.index),
    ipv6: nthBlock(zone.ipv6, PREFIXES[6].subnet, network.index),
  };
}

/**
 * The `index`-th address of a network; negative counts from the end (-1 is the last).
 * @throws UserError when the network has no such address
 */
export function nthAddress(network: string, index: number): string {
  const block = parseCidr(network);
  const value = (index < 0 ? block.last + 1n : block.first) + BigInt(index);
  if (value < block.first || value > block.last)
    throw new UserError({ what: `${network} holds no address number ${index}` });
  return formatAddress(block.version, value);
}
