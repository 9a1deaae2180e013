import { formatHead, soundChain, type ChainReport } from "../../airlock/chain.ts";
import { lineOf } from "../../airlock/entry.ts";
import { releaseEntry, verifyReleases, type ReleaseEntry, type ReleaseFacts } from "../../attestation/release/index.ts";
import { append, readRecord } from "../site/airlock-file.ts";

/** A record of releases that one process writes: whole when it was opened, one line longer with each entry, flushed before anybody is told. */
export class RecordFile {
  readonly #file: string;
  #last: ChainReport<ReleaseEntry>;
  #size: number;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(file: string, text: string, report: ChainReport<ReleaseEntry>) {
    this.#file = file;
    this.#size = Buffer.byteLength(text);
    this.#last = { ...report, entries: report.entries.slice(-1) };
  }

  /** @throws UserError where the record is not as it was written */
  static async open(file: string): Promise<RecordFile> {
    const text = await readRecord(file);
    const report = verifyReleases(text);
    soundChain(report, "release");
    return new RecordFile(file, text, report);
  }

  /** Number and hash of the last entry, to be kept elsewhere. */
  get head(): string {
    return formatHead(this.#last.head);
  }

  /** Adds an entry behind those that are being added. @throws UserError where it cannot be written, or another wrote to the file */
  add(facts: ReleaseFacts, now: () => Date): Promise<ReleaseEntry> {
    const added = this.#queue.then(() => this.#add(facts, now()));
    this.#queue = added.catch(() => undefined);
    return added;
  }

  async #add(facts: ReleaseFacts, at: Date): Promise<ReleaseEntry> {
    const entry = releaseEntry(this.#last, facts, at.toISOString());
    const line = lineOf(entry);
    await append(this.#file, line, this.#size);
    this.#size += Buffer.byteLength(line);
    this.#last = { entries: [entry], findings: [], head: { entries: entry.seq, hash: entry.hash } };
    return entry;
  }
}
