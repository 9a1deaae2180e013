import http from "node:http";
import type { AddressInfo } from "node:net";
import type { CloudEntry } from "../../../../openstack/index.ts";

/** A request as a handler sees it: `p` are the parts that the pattern's `:names` matched. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly p: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The query with every value of a key that stands there more than once. */
  readonly params: URLSearchParams;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
  readonly headers: http.IncomingHttpHeaders;
}
export type Answer = readonly [status: number, body?: unknown, headers?: Record<string, string>];
export type Handler = (asked: Asked) => Answer | "reset" | "hang";

const SERVICES: Readonly<Record<string, string>> = {
  compute: "/compute/v2.1",
  network: "/network",
  image: "/image",
  volumev3: "/volume/v3/home",
  sharev2: "/share/v2",
  "key-manager": "/keys",
  "object-store": "/v1/AUTH_home",
};

/** An OpenStack of this process: strict, it knows only what a test gave it, and remembers every request. */
export class FakeCloud {
  readonly asked: Asked[] = [];
  /** Requests that no handler knew: a test that ends with any has found a wrong path. */
  readonly unknown: string[] = [];
  readonly #routes: { method: string; source: string; pattern: RegExp; names: string[]; handler: Handler }[] = [];
  readonly #server = http.createServer((request, response) => this.#serve(request, response));
  url = "";
  tokens = 0;
  /** How long tokens live, in milliseconds. */
  tokenLife = 3_600_000;
  projectId: string | undefined = "home";
  /** Roles of every token. */
  roles: readonly string[] = ["member"];

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    this.on("POST", "/v3/auth/tokens", () => this.#token());
    const version = (max: string): Answer => [200, { versions: [{ id: "v", version: max, min_version: "1.0" }] }];
    this.on("GET", "/compute/v2.1/", () => [200, { version: { id: "v2.1", version: "2.104", min_version: "2.1" } }]);
    this.on("GET", "/volume/v3/", () => version("3.71"));
    this.on("GET", "/share/v2/", () => version("2.99"));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** A later route of the same pattern goes first, so that a test can override one. */
  on(method: string, pattern: string, handler: Handler): void {
    const names = [...pattern.matchAll(/:(\w+)/g)].map((match) => match[1] as string);
    const expression = new RegExp(`^${pattern.replace(/:\w+/g, "([^/]+)")}$`);
    this.#routes.unshift({ method, source: pattern, pattern: expression, names, handler });
  }

  /** The handler that serves a pattern now, for a test that puts it behind another. */
  handlerOf(method: string, pattern: string): Handler {
    const found = this.#routes.find((one) => one.method === method && one.source === pattern);
    if (!found) throw new Error(`nothing serves ${method} ${pattern}`);
    return found.handler;
  }

  /** What was sent but reads and log-ins, as `METHOD /path`. */
  writes(): string[] {
    return this.asked
      .filter((one) => one.method !== "GET" && !one.path.includes("/auth/"))
      .map((one) => `${one.method} ${one.path}`);
  }

  entry(more: Partial<CloudEntry> = {}): CloudEntry {
    return {
      name: "fake",
      file: "clouds.yaml",
      authUrl: this.url,
      credential: { kind: "password", user: { name: "ada", domain: { id: "default" } }, password: "pa55-word-of-ada" },
      scope: { kind: "project", project: { id: "home" } },
      interface: "public",
      verify: true,
      ...more,
    };
  }

  #token(): Answer {
    this.tokens++;
    const catalog = Object.entries(SERVICES).map(([type, path]) => ({
      type,
      endpoints: [{ interface: "public", region_id: "one", url: `${this.url}${path}` }],
    }));
    const domain = { id: "d1", name: "zone" };
    const token = {
      expires_at: new Date(Date.now() + this.tokenLife).toISOString(),
      catalog,
      user: { id: "ada-id", name: "ada", domain },
      ...(this.projectId === undefined && { domain }),
      ...(this.projectId !== undefined && { project: { id: this.projectId, name: "home", domain } }),
      roles: this.roles.map((name, index) => ({ id: `r${index + 1}`, name })),
    };
    return [201, { token }, { "X-Subject-Token": `token-number-${this.tokens}` }];
  }

  #serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", this.url);
      const text = Buffer.concat(parts).toString();
      const base = {
        method: request.method ?? "GET",
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        params: url.searchParams,
        body: text === "" ? undefined : (JSON.parse(text) as unknown),
        headers: request.headers,
      };
      const outcome = this.#handle(base);
      if (outcome === "hang") return;
      if (outcome === "reset") return void request.socket.destroy();
      const [status, body, headers] = outcome;
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body));
    });
  }

  #handle(base: Omit<Asked, "p">): ReturnType<Handler> {
    for (const { method, pattern, names, handler } of this.#routes) {
      const match = method === base.method ? pattern.exec(base.path) : null;
      if (!match) continue;
      const asked = { ...base, p: Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? ""])) };
      this.asked.push(asked);
      return handler(asked);
    }
    this.unknown.push(`${base.method} ${base.path}`);
    return [501, { error: { message: `the fake cloud knows no ${base.method} ${base.path}` } }];
  }
}
