import { CPU_TYPES, measure, readFirmware } from "../../../../attestation/measurement/index.ts";
import { Dice } from "../../../../bench/generate.ts";

/** One launch to be measured, as it stands in the recorded answers. Kernel and initrd are the bytes of their text. */
export interface Case {
  readonly image: string;
  readonly vcpus: number;
  readonly cpu: string;
  /** In hex with 0x. */
  readonly features: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly append?: string;
}

/** What the Python calculator said. */
export interface Answer extends Case {
  /** Absent where it refused. */
  readonly digest?: string;
}

export interface Answers {
  readonly source: string;
  /** How they are made again. */
  readonly command: string;
  readonly answers: readonly Answer[];
}

const FEATURES = ["0x1", "0x21", "0x1", "0x21", "0x5", "0x3ff", "0x8000000000000001", "0xffffffffffffffff"];
const APPENDS = ["", "console=ttyS0", "root=/dev/vda1 ro quiet", "ä ünïcode 日本", "x".repeat(300)];
const TYPES = Object.keys(CPU_TYPES);

/** Launches of some images, every processor type among them, from one seed. */
export function casesOf(images: readonly string[], count: number, seed: number): readonly Case[] {
  const dice = new Dice(seed);
  return Array.from({ length: count }, (_, index): Case => {
    const kernel = dice.next() < 0.5 ? `kernel ${index} ${"k".repeat(dice.between([0, 40]))}` : undefined;
    return {
      image: dice.one(images),
      vcpus: dice.next() < 0.3 ? dice.between([1, 4]) : dice.between([1, 128]),
      cpu: TYPES[index % TYPES.length] ?? "EPYC",
      features: dice.one(FEATURES),
      ...(kernel === undefined ? {} : { kernel }),
      ...(kernel !== undefined && dice.next() < 0.6 ? { initrd: `initrd ${index}` } : {}),
      ...(kernel !== undefined && dice.next() < 0.7 ? { append: dice.one(APPENDS) } : {}),
    };
  });
}

/** Our digest of a case; undefined where it is refused. */
export function ours({ vcpus, cpu, features, kernel, initrd, append }: Case, image: Uint8Array): string | undefined {
  const boot =
    kernel === undefined
      ? undefined
      : {
          kernel: Buffer.from(kernel),
          ...(initrd && { initrd: Buffer.from(initrd) }),
          ...(append && { commandLine: append }),
        };
  try {
    return measure({
      firmware: readFirmware(image),
      vcpus,
      cpu,
      guestFeatures: BigInt(features),
      ...(boot && { boot }),
    });
  } catch {
    return undefined;
  }
}
