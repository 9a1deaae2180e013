/** How many calls are heard. */
export interface Rate {
  /** Calls that may come at once. */
  readonly burst: number;
  /** Calls each minute after that. */
  readonly perMinute: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

function take(bucket: Bucket, { burst, perMinute }: Rate, now: number): boolean {
  const minutes = Math.max(0, now - bucket.at) / 60_000;
  bucket.tokens = Math.min(burst, bucket.tokens + minutes * perMinute);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

/** Most addresses that are kept apart; where there are more, new ones wait. */
const MOST_ADDRESSES = 4096;

/** What keeps strangers from filling memory, record and processor: a rate for each address, and one for all. */
export class Turnstile {
  readonly #each: Rate;
  readonly #all: Rate;
  readonly #total: Bucket;
  readonly #buckets = new Map<string, Bucket>();

  constructor(each: Rate, all: Rate, at: Date) {
    this.#each = each;
    this.#all = all;
    this.#total = { tokens: all.burst, at: at.getTime() };
  }

  /** Whether a call from an address is heard. One that is not costs the others nothing. */
  pass(from: string, at: Date): boolean {
    const now = at.getTime();
    let bucket = this.#buckets.get(from);
    if (bucket === undefined) {
      const idle = (this.#each.burst / this.#each.perMinute) * 60_000;
      if (this.#buckets.size >= MOST_ADDRESSES)
        for (const [other, { at: last }] of this.#buckets) if (now - last > idle) this.#buckets.delete(other);
      if (this.#buckets.size >= MOST_ADDRESSES) return false;
      bucket = { tokens: this.#each.burst, at: now };
      this.#buckets.set(from, bucket);
    }
    return take(bucket, this.#each, now) && take(this.#total, this.#all, now);
  }
}
