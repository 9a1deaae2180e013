/** For whom a nonce was given. */
export interface Asked {
  readonly dataset: string;
  /** SHA-256 of the guest's public key, in hex. */
  readonly key: string;
}

interface Given extends Asked {
  readonly from: number;
  readonly until: number;
  used: boolean;
}

export interface NonceBounds {
  /** How long a nonce may be used, in milliseconds. @default 60000 */
  readonly life?: number;
  /** How many are kept at once, used and old ones included. @default 1024 */
  readonly most?: number;
}

/**
 * The nonces of a service: each for one key and one data set, once, for a short time. In memory alone: after a restart those of before are
 * unknown, and so refused.
 */
export class Nonces {
  readonly #given = new Map<string, Given>();
  readonly #life: number;
  readonly #most: number;

  constructor({ life = 60_000, most = 1024 }: NonceBounds = {}) {
    this.#life = life;
    this.#most = most;
  }

  /** Milliseconds that a nonce lives. */
  get life(): number {
    return this.#life;
  }

  /** Notes a new nonce, in hex. @returns false where too many are out */
  give(nonce: string, { dataset, key }: Asked, at: Date): boolean {
    const from = at.getTime();
    // Old ones are kept as long again, so that the log can say of one that it came too late.
    for (const [old, { until }] of this.#given) if (from > until + this.#life) this.#given.delete(old);
    if (this.#given.size >= this.#most || this.#given.has(nonce)) return false;
    this.#given.set(nonce, { dataset, key, from, until: from + this.#life, used: false });
    return true;
  }

  /**
   * Uses a nonce up. One that comes with another key or data set than it was given for stays with its owner: whoever saw it cannot burn it.
   * @returns why it cannot be used; undefined where it was used now
   */
  take(nonce: string, { dataset, key }: Asked, at: Date): string | undefined {
    const given = this.#given.get(nonce);
    const now = at.getTime();
    if (given === undefined) return "it was given to nobody, or is long over";
    if (given.key !== key) return "it was given for another key";
    if (given.dataset !== dataset) return "it was given for another data set";
    if (given.used) return "it was used before";
    given.used = true;
    return now >= given.from && now <= given.until ? undefined : "it is over";
  }
}
