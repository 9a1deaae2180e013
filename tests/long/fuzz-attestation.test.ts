import { describe, expect, it } from "vitest";
import type { Dice } from "../../bench/generate.ts";
import { CHECK_NAMES, Papers, verifyReport } from "../../attestation/index.ts";
import { readPapersFile } from "../../attestation/papers-file.ts";
import { GENUINE, papers, strict, vector } from "../unit/attestation/vectors.ts";
import { CASES, SEED, fuzz } from "./fuzz.ts";
import { record } from "./record.ts";

const REPORTS = Object.values(GENUINE).map(({ report }) => vector(report));
const ALL = Object.values(GENUINE).flatMap((one) => papers(...one.papers));
const READ = Papers.read(ALL);
const POLICIES = REPORTS.map((report) => strict(report));
const AT = new Date(GENUINE.milan.at);

/** Bytes with some of them changed: bits, runs, another's part, cut off, longer, or noise. */
function mutated(dice: Dice, bytes: Buffer, others: readonly Buffer[]): Buffer {
  const copy = Buffer.from(bytes);
  const somewhere = (): number => dice.between([0, copy.length - 1]);
  for (let left = dice.between([1, 4]); left > 0 && copy.length > 0; left--) {
    const [at, roll] = [somewhere(), dice.next()];
    if (roll < 0.4) copy[at]! ^= 1 << dice.between([0, 7]);
    else if (roll < 0.55) copy[at] = dice.one([0, 1, 2, 0x30, 0x7f, 0x80, 0xff]);
    else if (roll < 0.7) copy.subarray(at, at + dice.between([1, 80])).fill(dice.between([0, 255]));
    else if (roll < 0.85)
      copy.set(
        dice
          .one(others)
          .subarray(at, at + dice.between([1, 200]))
          .subarray(0, copy.length - at),
        at,
      );
    else if (roll < 0.9) return copy.subarray(0, at);
    else if (roll < 0.93) return Buffer.concat([copy, copy.subarray(0, at)]);
    else for (let index = at; index < copy.length; index++) copy[index] = dice.between([0, 255]);
  }
  return copy;
}

/** As {@link mutated}, and never what it was: a byte may be set to what it is. */
function changedFrom(dice: Dice, bytes: Buffer, others: readonly Buffer[]): Buffer {
  for (;;) {
    const copy = mutated(dice, bytes, others);
    if (!copy.equals(bytes)) return copy;
  }
}

/** Ten times the cases of the other files: 100,000 by default. */
describe.each(Array.from({ length: 10 }, (_, round) => round))("round %i", (round) => {
  it(`no changed report or certificate is accepted, and none crashes the verifier (C4H-20), ${CASES} cases`, async () => {
    const start = performance.now();
    const { outcomes, defects, slowestMs } = fuzz(900 + round, (dice) => {
      const which = dice.between([0, REPORTS.length - 1]);
      const [original, policy] = [REPORTS[which]!, POLICIES[which]!];
      const inPapers = dice.next() < 0.3;
      const report = inPapers ? original : changedFrom(dice, original, REPORTS);
      const changed = inPapers ? ALL.map((der) => changedFrom(dice, der, ALL)) : [];
      const read = inPapers ? Papers.read(changed, changed) : READ;
      if (inPapers) readPapersFile(dice.one(changed));
      const verdict = verifyReport({ report, papers: read }, policy, { at: AT });
      const failed = verdict.checks.filter(({ outcome }) => outcome === "fails");
      const wrong = [
        ...(verdict.holds ? ["accepted"] : []),
        ...(failed.length === 0 ? ["no check says why"] : []),
        ...(failed.some(({ why = "" }) => why.length < 5) ? ["a check without a reason"] : []),
        ...(verdict.checks.length === CHECK_NAMES.length ? [] : ["a check is missing"]),
      ];
      return { outcome: failed[0]?.name ?? "none", defects: wrong };
    });
    const seconds = (performance.now() - start) / 1000;
    await record(`fuzz/attestation ${round}`, seconds, { seed: SEED, cases: CASES, outcomes, defects, slowestMs });
    expect(defects).toEqual([]);
  });
});
