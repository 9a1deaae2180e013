import { describe, expect, it } from "vitest";
import { GENESIS, lineOf, sealed } from "../../../../airlock/entry.ts";
import {
  recordedFailures,
  releaseEntry,
  verifyReleases,
  type ReleaseEntry,
  type ReleaseFacts,
} from "../../../../attestation/release/index.ts";

const time = (second: number): string => `2026-11-21T12:00:${String(second).padStart(2, "0")}.000Z`;
const hex = (digits: string, bytes: number): string => digits.repeat(bytes);
const seen = (nonce: string) => ({
  dataset: "imaging",
  from: "192.0.2.7",
  nonce: hex(nonce, 32),
  key: hex("aa", 32),
  report: hex("bb", 32),
});
const proven = { measurement: hex("11", 48), chip: hex("ab", 64) };
const failed = (check: string) => recordedFailures([{ check, expected: "one", found: "two", why: "not the same" }]);

const STORY: readonly ReleaseFacts[] = [
  { act: "start", policies: { imaging: hex("cc", 32) } },
  { act: "release", ...seen("01"), ...proven },
  { act: "refuse", ...seen("01"), failed: failed("nonce") },
  { act: "refuse", from: "192.0.2.9", failed: failed("body"), unheard: 3 },
  { act: "refuse", ...seen("02"), failed: failed("nonce") },
  { act: "release", ...seen("02"), ...proven },
  { act: "refuse", ...seen("03"), ...proven, failed: failed("measurement") },
  { act: "fail", ...seen("04"), ...proven, failed: failed("key-store") },
];
const write = (story: readonly ReleaseFacts[]): string =>
  story.reduce((text, facts, index) => text + lineOf(releaseEntry(verifyReleases(text), facts, time(index))), "");
const RECORD = write(STORY);
const LINES = RECORD.trimEnd().split("\n");
const rules = (text: string, options: Parameters<typeof verifyReleases>[1] = {}) => [
  ...new Set(verifyReleases(text, { now: time(59), ...options }).findings.map(({ rule }) => rule)),
];
/** The record with all hashes written anew, as somebody does who knows how it is made. */
function forged(change: (story: ReleaseFacts[]) => ReleaseFacts[]): string {
  let previous = GENESIS;
  return change([...STORY])
    .map((facts, index) => {
      const entry = sealed({ format: 1, seq: index + 1, at: time(index), previous, ...facts });
      previous = entry.hash;
      return lineOf(entry);
    })
    .join("");
}

describe("a record of releases (DIGIMED-6)", () => {
  it("verifies as it was written", () => {
    expect(verifyReleases(RECORD, { now: time(59) })).toMatchObject({ findings: [], head: { entries: STORY.length } });
    expect(forged((story) => story)).toBe(RECORD);
  });

  it.each(LINES.map((_, index) => index + 1))("line %i changed, taken out or doubled: found", (line) => {
    const entry = JSON.parse(LINES[line - 1] ?? "") as ReleaseEntry;
    const with_ = (...put: readonly string[]): string =>
      `${[...LINES.slice(0, line - 1), ...put, ...LINES.slice(line)].join("\n")}\n`;
    const { hash: _hash, ...rest } = entry;
    const other = lineOf({ ...entry, at: time(line - 1).replace(".000", ".001") }).trimEnd();
    expect(rules(with_(other))).toContain("hash");
    expect(rules(with_(lineOf(sealed({ ...rest, at: time(line - 1).replace(".000", ".001") })).trimEnd()))).toEqual(
      line === LINES.length ? [] : ["chain"],
    );
    if (line < LINES.length) expect(rules(with_())).toEqual(expect.arrayContaining(["chain", "number"]));
    expect(rules(with_(LINES[line - 1] ?? "", LINES[line - 1] ?? ""))).toEqual(
      expect.arrayContaining(["chain", "number"]),
    );
  });

  it("the end cut off or written anew shows against a head that was kept elsewhere", () => {
    const { head } = verifyReleases(RECORD);
    const cut = `${LINES.slice(0, -1).join("\n")}\n`;
    expect(rules(cut)).toEqual([]);
    expect(rules(cut, { head })).toEqual(["head"]);
    expect(rules(RECORD, { head })).toEqual([]);
    expect(rules(RECORD.slice(0, -9))).toContain("tail");
  });

  it.each<[string, (story: ReleaseFacts[]) => ReleaseFacts[]]>([
    ["without its start", (story) => story.slice(1)],
    ["with a second release by one nonce", (story) => [...story, { act: "release", ...seen("01"), ...proven }]],
    ["with a release by a nonce that was refused", (story) => [...story, { act: "release", ...seen("03"), ...proven }]],
    ["with a release by a nonce that failed", (story) => [...story, { act: "release", ...seen("04"), ...proven }]],
    [
      "with a release that says no chip",
      (story) => [...story, { act: "release", ...seen("05"), measurement: proven.measurement }],
    ],
    [
      "with a release of what no policy was for",
      (story) => [...story, { act: "release", ...seen("05"), ...proven, dataset: "other" }],
    ],
    [
      "with a release that failed",
      (story) => [...story, { act: "release", ...seen("05"), ...proven, failed: failed("vmpl") }],
    ],
    ["with a refusal for nothing", (story) => [...story, { act: "refuse", ...seen("05") }]],
  ])("%s and all hashes right: tells no lawful story", (_, change) => {
    expect(rules(forged(change))).toEqual(["move"]);
    expect(rules(forged((story) => [...story, { act: "release", ...seen("05"), ...proven }]))).toEqual([]);
  });

  it("is not built upon where it is wrong, nor by a clock that went back", () => {
    const add = (text: string, at: string) => () =>
      releaseEntry(verifyReleases(text), { act: "start", policies: {} }, at);
    expect(add(RECORD.replace("192.0.2.7", "192.0.2.8"), time(59))).toThrow(/not as it was written \(line 2\)/);
    expect(add(RECORD, time(0))).toThrow(/clock of this machine is behind/);
    expect(add(RECORD, time(59))()).toMatchObject({ seq: STORY.length + 1 });
  });

  it("holds one line of plain text, whatever was found", () => {
    const [entry] = recordedFailures([{ check: "x", expected: "a\nb", found: "\u001b[2J", why: "w".repeat(5000) }]);
    expect(entry).toEqual({ check: "x", expected: "a?b", found: "?[2J", why: "w".repeat(1000) });
  });
});
