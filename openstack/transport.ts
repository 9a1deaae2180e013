import http from "node:http";
import https from "node:https";

/** One HTTP exchange. Node's own `fetch` takes no CA, so this stands on `node:https`. */
interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** Milliseconds from the start until the whole answer is there. */
  readonly timeout: number;
  /** Where the bytes of a good answer go, instead of its text; asked anew for each attempt. */
  readonly sink?: () => (chunk: Buffer) => void;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** No answer: what went wrong with the connection, and whether the request can have reached the server. */
export class ConnectionError extends Error {
  /** For example `ECONNREFUSED`, `ETIMEDOUT`. */
  readonly code: string;
  /** False if the request was certainly not sent, so that even a POST may be repeated. */
  readonly sent: boolean;

  constructor(message: string, code: string, sent: boolean) {
    super(message);
    this.name = "ConnectionError";
    this.code = code;
    this.sent = sent;
  }
}

export interface TlsOptions {
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  readonly verify: boolean;
}

/** True for an address to which passwords would go in the clear over a network. */
export function sendsInClear(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** More than this is no answer of an API. */
const LARGEST_ANSWER = 256 * 1024 * 1024;

/** Sends requests. Only reads reuse connections: a write on a connection that the server is about to close is lost. */
export class Transport {
  readonly #tls: https.AgentOptions;
  readonly #readers: { http: http.Agent; https: https.Agent };

  constructor(tls: TlsOptions) {
    this.#tls = { rejectUnauthorized: tls.verify, ...(tls.ca !== undefined && { ca: tls.ca }), minVersion: "TLSv1.2" };
    const options = { keepAlive: true, maxFreeSockets: 4, timeout: 5_000 };
    this.#readers = { http: new http.Agent(options), https: new https.Agent({ ...options, ...this.#tls }) };
  }

  /** @throws ConnectionError where no whole answer came */
  send(exchange: Exchange): Promise<Answer> {
    const secure = exchange.url.startsWith("https:");
    const agent = exchange.method === "GET" ? this.#readers[secure ? "https" : "http"] : undefined;
    return new Promise((resolve, reject) => {
      const body = exchange.body === undefined ? undefined : Buffer.from(exchange.body);
      const headers = { ...exchange.headers, ...(body && { "Content-Length": String(body.length) }) };
      const options = { method: exchange.method, headers, agent: agent ?? false, ...(secure && this.#tls) };
      let connected = false;
      const fail = (error: NodeJS.ErrnoException): void => {
        clearTimeout(timer);
        reject(new ConnectionError(error.message || String(error.code), error.code ?? "EUNKNOWN", connected));
      };
      const request = (secure ? https : http).request(exchange.url, options, (response) => {
        const { statusCode = 0, headers: answered } = response;
        const done = (text: string): void => {
          clearTimeout(timer);
          resolve({ status: statusCode, headers: answered, text });
        };
        // A 204 ends with its headers. Barbican sends a body after it, which would otherwise break the answer that is there.
        if (statusCode === 204) done("");
        const sink = statusCode >= 200 && statusCode < 300 ? exchange.sink?.() : undefined;
        (sink === undefined ? collect(response) : drain(response, sink)).then(done, fail);
      });
      request.on("socket", (socket) => {
        if (!socket.connecting) connected = true;
        else socket.once(secure ? "secureConnect" : "connect", () => (connected = true));
      });
      request.on("error", fail);
      const timer = setTimeout(() => {
        const seconds = Math.round(exchange.timeout / 1000);
        request.destroy(Object.assign(new Error(`no answer within ${seconds} s`), { code: "ETIMEDOUT" }));
      }, exchange.timeout);
      request.end(body);
    });
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#readers.http.destroy();
    this.#readers.https.destroy();
  }
}

async function drain(response: http.IncomingMessage, sink: (chunk: Buffer) => void): Promise<string> {
  for await (const part of response as AsyncIterable<Buffer>) sink(part);
  return "";
}

async function collect(response: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST_ANSWER) throw Object.assign(new Error("the answer is too large"), { code: "EMSGSIZE" });
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
