import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { Option, type Command } from "commander";
import { CPU_TYPES, measureEach, readFirmware, type DirectBoot } from "../../attestation/measurement/index.ts";
import { UserError } from "../../config/problem.ts";
import { table } from "../console.ts";
import { fileError } from "../site/files.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";

export interface MeasureOptions {
  readonly ovmf: string;
  /** Numbers of vCPUs, separated by commas. */
  readonly vcpus: string;
  readonly cpu: string;
  /** A number, in hex with 0x. */
  readonly guestFeatures: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly append?: string;
  readonly json: boolean;
}

/** A kernel or an initrd may be large, so there is no limit as there is for evidence. */
async function bytesOf(file: string, io: Io): Promise<Buffer> {
  return readFile(path.resolve(io.cwd, file)).catch((error: unknown) => {
    throw fileError(file, "read", error);
  });
}

/** What is booted directly. @throws UserError for an initrd or a command line without a kernel, which nothing would measure */
async function bootOf({ kernel, initrd, append }: MeasureOptions, io: Io): Promise<DirectBoot | undefined> {
  if (kernel !== undefined)
    return {
      kernel: await bytesOf(kernel, io),
      ...(initrd === undefined ? {} : { initrd: await bytesOf(initrd, io) }),
      ...(append === undefined ? {} : { commandLine: append }),
    };
  if (initrd === undefined && append === undefined) return undefined;
  throw new UserError({
    what: "--initrd and --append need --kernel",
    why: "without a kernel to boot directly they are not in the measurement",
    next: "name the kernel, too, or leave them out",
  });
}

function countsOf(text: string): readonly number[] {
  if (/^\d{1,4}(?:,\d{1,4})*$/.test(text)) return text.split(",").map(Number);
  throw new UserError({
    what: "--vcpus names no numbers of vCPUs",
    found: text,
    allowed: "a number such as 4, or several such as 1,2,4",
  });
}

function featuresOf(text: string): bigint {
  if (/^0x[0-9a-f]{1,16}$/i.test(text)) return BigInt(text);
  throw new UserError({
    what: "--guest-features is no number",
    found: text,
    allowed: "a hexadecimal number such as 0x1 or 0x21",
  });
}

/** Prints the measurement that a genuine report of such a launch names. @throws UserError for what no SEV-SNP guest starts with */
export async function attestMeasure(options: MeasureOptions, io: Io): Promise<number> {
  const [counts, guestFeatures] = [countsOf(options.vcpus), featuresOf(options.guestFeatures)];
  const [bytes, boot] = [await bytesOf(options.ovmf, io), await bootOf(options, io)];
  const { cpu } = options;
  const measured = measureEach({ firmware: readFirmware(bytes), cpu, guestFeatures, ...(boot && { boot }) }, counts);
  const ovmf = createHash("sha256").update(bytes).digest("hex");
  if (options.json) {
    const measurements = counts.map((vcpus, index) => ({ vcpus, measurement: measured[index] }));
    io.out(
      JSON.stringify(
        { ovmf, cpu, guestFeatures: `0x${guestFeatures.toString(16)}`, kernel: boot !== undefined, measurements },
        null,
        2,
      ),
    );
    return EXIT.ok;
  }
  if (counts.length === 1) io.out(measured[0] ?? "");
  else io.out(table([["vcpus", "measurement"], ...counts.map((vcpus, index) => [`${vcpus}`, measured[index] ?? ""])]));
  if (boot === undefined) io.note("the firmware alone is measured: what it boots from a disk is not in a report");
  return EXIT.ok;
}

const EXAMPLES = `
Examples:
  $ tresor attest measure --ovmf OVMF.amdsev.fd --vcpus 4 --cpu EPYC-v4 --guest-features 0x1
  $ tresor attest measure --ovmf OVMF.amdsev.fd --vcpus 1,2,4,8 --cpu EPYC-Genoa --guest-features 0x21 --json
  $ tresor attest measure --ovmf OVMF.amdsev.fd --vcpus 4 --cpu EPYC-v4 --guest-features 0x1 --kernel vmlinuz --initrd initrd.img --append "root=/dev/vda1 ro"

For guests that QEMU launches. Guest features are 0x1 on hosts whose kernel is older than 6.6, 0x21 after. Processor types: ${Object.keys(CPU_TYPES).join(", ")}.`;

/** `tresor attest measure` */
export function registerMeasure(attest: Command): void {
  attest
    .command("measure")
    .description(
      "the launch measurement that a genuine report must name, computed from firmware, processor and number of vCPUs",
    )
    .requiredOption("--ovmf <file>", "the firmware that the hosts launch with")
    .requiredOption("--vcpus <counts>", "numbers of vCPUs, separated by commas")
    .requiredOption("--cpu <type>", "the guest's processor, as QEMU and libvirt name it")
    .requiredOption("--guest-features <hex>", "SEV features that the host's kernel gives the guest")
    .option("--kernel <file>", "a kernel that is booted directly (Glance: kernel_id)")
    .option("--initrd <file>", "its initial RAM disk")
    .addOption(new Option("--append <text>", "its command line"))
    .option("--json", "as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((options: MeasureOptions) => exitWith(attestMeasure(options, processIo)));
}
