// Writes what the independent calculator says of launches of synthetic and of Debian's firmware: `node tests/long/measure/record.ts`.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { casesOf, type Answers, type Case } from "../../unit/attestation/measurement/cases.ts";
import { BROKEN, IMAGES, NO_ROOM, WITHOUT_METADATA } from "../../unit/attestation/measurement/images.ts";
import { runMain } from "../../../scripts/console.ts";
import { SOURCE, askCalculator } from "./calculator.ts";
import { DEBIAN_IMAGES, debianImage, sha256 } from "./debian.ts";

const FILE = path.resolve(import.meta.dirname, "../../fixtures/snp-measure/answers.json");
const SEED = 20_261_121;

/** One plain launch of an image, and one with a kernel. */
const both = (image: string): readonly Case[] => {
  const plain = { image, vcpus: 2, cpu: "EPYC-v4", features: "0x1" };
  return [plain, { ...plain, kernel: "kernel" }];
};

await runMain(async () => {
  const debian: Record<string, Buffer> = {};
  for (const image of DEBIAN_IMAGES) {
    const bytes = await debianImage(image);
    debian[`sha256:${sha256(bytes)}`] = bytes;
  }
  const odd = { ...BROKEN, ...NO_ROOM, "without metadata": WITHOUT_METADATA };
  const cases = [
    ...casesOf(Object.keys(IMAGES), 440, SEED),
    ...casesOf(Object.keys(debian), 48, SEED + 1),
    ...Object.keys(odd).flatMap(both),
  ];
  const answers = await askCalculator(cases, { ...IMAGES, ...debian, ...odd });
  const recorded: Answers = { source: SOURCE, command: "node tests/long/measure/record.ts", answers };
  const lines = answers.map((answer) => `    ${JSON.stringify(answer)}`).join(",\n");
  const head = JSON.stringify({ ...recorded, answers: undefined }, null, 2).replace(/\n}$/, "");
  await writeFile(FILE, `${head},\n  "answers": [\n${lines}\n  ]\n}\n`);
  process.stdout.write(
    `${answers.length} answers, ${answers.filter(({ digest }) => digest === undefined).length} refused\n`,
  );
  return 0;
});
