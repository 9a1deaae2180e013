import { randomBytes } from "node:crypto";
import {
  Nonces,
  RELEASE_NONCE_BYTES,
  decide,
  fingerprint,
  policyFingerprint,
  readAsk,
  readClaim,
  recordedFailures,
  type Claim,
  type Failed,
  type Granted,
  type NonceBounds,
  type ReleaseFacts,
  type Terms,
} from "../../attestation/release/index.ts";
import { Papers } from "../../attestation/evidence.ts";
import { readReport } from "../../attestation/report.ts";
import type { TrustRoots } from "../../attestation/roots.ts";
import { Turnstile, type Rate } from "./bounds.ts";
import type { KeySource } from "./keys.ts";
import type { RecordFile } from "./record-file.ts";
import { sealForGuest } from "./seal.ts";

/** What the service is made of. */
export interface ReleaseSetup<Roots extends TrustRoots> {
  readonly roots: Roots;
  readonly datasets: ReadonlyMap<string, Terms>;
  /** Certificates and revocation lists as they are now, for a report. */
  readonly papers: (report: Buffer) => Promise<Papers>;
  readonly keys: KeySource<Roots>;
  readonly record: RecordFile;
  readonly now: () => Date;
  /** For the administrator, a line at a time. */
  readonly note: (line: string) => void;
  readonly nonces?: NonceBounds;
  readonly rate?: { readonly each: Rate; readonly all: Rate };
}

export interface Reply {
  readonly status: 200 | 403;
  readonly body: string;
}

/** All that a guest is ever told where it does not get what it asks for. */
export const REFUSED: Reply = { status: 403, body: '{"answer":"refused"}' };

const RATE = { each: { burst: 10, perMinute: 10 }, all: { burst: 60, perMinute: 120 } };
const failure = (check: string, expected: string, found: string, why: string): readonly Failed[] => [
  { check, expected, found, why },
];
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The steps of a release, without the network: what comes in is a body and an address, what goes out a reply. */
export class ReleaseService<Roots extends TrustRoots> {
  readonly #setup: ReleaseSetup<Roots>;
  readonly #nonces: Nonces;
  readonly #turnstile: Turnstile;
  #unheard = 0;

  constructor(setup: ReleaseSetup<Roots>) {
    this.#setup = setup;
    this.#nonces = new Nonces(setup.nonces);
    const { each, all } = setup.rate ?? RATE;
    this.#turnstile = new Turnstile(each, all, setup.now());
  }

  /** Enters the start with the policies' fingerprints: to be called once, before anything is answered. */
  async start(): Promise<void> {
    const policies = [...this.#setup.datasets].map(([name, { policy }]) => [name, policyFingerprint(policy)]);
    await this.#enter({ act: "start", policies: Object.fromEntries(policies) as Record<string, string> });
  }

  /** Whether a call from an address is heard at all; one that is not is counted. */
  hears(from: string): boolean {
    const heard = this.#turnstile.pass(from, this.#setup.now());
    if (!heard) this.#unheard += 1;
    return heard;
  }

  /** Gives a nonce to whoever asks rightly. That a data set is unknown is found at the claim: names are told to nobody. */
  async challenge(body: string, from: string): Promise<Reply> {
    const { value, why } = readAsk(body);
    if (value === undefined) return this.#refuse({ from }, failure("body", "a question for a nonce", "-", why));
    const nonce = randomBytes(RELEASE_NONCE_BYTES);
    const asked = { dataset: value.dataset, key: fingerprint(value.key) };
    if (!this.#nonces.give(nonce.toString("hex"), asked, this.#setup.now())) {
      this.#unheard += 1;
      return REFUSED;
    }
    const seconds = this.#nonces.life / 1000;
    return { status: 200, body: JSON.stringify({ format: 1, nonce: nonce.toString("base64"), seconds }) };
  }

  /** Gives the key of a data set to a guest that proved itself, wrapped; refuses everybody else in one word. Never throws. */
  async claim(body: string, from: string): Promise<Reply> {
    const { value, why } = readClaim(body);
    if (value === undefined) return this.#refuse({ from }, failure("body", "a claim", "-", why));
    const { dataset } = value;
    const nonce = value.nonce.toString("hex");
    const key = fingerprint(value.key);
    const facts = { from, dataset, nonce, key, report: fingerprint(value.report) };
    const terms = this.#setup.datasets.get(dataset);
    if (terms === undefined)
      return this.#refuse(facts, failure("dataset", "one of the config", dataset, "there is no such data set"));
    const unusable = this.#nonces.take(nonce, { dataset, key }, this.#setup.now());
    if (unusable !== undefined)
      return this.#refuse(facts, failure("nonce", "given for this key and data set, unused", nonce, unusable));
    return this.#judge(value, terms, facts);
  }

  async #judge(claim: Claim, terms: Terms, facts: Omit<ReleaseFacts, "act">): Promise<Reply> {
    const { roots, papers, now } = this.#setup;
    let given: Papers;
    try {
      // What is no report asks for no certificates; the verdict says that it is none.
      given = readReport(claim.report).report === undefined ? Papers.read([]) : await papers(claim.report);
    } catch (error) {
      return this.#fail(facts, "certificate", reason(error));
    }
    const { granted, failed, report } = decide(roots, claim, terms, given, now());
    const seen = { ...facts, ...(report && { measurement: report.measurement, chip: report.chipId }) };
    return granted === undefined ? this.#refuse(seen, failed) : this.#release(granted, seen);
  }

  /** The entry is on the disk before the key leaves: a record without a release may be, a release without a record not. */
  async #release(granted: Granted<Roots>, facts: Omit<ReleaseFacts, "act">): Promise<Reply> {
    let envelope: string;
    try {
      const key = await this.#setup.keys.read(granted);
      try {
        envelope = sealForGuest(key, granted.publicKey);
      } finally {
        key.fill(0);
      }
    } catch (error) {
      return this.#fail(facts, "key-store", reason(error));
    }
    if (!(await this.#entered({ act: "release", ...facts }))) return REFUSED;
    this.#setup.note(`released  ${facts.dataset} to ${facts.from}`);
    return { status: 200, body: JSON.stringify({ format: 1, envelope }) };
  }

  /** Counts a call whose body was too large, too slow or broken off. */
  async broken(from: string, why: string): Promise<Reply> {
    return this.#refuse({ from }, failure("body", "a whole body", "-", why));
  }

  async #refuse(facts: Omit<ReleaseFacts, "act">, failed: readonly Failed[]): Promise<Reply> {
    await this.#entered({ act: "refuse", ...facts, failed: recordedFailures(failed) });
    this.#setup.note(`refused   ${facts.from}: ${failed.map(({ check, why }) => `${check}: ${why}`).join("; ")}`);
    return REFUSED;
  }

  async #fail(facts: Omit<ReleaseFacts, "act">, check: string, why: string): Promise<Reply> {
    const failed = failure(check, "that it can be read", "-", why);
    await this.#entered({ act: "fail", ...facts, failed: recordedFailures(failed) });
    this.#setup.note(`failed    ${facts.from}: ${check}: ${why}`);
    return REFUSED;
  }

  async #enter(facts: ReleaseFacts): Promise<void> {
    const unheard = this.#unheard;
    this.#unheard = 0;
    try {
      await this.#setup.record.add({ ...facts, ...(unheard > 0 && { unheard }) }, this.#setup.now);
    } catch (error) {
      this.#unheard += unheard;
      throw error;
    }
  }

  /** @returns false where it could not be written: then nothing is released */
  async #entered(facts: ReleaseFacts): Promise<boolean> {
    try {
      await this.#enter(facts);
      return true;
    } catch (error) {
      this.#setup.note(`the record cannot be written, nothing is released: ${reason(error)}`);
      return false;
    }
  }
}
