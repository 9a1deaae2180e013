import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Papers } from "../../../attestation/evidence.ts";
import { policySchema } from "../../../attestation/policy.ts";
import {
  askBody,
  claimBody,
  makeGuestKey,
  releaseReportData,
  verifyReleases,
  type GuestKey,
  type NonceBounds,
} from "../../../attestation/release/index.ts";
import type { KeySource } from "../../../scripts/release/keys.ts";
import { RecordFile } from "../../../scripts/release/record-file.ts";
import { openAsGuest } from "../../../scripts/release/seal.ts";
import { ReleaseService, type Reply, type ReleaseSetup } from "../../../scripts/release/service.ts";
import { scratch } from "../../scratch.ts";
import {
  CHIP,
  TCB,
  leaf,
  report,
  revocationList,
  type ReportOptions,
  type SyntheticRoots,
} from "../attestation/synthetic.ts";
import { AT, HIERARCHIES } from "../attestation/world.ts";

export const DATASET = "heart/imaging";
/** Another data set of the same service, on the same terms. */
export const OTHER = "heart/registry";
export const SECRET = "0f1c2d3e-0000-4000-8000-0123456789ab";
export const FROM = "192.0.2.7";
export const { ask: AUTHORITY_CERTIFICATE, roots: ROOTS } = HIERARCHIES.genoa;
export const POLICY = {
  format: 1,
  processors: { genoa: TCB },
  measurements: ["11".repeat(48)],
  chips: [CHIP],
};

/** Keys in files: for tests alone, by its type. */
const fileKeys = (directory: string): KeySource<SyntheticRoots> => ({
  read: ({ secret }) => readFile(join(directory, secret)),
});

export interface LabOptions {
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly papers?: Papers | Error;
  readonly nonces?: NonceBounds;
  readonly rate?: ReleaseSetup<SyntheticRoots>["rate"];
}

/** What a guest may do otherwise than it should. */
export interface Deviation {
  readonly dataset?: string;
  readonly report?: ReportOptions;
  /** What the report is bound to instead. */
  readonly reportData?: (nonce: Buffer, key: Buffer) => Buffer;
  /** What is sent instead of the report's bytes. */
  readonly send?: (report: Buffer) => Buffer;
}

const PLENTY = { burst: 10_000, perMinute: 10_000 };
const GOOD_PAPERS = Papers.read([leaf("genoa"), AUTHORITY_CERTIFICATE], [revocationList("genoa", [])]);

/** A service with a clock of its own, keys in files, a record in a file, and the hierarchy of the tests. */
export async function lab({ policy = {}, papers = GOOD_PAPERS, nonces = {}, rate }: LabOptions = {}) {
  const directory = scratch();
  const key = randomBytes(32);
  writeFileSync(join(directory, SECRET), key);
  const file = join(directory, "releases.jsonl");
  const notes: string[] = [];
  const clock = { at: AT };
  const terms = { secret: SECRET, policy: policySchema.parse({ ...POLICY, ...policy }) };
  const service = new ReleaseService({
    roots: ROOTS,
    datasets: new Map([DATASET, OTHER].map((name) => [name, terms])),
    papers: async () => {
      if (papers instanceof Error) throw papers;
      return papers;
    },
    keys: fileKeys(directory),
    record: await RecordFile.open(file),
    now: () => clock.at,
    note: (line) => notes.push(line),
    nonces,
    rate: rate ?? { each: PLENTY, all: PLENTY },
  });
  await service.start();
  const text = (): string => readFileSync(file, "utf8");
  return { service, key, file, directory, notes, clock, text, entries: () => verifyReleases(text()).entries };
}
export type Lab = Awaited<ReturnType<typeof lab>>;

/** A nonce for a guest. */
export async function nonceFor(
  { service }: Pick<Lab, "service">,
  { der }: GuestKey,
  dataset = DATASET,
): Promise<Buffer> {
  const { status, body } = await service.challenge(askBody({ dataset, key: der }), FROM);
  if (status !== 200) throw new Error(`no nonce: ${body}`);
  return Buffer.from((JSON.parse(body) as { nonce: string }).nonce, "base64");
}

/** The body by which a guest claims a key. */
export function claimOf(
  { der }: GuestKey,
  nonce: Buffer,
  { dataset = DATASET, report: options = {}, reportData, send = (bytes) => bytes }: Deviation = {},
): string {
  const data = reportData?.(nonce, der) ?? releaseReportData(dataset, nonce, der);
  const bytes = report("genoa", { ...options, at: { 0x50: data.toString("hex"), ...options.at } });
  return claimBody({ dataset, key: der, nonce, report: send(bytes) });
}

/** A guest's whole way: key, nonce, report, claim. */
export async function attempt(
  of: Lab,
  deviation: Deviation = {},
): Promise<{ readonly reply: Reply; readonly guest: GuestKey }> {
  const guest = makeGuestKey();
  const nonce = await nonceFor(of, guest, deviation.dataset);
  return { reply: await of.service.claim(claimOf(guest, nonce, deviation), FROM), guest };
}

/** The key in a reply. */
export function keyIn({ body }: Reply, { privateKey }: GuestKey): Buffer {
  return openAsGuest((JSON.parse(body) as { envelope: string }).envelope, privateKey);
}

/** The positive control of every refusal: the same service gives the key to a guest that does all of it rightly. */
export async function succeeds(of: Lab): Promise<boolean> {
  const { reply, guest } = await attempt(of);
  return reply.status === 200 && keyIn(reply, guest).equals(of.key);
}
