import { createHash } from "node:crypto";
import { PAGE, guidBytes, unfit } from "./firmware.ts";

/** What QEMU boots directly: the only way to get a kernel into the measurement. */
export interface DirectBoot {
  readonly kernel: Uint8Array;
  readonly initrd?: Uint8Array;
  readonly commandLine?: string;
}

const TABLE = "9438d606-4f22-4cc9-b479-a793d411fd21";
const ENTRIES = {
  commandLine: "97d02dd8-bd20-4c94-aa78-e7714d36ab2a",
  initrd: "44baf731-3a2f-4bd7-9af1-41e29169781d",
  kernel: "4de79437-abd2-427f-b835-d5b172d2045b",
} as const;

const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

/** An entry of QEMU's table, or all of it: GUID, length of all, content. */
function tagged(guid: string, ...content: readonly Buffer[]): Buffer {
  const inner = Buffer.concat(content);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(16 + 2 + inner.length);
  return Buffer.concat([guidBytes(guid), length, inner]);
}

/** QEMU's table of hashes: command line, initrd and kernel, filled up to 16 bytes. What is not there is hashed as empty. */
function tableOf({ kernel, initrd = Buffer.alloc(0), commandLine = "" }: DirectBoot): Buffer {
  const table = tagged(
    TABLE,
    tagged(ENTRIES.commandLine, sha256(Buffer.from(`${commandLine}\0`))),
    tagged(ENTRIES.initrd, sha256(initrd)),
    tagged(ENTRIES.kernel, sha256(kernel)),
  );
  return Buffer.concat([table, Buffer.alloc((16 - (table.length % 16)) % 16)]);
}

/** The page with the table where the firmware expects it. @throws UserError where it names no place, or one where it has no room */
export function hashesPage(boot: DirectBoot, address: number | undefined): Buffer {
  if (address === undefined) throw unfit("a kernel is named, and it does not say where the kernel's hashes go");
  const table = tableOf(boot);
  const offset = address % PAGE;
  if (offset + table.length > PAGE) throw unfit("the table of the kernel's hashes has no room in its page");
  const page = Buffer.alloc(PAGE);
  table.copy(page, offset);
  return page;
}
