import { guidBytes } from "../../../../attestation/measurement/firmware.ts";

/** What a synthetic firmware is built with: as edk2 writes its tables, with whatever a test wants wrong. */
interface Recipe {
  readonly pages?: number;
  /** Sections of the metadata: address, size, kind. */
  readonly sections?: readonly (readonly [number, number, number])[];
  /** Where other vCPUs begin; undefined leaves the block out. */
  readonly reset?: number | undefined;
  /** Where the kernel's hashes go; undefined leaves the entry out. */
  readonly hashes?: number | undefined;
  readonly magic?: string;
  readonly version?: number;
  /** Metadata at all. */
  readonly metadata?: boolean;
  /** The count that the metadata name, where it is not the true one. */
  readonly count?: number;
  /** The footer's GUID. */
  readonly footer?: string;
  /** Size that the entry nearest to the footer claims. */
  readonly entrySize?: number;
  /** Bytes cut off at the beginning. */
  readonly cut?: number;
}

const words = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32LE(number, 4 * index);
  return bytes;
};

/** An entry of the table at the end: content, size of all, GUID. */
function entry(guid: string, content: Buffer, size = content.length + 18): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(size);
  return Buffer.concat([content, length, guidBytes(guid)]);
}

const PLAIN = [
  [0x800000, 0x9000, 1],
  [0x80a000, 0x3000, 1],
  [0x80d000, 0x1000, 2],
  [0x80e000, 0x1000, 3],
  [0x80f000, 0x11000, 1],
] as const;
const AMD_SEV = [...PLAIN.slice(0, 4), [0x80f000, 0x1000, 4], [0x811000, 0x4000, 1], [0x810000, 0x1000, 0x10]] as const;

function build(recipe: Recipe): Buffer {
  const { pages = 8, sections = AMD_SEV, magic = "ASEV", version = 1, metadata = true } = recipe;
  const { reset, hashes } = { reset: 0x80b004, hashes: 0x810c00, ...recipe };
  const image = Buffer.alloc(pages * 4096);
  for (let at = 0; at < image.length; at++) image[at] = (at * 31 + (at >> 8) * 7) & 0xff;
  const list = Buffer.concat(sections.map((section) => words(...section)));
  const header = Buffer.concat([Buffer.from(magic), words(16 + list.length, version, recipe.count ?? sections.length)]);
  const fromEnd = 1024;
  Buffer.concat([header, list]).copy(image, image.length - fromEnd);
  const table = Buffer.concat([
    ...(metadata ? [entry("dc886566-984a-4798-a75e-5585a7bf67cc", words(fromEnd))] : []),
    ...(hashes === undefined ? [] : [entry("7255371f-3a3b-4b04-927b-1da6efa8d454", words(hashes, 0x400))]),
    ...(reset === undefined ? [] : [entry("00f771de-1a7e-4fcb-890e-68c77e2fb44e", words(reset))]),
    entry("4c2eb361-7d9b-4cc3-8081-127c90d3d294", Buffer.alloc(8), recipe.entrySize),
  ]);
  const footer = entry(recipe.footer ?? "96b582de-1fb2-45f7-baea-a366c55a082d", Buffer.alloc(0), table.length + 18);
  const all = Buffer.concat([table, footer]);
  all.copy(image, image.length - 32 - all.length);
  return image.subarray(recipe.cut ?? 0);
}

/** Firmware that can be measured. */
export const IMAGES = {
  plain: build({ sections: PLAIN, hashes: 0, pages: 16 }),
  amdsev: build({}),
  "hashes at the page's end": build({ hashes: 0x810f50 }),
  "no place for hashes": build({ hashes: undefined, sections: PLAIN }),
} as const;

/** Firmware that cannot. */
export const BROKEN = {
  "no whole pages": build({ cut: 16 }),
  "no reset block": build({ reset: undefined }),
  "no table at the end": build({ footer: "00000000-0000-0000-0000-000000000001" }),
  "metadata that begin otherwise": build({ magic: "ASEW" }),
  "metadata of another version": build({ version: 2 }),
  "an unknown kind of page": build({ sections: [...PLAIN, [0x820000, 0x1000, 9]] }),
  "a part of a page": build({ sections: [[0x800000, 0x900, 1]] }),
  "more sections than there are": build({ count: 60_000 }),
  "an entry of a wrong size": build({ entrySize: 3 }),
} as const;

/** What the Python calculator measures and QEMU does not launch. */
export const WITHOUT_METADATA = build({ metadata: false });
/** Firmware that cannot measure a kernel, though it has a page for the hashes. */
export const NO_ROOM = { "no place": build({ hashes: undefined }), "no room": build({ hashes: 0x810f51 }) } as const;
