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
export type Login =
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

/** Keystone over HTTP. @throws UserError when the CA file cannot be read */
export async function openKeystone(address: KeystoneAddress): Promise<Keystone> {
  const ca = address.cacert === undefined ? undefined : await readFile(address.cacert, "utf8").catch(() => undefined);
  if (address.cacert !== undefined && ca === undefined)
    throw new UserError({ what: `the CA file ${address.cacert} cannot be read`, next: "name another with --cacert" });
  const transport = new Transport({ verify: true, ...(ca === undefined ? {} : { ca }) });
  const post = async (path: string, body: object, secrets: readonly string[]) => {
    const headers = { Accept: "application/json", "Content-Type": "application/json", "User-Agent": "tresor" };
    const url = `${address.authUrl}/v3${path}`;
    try {
      const answer = await transport.send({
        method: "POST",
        url,
        headers,
        body: JSON.stringify(body),
        timeout: TIMEOUT,
      });
      const content = parsed(answer.text);
      return {
        status: answer.status,
        content,
        message: strike(serviceMessage(content) ?? "", secrets).replace(/\.+$/, ""),
      };
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      throw new UserError({
        what: `Keystone at ${address.authUrl} does not answer`,
        why: strike(error.message, secrets),
        next: "check --auth-url and, for TLS, --cacert",
      });
    }
  };
  return {
    async login(user, domain, password, scoped) {
      const identity = {
        methods: ["password"],
        password: { user: { name: user, domain: { name: domain }, password } },
      };
      // A user without a default project gets an unscoped token where none is asked for.
      const scope = scoped ? { scope: { domain: { name: domain } } } : {};
      const { status, content, message } = await post("/auth/tokens", { auth: { identity, ...scope } }, [password]);
      const { token } = content as TokenBody;
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
    },
    async changePassword(userId, original, next) {
      const body = { user: { password: next, original_password: original } };
      const { status, message } = await post(`/users/${encodeURIComponent(userId)}/password`, body, [original, next]);
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
