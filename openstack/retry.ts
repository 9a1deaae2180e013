import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./transport.ts";
import { ConnectionError } from "./transport.ts";

/** Statuses after which a read, or another call without a second effect, is repeated. */
const TRANSIENT = new Set([429, 502, 503, 504]);
/**
 * A conflict between two requests in the service's own database, which the second attempt does not meet again. Neutron answers so
 * where two requests of an administrator at once make the default group of his own project.
 */
const DATABASE_RACE = /transaction has been rolled back|Duplicate entry|Deadlock found/i;
const ATTEMPTS = 5;
/** No service is waited for longer than this, whatever its Retry-After says. */
const LONGEST_WAIT = 30_000;

/** Milliseconds to wait before the next attempt: what the service asks for, else doubling from 0.25 s with jitter. */
export function delayOf(attempt: number, retryAfter: string | undefined, random: () => number = Math.random): number {
  const seconds = Number(retryAfter);
  if (retryAfter !== undefined && Number.isFinite(seconds) && seconds >= 0)
    return Math.min(seconds * 1000, LONGEST_WAIT);
  return Math.min(250 * 2 ** attempt * (0.75 + random() / 2), LONGEST_WAIT);
}

/**
 * True if a call may be made again after this outcome. A POST or PATCH only where it was certainly not carried out: the
 * connection was refused, or the service answered 429.
 */
export function mayRepeat(method: string, outcome: Answer | ConnectionError): boolean {
  const harmless = method === "GET" || method === "HEAD" || method === "PUT" || method === "DELETE";
  if (outcome instanceof ConnectionError) {
    // What fails in the handshake will fail again.
    if (/CERT|SSL|TLS|UNABLE_TO|SELF_SIGNED/.test(outcome.code)) return false;
    return !outcome.sent || harmless;
  }
  if (outcome.status === 429) return true;
  if (outcome.status === 409) return harmless && DATABASE_RACE.test(outcome.text);
  return TRANSIENT.has(outcome.status) && harmless;
}

/**
 * Sends until an answer comes that is not worth repeating for. A DELETE whose connection broke and that then finds nothing
 * is a DELETE that worked: its answer is told as 204.
 * @throws ConnectionError after the last attempt
 */
export async function sendWithRetries(
  method: string,
  send: () => Promise<Answer>,
  wait: (milliseconds: number) => Promise<void> = sleep,
): Promise<Answer> {
  let broken = false;
  for (let attempt = 0; ; attempt++) {
    const outcome = await send().catch((error: unknown) => {
      if (error instanceof ConnectionError) return error;
      throw error;
    });
    if (attempt === ATTEMPTS - 1 || !mayRepeat(method, outcome)) {
      if (outcome instanceof ConnectionError) throw outcome;
      return broken && method === "DELETE" && outcome.status === 404 ? { ...outcome, status: 204, text: "" } : outcome;
    }
    if (outcome instanceof ConnectionError || outcome.status >= 500) broken = true;
    await wait(delayOf(attempt, outcome instanceof ConnectionError ? undefined : outcome.headers["retry-after"]));
  }
}

/** Lets at most `width` tasks run at once; the others wait in order. */
export class Gate {
  #free: number;
  readonly #queue: (() => void)[] = [];

  constructor(width: number) {
    this.#free = width;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
