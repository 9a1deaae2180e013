import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../config/problem.ts";
import { ConnectionError, Transport, type Answer } from "../openstack/transport.ts";

interface AuthorityOptions {
  /** As errors name it. */
  readonly name: string;
  readonly url: string;
  readonly token: string;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  /** How repetitions wait. @default by the clock */
  readonly wait?: (milliseconds: number) => Promise<void>;
}

const ATTEMPTS = 3;
const TIMEOUT = 30_000;
/** Everything an answer says that we look at (OpenBao, HTTP API: `data`, and `errors` where it refused). */
const answerSchema = z.object({ data: z.unknown().optional(), errors: z.array(z.string()).optional() });

/** What a status means, and what to do then (OpenBao, HTTP API, status codes). */
const MEANINGS: Readonly<Record<number, readonly [means: string, next: string]>> = {
  400: ["it refuses the request", "correct what it names"],
  403: [
    "the token of the entry is not allowed to, or is over",
    "give the entry of authorities.yaml a token that may write roles and policies",
  ],
  404: ["it has no such place", "name a mount where a PKI engine is; its owner makes it"],
  429: ["it asks to wait", "repeat it later"],
  503: ["it is sealed or in maintenance", "ask its operator to unseal it"],
};

/** An OpenBao, by its HTTP API: https alone, verified always, the token in a header. */
export class AuthorityClient {
  readonly #options: AuthorityOptions;
  readonly #transport: Transport;

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#transport = new Transport({ verify: true, ca: options.ca });
  }

  /** What is at a path; undefined where nothing is. */
  async read(path: string, what: string): Promise<unknown> {
    const answer = await this.#send("GET", path, what);
    return answer.status === 404 ? undefined : this.#parse(answer, what).data;
  }

  /** Writes the whole of what is at a path. */
  async write(path: string, body: object, what: string): Promise<void> {
    const answer = await this.#send("POST", path, what, body);
    if (answer.status === 404) throw this.#refused(answer, what);
  }

  /** Removes what is at a path; nothing there is done. */
  async remove(path: string, what: string): Promise<void> {
    await this.#send("DELETE", path, what);
  }

  /** All of these calls may be repeated: each says what shall be, not what shall be done. */
  async #send(method: string, path: string, what: string, body?: object): Promise<Answer> {
    const { url, token, wait = sleep } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const exchange = {
        method,
        url: `${url.replace(/\/$/, "")}/v1/${path}`,
        headers: { "X-Vault-Token": token, "X-Vault-Request": "true", "Content-Type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeout: TIMEOUT,
      };
      try {
        const answer = await this.#transport.send(exchange);
        if ((answer.status >= 200 && answer.status < 300) || answer.status === 404) return answer;
        if (attempt === ATTEMPTS || ![429, 500, 502, 503, 504].includes(answer.status))
          throw this.#refused(answer, what);
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
        if (attempt === ATTEMPTS)
          throw new UserError({
            what: `cannot ${what}: the authority "${this.#options.name}" does not answer`,
            why: error.message,
            next: "check url and ca of its entry in authorities.yaml, and the network",
          });
      }
      await wait(500 * attempt);
    }
  }

  #parse(answer: Answer, what: string): z.infer<typeof answerSchema> {
    if (answer.text === "") return {};
    try {
      return answerSchema.parse(JSON.parse(answer.text));
    } catch {
      throw new UserError({
        what: `cannot ${what}: the authority "${this.#options.name}" answers what is no answer of OpenBao`,
        next: "check url of its entry in authorities.yaml",
      });
    }
  }

  #refused(answer: Answer, what: string): UserError {
    const [means, next] = MEANINGS[answer.status] ?? [`it answers ${answer.status}`, "repeat it later"];
    const { errors = [] } = answer.status < 500 ? this.#parse(answer, what) : {};
    const said = errors.map((line) => line.trim()).filter((line) => line !== "");
    return new UserError({
      what: `cannot ${what}: ${means} (authority "${this.#options.name}", ${answer.status})`,
      ...(said.length > 0 && { why: said.join("; ").slice(0, 500) }),
      next,
    });
  }
}
