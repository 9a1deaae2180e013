import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QuobyteOptions } from "../../../quobyte/client.ts";
import { QuobyteClient } from "../../../quobyte/client.ts";
import type { SimulatorOptions, Tls } from "../../../scripts/devcloud/quobyte/index.ts";
import { loopbackTls, Simulator } from "../../../scripts/devcloud/quobyte/index.ts";

let known: Tls | undefined;

/** Certificates for loopback, made once for all tests of a process. */
export function testTls(): Tls {
  if (known === undefined) {
    const directory = mkdtempSync(join(tmpdir(), "tresor-quobyte-tls-"));
    known = loopbackTls(directory);
    process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  }
  return known;
}

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
