import { describe, expect, it } from "vitest";
import { casesOf, ours } from "../unit/attestation/measurement/cases.ts";
import { IMAGES } from "../unit/attestation/measurement/images.ts";
import { SEED } from "./fuzz.ts";
import { askCalculator } from "./measure/calculator.ts";
import { DEBIAN_IMAGES, debianImage } from "./measure/debian.ts";
import { record } from "./record.ts";

describe("launch measurements, asked of the independent calculator anew (C4H-20)", () => {
  it("600 random launches, half of them with Debian's OVMF images: the same digest bit by bit, refused where it refuses", async () => {
    const start = performance.now();
    const debian = Object.fromEntries(
      await Promise.all(DEBIAN_IMAGES.map(async (image) => [image.name, await debianImage(image)] as const)),
    );
    const images: Readonly<Record<string, Uint8Array>> = { ...IMAGES, ...debian };
    const cases = [...casesOf(Object.keys(debian), 300, SEED), ...casesOf(Object.keys(IMAGES), 300, SEED + 1)];
    const answers = await askCalculator(cases, images);
    const wrong = answers.filter((answer) => ours(answer, images[answer.image]!) !== answer.digest);
    const refused = answers.filter(({ digest }) => digest === undefined).length;
    const seconds = (performance.now() - start) / 1000;
    await record("measure", seconds, { seed: SEED, launches: cases.length, refused, differing: wrong.length });
    expect(wrong).toEqual([]);
    expect(refused).toBeGreaterThan(20);
    expect(answers.length - refused).toBeGreaterThan(300);
  }, 1_800_000);
});
