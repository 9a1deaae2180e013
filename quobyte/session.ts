import type { Answer, Transport } from "../openstack/transport.ts";
import { Gate } from "../openstack/retry.ts";

/** What carries exchanges. */
export type Exchanges = Pick<Transport, "send" | "close">;

interface SessionOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Milliseconds from the start of an exchange until its whole answer is there. */
  readonly timeout: number;
}

const KEPT = 20;

/**
 * The session that the server keeps by its cookies. The first call carries user and password (Basic), the following ones the cookie.
 * A session that the server no longer knows (401) is dropped, and the call goes out once more with user and password: a call that
 * was answered 401 was not carried out.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #transport: Exchanges;
  readonly #cookies = new Map<string, string>();
  /** Values of cookies, the last of them: an error may tell one that is already dropped. */
  #shown: readonly string[] = [];
  /** False once a good login brought no cookie: then there is nothing to wait for. */
  #keeps = true;
  /** While there is no cookie, calls go one by one, so that the first of them logs in for all. */
  readonly #login = new Gate(1);

  constructor(options: SessionOptions, transport: Exchanges) {
    this.#options = options;
    this.#transport = transport;
  }

  /** What must never be shown. */
  get secrets(): readonly string[] {
    const { user, password } = this.#options;
    return [password, `${user}:${password}`, ...this.#shown];
  }

  /** @throws ConnectionError where no whole answer came */
  async send(body: string): Promise<Answer> {
    let cookie = this.#cookie();
    // Who waited for another call's login goes on with its cookie.
    if (cookie === undefined && this.#keeps) {
      const answer = await this.#login.run(() =>
        this.#cookie() === undefined ? this.#logIn(body) : Promise.resolve(undefined),
      );
      if (answer !== undefined) return answer;
      cookie = this.#cookie();
    }
    if (cookie === undefined) return this.#logIn(body);
    const answer = await this.#exchange(body, { Cookie: cookie });
    if (answer.status !== 401) return answer;
    if (this.#cookie() === cookie) this.#cookies.clear();
    return this.#logIn(body);
  }

  async #logIn(body: string): Promise<Answer> {
    const { user, password } = this.#options;
    const credential = Buffer.from(`${user}:${password}`).toString("base64");
    const answer = await this.#exchange(body, { Authorization: `Basic ${credential}` });
    if (answer.status < 300) this.#keeps = this.#cookies.size > 0;
    return answer;
  }

  #cookie(): string | undefined {
    if (this.#cookies.size === 0) return undefined;
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async #exchange(body: string, credential: Record<string, string>): Promise<Answer> {
    const { url, timeout } = this.#options;
    const headers = { "Content-Type": "application/json", Accept: "application/json", ...credential };
    const answer = await this.#transport.send({ method: "POST", url, headers, body, timeout });
    for (const line of answer.headers["set-cookie"] ?? []) this.#take(line);
    return answer;
  }

  /** Takes one `Set-Cookie`. All go to one address only, so path and domain do not matter. */
  #take(line: string): void {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (at < 1 || !/^[\x21-\x7e]+$/.test(name) || !/^[\x21-\x7e]*$/.test(value)) return;
    const ended = attributes.some((attribute) => /^max-age=(0|-\d+)$/i.test(attribute));
    if (ended || value === "") this.#cookies.delete(name);
    else {
      this.#cookies.set(name, value);
      this.#shown = [value, ...this.#shown.filter((known) => known !== value)].slice(0, KEPT);
    }
  }
}
