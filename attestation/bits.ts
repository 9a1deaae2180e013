/** A word of single bits. A bit that no name stands for is reserved. */
export type Bits = Readonly<Record<string, number>>;

/** Bits of the guest policy above the ABI version (AMD 56860, table GUEST_POLICY). Bit 17 is reserved and must be one. */
export const POLICY_BITS = {
  smt: 16,
  migrationAgent: 18,
  debug: 19,
  singleSocket: 20,
  cxl: 21,
  aes256Xts: 22,
  raplOff: 23,
  ciphertextHiding: 24,
  pageSwapOff: 25,
} as const satisfies Bits;

/** Bit of the guest policy that is always one. */
export const POLICY_ONE = 17;

/** Bits of PLATFORM_INFO (AMD 56860). `aliasCheck`: memory was checked for aliases since the last reset (CVE-2024-21944). */
export const PLATFORM_BITS = {
  smt: 0,
  tsme: 1,
  ecc: 2,
  raplOff: 3,
  ciphertextHiding: 4,
  aliasCheck: 5,
  iommuWriteSafe: 6,
  tio: 7,
} as const satisfies Bits;

export type PolicyBit = keyof typeof POLICY_BITS;
export type PlatformBit = keyof typeof PLATFORM_BITS;

export const bit = (word: bigint, index: number): boolean => ((word >> BigInt(index)) & 1n) === 1n;

/** Each named bit of a word. */
export const readBits = <Name extends string>(word: bigint, bits: Readonly<Record<Name, number>>) =>
  Object.fromEntries(Object.entries<number>(bits).map(([name, index]) => [name, bit(word, index)])) as Readonly<
    Record<Name, boolean>
  >;

/** The bits of a word that nothing is known of. @param known those that are, as a mask */
export function unknownBits(word: bigint, known: bigint): readonly number[] {
  const rest = word & ~known;
  return Array.from({ length: 64 }, (_, index) => index).filter((index) => bit(rest, index));
}

/** The bits of a table as a mask. */
export const maskOf = (bits: Bits): bigint =>
  Object.values(bits).reduce((mask, index) => mask | (1n << BigInt(index)), 0n);
