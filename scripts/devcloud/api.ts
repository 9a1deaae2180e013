import { UserError } from "../../config/problem.ts";
import type { DevcloudSecrets } from "./secrets.ts";
import type { DevcloudSettings } from "./settings.ts";

/** An answer of an API: status and parsed body (undefined where there is none). */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A caller with a token of one identity; the cloud's own set-up needs no more of a client than this. */
export interface Api {
  call(method: string, url: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** Name by which the cloud's own calls are told from a user's in the request logs. */
export const USER_AGENT = "tresor-devcloud";

async function request(method: string, url: string, headers: Record<string, string>, body?: unknown) {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", accept: "application/json", "user-agent": USER_AGENT, ...headers },
    signal: AbortSignal.timeout(20_000),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  let parsed: unknown;
  try {
    parsed = text ? JSON.parse(text) : undefined;
  } catch {
    parsed = text;
  }
  return { status: response.status, body: parsed, headers: response.headers };
}

/** Logs in as the operator, scoped to project `admin`. */
export async function operatorApi(settings: DevcloudSettings, secrets: DevcloudSecrets): Promise<Api> {
  const domain = { name: "Default" };
  const user = { name: "admin", domain, password: secrets.admin };
  const auth = {
    identity: { methods: ["password"], password: { user } },
    scope: { project: { name: "admin", domain } },
  };
  const login = await request("POST", `${settings.authUrl}/auth/tokens`, {}, { auth });
  const token = login.headers.get("x-subject-token");
  if (login.status !== 201 || !token)
    throw new UserError({
      what: `the one-machine cloud's Keystone refuses its own operator with ${login.status}`,
      next: "see `tresor devcloud logs keystone`; `tresor devcloud reset` makes a new empty cloud",
    });
  return {
    call: (method, url, body, headers = {}) => request(method, url, { "x-auth-token": token, ...headers }, body),
  };
}
