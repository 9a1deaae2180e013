import { PAGE } from "./firmware.ts";

/** Where the first vCPU begins: the reset vector. */
const RESET = 0xffff_fff0;

/** Segments of the save area (AMD 24593, table B-4), as QEMU and KVM set them up: attributes and limit. */
const SEGMENTS: readonly (readonly [offset: number, attributes: number])[] = [
  [0x00, 0x93], // es
  [0x10, 0x9b], // cs
  [0x20, 0x93], // ss
  [0x30, 0x93], // ds
  [0x40, 0x93], // fs
  [0x50, 0x93], // gs
  [0x60, 0], // gdtr
  [0x70, 0x82], // ldtr
  [0x80, 0], // idtr
  [0x90, 0x8b], // tr
];
const [CS, CODE_SEGMENT] = [0x10, 0xf000];

/** Registers at launch that are the same for each guest. */
const REGISTERS: readonly (readonly [offset: number, value: bigint])[] = [
  [0xd0, 0x1000n], // efer: SVME, by KVM
  [0x148, 0x40n], // cr4: MCE, by KVM
  [0x158, 0x10n], // cr0
  [0x160, 0x400n], // dr7
  [0x168, 0xffff_0ff0n], // dr6
  [0x170, 0x2n], // rflags
  [0x268, 0x0007_0406_0007_0406n], // g_pat
  [0x3e8, 0x1n], // xcr0
];
const RIP = 0x178;
const RDX = 0x310;
const SEV_FEATURES = 0x3b0;
const [MXCSR, FCW] = [0x408, 0x410];

/**
 * The page of a vCPU's registers at launch under QEMU.
 * @param signature of the processor, in rdx
 * @param features SEV features of the guest (`guest_features`)
 * @param eip where it begins; default: the reset vector, as the first vCPU does
 */
export function vmsaPage(signature: number, features: bigint, eip: number = RESET): Buffer {
  const page = Buffer.alloc(PAGE);
  for (const [offset, attributes] of SEGMENTS) {
    page.writeUInt16LE(attributes, offset + 2);
    page.writeUInt32LE(0xffff, offset + 4);
  }
  page.writeUInt16LE(CODE_SEGMENT, CS);
  page.writeBigUInt64LE(BigInt(eip) & 0xffff_0000n, CS + 8);
  for (const [offset, value] of REGISTERS) page.writeBigUInt64LE(value, offset);
  page.writeBigUInt64LE(BigInt(eip & 0xffff), RIP);
  page.writeBigUInt64LE(BigInt(signature), RDX);
  page.writeBigUInt64LE(features, SEV_FEATURES);
  page.writeUInt32LE(0x1f80, MXCSR);
  page.writeUInt16LE(0x37f, FCW);
  return page;
}
