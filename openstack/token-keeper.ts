import type { Token } from "./token.ts";

/** A token is renewed when less than this is left of it, in milliseconds. */
const RENEW_BEFORE = 90_000;
/** Keystone refuses tokens of the second in which a password or a role was changed. */
const SETTLING = 1_100;

/** Keeps one token: fetched once for many callers, renewed before it ends and once for a refusal. */
export class TokenKeeper {
  readonly #fetch: () => Promise<Token>;
  readonly #renewable: boolean;
  readonly #wait: (milliseconds: number) => Promise<void>;
  #token: Promise<Token> | undefined;
  #fetched = 0;

  constructor(fetch: () => Promise<Token>, renewable: boolean, wait: (milliseconds: number) => Promise<void>) {
    this.#fetch = fetch;
    this.#renewable = renewable;
    this.#wait = wait;
  }

  async current(): Promise<Token> {
    const token = await (this.#token ??= this.#begin());
    if (!this.#renewable || token.expires - Date.now() > RENEW_BEFORE) return token;
    return (this.#token = this.#begin());
  }

  /** Another token after a refused one; undefined where there can be none. A token that is seconds old is given time first. */
  async after(refused: Token): Promise<Token | undefined> {
    if (!this.#renewable) return undefined;
    if (Date.now() - this.#fetched < SETTLING) await this.#wait(SETTLING);
    const now = await this.#token;
    if (now?.value === refused.value) this.#token = undefined;
    return this.current();
  }

  async #begin(): Promise<Token> {
    try {
      const token = await this.#fetch();
      this.#fetched = Date.now();
      return token;
    } catch (error) {
      this.#token = undefined;
      throw error;
    }
  }
}
