import { readCertificate, type Certificate } from "./certificate.ts";
import { readRevocationList, type RevocationList } from "./crl.ts";

/** Most certificates that are looked at: a chip's own, its authority and root, for each TCB of some hosts. */
const MOST = 256;

/**
 * Certificates and revocation lists, read once and used for any number of reports. Made from bytes alone, so that a certificate's key is
 * always the one that stands in what its authority signed.
 */
export class Papers {
  readonly certificates: readonly Certificate[];
  readonly lists: readonly RevocationList[];
  /** Why others could not be read. */
  readonly unread: readonly string[];
  readonly #made = true;

  private constructor(certificates: readonly Uint8Array[], lists: readonly Uint8Array[]) {
    const read = certificates.slice(0, MOST).map((der) => readCertificate(Buffer.from(der)));
    const readLists = lists.slice(0, MOST).map((der) => readRevocationList(Buffer.from(der)));
    const surplus = Math.max(certificates.length, lists.length) > MOST ? [`more than ${MOST} were given`] : [];
    this.certificates = read.flatMap(({ value }) => value ?? []);
    this.lists = readLists.flatMap(({ value }) => value ?? []);
    this.unread = [...[...read, ...readLists].flatMap(({ why }) => why ?? []), ...surplus];
  }

  /**
   * Reads them from their DER, in any order, also those of other chips: the right ones are found. Never throws.
   * @param lists revocation lists
   */
  static read(certificates: readonly Uint8Array[], lists: readonly Uint8Array[] = []): Papers {
    return new Papers(certificates, lists);
  }

  /** Whether it was made here. */
  static is(value: object): boolean {
    return #made in value;
  }
}

/** What is handed over to be judged: nothing of it is believed. */
export interface Evidence {
  /** The report's bytes alone; wrapped ones are unwrapped before. */
  readonly report: Uint8Array;
  readonly papers: Papers;
}
