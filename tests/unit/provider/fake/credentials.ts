import type { Answer, Asked, FakeCloud } from "./cloud.ts";

interface FakeCredential {
  id: string;
  secret: string;
  name: string;
  project_id: string;
  expires_at: string;
  roles: { name: string }[];
  access_rules: { service: string; method: string; path: string }[];
}

/** One service user (`5e1f`) and its application credentials, as Keystone serves them: to the user itself and to nobody else. */
export class FakeCredentials {
  password: string | undefined;
  /** Passwords that the user ever had. */
  readonly passwords: string[] = [];
  /** The user has its role on the project. */
  hasRole = true;
  credentials: FakeCredential[] = [];
  readonly #cloud: FakeCloud;
  #made = 0;
  /** Who each token is: the user, or one of its credentials. */
  readonly #tokens = new Map<string, "user" | FakeCredential>();

  constructor(cloud: FakeCloud) {
    this.#cloud = cloud;
    const login = cloud.handlerOf("POST", "/v3/auth/tokens");
    const refused: Answer = [401, { error: { message: "The request you have made requires authentication." } }];
    const gone: Answer = [404, { error: { message: "Could not find Application Credential" } }];
    const closed: Answer = [403, { error: { message: "You are not authorized to perform the requested action." } }];
    const path = "/v3/users/5e1f/application_credentials";
    cloud.on("POST", "/v3/auth/tokens", (asked) => {
      const who = this.#who(asked);
      if (who === undefined) return login(asked);
      if (who === "gone") return gone;
      if (who === "nobody" || !this.hasRole) return refused;
      const answer = login(asked);
      if (Array.isArray(answer)) this.#tokens.set(String(answer[2]?.["X-Subject-Token"]), who);
      return answer;
    });
    cloud.on("PATCH", "/v3/users/5e1f", ({ body }) => {
      this.password = (body as { user: { password: string } }).user.password;
      this.passwords.push(this.password);
      return [200, { user: { id: "5e1f" } }];
    });
    cloud.on("POST", "/v3/users/5e1f/password", ({ body }) => {
      const { user } = body as { user: { password: string; original_password: string } };
      if (user.original_password !== this.password) return refused;
      this.password = user.password;
      this.passwords.push(this.password);
      return [204];
    });
    const asSelf =
      (work: (asked: Asked) => Answer) =>
      (asked: Asked): Answer =>
        this.#tokens.get(String(asked.headers["x-auth-token"])) === "user" ? work(asked) : closed;
    cloud.on(
      "GET",
      path,
      asSelf(() => [200, { application_credentials: this.credentials.map(this.#shown) }]),
    );
    cloud.on(
      "POST",
      path,
      asSelf(({ body }) => {
        const asked = (body as { application_credential: Omit<FakeCredential, "id" | "secret" | "project_id"> })
          .application_credential;
        this.#made++;
        const made = { ...asked, id: `ac${this.#made}`, secret: `secret-of-ac${this.#made}`, project_id: "home" };
        this.credentials.push(made);
        return [201, { application_credential: { ...this.#shown(made), secret: made.secret } }];
      }),
    );
    cloud.on(
      "DELETE",
      `${path}/:id`,
      asSelf(({ p }) => {
        const before = this.credentials.length;
        this.credentials = this.credentials.filter(({ id }) => id !== p.id);
        return this.credentials.length < before ? [204] : [404, { error: { message: "Could not find it" } }];
      }),
    );
    cloud.on("GET", `${path}/:id`, (asked) => {
      const who = this.#tokens.get(String(asked.headers["x-auth-token"]));
      const found = this.credentials.find(({ id }) => id === asked.p.id);
      if (who === undefined) return closed;
      // Keystone heeds the rules of a credential for itself, too.
      const isOpen = who === "user" || who.access_rules.some((rule) => rule.path === `${path}/*`);
      if (!isOpen) return refused;
      return found ? [200, { application_credential: this.#shown(found) }] : [404, { error: { message: "gone" } }];
    });
  }

  readonly #shown = ({ secret: _, ...one }: FakeCredential): object => ({
    ...one,
    expires_at: one.expires_at.replace("Z", ".000000"),
    access_rules: one.access_rules.map((rule, index) => ({ id: `r${index}`, ...rule })),
  });

  #who({ body }: Asked): "user" | "nobody" | "gone" | FakeCredential | undefined {
    const { identity } = (body as { auth: { identity: Record<string, Record<string, unknown>> } }).auth;
    const user = identity.password?.user as { id?: string; password?: string } | undefined;
    if (user?.id === "5e1f") return user.password === this.password ? "user" : "nobody";
    const asked = identity.application_credential as { id?: string; secret?: string } | undefined;
    if (asked === undefined) return undefined;
    const found = this.credentials.find(({ id, secret }) => id === asked.id && secret === asked.secret);
    if (found === undefined) return "gone";
    return Date.parse(found.expires_at) <= Date.now() ? "nobody" : found;
  }

  /** Everything that was sent, for a test that looks for secrets. */
  sent(): string {
    return JSON.stringify(this.#cloud.asked);
  }
}
