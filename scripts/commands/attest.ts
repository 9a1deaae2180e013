import { createHash, createPublicKey } from "node:crypto";
import path from "node:path";
import { Option, type Command } from "commander";
import { UserError } from "../../config/problem.ts";
import { registerFetch } from "../attest/fetch.ts";
import { registerMeasure } from "../attest/measure.ts";
import { registerTable } from "../attest/table.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";

export interface AttestOptions {
  readonly report?: string;
  readonly certs: readonly string[];
  readonly policy?: string;
  /** In hex. */
  readonly nonce?: string;
  readonly key?: string;
  readonly at?: string;
  readonly json: boolean;
}

/** The nonce's bytes. */
function nonceOf(text: string): Buffer {
  if (/^(?:[0-9a-f]{2}){16,64}$/i.test(text)) return Buffer.from(text, "hex");
  throw new UserError({
    what: "--nonce is no nonce",
    found: `${text.length} characters`,
    allowed: "32 to 128 hexadecimal digits: 16 to 64 bytes",
    next: "give the one that the guest was asked with, such as `openssl rand -hex 32` made it",
  });
}

/** The DER of a public key. */
async function keyOf(file: string, io: Io): Promise<Buffer> {
  const { readBytes } = await import("../attest/files.ts");
  const bytes = await readBytes(path.resolve(io.cwd, file));
  try {
    return createPublicKey(bytes).export({ format: "der", type: "spki" });
  } catch {
    throw new UserError({ what: `${file} is no public key`, allowed: "PEM, as `openssl pkey -pubout` writes it" });
  }
}

function timeOf(text: string | undefined, io: Io): Date {
  const at = text === undefined ? io.now() : new Date(text);
  if (Number.isNaN(at.getTime()) || (text !== undefined && !/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text)))
    throw new UserError({
      what: "--at is no time",
      found: text ?? "",
      allowed: "a time in UTC such as 2027-01-31T12:00:00Z",
    });
  return at;
}

/** All options that are missing, at once. */
function required({ report, certs, policy }: AttestOptions): { readonly report: string; readonly policy: string } {
  const missing = Object.entries({ report, certs: certs[0], policy }).flatMap(([name, value]) =>
    value === undefined ? [`--${name}`] : [],
  );
  if (report !== undefined && policy !== undefined && missing.length === 0) return { report, policy };
  throw new UserError({ what: `${missing.join(", ")} missing`, next: "`tresor attest --help` shows how it is called" });
}

/** Judges a report: exit 0 where it holds, 2 where it does not. @throws UserError for what cannot be read */
export async function attest(options: AttestOptions, io: Io): Promise<number> {
  const files = required(options);
  const [
    { Papers, verifyReport },
    { unwrap },
    { parsePolicy },
    { readBytes, readPapers, storeFiles },
    { verdictJson, verdictLines },
    { readText },
  ] = await Promise.all([
    import("../../attestation/index.ts"),
    import("../../attestation/unwrap.ts"),
    import("../../attestation/policy-file.ts"),
    import("../attest/files.ts"),
    import("../attest/verdict.ts"),
    import("../site/files.ts"),
  ]);
  const at = timeOf(options.at, io);
  const nonce = options.nonce === undefined ? {} : { nonce: nonceOf(options.nonce) };
  const policy = parsePolicy(await readText(path.resolve(io.cwd, files.policy)), files.policy);
  const bytes = await readBytes(path.resolve(io.cwd, files.report));
  const { report, from, note, ...inside } = unwrap(bytes);
  const given = await readPapers(
    options.certs.map((place) => path.resolve(io.cwd, place)),
    storeFiles(report),
  );
  const papers = Papers.read([...given.certificates, ...inside.certificates], [...given.lists, ...inside.lists]);
  const key = options.key === undefined ? {} : { key: await keyOf(options.key, io) };
  const verdict = verifyReport({ report, papers }, policy, { at, ...nonce, ...key });
  const sha256 = createHash("sha256").update(report).digest("hex");
  if (options.json) {
    const wrapped = from === undefined ? {} : { from, ...(note && { note }) };
    io.out(JSON.stringify({ ...verdictJson(verdict), sha256, at: at.toISOString(), ...wrapped }, null, 2));
  } else {
    if (from !== undefined) io.note(`the report came in ${from}${note === undefined ? "" : `: ${note}`}`);
    for (const line of verdictLines(verdict)) io.out(line);
  }
  return verdict.holds ? EXIT.ok : EXIT.found;
}

const EXAMPLES = `
Examples:
  $ tresor attest --report report.bin --certs ./certs --policy policy.yaml --nonce $NONCE
  $ tresor attest --report report.bin --certs vcek.pem --certs cert_chain.pem --certs milan.crl --policy policy.yaml --nonce $NONCE --key guest.pub
  $ tresor attest --report report.bin --certs ./certs --policy policy.yaml --nonce $NONCE --json | jq '.checks[] | select(.outcome == "fails")'

The report is 1184 bytes as the guest's kernel gives it; Azure's envelope, a report with the host's certificates, evidence in JSON, base64 and hex
are unwrapped. Nothing is asked over a network: certificates and revocation lists are files. What a policy says: docs/attestation.md.

Exit code: 0 when every check holds or is left open by the policy; 2 when one does not hold; 1 when it could not be checked.`;

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** `tresor attest`, `tresor attest fetch`, `tresor attest measure` */
export function registerAttest(program: Command): void {
  const group = program
    .command("attest")
    .description("check what a machine proves of itself: an SEV-SNP report against certificates and a policy, offline")
    .option("--report <file>", "the attestation report")
    .addOption(
      new Option("--certs <place>", "certificates and revocation lists: a file or a directory; once for each")
        .argParser(collect)
        .default([], "none"),
    )
    .option("--policy <file>", "what must hold, YAML or JSON")
    .option("--nonce <hex>", "the nonce that the guest was asked with, 16 to 64 bytes")
    .option("--key <file>", "the public key that the guest bound to the report, PEM")
    .option("--at <time>", "when certificates and lists must be valid, UTC. Default: now")
    .option("--json", "the verdict as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((options: AttestOptions) => exitWith(attest(options, processIo)));
  registerFetch(group);
  registerMeasure(group);
  registerTable(group);
}
