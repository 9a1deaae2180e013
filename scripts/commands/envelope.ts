import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { UserError } from "../../config/problem.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";

export interface SealOptions {
  /** Certificates of the recipients, PEM. */
  readonly to: readonly string[];
  /** Certificates of those who may have signed them. */
  readonly ca: readonly string[];
  /** Id or reference of the secret in Barbican. */
  readonly secret?: string;
  /** Entry of clouds.yaml by which it is read. */
  readonly cloud?: string;
  readonly keyFile?: string;
  readonly keyStdin: boolean;
  readonly out: string;
  readonly json: boolean;
}

export interface OpenOptions {
  /** The recipient's private key, PEM. */
  readonly key: string;
  readonly passphraseFile?: string;
  readonly out: string;
  readonly json: boolean;
}

/** Writes a new file of mode 0600. @throws UserError where one is there already */
async function writeNew(out: string, content: string | Uint8Array, io: Io): Promise<string> {
  const { writeNewSecret } = await import("../site/files.ts");
  const file = path.resolve(io.cwd, out);
  if (await writeNewSecret(file, content)) return file;
  throw new UserError({ what: `${out} is there already`, next: "move it away, or name another file with --out" });
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The bytes of a key, by the caller's own right to read it. */
async function fromBarbican(secret: string, cloud: string | undefined, io: Io): Promise<Buffer> {
  const id = secret.split("/").at(-1) ?? "";
  if (!UUID.test(id))
    throw new UserError({
      what: `${secret} is no secret of Barbican`,
      allowed: "its id or its reference, as `openstack secret list` shows it",
      next: "`pulumi stack output objects` of the zone names the ids of its study keys",
    });
  const { Session } = await import("../../openstack/index.ts");
  const session = await Session.open(cloud, { warn: io.note }, io.env);
  try {
    let chunks: Buffer[] = [];
    await session.request("key-manager", "GET", `/secrets/${id}/payload`, {
      accept: "application/octet-stream",
      what: `read secret ${id}`,
      next: "a study key opens to the persons and services that its config names, until its end: ask the zone's administrator",
      sink: () => {
        chunks = [];
        return (chunk) => void chunks.push(Buffer.from(chunk));
      },
    });
    return Buffer.concat(chunks);
  } finally {
    session.close();
  }
}

/** A key as text: 64 hexadecimal digits, or base64. */
async function fromText(text: string): Promise<Buffer> {
  const { KEY_BYTES, wrongLength } = await import("../envelope/envelope.ts");
  const trimmed = text.trim();
  const bytes = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, "hex") : Buffer.from(trimmed, "base64");
  if (bytes.length !== KEY_BYTES) throw wrongLength(bytes.length);
  return bytes;
}

async function bytesOf(file: string, io: Io): Promise<Buffer> {
  const { fileError } = await import("../site/files.ts");
  return readFile(path.resolve(io.cwd, file)).catch((error: unknown) => {
    throw fileError(file, "read", error);
  });
}

async function keyOf({ secret, cloud, keyFile, keyStdin }: SealOptions, io: Io): Promise<Buffer> {
  const named = [secret, keyFile, keyStdin ? "-" : undefined].filter((one) => one !== undefined);
  if (named.length !== 1)
    throw new UserError({
      what: named.length === 0 ? "no key was named" : "several keys were named",
      allowed: "one of --secret, --key-file, --key-stdin",
      next: "name the key that is sealed; never write it on the command line, where others see it",
    });
  if (secret !== undefined) return fromBarbican(secret, cloud, io);
  return keyFile === undefined ? fromText(await io.stdin()) : bytesOf(keyFile, io);
}

const textOf = async (file: string, io: Io): Promise<string> => (await bytesOf(file, io)).toString("utf8");

/** Seals a key for recipients. @throws UserError for a recipient that is none, or a key that is not to be had */
export async function envelopeSeal(options: SealOptions, io: Io): Promise<number> {
  const [{ seal }, { recipientOf }] = await Promise.all([
    import("../envelope/envelope.ts"),
    import("../envelope/recipients.ts"),
  ]);
  if (options.to.length === 0)
    throw new UserError({ what: "no recipient was named", next: "name each recipient's certificate with --to" });
  const authorities = await Promise.all(options.ca.map((file) => textOf(file, io)));
  const recipients = await Promise.all(
    options.to.map(async (file) => recipientOf(await textOf(file, io), file, io.now(), authorities)),
  );
  if (authorities.length === 0) io.note("who signed these certificates was not looked at: --ca names those who may");
  const key = await keyOf(options, io);
  try {
    const file = await writeNew(options.out, seal(key, recipients), io);
    const names = recipients.map(({ subject }) => subject);
    if (options.json) io.out(JSON.stringify({ file, recipients: names }, null, 2));
    else io.out(`${options.out}: sealed for ${names.join("; ")}`);
  } finally {
    key.fill(0);
  }
  return EXIT.ok;
}

/** A private key, which is read and kept nowhere. */
async function privateKeyOf({ key, passphraseFile }: OpenOptions, io: Io): Promise<KeyObject> {
  const text = await textOf(key, io);
  const passphrase =
    passphraseFile === undefined ? undefined : (await textOf(passphraseFile, io)).replace(/\r?\n$/, "");
  try {
    return createPrivateKey({ key: text, format: "pem", ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    throw new UserError({
      what: `${key} is no private key that can be read`,
      why: "it is none as PEM, or its passphrase is missing or wrong",
      next: "name the file with its passphrase: --passphrase-file",
    });
  }
}

/** Opens an envelope into a file. @throws UserError where the key does not open it, or anything of it was changed */
export async function envelopeOpen(file: string, options: OpenOptions, io: Io): Promise<number> {
  const { open } = await import("../envelope/envelope.ts");
  const key = open(await textOf(file, io), await privateKeyOf(options, io));
  try {
    const written = await writeNew(options.out, key, io);
    if (options.json) io.out(JSON.stringify({ file: written, bytes: key.length }, null, 2));
    else io.out(`${options.out}: the key, ${key.length} bytes, mode 0600; destroy it when it is used (\`shred -u\`)`);
  } finally {
    key.fill(0);
  }
  return EXIT.ok;
}

/** Who can open an envelope. */
export async function envelopeShow(file: string, { json }: { readonly json: boolean }, io: Io): Promise<number> {
  const [{ show }, { table }] = await Promise.all([import("../envelope/envelope.ts"), import("../console.ts")]);
  const shown = show(await textOf(file, io));
  if (json) {
    io.out(JSON.stringify(shown, null, 2));
    return EXIT.ok;
  }
  io.out(table([["recipient", "wrapped by"], ...shown.recipients.map((one) => [one.recipient, one.wrapped])]));
  if (shown.others > 0)
    io.note(`${shown.others} more cannot be opened here: wrapped by PKCS #1 v1.5, SHA-1 or a password`);
  return EXIT.ok;
}

const EXAMPLES = `
Examples:
  $ tresor envelope seal --secret 0f1c...e9 --cloud ada --to broker.pem --to backup.pem --out mammo.cms
  $ vault read ... | tresor envelope seal --key-stdin --to broker.pem --ca clinic-ca.pem --out mammo.cms   a key in hex or base64
  $ tresor envelope show mammo.cms
  $ tresor envelope open mammo.cms --key broker.key --out mammo.key
  $ openssl cms -decrypt -binary -inform PEM -in mammo.cms -inkey broker.key -recip broker.pem -out mammo.key   without Tresor

An envelope is CMS AuthEnvelopedData: AES-256-GCM, RSA-OAEP or ECDH for each recipient. It holds one key and shows any change.
No key is printed or stands on a command line; what is written by --out is new and of mode 0600.`;

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** `tresor envelope seal | open | show` */
export function registerEnvelope(program: Command): void {
  const group = program
    .command("envelope")
    .description("hand a study's key to holders of certificates: seal, open, show")
    .addHelpText("after", EXAMPLES);
  group
    .command("seal")
    .description("seal a key for the holders of certificates")
    .requiredOption("--to <certificate>", "a recipient's certificate, PEM; once for each", collect, [])
    .option("--ca <certificate>", "who may have signed them, PEM; once for each", collect, [])
    .option("--secret <id>", "the key in Barbican, which the entry of --cloud must be allowed to read")
    .option("--cloud <entry>", "entry of clouds.yaml. Default: OS_CLOUD")
    .option("--key-file <file>", "a file with the 32 bytes of the key")
    .option("--key-stdin", "read the key from standard input, in hex or base64", false)
    .requiredOption("--out <file>", "the new envelope")
    .option("--json", "as JSON", false)
    .action((options: SealOptions) => exitWith(envelopeSeal(options, processIo)));
  group
    .command("open <envelope>")
    .description("write the key of an envelope to a new file")
    .requiredOption("--key <file>", "the recipient's private key, PEM")
    .option("--passphrase-file <file>", "file with the private key's passphrase")
    .requiredOption("--out <file>", "the new file with the 32 bytes of the key")
    .option("--json", "as JSON, without the key", false)
    .action((file: string, options: OpenOptions) => exitWith(envelopeOpen(file, options, processIo)));
  group
    .command("show <envelope>")
    .description("who can open an envelope")
    .option("--json", "as JSON", false)
    .action((file: string, options: { readonly json: boolean }) => exitWith(envelopeShow(file, options, processIo)));
}
