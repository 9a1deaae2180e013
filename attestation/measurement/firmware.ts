import { UserError } from "../../config/problem.ts";

/** Kinds of pages that a firmware's SEV metadata ask for (edk2, OvmfSevMetadata). */
export const SECTIONS = { memory: 1, secrets: 2, cpuid: 3, svsmCaa: 4, kernelHashes: 0x10 } as const;

/** Pages that are set up before the guest runs. */
export interface Section {
  readonly address: number;
  readonly size: number;
  readonly kind: keyof typeof SECTIONS;
}

/** What a firmware says of its launch. */
export interface Firmware {
  readonly bytes: Buffer;
  /** Where its first byte lies in the guest: it ends at 4 GiB. */
  readonly address: number;
  readonly sections: readonly Section[];
  /** Where vCPUs but the first begin. */
  readonly resetEip: number;
  /** Where the table of the kernel's hashes lies; absent where the firmware names no place. */
  readonly hashesAddress?: number;
}

export const PAGE = 4096;
const FOUR_GIB = 0x1_0000_0000;
/** The table of entries ends 32 bytes before the firmware's end; an entry ends with its size and its GUID. */
const BEHIND_TABLE = 32;
const ENTRY_HEADER = 18;

const GUID = {
  footer: "96b582de-1fb2-45f7-baea-a366c55a082d",
  hashes: "7255371f-3a3b-4b04-927b-1da6efa8d454",
  reset: "00f771de-1a7e-4fcb-890e-68c77e2fb44e",
  metadata: "dc886566-984a-4798-a75e-5585a7bf67cc",
} as const;

/** A GUID as UEFI stores it: the first three groups little-endian. */
export function guidBytes(guid: string): Buffer {
  const [a = "", b = "", c = "", ...rest] = guid.split("-");
  const turned = [a, b, c].map((group) => Buffer.from(group, "hex").reverse());
  return Buffer.concat([...turned, Buffer.from(rest.join(""), "hex")]);
}

/** A firmware from which nothing can be measured. */
export const unfit = (why: string): UserError =>
  new UserError({
    what: "the launch of this firmware cannot be measured",
    why,
    next: "name the OVMF image that the hosts launch SEV-SNP guests with, such as OVMF.amdsev.fd",
  });

/** The entries at the firmware's end, by GUID in hex; empty where there is no such table. */
function entriesOf(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const entries = new Map<string, Buffer>();
  const footer = bytes.length - BEHIND_TABLE - ENTRY_HEADER;
  if (footer < 0 || !bytes.subarray(footer + 2, footer + ENTRY_HEADER).equals(guidBytes(GUID.footer))) return entries;
  const size = bytes.readUInt16LE(footer) - ENTRY_HEADER;
  if (size < 0 || size > footer) throw unfit("the size of the table at its end is wrong");
  for (let end = footer; end - (footer - size) >= ENTRY_HEADER;) {
    const length = bytes.readUInt16LE(end - ENTRY_HEADER);
    if (length < ENTRY_HEADER || end - length < footer - size)
      throw unfit("an entry of the table at its end has a wrong size");
    entries.set(bytes.toString("hex", end - 16, end), bytes.subarray(end - length, end - ENTRY_HEADER));
    end -= length;
  }
  return entries;
}

const kindOf = (number: number): Section["kind"] | undefined =>
  (Object.keys(SECTIONS) as Section["kind"][]).find((kind) => SECTIONS[kind] === number);

/** The pages that the metadata ask for. @param fromEnd where they begin, counted from the firmware's end */
function sectionsOf(bytes: Buffer, fromEnd: number): readonly Section[] {
  const start = bytes.length - fromEnd;
  if (start < 0 || start + 16 > bytes.length) throw unfit("its SEV metadata lie outside of it");
  if (bytes.toString("latin1", start, start + 4) !== "ASEV") throw unfit("its SEV metadata do not begin with ASEV");
  const [size, version, count] = [4, 8, 12].map((offset) => bytes.readUInt32LE(start + offset)) as [
    number,
    number,
    number,
  ];
  if (version !== 1) throw unfit(`its SEV metadata have version ${version}; version 1 is known`);
  if (16 + 12 * count > size || start + size > bytes.length) throw unfit("its SEV metadata are cut off");
  return Array.from({ length: count }, (_, index) => {
    const at = start + 16 + 12 * index;
    const [address, length, number] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at + 8)];
    const kind = kindOf(number);
    if (kind === undefined) throw unfit(`its SEV metadata ask for pages of the unknown kind ${number}`);
    if (length % PAGE !== 0 && kind !== "secrets" && kind !== "cpuid")
      throw unfit("its SEV metadata ask for a part of a page");
    return { address, size: length, kind };
  });
}

/** A number of an entry. */
const numberOf = (entry: Buffer | undefined): number | undefined =>
  entry === undefined || entry.length < 4 ? undefined : entry.readUInt32LE(0);

/** Reads an OVMF image. @throws UserError where it says nothing of a launch under SEV-SNP, or something that is not known */
export function readFirmware(input: Uint8Array): Firmware {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  if (bytes.length === 0 || bytes.length % PAGE !== 0)
    throw unfit(`it has ${bytes.length} bytes, which are no whole pages`);
  const entries = entriesOf(bytes);
  const entry = (guid: string): Buffer | undefined => entries.get(guidBytes(guid).toString("hex"));
  const resetEip = numberOf(entry(GUID.reset));
  if (resetEip === undefined) throw unfit("it does not say where its other processors begin (SEV-ES reset block)");
  const metadata = numberOf(entry(GUID.metadata));
  // The Python calculator measures such an image without any page; QEMU ends with "Failed to locate SEV metadata header".
  if (metadata === undefined) throw unfit("it has no SEV metadata: QEMU launches no SEV-SNP guest with it");
  const hashes = numberOf(entry(GUID.hashes));
  return {
    bytes,
    address: FOUR_GIB - bytes.length,
    sections: sectionsOf(bytes, metadata),
    resetEip,
    ...(hashes === undefined ? {} : { hashesAddress: hashes }),
  };
}
