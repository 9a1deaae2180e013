import * as z from "zod";
import { nextLink, soundChain, verifyChain, type ChainOptions, type ChainReport } from "../../airlock/chain.ts";
import { digest, entrySchema as airlockEntry, instant, line, sealed } from "../../airlock/entry.ts";
import { DATASET } from "./binding.ts";
import type { Failed } from "./decide.ts";

const dataset = z.string().regex(DATASET);
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

/** One line of a record of releases. */
export const releaseEntrySchema = z.strictObject({
  format: z.literal(1),
  seq: airlockEntry.shape.seq,
  at: instant,
  /** The service began; a key went out; a guest was refused; something of our own did not work. */
  act: z.enum(["start", "release", "refuse", "fail"]),
  /** SHA-256 of each data set's policy, of a start. */
  policies: z.record(dataset, digest).optional(),
  dataset: dataset.optional(),
  /** Address of the one who asked, as the service saw it. */
  from: line(1, 100).optional(),
  nonce: hex(32).optional(),
  /** SHA-256 of the guest's public key. */
  key: digest.optional(),
  /** SHA-256 of its report. */
  report: digest.optional(),
  measurement: hex(48).optional(),
  chip: hex(64).optional(),
  failed: z
    .array(z.strictObject({ check: line(1, 50), expected: line(0, 1000), found: line(0, 1000), why: line(0, 1000) }))
    .min(1)
    .optional(),
  /** Calls since the entry before that were turned away unheard, by the bounds of the service. */
  unheard: z.int().min(1).optional(),
  previous: digest,
  hash: digest,
});

export type ReleaseEntry = z.infer<typeof releaseEntrySchema>;
/** What an entry says, without its place. */
export type ReleaseFacts = Omit<ReleaseEntry, "format" | "seq" | "at" | "previous" | "hash">;

/** Text of one line, of at most so many characters: found values come from evidence. */
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, "?").slice(0, 1000);

/** Failed checks as an entry holds them. */
export const recordedFailures = (failed: readonly Failed[]): NonNullable<ReleaseEntry["failed"]> =>
  failed.map(({ check, expected, found, why }) => ({
    check,
    expected: plain(expected),
    found: plain(found),
    why: plain(why),
  }));

/** Why an entry cannot follow those before it; what it uses up is added. */
function unlawful(
  entry: ReleaseEntry,
  seen: { started: ReleaseEntry | undefined; readonly used: Set<string> },
): string | undefined {
  const { act, nonce, failed, policies } = entry;
  if (act === "start") {
    seen.started = entry;
    return policies === undefined ? "a start names its policies" : undefined;
  }
  if (seen.started === undefined) return "the record does not begin with a start";
  if (policies !== undefined) return "only a start names policies";
  if ((act === "release") === (failed !== undefined)) return `a ${act} ${failed ? "has" : "has no"} failed checks`;
  if (act === "release") {
    const facts = [entry.dataset, nonce, entry.key, entry.report, entry.measurement, entry.chip];
    if (facts.includes(undefined)) return "a release does not say for what, to whom or why";
    if (!Object.hasOwn(seen.started.policies ?? {}, entry.dataset ?? ""))
      return "no policy was there for this data set";
    if (seen.used.has(nonce ?? "")) return "its nonce was used before";
  }
  // A nonce that was refused as one stays with the guest that it was given to.
  if (nonce !== undefined && failed?.some(({ check }) => check === "nonce" || check === "dataset") !== true)
    seen.used.add(nonce);
  return undefined;
}

/** Reads a record of releases and finds what is wrong with it, as `verifyRecord` does for that of the airlock. */
export function verifyReleases(text: string, options: ChainOptions = {}): ChainReport<ReleaseEntry> {
  const seen = { started: undefined, used: new Set<string>() };
  return verifyChain(text, releaseEntrySchema, (entry) => unlawful(entry, seen), options);
}

/** The next entry of a record. @throws UserError onto a record that is wrong, and for a clock behind it */
export function releaseEntry(report: ChainReport<ReleaseEntry>, facts: ReleaseFacts, at: string): ReleaseEntry {
  soundChain(report, "release");
  return releaseEntrySchema.parse(sealed({ format: 1 as const, ...nextLink(report, at), ...facts }));
}
