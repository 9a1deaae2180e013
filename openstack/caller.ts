import type { CloudEntry } from "./clouds-file.ts";
import { ApiError, serviceMessage, strike } from "./errors.ts";
import { Gate, sendWithRetries } from "./retry.ts";
import type { Service } from "./services.ts";
import { factsOf } from "./services.ts";
import { secretsOf } from "./token.ts";
import type { Answer, TlsOptions } from "./transport.ts";
import { ConnectionError, Transport } from "./transport.ts";

/** One request of a service. */
interface Outgoing {
  readonly service: Service;
  /** What is tried, as it follows "cannot" in an error. */
  readonly what: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Values that no message may repeat. */
  readonly secrets?: readonly string[];
  /** Milliseconds for one attempt. @default 60000 */
  readonly timeout?: number;
  /** Next step that knows more than the status does. */
  readonly next?: string;
  /** Where the bytes of a good answer go; asked anew for each attempt. */
  readonly sink?: () => (chunk: Buffer) => void;
}

interface CallerOptions {
  readonly tls: TlsOptions;
  readonly parallel: number;
  readonly wait: (milliseconds: number) => Promise<void>;
}

const TIMEOUT = 60_000;

/** How we call ourselves; what TRESOR_USER_AGENT says is appended, so that the calls of one run are found among a cloud's request logs. */
const USER_AGENT = ["tresor", process.env.TRESOR_USER_AGENT?.replaceAll(/[^\x20-\x7e]/g, "")].filter(Boolean).join(" ");

/** Sends requests for one cloud entry: so many at once, with repetitions, failures as ApiErrors without secrets. */
export class Caller {
  /** How many requests were sent, repetitions included. */
  requests = 0;
  /** Tokens that were in use: no message repeats one. */
  readonly tokens = new Set<string>();
  readonly #entry: CloudEntry;
  readonly #gate: Gate;
  readonly #transport: Transport;
  readonly #wait: (milliseconds: number) => Promise<void>;

  constructor(entry: CloudEntry, options: CallerOptions) {
    this.#entry = entry;
    this.#gate = new Gate(options.parallel);
    this.#transport = new Transport(options.tls);
    this.#wait = options.wait;
  }

  /** @throws ApiError where no answer comes; an answer of any status is given back */
  async send(call: Outgoing): Promise<Answer> {
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const type: Record<string, string> = body === undefined ? {} : { "Content-Type": "application/json" };
    const headers = { Accept: "application/json", "User-Agent": USER_AGENT, ...type, ...call.headers };
    const exchange = {
      method: call.method,
      url: call.url,
      headers,
      body,
      timeout: call.timeout ?? TIMEOUT,
      sink: call.sink,
    };
    const attempt = (): Promise<Answer> => {
      this.requests++;
      return this.#gate.run(() => this.#transport.send(exchange));
    };
    try {
      return await sendWithRetries(call.method, attempt, this.#wait);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      const message = `${new URL(call.url).origin}: ${error.message}`;
      throw new ApiError({ ...this.#facts(call), status: 0, message: this.#clean(call, message) });
    }
  }

  /** The error for an answer that is a refusal. */
  refused(call: Outgoing, answer: Answer, body: unknown): ApiError {
    const message = serviceMessage(body);
    const id = answer.headers["x-openstack-request-id"] ?? answer.headers["x-compute-request-id"];
    return new ApiError({
      ...this.#facts(call),
      status: answer.status,
      message: message && this.#clean(call, message),
      requestId: typeof id === "string" ? id : undefined,
      next: call.next,
    });
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#transport.close();
  }

  #facts({ what, service }: Outgoing): { what: string; service: string; cloud: string } {
    return { what, service: factsOf(service).title, cloud: this.#entry.name };
  }

  #clean({ secrets = [] }: Outgoing, text: string): string {
    return strike(text, [...this.tokens, ...secretsOf(this.#entry.credential), ...secrets]);
  }
}
