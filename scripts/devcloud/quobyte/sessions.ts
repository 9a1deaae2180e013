import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { State } from "./state.ts";

const COOKIE = "quobyte-simulator-session";

const same = (one: string, other: string): boolean => {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
};

interface Session {
  readonly user: string;
  readonly until: number;
}

/** Who calls, and the cookie that he gets. */
interface Caller {
  readonly user: string;
  readonly cookie?: string;
}

/** Logs in by user and password, by an access key for management that has not ended, or by the cookie of a session. */
export class Sessions {
  readonly #known = new Map<string, Session>();
  readonly #milliseconds: number;
  readonly #now: () => number;

  /** @param milliseconds that a session lives */
  constructor(milliseconds: number, now: () => number) {
    this.#milliseconds = milliseconds;
    this.#now = now;
  }

  /** Ends all sessions. */
  forget(): void {
    this.#known.clear();
  }

  /** The caller, or undefined where nothing in his headers is accepted. */
  enter(state: State, { authorization, cookie }: IncomingHttpHeaders): Caller | undefined {
    if (authorization === undefined) {
      const session = this.#known.get(new RegExp(`(?:^|; )${COOKIE}=([^;]*)`).exec(cookie ?? "")?.[1] ?? "");
      return session !== undefined && session.until > this.#now() ? { user: session.user } : undefined;
    }
    const [scheme, value = ""] = authorization.split(" ");
    if (scheme?.toLowerCase() !== "basic") return undefined;
    const [name = "", ...rest] = Buffer.from(value, "base64").toString().split(":");
    const user = this.#userOf(state, name, rest.join(":"));
    if (user === undefined) return undefined;
    const id = randomBytes(18).toString("base64url");
    this.#known.set(id, { user, until: this.#now() + this.#milliseconds });
    return { user, cookie: `${COOKIE}=${id}; Path=/; Secure; HttpOnly` };
  }

  #userOf({ users }: State, name: string, secret: string): string | undefined {
    for (const { id, password, role, access_key_credentials: keys } of users) {
      // Roles below this one exist, but what each may do is in no document.
      if (role?.includes("SUPER_USER") !== true) continue;
      if (id === name && password !== undefined && same(password, secret)) return id;
      const key = keys.find(({ access_key_id }) => access_key_id === name);
      const until = Number(key?.valid_until_timestamp_ms ?? 0);
      const manages = key?.type === "MANAGEMENT_ACCESS_KEY" || key?.type === "GENERAL_ACCESS_KEY";
      if (manages && (until === 0 || until > this.#now()) && same(key.secret_access_key ?? "", secret)) return id;
    }
    return undefined;
  }
}
