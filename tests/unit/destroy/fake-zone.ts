import http from "node:http";
import type { AddressInfo } from "node:net";
import { KIND_ROWS, type KindRow } from "../../../deletion/table.ts";

/** An object of a project as the fake serves it: what a list shows of it beside id, name and project. */
export interface FakeObject {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

const BASES: Readonly<Record<string, string>> = {
  ...{ compute: "/compute/v2.1", network: "/network/v2.0", image: "/image/v2", "key-manager": "/keys/v1" },
  ...{ "block-storage": "/volume/v3", "shared-file-system": "/share/v2", "object-store": "/swift" },
};
const TYPES: Readonly<Record<string, string>> = {
  ...{ compute: "/compute/v2.1", network: "/network", image: "/image", "key-manager": "/keys" },
  ...{ "block-storage": "/volume/v3", "shared-file-system": "/share/v2", "object-store": "/swift" },
};

interface Grant {
  readonly user: string;
  readonly place: string;
}

const PIPELINE = "pipeline-id";
/** The operator's own project, which sees those of all. */
const ADMIN = "p-admin";
/** Lists that only the operator asks for: key of the list, and which of `kept` stands in it. */
const LISTS: Readonly<Record<string, readonly [string, string]>> = {
  "/compute/v2.1/flavors/detail": ["flavors", "none"],
  "/volume/v3/types": ["volume_types", "none"],
  "/share/v2/types": ["share_types", "none"],
  "/volume/v3/default-types": ["default_types", "default"],
  "/network/v2.0/quotas": ["quotas", "none"],
  "/keys/v1/project-quotas": ["project_quotas", "barbican"],
};
type Answer = readonly [status: number, body?: unknown, headers?: Record<string, string>];

/**
 * The zone `mini` on a cloud of this process: projects with objects, served by the very lists of the table. It deletes as services do: a
 * volume with a snapshot not at all, an encrypted one with its key. Every change is remembered in order.
 */
export class FakeZone {
  readonly objects = new Map<string, FakeObject>();
  readonly changes: string[] = [];
  /** What its service will not delete. */
  readonly refuses = new Set<string>();
  readonly unknown: string[] = [];
  grants: Grant[] = [];
  /** Answers 401 to everything after so many changes, as a process that was killed would send nothing more. */
  dieAfter = Number.POSITIVE_INFINITY;
  domain: { id: string; name: string } | undefined = { id: "d1", name: "mini" };
  projects = new Map([
    ["p-work", "mini-work"],
    ["p-bench", "mini-work-lab"],
  ]);
  groups = new Set(["g-lab"]);
  users = new Set([PIPELINE, "person"]);
  /** What services keep of projects, as `default/<project>`, `cinder/<project>`, `barbican/<project>`. */
  readonly kept = new Set(["default/p-work", "cinder/p-work", "barbican/p-bench"]);
  url = "";
  readonly #server = http.createServer((request, response) => this.#serve(request, response));

  constructor() {
    for (const place of ["/domains/d1", "/projects/p-work"]) this.grants.push({ user: PIPELINE, place });
    this.grants.push({ user: "person", place: "/projects/p-bench" });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  add(kind: string, id: string, project = "p-work", more: Record<string, unknown> = {}): void {
    this.objects.set(`${kind}/${id}`, { kind, id, name: id, project, more });
  }

  ids(): readonly string[] {
    return [...this.objects.keys()].toSorted();
  }

  #serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", this.url);
      const text = Buffer.concat(parts).toString();
      const [method, scope] = [request.method ?? "GET", String(request.headers["x-auth-token"] ?? "")];
      const [status, body, headers] = this.#answer(method, url, text === "" ? {} : (JSON.parse(text) as never), scope);
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(body === undefined ? "" : JSON.stringify(body));
    });
  }

  #answer(method: string, url: URL, body: Record<string, never>, scope: string): Answer {
    const dead = this.changes.length >= this.dieAfter;
    if (dead) return [401, { error: { message: "killed" } }];
    // Cinder has the project in its addresses.
    const path = url.pathname.replace(/^\/volume\/v3\/p-[a-z]+\//, "/volume/v3/");
    if (path === "/v3/auth/tokens") return this.#token(body);
    if (path.startsWith("/v3/"))
      return this.#keystone(method, path.slice(3), url.searchParams, scope === `token-${ADMIN}`);
    const project = scope.replace("token-", "");
    const operators = project === ADMIN ? this.#operators(method, path) : undefined;
    if (operators !== undefined) return operators;
    for (const row of KIND_ROWS) {
      const base = `${BASES[row.service] ?? "/none"}${row.path}`;
      if (method === "GET" && (path === base || (row.many === "" && path === base))) return this.#list(row, project);
      const one = base.replace(/\/detail$/, "");
      if (method === "DELETE" && row.many !== "" && path.startsWith(`${one}/`)) {
        const id = path.slice(one.length + 1);
        if (!id.includes("/")) return this.#delete(row.kind, id);
      }
    }
    if (path.startsWith("/share/v2/resource-locks")) return [200, { resource_locks: [] }];
    if (path.startsWith("/share/v2/share-access-rules")) return [200, { access_list: [] }];
    if (path === "/compute/v2.1/" || path === "/volume/v3/" || path === "/share/v2/") return [200, { versions: [] }];
    this.unknown.push(`${method} ${path}`);
    return [501, {}];
  }

  #list(row: KindRow, project: string): Answer {
    const mine = [...this.objects.values()].filter(
      (one) => one.kind === row.kind && (project === ADMIN || one.project === project),
    );
    const rows = mine.map(({ id, name, project: owner, more }) => ({ id, name, project_id: owner, ...more }));
    return [200, row.many === "" ? rows : { [row.many]: rows }];
  }

  #delete(kind: string, id: string): Answer {
    const key = `${kind}/${id}`;
    const object = this.objects.get(key);
    if (object === undefined) return [404, {}];
    const copy = [...this.objects.values()].find((one) => one.more?.["volume_id"] === id);
    if (this.refuses.has(key)) return [400, { badRequest: { message: "wrong status" } }];
    if (kind === "volume" && copy !== undefined) return [400, { badRequest: { message: "volume has snapshots" } }];
    this.objects.delete(key);
    this.changes.push(`DELETE ${key}`);
    const held = object.more?.["encryption_key_id"];
    if (typeof held === "string") this.objects.delete(`secret/${held}`);
    return [204];
  }

  /** What only the operator asks: accesses, default types and quotas, as they stand in `kept`. */
  #operators(method: string, path: string): Answer | undefined {
    const row = (kind: string): readonly object[] =>
      [...this.kept].filter((one) => one.startsWith(`${kind}/`)).map((one) => ({ project_id: one.split("/")[1] }));
    if (method === "DELETE" && path.startsWith("/volume/v3/default-types/")) return this.#forget("default", path);
    if (method === "DELETE" && path.startsWith("/volume/v3/os-quota-sets/")) return this.#forget("cinder", path);
    if (method === "DELETE" && path.startsWith("/keys/v1/project-quotas/")) return this.#forget("barbican", path);
    const volumes = /^\/volume\/v3\/os-quota-sets\/([^/]+)(\/defaults)?$/.exec(path);
    if (volumes !== null) {
      const own = volumes[2] === undefined && this.kept.has(`cinder/${volumes[1]}`);
      return [200, { quota_set: { id: volumes[1], volumes: own ? 3 : 10 } }];
    }
    if (/\/(os-)?quota-sets\//.test(path)) return [200, { quota_set: { cores: 1 } }];
    return LISTS[path] === undefined ? undefined : [200, { [LISTS[path][0]]: row(LISTS[path][1]) }];
  }

  #forget(kind: string, path: string): Answer {
    this.kept.delete(`${kind}/${path.split("/").at(-1)}`);
    this.changes.push(`DELETE ${kind} ${path.split("/").at(-1)}`);
    return [204];
  }

  #token(body: { auth?: { identity?: object; scope?: { project?: { id?: string } } } }): Answer {
    if (JSON.stringify(body.auth?.identity).includes("admin")) return this.#operatorsToken();
    if (this.domain === undefined) return [401, { error: { message: "no such user" } }];
    const project = body.auth?.scope?.project?.id;
    const name = project === undefined ? undefined : this.projects.get(project);
    if (
      project !== undefined &&
      !this.grants.some((one) => one.user === PIPELINE && one.place === `/projects/${project}`)
    )
      return [401, { error: { message: "no role" } }];
    const of = { id: this.domain.id, name: this.domain.name };
    const token = {
      ...this.#tokenFacts(),
      user: { id: PIPELINE, name: "mini-pipeline", domain: of },
      ...(project === undefined ? { domain: of } : { project: { id: project, name, domain: of } }),
    };
    return [201, { token }, { "X-Subject-Token": `token-${project ?? "domain"}` }];
  }

  #tokenFacts(): object {
    const catalog = Object.entries(TYPES).map(([type, path]) => ({
      ...{ type, endpoints: [{ interface: "public", region_id: "one", url: `${this.url}${path}` }] },
    }));
    return { expires_at: new Date(Date.now() + 3_600_000).toISOString(), catalog, roles: [] };
  }

  #operatorsToken(): Answer {
    const domain = { id: "default", name: "Default" };
    const of = { user: { id: "admin-id", name: "admin", domain }, project: { id: ADMIN, name: "admin", domain } };
    return [201, { token: { ...this.#tokenFacts(), ...of } }, { "X-Subject-Token": `token-${ADMIN}` }];
  }

  #keystone(method: string, path: string, query: URLSearchParams, isAdmin: boolean): Answer {
    if (path === "/domains") return [200, { domains: this.domain === undefined ? [] : [this.domain] }];
    const named = (ids: Iterable<string>) => [...ids].map((id) => ({ id, name: id }));
    if (path === "/projects") return [200, { projects: [...this.projects].map(([id, name]) => ({ id, name })) }];
    if (path === "/users") return [200, { users: named(this.users) }];
    if (path === "/groups") return [200, { groups: named(this.groups) }];
    if (path === "/roles") return [200, { roles: [{ id: "r", name: "member" }] }];
    if (path === "/OS-TRUST/trusts") return isAdmin ? [200, { trusts: [] }] : [403, {}];
    if (path.endsWith("/application_credentials")) return [200, { application_credentials: [] }];
    if (path === "/role_assignments") {
      const [project, domain] = [query.get("scope.project.id"), query.get("scope.domain.id")];
      const place = project === null ? `/domains/${domain}` : `/projects/${project}`;
      const scope = project === null ? { domain: { id: domain } } : { project: { id: project } };
      const mine = this.grants.filter((one) => one.place === place);
      return [200, { role_assignments: mine.map(({ user }) => ({ role: { id: "r", name: "member" }, user: { id: user, name: user }, scope })) }]; // prettier-ignore
    }
    const grant = /^(\/(?:projects|domains)\/[^/]+)\/users\/([^/]+)\/roles\/r$/.exec(path);
    if (grant !== null) {
      const [, place = "", user = ""] = grant;
      this.grants = this.grants.filter((one) => one.place !== place || one.user !== user);
      if (method === "PUT") this.grants.push({ user, place });
      else this.changes.push(`REVOKE ${user} ${place}`);
      return [204];
    }
    this.unknown.push(`${method} ${path}`);
    return [501, {}];
  }
}

/** A zone with one of everything that its order depends on. */
export function furnish(zone: FakeZone): void {
  zone.add("machine", "s-box");
  zone.add("volume", "s-root", "p-work", { encrypted: true, encryption_key_id: "key-root", size: 5, attachments: [] });
  zone.add("secret", "key-root");
  zone.add("secret", "s-study");
  zone.add("share", "s-files", "p-work", { size: 1, share_type_name: "project-share" });
  zone.add("subnet", "s-subnet");
  zone.add("security group", "s-group");
  zone.add("network", "net");
  zone.add("volume", "of-bench", "p-bench", {
    encrypted: true,
    encryption_key_id: "key-bench",
    size: 1,
    attachments: [],
  });
  zone.add("secret", "key-bench", "p-bench");
}
