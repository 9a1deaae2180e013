import path from "node:path";
import type { Command } from "commander";
import { fingerprintOf, pemOf } from "../../deletion/signature.ts";
import { green, red } from "../console.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";
import { readIfThere } from "../site/files.ts";
import { keyFile, makeSigningKey, publicKeyFile, readPublicKey } from "../destroy/signing-key.ts";
import { verifyReceipt } from "../destroy/receipt-files.ts";

/** Makes the key of a site directory, once, and prints its public half. */
export async function receiptKey(
  { dir, json }: { readonly dir: string; readonly json: boolean },
  io: Io,
): Promise<number> {
  const directory = path.resolve(io.cwd, dir);
  const { signing, made } = await makeSigningKey(directory);
  const [publicPem, fingerprint] = [pemOf(signing.publicKey), fingerprintOf(signing.publicKey)];
  if (json) io.out(JSON.stringify({ made, publicKey: publicPem, fingerprint, file: publicKeyFile(dir) }, null, 2));
  else {
    io.note(made ? `made ${keyFile(dir)}, mode 0600` : `${keyFile(dir)} was there already`);
    io.out(publicPem.trim());
    if (!((await readIfThere(path.join(directory, ".gitignore"))) ?? "").includes("/receipt.key"))
      io.note("git does not ignore it yet: run `tresor init` again, or add /receipt.key and /.destroy.* to .gitignore");
    io.note(`fingerprint ${fingerprint}; the same lies in ${publicKeyFile(dir)}: give it to who will verify a receipt`);
  }
  return EXIT.ok;
}

export interface VerifyOptions {
  readonly file: string;
  readonly key?: string;
  readonly json: boolean;
}

/** Verifies a receipt: exit 0 where it is as it was signed, 2 where it is not. @throws UserError where a file cannot be read */
export async function receiptVerify({ file, key, json }: VerifyOptions, io: Io): Promise<number> {
  const publicKey = key === undefined ? undefined : await readPublicKey(path.resolve(io.cwd, key));
  const { ok, why, receipt, sha256 } = await verifyReceipt(path.resolve(io.cwd, file), publicKey);
  const fingerprint = receipt && fingerprintOf(receipt.signer.publicKey);
  const about = receipt && { zone: receipt.zone.name, until: receipt.until, objects: receipt.objects.length };
  if (json)
    io.out(JSON.stringify({ ok, ...(why && { why }), sha256, fingerprint, ...about, left: receipt?.left }, null, 2));
  else if (receipt === undefined) io.out(`${red("refused")}  ${file}: ${why}`);
  else {
    const { left, objects, zone, until } = receipt;
    const rest = left.length === 0 ? "nothing is left" : `${left.length} left`;
    io.out(`${green("ok")}  zone ${zone.name}, ${until}: ${objects.length} objects deleted, ${rest}`);
    for (const one of left)
      io.out(`  left: ${[one.kind, one.name, one.id, one.project].filter(Boolean).join(" ")}: ${one.why}`);
    io.note(`signed by ${fingerprint}`);
    if (key === undefined)
      io.note("that is the key that the receipt names itself: compare it, or give the signer's with --key");
  }
  return ok ? EXIT.ok : EXIT.found;
}

const EXAMPLES = `
Examples:
  $ tresor receipt key --dir ./digimed                    once; give the public key to who will verify
  $ tresor receipt verify digimed/receipts/digimed-2027-01-31T10-00-00-000Z.json --key receipt.pub
  $ openssl pkeyutl -verify -pubin -inkey receipt.pub -rawin -in <receipt>.json -sigfile <receipt>.json.sig

Exit code of verify: 0 when every byte is as it was signed; 2 when not; 1 when a file cannot be read. What the receipt says is left is no
failure of its verification.`;

export function registerReceipt(program: Command): void {
  const receipt = program
    .command("receipt")
    .description("the key that signs deletion receipts, and their verification")
    .addHelpText("after", EXAMPLES);
  receipt
    .command("key")
    .description("make the site directory's signing key, and print its public half")
    .option("--dir <dir>", "site directory", ".")
    .option("--json", "the result as JSON", false)
    .action((options: { dir: string; json: boolean }) => exitWith(receiptKey(options, processIo)));
  receipt
    .command("verify")
    .description("tell whether a receipt is as it was signed")
    .argument("<file>", "the receipt's JSON; the signature lies beside it")
    .option("--key <file>", "public key of the signer, PEM (default: the one that the receipt names)")
    .option("--json", "the result as JSON", false)
    .action((file: string, options: Omit<VerifyOptions, "file">) =>
      exitWith(receiptVerify({ ...options, file }, processIo)),
    );
}
