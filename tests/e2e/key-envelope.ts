import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Session } from "../../openstack/index.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";

/** What became of a try to seal a key for a broker. */
interface Sealed {
  readonly exitCode: number | undefined;
  readonly said: string;
  /** What OpenSSL opened of it; undefined where nothing was sealed. */
  readonly opened?: Buffer;
}

const openssl = async (...given: string[]): Promise<Uint8Array> =>
  (await execa("openssl", given, { encoding: "buffer" })).stdout;

/** Seals a key by `tresor envelope`, as somebody who logs in with a password, for a certificate; OpenSSL opens what came out. */
export async function sealedBy(session: Session, project_id: string, keyId: string): Promise<Sealed> {
  const { credential, authUrl, region } = session.entry;
  if (credential.kind !== "password") throw new Error("logs in otherwise");
  const folder = await mkdtemp(join(tmpdir(), "tresor-keys-"));
  const at = (name: string): string => join(folder, name);
  try {
    const pair = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", at("broker.key")];
    await openssl("req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=broker", ...pair, "-out", at("broker.pem"));
    const auth = { auth_url: authUrl, user_id: credential.user.id, password: credential.password, project_id };
    await writeFile(at("clouds.yaml"), JSON.stringify({ clouds: { one: { auth, region_name: region } } }));
    const command = ["envelope", "seal", "--secret", keyId, "--cloud", "one", "--to", at("broker.pem")];
    const run = await execa(
      process.execPath,
      [join(packageRoot, "bin", "tresor.mjs"), ...command, "--out", at("out.cms")],
      { env: { OS_CLIENT_CONFIG_FILE: at("clouds.yaml"), OS_CLOUD: undefined }, reject: false, all: true },
    );
    const result = { exitCode: run.exitCode, said: run.all };
    if (run.exitCode !== 0) return result;
    const opening = ["-in", at("out.cms"), "-inkey", at("broker.key"), "-recip", at("broker.pem")];
    const bytes = await openssl("cms", "-decrypt", "-binary", "-inform", "PEM", ...opening);
    return { ...result, opened: Buffer.from(bytes) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
