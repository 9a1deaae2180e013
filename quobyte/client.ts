import { X509Certificate } from "node:crypto";
import type { z } from "zod";
import { UserError } from "../config/problem.ts";
import { serviceMessage, strike } from "../openstack/errors.ts";
import { sendWithRetries } from "../openstack/retry.ts";
import type { Answer } from "../openstack/transport.ts";
import { ConnectionError, Transport } from "../openstack/transport.ts";
import type { Retry } from "./contract/build.ts";
import type { MethodName, Params, Result } from "./contract/index.ts";
import { METHODS } from "./contract/index.ts";
import { loosened } from "./contract/loose.ts";
import type { Fault, FaultKind } from "./errors.ts";
import { isNotFound, kindOf, QuobyteError } from "./errors.ts";
import { parseJson, writeJson } from "./json.ts";
import type { Exchanges } from "./session.ts";
import { Session } from "./session.ts";

export type { MethodName, Params, Result } from "./contract/index.ts";
export { isGarbage, isNotFound, isTaken, orAbsent, QuobyteError } from "./errors.ts";

export interface QuobyteOptions {
  /** Address of the API service, `https` only, for example `https://quobyte.example.org:7860`. */
  readonly url: string;
  /** User name, or id of an access key for management. */
  readonly user: string;
  /** Password, or secret of the access key. */
  readonly password: string;
  /** PEM certificates of the CA that signed the server's. @default the system's CAs */
  readonly ca?: string;
  /** Milliseconds that one attempt may take. @default 60000 */
  readonly timeout?: number;
  /** How long the server itself tries before it answers. @default INTERACTIVE, which answers soon */
  readonly retry?: Retry;
  /** Carries the exchanges instead of https; for tests. */
  readonly transport?: Exchanges;
  /** Waits between attempts; for tests. */
  readonly wait?: (milliseconds: number) => Promise<void>;
}

const TIMEOUT = 60_000;

/**
 * Quobyte's management API (JSON-RPC over https) by its published contract. Reads no file and no environment. The server's certificate
 * is always checked. Parameters are checked before anything is sent, answers before anything is believed.
 */
export class QuobyteClient {
  readonly #options: QuobyteOptions;
  readonly #host: string;
  readonly #transport: Exchanges;
  readonly #session: Session;
  #id = 0;

  /** @throws UserError for an address that is not https, or a CA that is no certificate */
  constructor(options: QuobyteOptions) {
    const url = checkedAddress(options.url);
    if (options.ca !== undefined) checkAuthority(options.ca);
    this.#options = options;
    this.#host = url.host;
    const tls = { verify: true, ...(options.ca !== undefined && { ca: options.ca }) };
    this.#transport = options.transport ?? new Transport(tls);
    const { user, password, timeout = TIMEOUT } = options;
    this.#session = new Session({ url: url.href, user, password, timeout }, this.#transport);
  }

  /**
   * Calls one method.
   * @param what what is tried, as it follows "cannot" in an error: `create the volume "heart"`
   * @returns the answer; 64-bit numbers are BigInt, fields that are not published are there as they came
   * @throws QuobyteError. After `mayBeDone` look whether the object is there before the call is made again
   */
  async call<M extends MethodName>(method: M, params: Params<M>, what = `call ${method}`): Promise<Result<M>> {
    const fail = this.#failing(method, what, secretsIn(params));
    const id = String(++this.#id);
    const body = this.#encode(method, id, params, fail);
    const { effect } = METHODS[method];
    let attempts = 0;
    const send = (): Promise<Answer> => {
      attempts++;
      return this.#session.send(body);
    };
    const unknown = effect === "create";
    const answer = await sendWithRetries(unknown ? "POST" : "PUT", send, this.#options.wait).catch((error: unknown) => {
      if (!(error instanceof ConnectionError)) throw error;
      const kind = /CERT|SSL|TLS|UNABLE_TO|SELF_SIGNED/.test(error.code) ? "TLS" : "CONNECTION";
      throw fail({ kind, reason: error.message, unknown: unknown && error.sent && kind !== "TLS" });
    });
    try {
      return this.#decode(method, id, answer, fail);
    } catch (error) {
      // A removal whose answer was lost finds nothing when it is repeated: it is done.
      if (effect === "remove" && attempts > 1 && isNotFound(error)) return this.#read(method, {}, fail);
      throw error;
    }
  }

  /** Nothing is kept open; here for the day that something is. */
  close(): void {
    this.#transport.close();
  }

  #failing(method: MethodName, what: string, secrets: readonly string[]) {
    return (fault: Pick<Fault, "kind"> & Partial<Fault>): QuobyteError => {
      const hidden = [...secrets, ...this.#session.secrets];
      const reason = fault.reason === undefined ? {} : { reason: strike(fault.reason, hidden) };
      return new QuobyteError({ method, what: strike(what, hidden), host: this.#host, ...fault, ...reason });
    };
  }

  #encode(method: MethodName, id: string, params: unknown, fail: Failing): string {
    const retry = this.#options.retry ?? "INTERACTIVE";
    const checked = METHODS[method].params.safeParse({ retry, ...(params as object) });
    if (!checked.success) throw fail({ kind: "PARAMS", reason: issuesOf(checked.error) });
    return writeJson({ jsonrpc: "2.0", id, method, params: checked.data });
  }

  #decode<M extends MethodName>(method: M, id: string, answer: Answer, fail: Failing): Result<M> {
    const { status, text } = answer;
    const unknown = METHODS[method].effect === "create";
    if (status === 401) throw fail({ kind: "AUTHENTICATION", status });
    if (status < 200 || status > 299)
      throw fail({ kind: "HTTP", status, reason: serviceMessage(text), unknown: unknown && status >= 500 });
    const envelope = parsed(text);
    if (envelope === undefined) throw fail({ kind: "ANSWER", reason: "it is not JSON", unknown });
    const { error, result } = envelope;
    if (error !== undefined && error !== null) throw refusal(error, unknown, fail);
    if (envelope.id !== id) throw fail({ kind: "ANSWER", reason: "it belongs to another call", unknown });
    return this.#read(method, result ?? {}, fail);
  }

  #read<M extends MethodName>(method: M, result: unknown, fail: Failing): Result<M> {
    const checked = readingOf(method).safeParse(result);
    const unknown = METHODS[method].effect === "create";
    if (!checked.success) throw fail({ kind: "ANSWER", reason: issuesOf(checked.error), unknown });
    return checked.data as Result<M>;
  }
}

const readings = new Map<MethodName, z.ZodType>();

/** The schema that a method's answers are read with, made at its first call. */
function readingOf(method: MethodName): z.ZodType {
  const known = readings.get(method) ?? loosened(METHODS[method].result as z.ZodType);
  readings.set(method, known);
  return known;
}

type Failing = (fault: Pick<Fault, "kind"> & Partial<Fault>) => QuobyteError;

/** After these the server may have done what it says that it did not: it failed inside, or for a reason that is not published. */
const UNCLEAR: ReadonlySet<FaultKind> = new Set(["JSON_ENCODING_FAILED", "OTHER_CODE", "ANSWER"]);

function refusal(error: unknown, creates: boolean, fail: Failing): QuobyteError {
  const { code, message } = typeof error === "object" ? (error as Record<string, unknown>) : {};
  const reason = typeof message === "string" ? message : undefined;
  if (typeof code !== "number")
    return fail({ kind: "ANSWER", reason: reason ?? "an error without a code", unknown: creates });
  const kind = kindOf(code, reason);
  return fail({ kind, code, reason, unknown: creates && UNCLEAR.has(kind) });
}

/** The members of a JSON object; undefined where the text is none. */
function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseJson(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Paths and what is wrong there, never the values: they may be secrets. */
function issuesOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.map(String).join(".") || "it"}: ${message}`)
    .join("; ");
}

const SECRET_FIELDS = new Set(["password", "secret_access_key", "private_key", "password_hash", "salt"]);

function secretsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    typeof member === "string" ? (SECRET_FIELDS.has(key) ? [member] : []) : secretsIn(member),
  );
}

function checkedAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === "https:" && url.username === "" && url.password === "") return url;
  const shown = url === undefined ? "no address" : `${url.protocol}//${url.host}`;
  throw new UserError({
    what: "the address of Quobyte's API is refused",
    found: shown,
    allowed: "https://<host>:<port>, without user and password",
    why: "passwords and keys of whole zones go over it",
    next: "switch TLS on for the API service and give its https address, and the CA's certificate file",
  });
}

function checkAuthority(ca: string): void {
  try {
    new X509Certificate(ca);
  } catch {
    throw new UserError({
      what: "the CA of Quobyte's API is no certificate",
      allowed: "one or more PEM certificates",
      why: "without it the server's certificate cannot be checked",
      next: "give the content of the CA's certificate file, which begins with -----BEGIN CERTIFICATE-----",
    });
  }
}
