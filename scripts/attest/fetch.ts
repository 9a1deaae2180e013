import { existsSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { Papers, readReport, type TrustRoots } from "../../attestation/index.ts";
import { readPapersFile } from "../../attestation/papers-file.ts";
import { AMD } from "../../attestation/roots.ts";
import {
  findAuthority,
  findList,
  findOwnLeaf,
  servicePaths,
  storePlaces,
  type Wanted,
} from "../../attestation/store.ts";
import { readCertificateTable, unwrap } from "../../attestation/unwrap.ts";
import { UserError } from "../../config/problem.ts";
import { writeWhole } from "../site/files.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";
import { readBytes } from "./files.ts";
import { KDS, askKds, kdsUrl, type KdsOptions } from "./kds.ts";

export interface FetchOptions {
  readonly report: string;
  readonly store: string;
  /** The host's table of certificates. */
  readonly table?: string;
  readonly kds: string;
  readonly json: boolean;
}

/** What became of a file of the store. */
interface Stored {
  readonly file: string;
  readonly what: "kept" | "fetched" | "from the host";
}

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replaceAll(/(.{64})(?=.)/g, "$1\n")}\n-----END CERTIFICATE-----\n`;

/** Papers of bytes that somebody sent: DER, PEM, or nothing that is known. */
function papersOf(bytes: Buffer | undefined): Papers {
  const { certificates = [], lists = [] } = (bytes && readPapersFile(bytes)) ?? {};
  return Papers.read(certificates, lists);
}

/** Fills a store with the papers of one report; what does not lead to the root is not written. */
class Filler {
  readonly stored: Stored[] = [];
  readonly #wanted: Wanted;
  readonly #store: string;
  /** What came from the host; nobody else is asked where it is given. */
  readonly #host: Papers | undefined;
  readonly #kds: KdsOptions;

  constructor(wanted: Wanted, store: string, host: Papers | undefined, kds: KdsOptions) {
    this.#wanted = wanted;
    this.#store = store;
    this.#host = host;
    this.#kds = kds;
  }

  async #there(file: string): Promise<Papers> {
    const full = path.join(this.#store, file);
    return papersOf(existsSync(full) ? await readBytes(full) : undefined);
  }

  async #write(file: string, what: Stored["what"], bytes: string | Uint8Array): Promise<void> {
    await writeWhole(path.join(this.#store, file), bytes, 0o644);
    this.stored.push({ file, what });
  }

  /** From the host where its table was given, else from the service. */
  async #get(servicePath: string): Promise<{ readonly papers: Papers; readonly what: Stored["what"] }> {
    if (this.#host !== undefined) return { papers: this.#host, what: "from the host" };
    return { papers: papersOf(await askKds(servicePath, this.#kds)), what: "fetched" };
  }

  async authority(file: string, servicePath: string): Promise<Buffer> {
    const known = findAuthority(this.#wanted, await this.#there(file));
    if (known !== undefined) this.stored.push({ file, what: "kept" });
    if (known !== undefined) return known.der;
    const { papers, what } = await this.#get(servicePath);
    const found = findAuthority(this.#wanted, papers);
    if (found === undefined) throw foreign(what, "no authority that AMD's root signed");
    await this.#write(file, what, pem(found.der));
    return found.der;
  }

  async leaf(file: string, servicePath: string | undefined, authority: Buffer): Promise<void> {
    const own = (papers: Papers): Buffer | undefined =>
      findOwnLeaf(this.#wanted, Papers.read([...papers.certificates.map(({ der }) => der), authority]))?.der;
    if (own(await this.#there(file)) !== undefined) return void this.stored.push({ file, what: "kept" });
    if (servicePath === undefined && this.#host === undefined)
      throw new UserError({
        what: "the certificate of a VLEK comes from the host",
        why: "AMD gives it to the provider alone",
        next: "hand over the host's table of certificates: --table",
      });
    const { papers, what } = await this.#get(servicePath ?? "");
    const found = own(papers);
    if (found === undefined)
      throw foreign(what, "no certificate of this chip at this patch level that leads to AMD's root");
    await this.#write(file, what, found);
  }

  /** A list is asked for anew each time: an old one may be valid and not know of the newest revocation. @returns whether there is one */
  async list(file: string, servicePath: string, at: Date): Promise<boolean> {
    const { papers, what } = await this.#get(servicePath);
    const found = findList(this.#wanted, papers, at);
    if (found === undefined && what === "from the host") return false;
    if (found === undefined) throw foreign(what, "no revocation list that AMD's root signed and that is valid now");
    await this.#write(file, what, found.der);
    return true;
  }
}

const foreign = (what: Stored["what"], lacks: string): UserError =>
  new UserError({
    what: `what came ${what === "from the host" ? "from the host" : "from the key service"} is ${lacks}`,
    why: "only what leads to the pinned root is put into a store",
    next: what === "from the host" ? "leave --table out to ask AMD's service" : "look at --kds, and try again",
  });

/** The host's papers: a table beside the report, or behind it. */
async function hostPapers({ table }: FetchOptions, io: Io): Promise<Papers | undefined> {
  if (table === undefined) return undefined;
  const read = readCertificateTable(await readBytes(path.resolve(io.cwd, table)));
  if (read !== undefined) return Papers.read(read.certificates, read.lists);
  throw new UserError({ what: `${table} is no table of certificates`, allowed: "what configfs-tsm gives as auxblob" });
}

/** The report of a file, and its generation: it says whose papers are wanted. */
async function wantedOf(file: string, io: Io): Promise<Omit<Wanted, "roots">> {
  const { report, why } = readReport(unwrap(await readBytes(path.resolve(io.cwd, file))).report);
  if (report === undefined) throw new UserError({ what: `${file} is no report`, why });
  if (report.generation !== undefined) return { report, generation: report.generation };
  throw new UserError({
    what: `${file} does not name its processor`,
    why: "reports do so from version 3 on",
    next: "fetch its certificates by hand: docs/attestation.md",
  });
}

/**
 * Fills a store with what holds by these roots. @see attestFetch
 * @throws UserError where something is refused or does not lead to the root; what was written before stays
 */
export async function fillStore(
  roots: TrustRoots,
  options: FetchOptions,
  io: Io,
  wait?: KdsOptions["wait"],
): Promise<number> {
  const url = kdsUrl(options.kds);
  const { report, generation } = await wantedOf(options.report, io);
  const host = await hostPapers(options, io);
  const kds = { url, say: io.note, ...(wait && { wait }) };
  const filler = new Filler({ roots, report, generation }, path.resolve(io.cwd, options.store), host, kds);
  const [places, paths] = [storePlaces(report, generation), servicePaths(report, generation)];
  const authority = await filler.authority(places.authority, paths.chain);
  await filler.leaf(places.leaf, paths.leaf, authority);
  const listed = await filler.list(places.list, paths.list, io.now());
  if (options.json) io.out(JSON.stringify({ store: options.store, files: filler.stored }, null, 2));
  else for (const { file, what } of filler.stored) io.out(`${what.padEnd(13)} ${path.join(options.store, file)}`);
  if (!listed) io.note("the host gave no revocation list: without --table it is asked of AMD's service");
  return EXIT.ok;
}

/** `tresor attest fetch`: fills a store with what leads to AMD's roots. */
export const attestFetch = (options: FetchOptions, io: Io, wait?: KdsOptions["wait"]): Promise<number> =>
  fillStore(AMD, options, io, wait);

const EXAMPLES = `
Examples:
  $ tresor attest fetch --report report.bin --store ./certs                       from AMD's key service
  $ tresor attest fetch --report report.bin --store ./certs --table auxblob.bin   from the host's table: nobody is asked
  $ tresor attest --report report.bin --certs ./certs --policy policy.yaml --nonce $NONCE

The report says for which chip and patch level; nothing of it is believed. A certificate is fetched once and kept, a revocation list each time. What does not
lead to AMD's pinned root is not written. Where AMD asks to wait it is waited for, at most six attempts for each file.`;

/** `tresor attest fetch` */
export function registerFetch(attest: Command): void {
  attest
    .command("fetch")
    .description(
      "fill a store with the certificates and the revocation list for a report, from AMD's service or from the host",
    )
    .requiredOption("--report <file>", "a report of the chip")
    .requiredOption("--store <dir>", "the store's directory")
    .option("--table <file>", "the host's table of certificates (configfs-tsm: auxblob)")
    .option("--kds <url>", "AMD's key service, or a mirror of it", KDS)
    .option("--json", "as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((options: FetchOptions) => exitWith(attestFetch(options, processIo)));
}
