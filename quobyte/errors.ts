import type { Problem } from "../config/problem.ts";
import { UserError } from "../config/problem.ts";
import type { CodeName } from "./contract/index.ts";
import { CODES, TAKEN } from "./contract/index.ts";

/** A code that the documents name, or what went wrong before or around it. */
export type FaultKind =
  | CodeName
  /** The name is taken. */
  | "TAKEN"
  /** A code of Quobyte's own, that no document names. */
  | "OTHER_CODE"
  /** No answer came. */
  | "CONNECTION"
  /** The server's certificate is not trusted. */
  | "TLS"
  /** User or password, or the access key, is not accepted. */
  | "AUTHENTICATION"
  /** An answer of HTTP that is no answer of the API. */
  | "HTTP"
  /** An answer that is not what the contract says. */
  | "ANSWER"
  /** Parameters that the contract does not have: nothing was sent. */
  | "PARAMS";

/** What is known of a failed call; none of it may hold a secret. */
export interface Fault {
  readonly kind: FaultKind;
  readonly method: string;
  /** What was tried, as it follows "cannot": `create the volume "heart"`. */
  readonly what: string;
  /** Host and port of the API. */
  readonly host: string;
  /** The server's own words, or those of the connection. */
  readonly reason?: string;
  /** The code of the server's error. */
  readonly code?: number;
  /** HTTP status. */
  readonly status?: number;
  /** True where the call may have been carried out although no good answer came. */
  readonly unknown?: boolean;
}

/** A call that Quobyte refused or did not answer, as one sentence with the next step. */
export class QuobyteError extends UserError {
  readonly kind: FaultKind;
  readonly method: string;
  readonly code: number | undefined;
  readonly status: number | undefined;
  readonly reason: string;
  /** True where the call may have been carried out: look before it is made again. */
  readonly mayBeDone: boolean;

  constructor(fault: Fault) {
    super(explain(fault));
    this.name = "QuobyteError";
    this.kind = fault.kind;
    this.method = fault.method;
    this.code = fault.code;
    this.status = fault.status;
    this.reason = fault.reason ?? "";
    this.mayBeDone = fault.unknown ?? false;
  }
}

/** True where Quobyte says that the object is not there. */
export const isNotFound = (error: unknown): error is QuobyteError =>
  error instanceof QuobyteError && (error.kind === "ENTITY_NOT_FOUND" || error.kind === "ENOENT");

/** True where Quobyte says that the values make no sense: among others, a tenant whose id is taken. */
export const isGarbage = (error: unknown): error is QuobyteError =>
  error instanceof QuobyteError && error.kind === "GARBAGE_ARGS";

/** The answer, or undefined where the object is not there. */
export const orAbsent = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });

/** True where Quobyte says that an object of this name is there. */
export const isTaken = (error: unknown): error is QuobyteError =>
  error instanceof QuobyteError && error.kind === "TAKEN";

/** The kind that an error stands for: by its words where no number is published, else by its code. */
export const kindOf = (code: number, words = ""): FaultKind =>
  words.includes(TAKEN.words)
    ? "TAKEN"
    : ((Object.keys(CODES) as CodeName[]).find((name) => CODES[name].code === code) ?? "OTHER_CODE");

/** What follows from a kind: its meaning where the documents give none, and the next step. */
const EXPLANATIONS: Readonly<Record<FaultKind, readonly [means: string, next: string]>> = {
  ENOENT: [CODES.ENOENT.means, "check the id; what was removed by hand is taken up by `pulumi refresh`"],
  ENTITY_NOT_FOUND: [
    CODES.ENTITY_NOT_FOUND.means,
    "check the id; what was removed by hand is taken up by `pulumi refresh`",
  ],
  GARBAGE_ARGS: [
    CODES.GARBAGE_ARGS.means,
    "correct the value that is named; if nothing is named, the name or id may be taken",
  ],
  INVALID_REQUEST: [CODES.INVALID_REQUEST.means, "compare the server's release (getInformation) with docs/quobyte.md"],
  METHOD_NOT_FOUND: [
    CODES.METHOD_NOT_FOUND.means,
    "compare the server's release (getInformation) with docs/quobyte.md",
  ],
  JSON_ENCODING_FAILED: [
    CODES.JSON_ENCODING_FAILED.means,
    "repeat later, or ask Quobyte's operator with the method and the time",
  ],
  PARSE_ERROR: [
    CODES.PARSE_ERROR.means,
    "check that the address is that of Quobyte's API and not of a proxy before it",
  ],
  TAKEN: ["there is one of this name", "choose another name, or import the one that is there"],
  OTHER_CODE: ["it is refused", "see the server's words"],
  CONNECTION: ["no answer came", "check that the API service runs and that its address can be reached from here"],
  TLS: [
    "the server's certificate is not trusted",
    "give the certificate file of the CA that signed it; checking cannot be switched off",
  ],
  AUTHENTICATION: [
    "the credential is not accepted",
    "check user and password; an access key ends with its validity: make a new one",
  ],
  HTTP: ["it is no answer of the API", "check the address: scheme, port and path are those of the API service"],
  ANSWER: [
    "the answer is not what the contract says",
    "compare the server's release (getInformation) with docs/quobyte.md",
  ],
  PARAMS: ["the published contract does not have this", "correct the value that is named"],
};

/** Whatever its code, for none is published. */
const QUOTA_WORDS = /quota|no space left|ENOSPC/i;
const QUOTA = ["a quota is used up", "raise the quota of the tenant or volume, or remove what is not needed"] as const;

function explain(fault: Fault): Problem {
  const { kind, host, code, status, what } = fault;
  const [means, next] = code !== undefined && QUOTA_WORDS.test(fault.reason ?? "") ? QUOTA : EXPLANATIONS[kind];
  const said = fault.reason?.trim().replace(/\s+/g, " ").replace(/\.+$/, "").slice(0, 500);
  const number = code !== undefined ? ` answered ${code}` : status !== undefined ? ` answered ${status}` : "";
  const source = kind === "PARAMS" ? "nothing was sent" : `Quobyte at ${host}${number}`;
  const look = "It may have been done all the same: look before it is repeated. ";
  return {
    what: `cannot ${what}`,
    why: `${means} (${source}${said ? `: ${said}` : ""})`,
    next: `${fault.unknown ? look : ""}${next}`,
  };
}
