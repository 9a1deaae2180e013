import { PLATFORM_BITS, POLICY_BITS, POLICY_ONE, bit, maskOf, readBits, unknownBits } from "./bits.ts";
import type { PlatformBit, PolicyBit } from "./bits.ts";
import { GENERATIONS, generationOf, type Generation } from "./generation.ts";
import { readTcb, type Tcb } from "./tcb.ts";

/** Bytes of a report: AMD 56860, table ATTESTATION_REPORT. */
export const REPORT_BYTES = 0x4a0;
/** Bytes that the signature covers. */
export const SIGNED_BYTES = 0x2a0;
/** Layouts that are known here. A newer one is refused: it may say things that nobody looks at. */
export const REPORT_VERSIONS = [2, 3, 4, 5] as const;

export type SigningKey = "vcek" | "vlek";

/** A version of the firmware: major, minor, build. */
export interface Firmware {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
}

/** A report as it was written: nothing of it is believed until its signature holds. Digests and ids in hex. */
export interface Report {
  readonly version: number;
  readonly guestSvn: number;
  /** Least ABI version that the guest accepts. */
  readonly abi: { readonly major: number; readonly minor: number };
  readonly policy: Readonly<Record<PolicyBit, boolean>>;
  readonly familyId: string;
  readonly imageId: string;
  readonly vmpl: number;
  readonly platform: Readonly<Record<PlatformBit, boolean>>;
  /** Whether the digest of the key that signed the id key is in the report. */
  readonly authorKey: boolean;
  /** Whether the host hides which chip it is. */
  readonly chipMasked: boolean;
  readonly signingKey: SigningKey;
  readonly reportData: string;
  readonly measurement: string;
  readonly hostData: string;
  readonly idKeyDigest: string;
  readonly authorKeyDigest: string;
  readonly reportId: string;
  readonly reportIdMa: string;
  /** From version 3 on. */
  readonly cpuid?: { readonly family: number; readonly model: number; readonly stepping: number };
  /** From version 3 on; before, the certificates say it. */
  readonly generation?: Generation;
  readonly chipId: string;
  readonly currentTcb: Tcb;
  readonly reportedTcb: Tcb;
  readonly committedTcb: Tcb;
  readonly launchTcb: Tcb;
  readonly current: Firmware;
  readonly committed: Firmware;
  /** From version 5 on: bits of the mitigations at launch and now. */
  readonly mitigations?: { readonly launch: bigint; readonly current: bigint };
}

export type ReadReport =
  { readonly report: Report; readonly why?: undefined } | { readonly report?: undefined; readonly why: string };

const TCB_AT = { currentTcb: 0x38, reportedTcb: 0x180, committedTcb: 0x1e0, launchTcb: 0x1f0 } as const;
const R_AT = 0x2a0;
const S_AT = 0x2e8;
const SIGNATURE_END = 0x330;
/** Bytes of each half of the signature that a number of P-384 fills; what follows to 72 is zero. */
const HALF = 48;

/** Bytes that must be zero, from and to, in a report of this version. Behind the signature they are not signed. */
const reservedIn = (version: number): readonly (readonly [number, number])[] => [
  [0x4c, 0x50],
  [version >= 3 ? 0x18b : 0x188, 0x1a0],
  [0x1eb, 0x1ec],
  [0x1ef, 0x1f0],
  [version >= 5 ? 0x208 : 0x1f8, SIGNED_BYTES],
  [R_AT + HALF, S_AT],
  [S_AT + HALF, SIGNATURE_END],
  [SIGNATURE_END, REPORT_BYTES],
];

const hex = (bytes: Buffer, from: number, length: number): string => bytes.toString("hex", from, from + length);
const at = (offset: number): string => `0x${offset.toString(16).padStart(3, "0")}`;

/** What is wrong with the words of bits; undefined where each bit is known. */
function wordsWrong(bytes: Buffer): string | undefined {
  const policy = bytes.readBigUInt64LE(0x08);
  const known = maskOf(POLICY_BITS) | (1n << BigInt(POLICY_ONE)) | 0xffffn;
  const [inPolicy] = unknownBits(policy, known);
  if (inPolicy !== undefined) return `bit ${inPolicy} of the guest policy is not known here`;
  if (!bit(policy, POLICY_ONE)) return `bit ${POLICY_ONE} of the guest policy is zero, and is always one`;
  const [inPlatform] = unknownBits(bytes.readBigUInt64LE(0x40), maskOf(PLATFORM_BITS));
  if (inPlatform !== undefined) return `bit ${inPlatform} of the platform's information is not known here`;
  const key = bytes.readUInt32LE(0x48);
  if (key >>> 5 !== 0) return "a reserved bit of the key's information is set";
  const signer = (key >>> 2) & 7;
  if (signer === 7) return "it is not signed (signing key: none)";
  if (signer > 1) return `its signing key ${signer} is not known here`;
  if (bytes.readUInt32LE(0x30) > 3) return `its VMPL ${bytes.readUInt32LE(0x30)} is none of 0 to 3`;
  const algorithm = bytes.readUInt32LE(0x34);
  return algorithm === 1
    ? undefined
    : `its signature algorithm ${algorithm} is not known here (1 is ECDSA P-384 with SHA-384)`;
}

/** What is wrong with the form of a report; undefined where nothing is. */
function formWrong(bytes: Buffer): string | undefined {
  if (bytes.length !== REPORT_BYTES) return `it has ${bytes.length} bytes, and a report has ${REPORT_BYTES}`;
  const version = bytes.readUInt32LE(0);
  if (!REPORT_VERSIONS.some((known) => known === version))
    return `its version ${version} is not known here (known: ${REPORT_VERSIONS.join(", ")})`;
  const words = wordsWrong(bytes);
  if (words !== undefined) return words;
  for (const [from, to] of reservedIn(version))
    if (bytes.subarray(from, to).some((byte) => byte !== 0))
      return `a reserved byte between ${at(from)} and ${at(to - 1)} is not zero`;
  return undefined;
}

const firmwareAt = (bytes: Buffer, offset: number): Firmware => ({
  build: bytes[offset] ?? 0,
  minor: bytes[offset + 1] ?? 0,
  major: bytes[offset + 2] ?? 0,
});

/** The fields that stand alike in every version and on every processor. */
function plainFields(bytes: Buffer, version: number) {
  const key = bytes.readUInt32LE(0x48);
  return {
    version,
    guestSvn: bytes.readUInt32LE(0x04),
    abi: { minor: bytes[0x08] ?? 0, major: bytes[0x09] ?? 0 },
    policy: readBits(bytes.readBigUInt64LE(0x08), POLICY_BITS),
    familyId: hex(bytes, 0x10, 16),
    imageId: hex(bytes, 0x20, 16),
    vmpl: bytes.readUInt32LE(0x30),
    platform: readBits(bytes.readBigUInt64LE(0x40), PLATFORM_BITS),
    authorKey: (key & 1) === 1,
    chipMasked: (key & 2) === 2,
    signingKey: ((key >>> 2) & 7) === 0 ? "vcek" : "vlek",
    reportData: hex(bytes, 0x50, 64),
    measurement: hex(bytes, 0x90, 48),
    hostData: hex(bytes, 0xc0, 32),
    idKeyDigest: hex(bytes, 0xe0, 48),
    authorKeyDigest: hex(bytes, 0x110, 48),
    reportId: hex(bytes, 0x140, 32),
    reportIdMa: hex(bytes, 0x160, 32),
    chipId: hex(bytes, 0x1a0, 64),
    current: firmwareAt(bytes, 0x1e8),
    committed: firmwareAt(bytes, 0x1ec),
  } as const;
}

/** Reads a report. Never throws: what is not known here, not whole or not as AMD writes it is refused with the reason. */
export function readReport(input: Uint8Array): ReadReport {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  const wrong = formWrong(bytes);
  if (wrong !== undefined) return { why: wrong };
  const version = bytes.readUInt32LE(0);
  const cpuid =
    version < 3 ? undefined : { family: bytes[0x188] ?? 0, model: bytes[0x189] ?? 0, stepping: bytes[0x18a] ?? 0 };
  const generation = cpuid && generationOf(cpuid.family, cpuid.model);
  if (cpuid !== undefined && generation === undefined)
    return { why: `its processor, family ${at(cpuid.family)} model ${at(cpuid.model)}, is not known here` };
  const tcbs: Partial<Record<keyof typeof TCB_AT, Tcb>> = {};
  for (const [name, offset] of Object.entries(TCB_AT)) {
    const tcb = readTcb(bytes.subarray(offset, offset + 8), generation !== undefined && GENERATIONS[generation].fmc);
    if (tcb === undefined) return { why: `a reserved byte of the TCB at ${at(offset)} is not zero` };
    tcbs[name as keyof typeof TCB_AT] = tcb;
  }
  return {
    report: {
      ...plainFields(bytes, version),
      ...(tcbs as Record<keyof typeof TCB_AT, Tcb>),
      ...(cpuid === undefined || generation === undefined ? {} : { cpuid, generation }),
      ...(version < 5
        ? {}
        : { mitigations: { launch: bytes.readBigUInt64LE(0x1f8), current: bytes.readBigUInt64LE(0x200) } }),
    },
  };
}

/** The signature as node:crypto takes it (r and s, big-endian, 48 bytes each); AMD writes both little-endian. */
export function signatureOf(report: Uint8Array): Buffer {
  const half = (from: number): Uint8Array => Uint8Array.prototype.slice.call(report, from, from + HALF).reverse();
  return Buffer.concat([half(R_AT), half(S_AT)]);
}
