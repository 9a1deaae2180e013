import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../config/problem.ts";
import type { Query } from "./answers.ts";
import { newestVersion, nextQuery, pageOf, parseBody, queryOf } from "./answers.ts";
import { Caller } from "./caller.ts";
import type { CloudEntry, Credential, Scope } from "./clouds-file.ts";
import { loadCloud } from "./clouds-file.ts";
import { versionHeader, type KnownVersions } from "./microversions.ts";
import type { Service } from "./services.ts";
import { factsOf } from "./services.ts";
import type { Token } from "./token.ts";
import { authRequest, endpointOf, readToken, withoutVersion } from "./token.ts";
import { TokenKeeper } from "./token-keeper.ts";
import type { Answer } from "./transport.ts";
import { sendsInClear } from "./transport.ts";

/** Pages of one list: a million rows at the services' own limits, more than any cloud of this kind has. */
const MOST_PAGES = 10_000;

const endless = (title: string, what: string): UserError =>
  new UserError({
    what: `cannot ${what}: ${title} names a next page again and again`,
    why: `a page was named twice, or there are more than ${MOST_PAGES}: a list without an end is never whole`,
    next: "ask the operator, then repeat",
  });

export interface RequestOptions {
  readonly body?: unknown;
  readonly query?: Query;
  /** The oldest microversion that serves this call; default the service's own minimum of `SERVICES`. */
  readonly microversion?: string;
  /** The newest microversion that still serves this call, where a later one took something away. @default - none did */
  readonly atMost?: string;
  /** Statuses beside 2xx that are an answer and no error, for example `[404]`. */
  readonly expect?: readonly number[];
  /** What is tried, as it follows "cannot" in an error: `list the rules of security group 8e2f`. */
  readonly what?: string;
  /** Next step for the error that knows more than the status does. */
  readonly next?: string;
  /** Values in the body that no message may repeat. */
  readonly secrets?: readonly string[];
  /** Milliseconds for one attempt. @default 60000 */
  readonly timeout?: number;
  /** Media type of the answer; Barbican hands out keys as `application/octet-stream` only. @default "application/json" */
  readonly accept?: string;
  /** More headers: Swift keeps what it knows of a container in them. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the bytes of a good answer go, instead of the body; asked anew for each attempt. */
  readonly sink?: () => (chunk: Buffer) => void;
}

/** What a service answered; `body` is parsed JSON, text, or undefined where it is empty. */
interface ServiceAnswer<T = unknown> {
  readonly status: number;
  readonly body: T;
  readonly headers: Answer["headers"];
}

export interface SessionOptions {
  /** @default 8 */
  readonly parallel?: number;
  /** Where warnings go. @default stderr */
  readonly warn?: (text: string) => void;
  /** Shared with other sessions. @default of its own */
  readonly versions?: KnownVersions;
  /** How repetitions wait. @default by the clock */
  readonly wait?: (milliseconds: number) => Promise<void>;
  /** Milliseconds without another question after which questions that were gathered are put. @default 50, above the engine's pace */
  readonly quiet?: number;
}

/**
 * One identity on one cloud. The token is fetched at the first call, kept, renewed before it ends and once after a 401; reads
 * are repeated on transient failures, writes only where that cannot have a second effect.
 */
export class Session {
  readonly entry: CloudEntry;
  readonly quiet: number;
  readonly #caller: Caller;
  readonly #tokens: TokenKeeper;
  readonly #versions: KnownVersions;
  readonly #options: SessionOptions & { readonly ca?: string };

  constructor(entry: CloudEntry, options: SessionOptions & { ca?: string } = {}) {
    this.entry = entry;
    this.#options = options;
    this.quiet = options.quiet ?? 50;
    this.#versions = options.versions ?? new Map();
    const wait = options.wait ?? sleep;
    const tls = { verify: entry.verify, ca: options.ca };
    this.#caller = new Caller(entry, { tls, parallel: options.parallel ?? 8, wait });
    this.#tokens = new TokenKeeper(() => this.#authenticate(), entry.credential.kind !== "token", wait);
    const warn = options.warn ?? ((text: string) => process.stderr.write(`warning: ${text}\n`));
    if (!entry.verify)
      warn(`the cloud "${entry.name}" is used without TLS verification (verify: false in ${entry.file})`);
    if (sendsInClear(entry.authUrl))
      warn(`the cloud "${entry.name}" is used without TLS: ${entry.authUrl} sends passwords in the clear`);
  }

  /**
   * A session for an entry of `clouds.yaml`; nothing is sent yet.
   * @param cloud the entry's name, default `OS_CLOUD`
   * @throws UserError where the entry or its CA file is missing or wrong
   */
  static async open(
    cloud?: string,
    options: SessionOptions = {},
    env: NodeJS.ProcessEnv = process.env,
  ): Promise<Session> {
    const entry = await loadCloud(cloud, env);
    const ca = entry.cacert && (await readFile(entry.cacert, "utf8").catch(() => undefined));
    if (entry.cacert && ca === undefined)
      throw new UserError({
        what: `the CA file ${entry.cacert} of the cloud "${entry.name}" cannot be read`,
        next: "correct cacert in clouds.yaml",
      });
    return new Session(entry, { ...options, ca });
  }

  /** The same cloud as somebody else, for what only that identity may do; to be closed by itself. */
  as(credential: Credential, scope: Scope): Session {
    return new Session({ ...this.entry, credential, scope }, { ...this.#options, warn: () => undefined });
  }

  /** How many requests were sent, tokens and repetitions included. */
  get requests(): number {
    return this.#caller.requests;
  }

  /** The token in use, fetched or renewed if need be. */
  token(): Promise<Token> {
    return this.#tokens.current();
  }

  /** Where a service is, as the catalogue has it; undefined where it lists none. */
  address(service: Service): Promise<string | undefined> {
    return this.#base(service);
  }

  /** True if the cloud's catalogue lists the service. */
  async offers(service: Service): Promise<boolean> {
    return service === "identity" || (await this.#base(service)) !== undefined;
  }

  /** The newest microversion that the cloud offers; undefined for a service without any. */
  async maxMicroversion(service: Service): Promise<string | undefined> {
    const url = await this.#versionsUrl(service);
    if (url === undefined) return undefined;
    const known = this.#versions.get(url) ?? this.#readMaxVersion(service, url);
    this.#versions.set(url, known);
    known.catch(() => this.#versions.delete(url));
    return known;
  }

  /**
   * Calls a service. `path` is relative to the API's version: `/security-groups`, not `/v2.0/security-groups`.
   * @throws ApiError for every status that is neither 2xx nor expected, and where no answer comes
   */
  async request<T = unknown>(
    service: Service,
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<ServiceAnswer<T>> {
    const what = options.what ?? `${method} ${path}`;
    const known = await this.#versions.get((await this.#versionsUrl(service, what)) ?? "");
    const ask = (max?: string): Record<string, string> =>
      versionHeader({
        ...{ service, cloud: this.entry.name, what, max },
        ...{ least: options.microversion, most: options.atMost },
      });
    let version = ask(known);
    const url = `${await this.#root(service, what)}${path}${queryOf(options.query)}`;
    const { body: content, secrets, timeout, next, sink } = options;
    const call = { service, what, method, url, body: content, secrets, timeout, next, sink };
    const media: Record<string, string> = options.accept === undefined ? {} : { Accept: options.accept };
    const send = (token: Token): Promise<Answer> =>
      this.#caller.send({
        ...call,
        headers: { ...options.headers, ...version, ...media, "X-Auth-Token": token.value },
      });
    const token = await this.token();
    let answer = await send(token);
    // Nothing was carried out: the cloud is older than what this code was tested with, and says how old.
    if (answer.status === 406 && known === undefined && factsOf(service).header) {
      version = ask((await this.maxMicroversion(service)) ?? "0.0");
      answer = await send(token);
    }
    const renewed = answer.status === 401 ? await this.#tokens.after(token) : undefined;
    if (renewed) answer = await send(renewed);
    const body = parseBody(answer);
    if ((answer.status >= 200 && answer.status < 300) || options.expect?.includes(answer.status))
      return { status: answer.status, body: body as T, headers: answer.headers };
    throw this.#caller.refused(call, answer, body);
  }

  /** The body of a GET; undefined for a 404. */
  async find<T>(service: Service, path: string, options: RequestOptions = {}): Promise<T | undefined> {
    const answer = await this.request<T>(service, "GET", path, {
      ...options,
      expect: [404, ...(options.expect ?? [])],
    });
    return answer.status === 404 ? undefined : answer.body;
  }

  /** All items under `key` of a list, page by page. */
  async paginate<T>(service: Service, path: string, key: string, options: RequestOptions = {}): Promise<T[]> {
    const { paging } = factsOf(service);
    const items: T[] = [];
    let query: Query | undefined = { ...(paging && { limit: paging.limit }), ...options.query };
    const asked = new Set<string>();
    while (query !== undefined) {
      // A page named twice, or a list without an end, would keep us here for ever and never be whole.
      const page = JSON.stringify(query);
      if (asked.has(page) || asked.size === MOST_PAGES)
        throw endless(factsOf(service).title, options.what ?? `GET ${path}`);
      asked.add(page);
      const answer: ServiceAnswer = await this.request(service, "GET", path, { ...options, query });
      const rows: T[] = pageOf<T>(answer.body, key, options.what ?? `GET ${path}`);
      items.push(...rows);
      if (paging?.kind === "offset")
        query = rows.length < paging.limit ? undefined : { ...query, offset: items.length };
      else query = rows.length === 0 ? undefined : nextQuery(answer.body, key);
    }
    return items;
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#caller.close();
  }

  async #authenticate(): Promise<Token> {
    const call = {
      service: "identity" as const,
      what: `log in to the cloud "${this.entry.name}"`,
      method: "POST",
      url: `${this.entry.authUrl}/v3/auth/tokens`,
      body: authRequest(this.entry),
    };
    const answer = await this.#caller.send(call);
    const value = answer.headers["x-subject-token"];
    if (answer.status !== 201 || typeof value !== "string") throw this.#caller.refused(call, answer, parseBody(answer));
    this.#caller.tokens.add(value);
    return readToken(value, parseBody(answer));
  }

  async #base(service: Service): Promise<string | undefined> {
    if (service === "identity") return this.entry.authUrl;
    const { types, whole } = factsOf(service);
    const url = endpointOf(await this.token(), types, this.entry.interface, this.entry.region);
    return url === undefined || whole ? url : withoutVersion(url);
  }

  async #baseOrFail(service: Service, what: string): Promise<string> {
    const base = await this.#base(service);
    if (base !== undefined) return base;
    const { title } = factsOf(service);
    const where = [this.entry.region && `region ${this.entry.region}`, `interface ${this.entry.interface}`]
      .filter(Boolean)
      .join(", ");
    throw new UserError({
      what: `cannot ${what}: the catalogue of the cloud "${this.entry.name}" lists no ${title} (${where})`,
      next: `correct region and interface in clouds.yaml, or ask the operator for the service ${service}`,
    });
  }

  async #root(service: Service, what: string): Promise<string> {
    const { root } = factsOf(service);
    const base = await this.#baseOrFail(service, what);
    if (!root.includes("{project}")) return `${base}${root}`;
    const { projectId } = await this.token();
    return `${base}${root.replace("/{project}", projectId === undefined ? "" : `/${projectId}`)}`;
  }

  /** Where the newest microversion is told; undefined for a service without any. */
  async #versionsUrl(service: Service, what?: string): Promise<string | undefined> {
    const { versions, title } = factsOf(service);
    if (!versions) return undefined;
    return `${await this.#baseOrFail(service, what ?? `read the versions of ${title}`)}${versions}`;
  }

  async #readMaxVersion(service: Service, url: string): Promise<string | undefined> {
    const what = `read the versions of ${factsOf(service).title}`;
    const headers = { "X-Auth-Token": (await this.token()).value };
    const call = { service, what, method: "GET", url, headers };
    const answer = await this.#caller.send(call);
    if (answer.status === 200 || answer.status === 300) return newestVersion(parseBody(answer));
    throw this.#caller.refused(call, answer, parseBody(answer));
  }
}
