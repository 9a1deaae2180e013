import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QuobyteOptions } from "../../../quobyte/client.ts";
import { QuobyteClient } from "../../../quobyte/client.ts";
import type { SimulatorOptions, Tls } from "../../../scripts/devcloud/quobyte/index.ts";
import { loopbackTls, Simulator } from "../../../scripts/devcloud/quobyte/index.ts";

/** Keys and certificates for loopback, of which no file is left. */
function loopback(): Tls {
  const directory = mkdtempSync(join(tmpdir(), "tresor-test-"));
  try {
    return loopbackTls(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

let known: Tls | undefined;

/** Made once for all tests of a process, since that takes longer than a test. */
export const testTls = (): Tls => (known ??= loopback());

const LOGIN = { user: "toolkit", password: "a-secret-of-the-tests" };

/** A simulator of its own on a free port. */
export const startSimulator = (options: Partial<SimulatorOptions> = {}): Promise<Simulator> =>
  Simulator.start({ tls: testTls(), erasure: 0, ...LOGIN, ...options });

/** A client of it, that does not wait between attempts. */
export const clientOf = (
  { url, ca }: Pick<Simulator, "url" | "ca">,
  options: Partial<QuobyteOptions> = {},
): QuobyteClient => new QuobyteClient({ url, ca, ...LOGIN, wait: () => Promise.resolve(), ...options });

/** The error that a call ends with. */
export const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );
