import type { Problem } from "../config/problem.ts";
import { UserError } from "../config/problem.ts";
import { recognised } from "../policies/nova/refusals.ts";
import { adviseOnQuota, limitNamed } from "./limits.ts";

/** What is known of a failed call; none of it may hold a secret. */
interface Failure {
  /** What was tried, as it follows "cannot": `create the rules of security group 8e2f`. */
  readonly what: string;
  /** The service as people call it, for example `Neutron`. */
  readonly service: string;
  /** The `clouds.yaml` entry. */
  readonly cloud: string;
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** The service's own words, or those of the connection. */
  readonly message?: string;
  readonly requestId?: string;
  /** Next step that knows more than the status does. */
  readonly next?: string;
}

/** A call that a service refused or did not answer, as one sentence with the object and the next step. */
export class ApiError extends UserError {
  readonly status: number;
  readonly service: string;
  /** The service's own words. */
  readonly reason: string;
  readonly requestId: string | undefined;
  readonly #failure: Failure;

  constructor(failure: Failure) {
    super(explain(failure));
    this.name = "ApiError";
    this.#failure = failure;
    this.status = failure.status;
    this.service = failure.service;
    this.reason = failure.message ?? "";
    this.requestId = failure.requestId;
  }

  /** The same failure as one of what was tried by the same call sees it. @param what as it follows "cannot" */
  about(what: string): ApiError {
    return new ApiError({ ...this.#failure, what });
  }
}

/** True for an ApiError of one of these statuses. */
export const hasStatus = (error: unknown, ...statuses: number[]): error is ApiError =>
  error instanceof ApiError && statuses.includes(error.status);

type Explanation = readonly [means: string, next: (failure: Failure) => string];

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  quota: ["the project's quota is used up", ({ message }) => adviseOnQuota(message)],
  overlap: [
    "its addresses overlap with those of a subnet that is there",
    () =>
      "remove the subnet that is in the way (a run that was killed may have left it), or have the operator allocate other addresses (`tresor allocate`)",
  ],
  full: ["no address is free", () => "remove ports that are not needed, or ask the operator for a larger block"],
  taken: ["the address is taken", () => "choose a free one, or remove the port that has it"],
  0: [
    "no answer came",
    (f) => `check that ${f.service} runs and that its address in the catalogue can be reached from here`,
  ],
  tls: [
    "the server's certificate is not trusted",
    (f) => `set cacert of the entry "${f.cloud}" to the CA's certificate file`,
  ],
  400: ["the request is refused as wrong", () => "correct the value that is named"],
  expired: ["the password must be changed first", () => "change it (a zone's first login: `tresor claim <zone>`)"],
  401: [
    "the credential is not accepted",
    (f) => `check user, password and scope of the entry "${f.cloud}" in clouds.yaml`,
  ],
  403: [
    "the credential may not do this",
    (f) => `use an entry with the role for it instead of "${f.cloud}", or ask the operator`,
  ],
  404: [
    "it is not there, or not visible to this credential",
    () => "check the id and the project of the credential; after a deletion by hand run `pulumi refresh`",
  ],
  409: [
    "it conflicts with what exists",
    () => "remove or import what is in the way, or wait until it is no longer busy",
  ],
  413: ["it is over a limit", ({ message }) => adviseOnQuota(message)],
  429: ["there are too many requests", () => "wait a minute and repeat"],
  server: [
    "the service failed",
    (f) => `ask the operator${f.requestId ? ` with the request id ${f.requestId}` : ""}, or repeat later`,
  ],
  other: ["it is refused", () => "see the service's words"],
};

const TLS_ERRORS = /certificate|CERT_|SSL|TLS|wrong version number|altnames/i;
const QUOTA_WORDS = /quota|over.?limit|limit exceeded|exceeds? .*limit|larger than maximum allowed limit/i;

/** Which row of the table explains a failure: a status, or `quota`, `tls`, `expired`, `server`, `other`. */
export function failureKind({ status, message = "" }: Pick<Failure, "status" | "message">): string {
  if (status === 0) return TLS_ERRORS.test(message) ? "tls" : "0";
  if ((status === 403 || status === 409 || status === 413) && QUOTA_WORDS.test(message)) return "quota";
  if (status === 401 && /password is expired/i.test(message)) return "expired";
  if (status >= 500) return "server";
  return String(status) in EXPLANATIONS ? String(status) : "other";
}

/** What Neutron says of addresses under its general statuses. */
const ADDRESS_WORDS: readonly (readonly [RegExp, string])[] = [
  [/overlaps? with/i, "overlap"],
  [/no more ip addresses/i, "full"],
  [/ip address \S+ is in use/i, "taken"],
];

function explain(failure: Failure): Problem {
  const { status, message = "" } = failure;
  const about = status === 400 || status === 409 ? ADDRESS_WORDS.find(([words]) => words.test(message)) : undefined;
  const kind = about?.[1] ?? failureKind(failure);
  // What Nova refuses of memory encryption it says in words that are known, under a general status.
  const memory = recognised(message);
  const [general, next]: Explanation =
    memory !== undefined
      ? [memory.means, () => memory.next]
      : (EXPLANATIONS[kind] ?? (EXPLANATIONS.other as Explanation));
  const limit = kind === "quota" ? limitNamed(failure.message) : undefined;
  const means = limit === undefined ? general : general.replace("quota", `quota of ${limit}`);
  const said = failure.message?.trim().replace(/\s+/g, " ").replace(/\.+$/, "");
  const source = failure.status === 0 ? failure.service : `${failure.service} answered ${failure.status}`;
  return {
    what: `cannot ${failure.what}`,
    why: `${means} (${source}${said ? `: ${said}` : ""})`,
    next: failure.next ?? next(failure),
  };
}

const WORDS = ["message", "detail", "description", "faultstring"];

function wordsIn(value: unknown, depth: number): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const word of WORDS) {
    const found = (value as Record<string, unknown>)[word];
    if (typeof found === "string" && found) return found;
  }
  if (depth === 0) return undefined;
  for (const child of Object.values(value)) {
    const found = wordsIn(child, depth - 1);
    if (found) return found;
  }
  return undefined;
}

/** The words of a service in the body of an answer: each has its own envelope for them. At most 500 characters. */
export function serviceMessage(body: unknown): string | undefined {
  const words =
    typeof body === "string"
      ? body
          .replace(/<[^>]*>/g, " ")
          .replace(/\s+/g, " ")
          .trim()
      : wordsIn(body, 3);
  return words?.slice(0, 500);
}

/** The text with each of the secrets, plain and in base64, struck out. */
export function strike(text: string, secrets: readonly (string | undefined)[]): string {
  const forms = secrets
    .filter((secret): secret is string => secret !== undefined && secret.length >= 4)
    .flatMap((secret) => [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)]);
  return forms.reduce((result, form) => result.replaceAll(form, "[secret]"), text);
}
