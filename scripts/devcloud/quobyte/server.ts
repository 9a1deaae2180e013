import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { METHODS } from "../../../quobyte/contract/index.ts";
import type { Fault } from "./faults.ts";
import { Faults, faultSchema } from "./faults.ts";
import { Refusal } from "./refusal.ts";
import type { Request } from "./rpc.ts";
import { failure, perform, readRequest } from "./rpc.ts";
import { Sessions } from "./sessions.ts";
import type { State } from "./state.ts";
import { loadState, saveState } from "./state.ts";
import type { Tls } from "./tls.ts";
import type { WorldSettings } from "./world.ts";
import { erase } from "./world.ts";

export interface SimulatorOptions {
  readonly tls: Pick<Tls, "key" | "cert" | "ca">;
  /** The first user, who may do everything. */
  readonly user: string;
  readonly password: string;
  /** On 127.0.0.1. @default any that is free */
  readonly port?: number;
  /** Where the state is kept. @default nowhere: it ends with the process */
  readonly stateFile?: string;
  /** Milliseconds that a session lives. @default 10 minutes */
  readonly session?: number;
  /** Milliseconds that an erasure takes after it was scheduled. @default 1000 */
  readonly erasure?: number;
  /** Bytes. @default 100 TiB */
  readonly capacity?: number;
  /** Milliseconds since the epoch. @default the machine's clock */
  readonly now?: () => number;
}

/** One call as it came in, without its values. */
export interface Call {
  readonly method: string;
  readonly user: string;
  readonly agent: string;
  /** True where a cookie let it in. */
  readonly session: boolean;
  /** `ok`, the code of the error, or the fault that was asked for. */
  readonly outcome: string;
}

const LARGEST_REQUEST = 1024 * 1024;
const CALLS_KEPT = 2000;
/** What is no part of Quobyte: the switch of the faults, and the calls that came in. */
const SWITCHES = "/simulator/";

/**
 * A Quobyte API service that knows the published contract and nothing else, with state, sessions, TLS and faults. It holds no data
 * and serves no NFS.
 */
export class Simulator {
  readonly faults = new Faults();
  readonly calls: Call[] = [];
  readonly state: State;
  readonly ca: string;
  readonly #options: SimulatorOptions;
  readonly #sessions: Sessions;
  readonly #settings: WorldSettings;
  readonly #server: https.Server;

  private constructor(options: SimulatorOptions) {
    const { session = 600_000, erasure = 1000, capacity = 100 * 2 ** 40, tls } = options;
    this.#options = options;
    this.ca = tls.ca;
    this.#settings = { erasure, capacity, nfsAddress: "127.0.0.1" };
    this.#sessions = new Sessions(session, () => this.#now());
    this.state = loadState(options.stateFile);
    this.#addFirstUser();
    this.#server = https.createServer({ key: tls.key, cert: tls.cert }, (request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500);
        response.end(error instanceof Error ? error.message : "");
      });
    });
  }

  static async start(options: SimulatorOptions): Promise<Simulator> {
    const simulator = new Simulator(options);
    await new Promise<void>((resolve, reject) => {
      simulator.#server.once("error", reject);
      simulator.#server.listen(options.port ?? 0, "127.0.0.1", resolve);
    });
    return simulator;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Says how many bytes are in a volume: the simulator holds none. */
  fill(uuid: string, bytes: number): void {
    const volume = this.state.volumes.find((one) => one.uuid === uuid);
    if (volume !== undefined) volume.used = bytes;
    saveState(this.#options.stateFile, this.state);
  }

  /** Ends all sessions, as a restart of the service does. */
  forgetSessions(): void {
    this.#sessions.forget();
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }

  #addFirstUser(): void {
    const { user: id, password } = this.#options;
    const known = this.state.users.find((user) => user.id === id);
    if (known) known.password = password;
    else
      this.state.users.push({ id, password, role: ["SUPER_USER"], primary_group: "root", access_key_credentials: [] });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request);
    const caller = this.#sessions.enter(this.state, request.headers);
    if (caller === undefined) return void response.writeHead(401, { "WWW-Authenticate": 'Basic realm="api"' }).end();
    const { pathname } = new URL(request.url ?? "/", "https://127.0.0.1");
    if (pathname.startsWith(SWITCHES)) return this.#switch(request.method, pathname, text, response);
    if (request.method !== "POST") return void response.writeHead(405, { Allow: "POST" }).end();
    if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) return void response.writeHead(415).end();
    if (text === undefined) return void response.writeHead(413).end();
    const headers = { "Content-Type": "application/json", ...(caller.cookie && { "Set-Cookie": caller.cookie }) };
    const agent = request.headers["user-agent"] ?? "";
    const session = caller.cookie === undefined;
    const say = (method: string, outcome: string): void => {
      this.calls.push({ method, user: caller.user, agent, session, outcome });
      if (this.calls.length > CALLS_KEPT) this.calls.shift();
    };
    const read = attempt(() => readRequest(text));
    if (read instanceof Refusal) {
      say("", String(read.code));
      return void response.writeHead(200, headers).end(failure(null, read.code, read.message));
    }
    const fault = this.faults.take(read.method);
    if (fault !== undefined && (await this.#failing(fault, read, { user: caller.user, session }, say, response)))
      return;
    const { outcome, answer } = this.#perform(read, caller.user);
    say(read.method, outcome);
    response.writeHead(200, headers).end(answer);
  }

  /** Carries a request out; what it changed is on disk before it is answered. */
  #perform(request: Request, user: string): { outcome: string; answer: string } {
    const world = { state: this.state, caller: user, settings: this.#settings, now: () => this.#now() };
    const erased = erase(world);
    const answer = attempt(() => perform(world, request));
    if (erased || METHODS[request.method].effect !== "read") saveState(this.#options.stateFile, this.state);
    if (answer instanceof Refusal)
      return { outcome: String(answer.code), answer: failure(request.id, answer.code, answer.message) };
    return { outcome: "ok", answer };
  }

  /** @returns true where the fault has answered the call */
  async #failing(
    { fault, milliseconds }: Fault,
    request: Request,
    { user, session }: { readonly user: string; readonly session: boolean },
    say: (method: string, outcome: string) => void,
    response: ServerResponse,
  ): Promise<boolean> {
    if (fault === "slow") {
      await sleep(milliseconds);
      return false;
    }
    if (fault === "expired") {
      this.#sessions.forget();
      // Who sends user and password with each call does not notice.
      if (!session) return false;
    }
    say(request.method, fault);
    if (fault === "expired") response.writeHead(401, { "WWW-Authenticate": 'Basic realm="api"' }).end();
    else if (fault === "absent")
      response
        .writeHead(200, { "Content-Type": "application/json" })
        .end(failure(request.id, 2, "No such file or directory"));
    else if (fault === "unavailable") response.writeHead(503).end("Service Unavailable");
    else if (fault !== "silent") this.#perform(request, user);
    if (fault === "broken") response.writeHead(500).end("Internal Server Error");
    if (fault === "half-done")
      response
        .writeHead(200, { "Content-Type": "application/json" })
        .end(failure(request.id, -32603, "Operation timed out"));
    if (fault === "lost") response.destroy();
    return true;
  }

  #switch(method: string | undefined, path: string, text: string | undefined, response: ServerResponse): void {
    const answer = (status: number, value?: unknown): void =>
      void response.writeHead(status, { "Content-Type": "application/json" }).end(value && JSON.stringify(value));
    if (path === `${SWITCHES}calls` && method === "GET") return answer(200, this.calls);
    if (path !== `${SWITCHES}faults`) return answer(404);
    if (method === "GET") return answer(200, this.faults.coming);
    if (method === "DELETE") {
      this.faults.clear();
      return answer(204);
    }
    const given = method === "POST" ? faultSchema.safeParse(parsed(text)) : undefined;
    if (given?.success !== true) return answer(400);
    this.faults.add(given.data);
    return answer(204);
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

/** The value, or the refusal that was thrown on the way. */
function attempt<T>(work: () => T): T | Refusal {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** The text of a request; undefined where it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= LARGEST_REQUEST) parts.push(part);
  }
  return size > LARGEST_REQUEST ? undefined : Buffer.concat(parts).toString("utf8");
}
