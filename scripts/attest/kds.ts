import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../config/problem.ts";

/** AMD's key distribution service. */
export const KDS = "https://kdsintf.amd.com";

/** How the service is asked; tests have their own clock and address. */
export interface KdsOptions {
  readonly url: string;
  /** Waits so many milliseconds. */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
  readonly say: (what: string) => void;
}

const ATTEMPTS = 6;
/** AMD lets an address ask for about one chip's certificate in ten seconds. */
const FIRST_WAIT = 10_000;
const LONGEST_WAIT = 120_000;
const TIMEOUT = 30_000;
/** Largest answer that is read: a chain is 5 kB, a list less. */
const LARGEST = 256 * 1024;

/** Checks an address of a key service: https, or a server on this machine. */
export function kdsUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url?.protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (
    url !== undefined &&
    (url.protocol === "https:" || local) &&
    url.username === "" &&
    url.search === "" &&
    url.hash === ""
  )
    return url.href.replace(/\/+$/, "");
  throw new UserError({
    what: "--kds is no address of a key service",
    allowed: `an address with https, such as ${KDS}`,
  });
}

/** Milliseconds to wait: what the service asks for, else doubling. */
const delayOf = (attempt: number, retryAfter: string | null): number => {
  const seconds = Number(retryAfter ?? "none");
  return Math.min(Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : FIRST_WAIT * 2 ** attempt, LONGEST_WAIT);
};

/** The body, as long as it is not far too large. */
async function bodyOf(response: Response): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > LARGEST)
      throw new UserError({ what: "the key service answers with far too much", found: `more than ${LARGEST} bytes` });
    parts.push(part);
  }
  return Buffer.concat(parts);
}

type Outcome = { readonly body: Buffer } | { readonly again: string; readonly retryAfter: string | null };

async function ask(address: string): Promise<Outcome> {
  let response: Response;
  try {
    response = await fetch(address, { redirect: "error", signal: AbortSignal.timeout(TIMEOUT) });
    if (response.ok) return { body: await bodyOf(response) };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return { again: cause, retryAfter: null };
  }
  await response.body?.cancel();
  if (response.status === 429 || response.status >= 500)
    return { again: `it answers ${response.status}`, retryAfter: response.headers.get("retry-after") };
  throw new UserError({
    what: `the key service refuses ${new URL(address).pathname}`,
    found: `${response.status}`,
    why:
      response.status === 404 || response.status === 400
        ? "it knows no such chip, or not at this patch level"
        : "it does not say why",
    next: "compare chip and patch level of the report with the host's, or take the certificate from the host: --table",
  });
}

/** Gets one file of the service, waiting as it asks for. @throws UserError where it refuses, or is not there after all attempts */
export async function askKds(path: string, { url, wait = sleep, say }: KdsOptions): Promise<Buffer> {
  let why = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const outcome = await ask(`${url}${path}`);
    if ("body" in outcome) return outcome.body;
    why = outcome.again;
    if (attempt === ATTEMPTS - 1) break;
    const delay = delayOf(attempt, outcome.retryAfter);
    say(`${why}; waiting ${Math.round(delay / 1000)} s`);
    await wait(delay);
  }
  throw new UserError({
    what: "the key service gives no answer",
    why,
    next: "try later, or take the certificates from the host: --table",
  });
}
