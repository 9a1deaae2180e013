import { readFile } from "node:fs/promises";
import { UserError } from "../../config/problem.ts";
import { strike, serviceMessage } from "../../openstack/errors.ts";
import { ConnectionError, Transport } from "../../openstack/transport.ts";

/** Where a zone logs in. */
export interface KeystoneAddress {
  /** Without `/v3`. */
  readonly authUrl: string;
  readonly region?: string;
  /** File with the CA certificates. */
  readonly cacert?: string;
  readonly interface?: string;
}

/** What a login came to: `expired` means that the password is right and must be changed first. */
type Login =
  | { readonly result: "in"; readonly userId: string; readonly roles: readonly string[] }
  | { readonly result: "expired"; readonly userId: string }
  | { readonly result: "refused"; readonly message: string };

/** The two calls of Keystone that a first login needs. */
export interface Keystone {
  /** Unscoped, or scoped to the domain. */
  login(user: string, domain: string, password: string, scoped: boolean): Promise<Login>;
  /** Works without a token, also for a password that must be changed at first use. @throws UserError when it is refused */
  changePassword(userId: string, original: string, next: string): Promise<void>;
  close(): void;
}

const TIMEOUT = 30_000;
/** Keystone's words for a password that must be changed; the id is in them because no token can be had. */
const EXPIRED = /password is expired and needs to be changed for user: ([0-9a-zA-Z-]+)/;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

interface TokenBody {
  readonly token?: { readonly user?: { readonly id?: string }; readonly roles?: readonly { readonly name: string }[] };
}

interface KeystoneAnswer {
  readonly status: number;
  readonly content: unknown;
  /** Keystone's words, secrets struck out. */
  readonly message: string;
}

/** Sends one POST. @throws UserError when nobody answers */
async function post(
  transport: Transport,
  authUrl: string,
  path: string,
  body: object,
  secrets: readonly string[],
): Promise<KeystoneAnswer> {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "User-Agent": "tresor" };
  try {
    const exchange = {
      method: "POST",
      url: `${authUrl}/v3${path}`,
      headers,
      body: JSON.stringify(body),
      timeout: TIMEOUT,
    };
    const answer = await transport.send(exchange);
    const content = parsed(answer.text);
    const message = strike(serviceMessage(content) ?? "", secrets).replace(/\.+$/, "");
    return { status: answer.status, content, message };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    throw new UserError({
      what: `Keystone at ${authUrl} does not answer`,
      why: strike(error.message, secrets),
      next: "check --auth-url and, for TLS, --cacert",
    });
  }
}

function loginOf(user: string, { status, content, message }: KeystoneAnswer): Login {
  const { token } = (content ?? {}) as TokenBody;
  if (status === 201 && token?.user?.id !== undefined)
    return { result: "in", userId: token.user.id, roles: (token.roles ?? []).map(({ name }) => name) };
  // Read before secrets are struck out: a password could be a part of these very words.
  const expired = EXPIRED.exec(serviceMessage(content) ?? "")?.[1];
  if (status === 401 && expired !== undefined) return { result: "expired", userId: expired };
  if (status === 401) return { result: "refused", message };
  throw new UserError({
    what: `cannot log in as ${user}`,
    why: `Keystone answered ${status}${message && `: ${message}`}`,
    next: "check --auth-url, or ask the operator",
  });
}

/** Keystone over HTTP. @throws UserError when the CA file cannot be read */
export async function openKeystone({ authUrl, cacert }: KeystoneAddress): Promise<Keystone> {
  const ca = cacert === undefined ? undefined : await readFile(cacert, "utf8").catch(() => undefined);
  if (cacert !== undefined && ca === undefined)
    throw new UserError({ what: `the CA file ${cacert} cannot be read`, next: "name another with --cacert" });
  const transport = new Transport({ verify: true, ...(ca === undefined ? {} : { ca }) });
  return {
    async login(user, domain, password, scoped) {
      const identity = {
        methods: ["password"],
        password: { user: { name: user, domain: { name: domain }, password } },
      };
      // A user without a default project gets an unscoped token where none is asked for.
      const scope = scoped ? { scope: { domain: { name: domain } } } : {};
      const body = { auth: { identity, ...scope } };
      return loginOf(user, await post(transport, authUrl, "/auth/tokens", body, [password]));
    },
    async changePassword(userId, original, next) {
      const path = `/users/${encodeURIComponent(userId)}/password`;
      const body = { user: { password: next, original_password: original } };
      const { status, message } = await post(transport, authUrl, path, body, [original, next]);
      if (status === 204) return;
      throw new UserError({
        what: "the password cannot be changed",
        why: `Keystone answered ${status}${message && `: ${message}`}`,
        next:
          status === 401 ? "ask the operator for a new one-time password" : "ask the operator which rule refuses it",
      });
    },
    close: () => transport.close(),
  };
}
