import path from "node:path";
import type { Command } from "commander";
import { UserError } from "../../config/problem.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";

export interface ServeOptions {
  readonly config: string;
  readonly record: string;
  /** Certificate chain and private key of the service, PEM. */
  readonly cert: string;
  readonly key: string;
  /** `address:port`. */
  readonly listen: string;
}

function placeOf(listen: string): { readonly host: string; readonly port: number } {
  const [, ipv6, other, digits = ""] = /^(?:\[([0-9a-f:]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(listen) ?? [];
  const host = ipv6 ?? other;
  const port = Number(digits);
  if (host !== undefined && digits !== "" && port <= 65_535) return { host, port };
  throw new UserError({
    what: "--listen is no address with a port",
    found: listen,
    allowed: "such as 192.0.2.8:8443 or [2001:db8::8]:8443",
  });
}

const load = async () => {
  const [files, lock, attest, config, keys, record, server, service, evidence, roots] = await Promise.all([
    import("../site/files.ts"),
    import("../site/lock.ts"),
    import("../attest/files.ts"),
    import("../release/config.ts"),
    import("../release/keys.ts"),
    import("../release/record-file.ts"),
    import("../release/server.ts"),
    import("../release/service.ts"),
    import("../../attestation/evidence.ts"),
    import("../../attestation/roots.ts"),
  ]);
  return { ...files, ...lock, ...attest, ...config, ...keys, ...record, ...server, ...service, ...evidence, ...roots };
};

/**
 * Serves releases until it is told to end.
 * @param until when it ends; the promise gets the address that it listens at
 * @throws UserError for a config, a policy, a record or a place to listen that cannot be used
 */
export async function releaseServe(
  options: ServeOptions,
  io: Io,
  until: (at: { readonly port: number }) => Promise<void>,
): Promise<number> {
  const { AMD, Papers, RecordFile, ReleaseService, barbicanKeys, readPapers, readReleaseConfig, ...use } = await load();
  const at = (file: string): string => path.resolve(io.cwd, file);
  const { host, port } = placeOf(options.listen);
  const { cloud, certificates, datasets } = await readReleaseConfig(at(options.config));
  const [key, cert] = await Promise.all([use.readText(at(options.key)), use.readText(at(options.cert))]);
  return use.withFileLock(at(options.record), async () => {
    const record = await RecordFile.open(at(options.record));
    const papers = async (report: Buffer) => {
      const read = await readPapers(certificates, use.storeFiles(report));
      return Papers.read(read.certificates, read.lists);
    };
    const keys = barbicanKeys(cloud, io.note, io.env);
    const service = new ReleaseService({ roots: AMD, datasets, papers, keys, record, now: io.now, note: io.note });
    const server = use.releaseServer(service, { key, cert });
    await new Promise<void>((listening, failed) => {
      server.once("error", (error) =>
        failed(new UserError({ what: `cannot listen at ${options.listen}`, why: error.message })),
      );
      server.listen(port, host, listening);
    });
    try {
      await service.start();
      const address = server.address();
      const bound = typeof address === "object" && address !== null ? address.port : port;
      io.note(`serving ${[...datasets.keys()].join(", ")} at https://${host}:${bound}; record at ${record.head}`);
      await until({ port: bound });
    } finally {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
    io.note(`ended; record at ${record.head}`);
    return EXIT.ok;
  });
}

/** Ends with the process's signal. */
const untilSignal = (): Promise<void> =>
  new Promise((end) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => end());
  });

const readThere = async (record: string, io: Io): Promise<string> => {
  const { readText } = await import("../site/files.ts");
  return readText(path.resolve(io.cwd, record), "`tresor release serve` begins a record");
};

/** The entries of a record: what was released, and to whom not and why. */
export async function releaseLog(record: string, { json }: { readonly json: boolean }, io: Io): Promise<number> {
  const { verifyReleases } = await import("../../attestation/release/index.ts");
  const { entries, findings } = verifyReleases(await readThere(record, io));
  if (findings.length > 0) io.note("warning: this record does not verify: run `tresor release verify`");
  if (json) {
    io.out(JSON.stringify(entries, null, 2));
    return EXIT.ok;
  }
  for (const { at, act, dataset, from, failed = [], unheard } of entries) {
    io.out([at, act.padEnd(7), dataset ?? "-", from ?? "-"].join("  "));
    for (const { check, expected, found, why } of failed) {
      io.out(`  ${check}: ${why}`);
      io.out(`    expected ${expected}`);
      io.out(`    found    ${found}`);
    }
    if (unheard !== undefined) io.out(`  calls turned away before: ${unheard}`);
  }
  return EXIT.ok;
}

/** Checks a record as that of the airlock is. @returns 0 when it stands, 2 when something was found */
export async function releaseVerify(
  record: string,
  { head, json }: { readonly head?: string; readonly json: boolean },
  io: Io,
): Promise<number> {
  const [{ verifyReleases }, { parseHead }, { recordVerdict }] = await Promise.all([
    import("../../attestation/release/index.ts"),
    import("../../airlock/chain.ts"),
    import("./record-verdict.ts"),
  ]);
  const kept = head === undefined ? {} : { head: parseHead(head) };
  const report = verifyReleases(await readThere(record, io), { now: io.now().toISOString(), ...kept });
  return recordVerdict(record, report, { json, ...(head !== undefined && { head }) }, io);
}

const EXAMPLES = `
Examples:
  $ tresor release serve --config release.yaml --record releases.jsonl --cert tls.pem --key tls.key --listen 192.0.2.8:8443
  $ tresor release log releases.jsonl                    what was released, and to whom not and why
  $ tresor release verify releases.jsonl --head 12:9f2c...   as it was written, nothing cut off

The service belongs to the tenant and runs outside of the operator's cloud. The protocol, its threats and the config: docs/key-release.md.

Exit codes: 0 done; 1 an error; 2 (verify) the record is not as it was written.`;

/** `tresor release serve | log | verify` */
export function registerRelease(program: Command): void {
  const group = program
    .command("release")
    .description("give a data set's key to a machine that proves itself, and to no other; the record of it")
    .addHelpText("after", EXAMPLES);
  group
    .command("serve")
    .description("serve releases over HTTPS until it is ended")
    .requiredOption("--config <file>", "data sets with their keys and policies")
    .requiredOption("--record <file>", "the record; made where there is none")
    .requiredOption("--cert <file>", "the service's certificate chain, PEM")
    .requiredOption("--key <file>", "its private key, PEM")
    .option("--listen <address:port>", "where to listen", "127.0.0.1:8443")
    .action((options: ServeOptions) => exitWith(releaseServe(options, processIo, untilSignal)));
  group
    .command("log <record>")
    .description("the entries in their order")
    .option("--json", "as JSON", false)
    .action((record: string, options: { json: boolean }) => exitWith(releaseLog(record, options, processIo)));
  group
    .command("verify <record>")
    .description("whether the record is as it was written; exit 2 where it is not")
    .option("--head <entries:hash>", "a head that was kept elsewhere: finds a cut or rewritten record too")
    .option("--json", "as JSON", false)
    .action((record: string, options: { head?: string; json: boolean }) =>
      exitWith(releaseVerify(record, options, processIo)),
    );
  for (const command of group.commands) command.addHelpText("after", EXAMPLES);
}
