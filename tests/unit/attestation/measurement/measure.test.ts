import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  CPU_TYPES,
  measure,
  measureEach,
  readFirmware,
  type Launch,
} from "../../../../attestation/measurement/index.ts";
import { DEBIAN_IMAGES, cachedImage, sha256 } from "../../../long/measure/debian.ts";
import { ours, type Answers } from "./cases.ts";
import { BROKEN, IMAGES, NO_ROOM, WITHOUT_METADATA } from "./images.ts";

const { answers } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../../../fixtures/snp-measure/answers.json"), "utf8"),
) as Answers;
const ODD: Readonly<Record<string, Buffer>> = { ...BROKEN, ...NO_ROOM };
const SYNTHETIC: Readonly<Record<string, Buffer>> = { ...IMAGES, ...ODD };

const launch = (more: Partial<Launch> = {}): Launch => ({
  ...{ firmware: readFirmware(IMAGES.amdsev), vcpus: 2, cpu: "EPYC-v4", guestFeatures: 1n, ...more },
});

describe("launch measurements are those of the independent calculator (C4H-20)", () => {
  it("recorded answers: more than 300 digests, every processor type, with and without kernel, initrd and command line", () => {
    const digests = answers.filter(({ digest }) => digest !== undefined);
    expect(digests.length).toBeGreaterThan(300);
    expect(new Set(digests.map(({ cpu }) => cpu))).toEqual(new Set(Object.keys(CPU_TYPES)));
    for (const key of ["kernel", "initrd", "append"] as const) {
      expect(digests.filter((one) => one[key] === undefined).length).toBeGreaterThan(50);
      expect(digests.filter((one) => one[key] !== undefined).length).toBeGreaterThan(50);
    }
    expect(Math.max(...digests.map(({ vcpus }) => vcpus))).toBeGreaterThan(120);
  });

  it.each(Object.keys(SYNTHETIC))("%s: the same, bit by bit, and refused where it refuses", (image) => {
    const own = answers.filter((answer) => answer.image === image);
    expect(own.length).toBeGreaterThan(1);
    for (const answer of own)
      expect({ ...answer, digest: ours(answer, SYNTHETIC[image]!) }, JSON.stringify(answer)).toEqual({
        digest: undefined,
        ...answer,
      });
  });

  it("Debian's OVMF images, where they were fetched before: some of the same; the long layer asks for more", async () => {
    for (const image of DEBIAN_IMAGES) {
      const bytes = await cachedImage(image);
      if (bytes === undefined) continue;
      for (const answer of answers.filter((one) => one.image === `sha256:${sha256(bytes)}`).slice(0, 3))
        expect(ours(answer, bytes), JSON.stringify(answer)).toBe(answer.digest);
    }
  });

  it("firmware without metadata is refused here alone: QEMU launches none with it", () => {
    const [plain, kernel] = answers.filter(({ image }) => image === "without metadata");
    expect(plain?.digest).toMatch(/^[0-9a-f]{96}$/);
    expect(kernel?.digest).toBeUndefined();
    expect(() => readFirmware(WITHOUT_METADATA)).toThrow(/no SEV metadata: QEMU launches no SEV-SNP guest with it/);
  });
});

describe("what is measured and what is refused", () => {
  it("each input counts: another vCPU, processor, feature, kernel, initrd, command line or bit of the firmware is another digest", () => {
    const boot = { kernel: Buffer.from("k"), initrd: Buffer.from("i"), commandLine: "c" };
    const changed = Buffer.from(IMAGES.amdsev);
    changed[0]! ^= 1;
    const all = [
      launch(),
      launch({ vcpus: 3 }),
      launch({ cpu: "EPYC-Turin" }),
      launch({ guestFeatures: 0x21n }),
      launch({ boot }),
      launch({ boot: { ...boot, kernel: Buffer.from("K") } }),
      launch({ boot: { ...boot, initrd: Buffer.from("I") } }),
      launch({ boot: { ...boot, commandLine: "C" } }),
      launch({ firmware: readFirmware(changed) }),
    ].map(measure);
    expect(new Set(all).size).toBe(all.length);
    for (const digest of all) expect(digest).toMatch(/^[0-9a-f]{96}$/);
  });

  it("many numbers of vCPUs at once are the single ones", () => {
    const counts = [1, 2, 7, 128];
    expect(measureEach(launch(), counts)).toEqual(counts.map((vcpus) => measure(launch({ vcpus }))));
  });

  it.each<[string, () => unknown, RegExp]>([
    ["no whole pages", () => readFirmware(BROKEN["no whole pages"]), /no whole pages/],
    ["an empty file", () => readFirmware(Buffer.alloc(0)), /0 bytes/],
    ["no reset block", () => readFirmware(BROKEN["no reset block"]), /SEV-ES reset block/],
    ["other metadata", () => readFirmware(BROKEN["metadata that begin otherwise"]), /do not begin with ASEV/],
    ["newer metadata", () => readFirmware(BROKEN["metadata of another version"]), /version 2; version 1 is known/],
    ["unknown pages", () => readFirmware(BROKEN["an unknown kind of page"]), /unknown kind 9/],
    ["cut metadata", () => readFirmware(BROKEN["more sections than there are"]), /cut off/],
    [
      "a kernel where no page is for its hashes",
      () => measure(launch({ firmware: readFirmware(IMAGES.plain), boot: { kernel: Buffer.alloc(1) } })),
      /AmdSev build/,
    ],
    [
      "a kernel where its hashes have no room",
      () => measure(launch({ firmware: readFirmware(NO_ROOM["no room"]), boot: { kernel: Buffer.alloc(1) } })),
      /no room/,
    ],
    [
      "an unknown processor",
      () => measure(launch({ cpu: "Skylake" })),
      /type is not known \(found Skylake; allowed: EPYC, /,
    ],
    ["an inherited word for a processor", () => measure(launch({ cpu: "constructor" })), /type is not known/],
    ["no vCPU", () => measure(launch({ vcpus: 0 })), /1 to 4096/],
    ["half a vCPU", () => measure(launch({ vcpus: 1.5 })), /1 to 4096/],
    ["features of more than 64 bits", () => measure(launch({ guestFeatures: 1n << 64n })), /64 bits/],
  ])("%s: refused in words", (_, work, words) => expect(work).toThrow(words));
});
