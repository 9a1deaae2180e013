import { createHash } from "node:crypto";
import { UserError } from "../../config/problem.ts";
import { CPU_TYPES, cpuSignature } from "./cpu-types.ts";
import { PAGE, unfit, type Firmware, type Section } from "./firmware.ts";
import { hashesPage, type DirectBoot } from "./kernel-hashes.ts";
import { vmsaPage } from "./vmsa.ts";

export { CPU_TYPES } from "./cpu-types.ts";
export { readFirmware, type Firmware } from "./firmware.ts";
export type { DirectBoot } from "./kernel-hashes.ts";

/** All that a launch under QEMU is measured by; memory, disks and devices are not among it. */
export interface Launch {
  readonly firmware: Firmware;
  /** At least 1. */
  readonly vcpus: number;
  /** One of {@link CPU_TYPES}. */
  readonly cpu: string;
  /** SEV features of the guest: 0x1 from QEMU on kernels before 6.6, 0x21 after. */
  readonly guestFeatures: bigint;
  readonly boot?: DirectBoot;
}

/** Most vCPUs that are measured; QEMU's q35 has 4096 at most. */
const MOST_VCPUS = 4096;

/** Kinds of pages in a launch (AMD 56860, PAGE_TYPE). */
const TYPE = { normal: 1, vmsa: 2, zero: 3, secrets: 5, cpuid: 6 } as const;
/** VMSA pages have no address of their own: all ones, to the page and to 48 bits. */
const VMSA_ADDRESS = 0xffff_ffff_f000;
const NOTHING: Buffer = Buffer.alloc(48);
const PAGE_INFO = 0x70;

const sha384 = (bytes: Uint8Array): Buffer => createHash("sha384").update(bytes).digest();

/** The digest after one more page (AMD 56860, PAGE_INFO): the digest before, the page's own, its kind and its address. */
function extended(digest: Buffer, type: number, address: number, content: Buffer): Buffer {
  const info = Buffer.alloc(PAGE_INFO);
  digest.copy(info, 0);
  content.copy(info, 48);
  info.writeUInt16LE(PAGE_INFO, 96);
  info.writeUInt8(type, 98);
  info.writeBigUInt64LE(BigInt(address), 104);
  return sha384(info);
}

/** The digest after the pages of a section. */
function afterSection(
  digest: Buffer,
  { address, size, kind }: Section,
  { hashesAddress }: Firmware,
  boot?: DirectBoot,
): Buffer {
  if (kind === "secrets" || kind === "cpuid") return extended(digest, TYPE[kind], address, NOTHING);
  if (kind === "kernelHashes" && boot !== undefined) {
    if (size !== PAGE) throw unfit("the place of the kernel's hashes is no single page");
    return extended(digest, TYPE.normal, address, sha384(hashesPage(boot, hashesAddress)));
  }
  let after = digest;
  for (let offset = 0; offset < size; offset += PAGE) after = extended(after, TYPE.zero, address + offset, NOTHING);
  return after;
}

/** The digest before the first vCPU: the firmware, page by page, and what its metadata ask for. */
function beforeVcpus(firmware: Firmware, boot?: DirectBoot): Buffer {
  const { bytes, address, sections } = firmware;
  if (boot !== undefined && !sections.some(({ kind }) => kind === "kernelHashes"))
    throw unfit("a kernel is named, and it has no page for the kernel's hashes: the AmdSev build of OVMF has one");
  let digest: Buffer = NOTHING;
  for (let offset = 0; offset < bytes.length; offset += PAGE)
    digest = extended(digest, TYPE.normal, address + offset, sha384(bytes.subarray(offset, offset + PAGE)));
  return sections.reduce((before, section) => afterSection(before, section, firmware, boot), digest);
}

function checked({ vcpus, cpu, guestFeatures }: Omit<Launch, "firmware" | "boot">): number {
  const known = Object.hasOwn(CPU_TYPES, cpu) ? CPU_TYPES[cpu] : undefined;
  if (known === undefined)
    throw new UserError({
      what: "the processor's type is not known",
      found: cpu,
      allowed: Object.keys(CPU_TYPES).join(", "),
    });
  if (!Number.isInteger(vcpus) || vcpus < 1 || vcpus > MOST_VCPUS)
    throw new UserError({ what: "the number of vCPUs is none", found: `${vcpus}`, allowed: `1 to ${MOST_VCPUS}` });
  if (guestFeatures < 0n || guestFeatures >= 1n << 64n)
    throw new UserError({ what: "the guest's features are no number of 64 bits", found: `${guestFeatures}` });
  return cpuSignature(known);
}

/**
 * The launch measurements of one firmware and processor with different numbers of vCPUs, in hex: what a genuine report must name.
 * @throws UserError for a firmware that no SEV-SNP guest starts with, or a kernel that it cannot measure
 */
export function measureEach(launch: Omit<Launch, "vcpus">, counts: readonly number[]): readonly string[] {
  const { firmware, cpu, guestFeatures, boot } = launch;
  const signature = counts.map((vcpus) => checked({ vcpus, cpu, guestFeatures }))[0] ?? 0;
  const most = Math.max(...counts);
  if (most > 1 && firmware.resetEip === 0) throw unfit("it does not say where processors but the first begin");
  const [first, other] = [undefined, firmware.resetEip].map((eip) =>
    sha384(vmsaPage(signature, guestFeatures, eip)),
  ) as [Buffer, Buffer];
  const after: Buffer[] = [beforeVcpus(firmware, boot)];
  for (let vcpu = 0; vcpu < most; vcpu++)
    after.push(extended(after[vcpu] ?? NOTHING, TYPE.vmsa, VMSA_ADDRESS, vcpu === 0 ? first : other));
  return counts.map((count) => after[count]?.toString("hex") ?? "");
}

/** The measurement of one launch. @see measureEach */
export const measure = ({ vcpus, ...launch }: Launch): string => measureEach(launch, [vcpus])[0] ?? "";
