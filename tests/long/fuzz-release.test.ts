import { beforeAll, describe, expect, it } from "vitest";
import { canonical, lineOf } from "../../airlock/entry.ts";
import {
  askBody,
  claimBody,
  makeGuestKey,
  readAsk,
  readClaim,
  recordedFailures,
  releaseEntry,
  verifyReleases,
  type ReleaseFacts,
} from "../../attestation/release/index.ts";
import type { Dice } from "../../bench/generate.ts";
import { parseYaml } from "../../config/yaml.ts";
import { parseReleaseConfig } from "../../scripts/release/config.ts";
import { CASES, announce, boundary, problemsOf } from "./fuzz.ts";
import { mutateText, mutateValue, toYaml } from "./mutate.ts";

beforeAll(announce);

const textOf = (noisy: string | Uint8Array): string =>
  typeof noisy === "string" ? noisy : Buffer.from(noisy).toString("utf8");
const bothReached = (outcomes: Record<string, number>): void => {
  if (CASES >= 1000) for (const one of ["accepted", "refused"]) expect(outcomes[one]).toBeGreaterThan(0);
};
/** JSON with a change, as text or as a value; now and then as it was. */
const noisy = (dice: Dice, whole: string): string =>
  dice.next() < 0.1
    ? whole
    : dice.next() < 0.5
      ? textOf(mutateText(dice, whole))
      : (JSON.stringify(mutateValue(dice, JSON.parse(whole) as unknown)) ?? "");

const guest = makeGuestKey();
const claim = { dataset: "imaging", key: guest.der, nonce: Buffer.alloc(32, 5), report: Buffer.alloc(1184, 6) };

describe("what a guest sends, as any text", () => {
  it("is read as it was written, or refused with a reason; nothing is thrown", async () => {
    const bodies = [
      { read: readAsk, whole: askBody(claim), again: (value: unknown) => askBody(value as typeof claim) },
      { read: readClaim, whole: claimBody(claim), again: (value: unknown) => claimBody(value as typeof claim) },
    ];
    const outcomes = await boundary("release bodies", 500, (dice) => {
      const { read, whole, again } = dice.one(bodies);
      const text = noisy(dice, whole);
      const { value, why } = read(text);
      if (value === undefined) return { outcome: "refused", defects: why.length > 5 ? [] : ["no reason"] };
      // What is taken says what was sent, and in one spelling.
      const same = canonical(JSON.parse(again(value))) === canonical(JSON.parse(text));
      const key = value.key.equals(guest.der) ? [] : ["another key than the guest's, though it was changed at random"];
      return { outcome: "accepted", defects: [...key, ...(same ? [] : ["two spellings"])] };
    });
    bothReached(outcomes);
  });
});

const STORY: readonly ReleaseFacts[] = [
  { act: "start", policies: { imaging: "cc".repeat(32) } },
  {
    ...{ act: "release", dataset: "imaging", from: "192.0.2.7", nonce: "01".repeat(32), key: "aa".repeat(32) },
    ...{ report: "bb".repeat(32), measurement: "11".repeat(48), chip: "ab".repeat(64) },
  },
  {
    ...{ act: "refuse", from: "192.0.2.9" },
    failed: recordedFailures([{ check: "body", expected: "a claim", found: "-", why: "it is none" }]),
  },
];

describe("a record of releases, as any text", () => {
  it("is told from one that was changed", async () => {
    const whole = STORY.reduce(
      (text, facts) => text + lineOf(releaseEntry(verifyReleases(text), facts, "2026-11-21T12:00:00.000Z")),
      "",
    );
    const { head } = verifyReleases(whole);
    const lines = whole.trimEnd().split("\n");
    const outcomes = await boundary("release record", 501, (dice) => {
      const at = dice.between([0, lines.length - 1]);
      const text =
        dice.next() < 0.4
          ? textOf(mutateText(dice, whole))
          : `${lines.map((line, index) => (index === at ? noisy(dice, line) : line)).join("\n")}\n`;
      const clean = verifyReleases(text, { head }).findings.length === 0;
      const defects = clean && text !== whole ? ["taken for whole, and it was changed"] : [];
      return { outcome: clean ? "accepted" : "refused", defects };
    });
    bothReached(outcomes);
  });
});

const CONFIG = `format: 1
cloud: heart
certificates: [certs]
datasets:
  heart/imaging: { secret: 0f1c2d3e-0000-4000-8000-0123456789ab, policy: policy.yaml }
`;

describe("the config of the service, as any text", () => {
  it("is refused with a way on", async () => {
    const { value } = parseYaml(CONFIG);
    const outcomes = await boundary("release config", 502, (dice) => {
      const roll = dice.next();
      const text =
        roll < 0.1 ? CONFIG : roll < 0.5 ? textOf(mutateText(dice, CONFIG)) : toYaml(mutateValue(dice, value));
      let read: unknown;
      const problems = problemsOf(() => (read = parseReleaseConfig(text, "release.yaml")));
      const defects = problems.flatMap(({ next, allowed, what }) =>
        next === undefined && allowed === undefined ? [`no way on: ${what.slice(0, 60)}`] : [],
      );
      return { outcome: read === undefined ? "refused" : "accepted", defects };
    });
    bothReached(outcomes);
  });
});
