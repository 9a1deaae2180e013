import { readFileSync } from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { at, certificate, clear } from "../envelope/openssl.ts";

type Role = Record<string, unknown>;
type Answer = readonly [status: number, body?: unknown];

/** Fields of a role with what OpenBao 2 takes where they are left out (its source, builtin/logical/pki/path_roles.go). */
const DEFAULTS: Role = {
  ttl: 0,
  max_ttl: 0,
  allow_localhost: true,
  allowed_domains: [],
  allowed_domains_template: false,
  allow_bare_domains: false,
  allow_subdomains: false,
  allow_glob_domains: false,
  allow_wildcard_certificates: true,
  allow_any_name: false,
  enforce_hostnames: true,
  allow_ip_sans: true,
  allowed_uri_sans: [],
  allowed_other_sans: [],
  allowed_user_ids: [],
  server_flag: true,
  client_flag: true,
  code_signing_flag: false,
  email_protection_flag: false,
  key_type: "rsa",
  key_bits: 2048,
  key_usage: ["DigitalSignature", "KeyAgreement", "KeyEncipherment"],
  ext_key_usage: [],
  ext_key_usage_oids: [],
  basic_constraints_valid_for_non_ca: false,
  generate_lease: false,
  require_cn: true,
  not_before_duration: 30,
  not_after: "",
  issuer_ref: "default",
};

/** An OpenBao of this process with one PKI engine: strict, it knows roles and policies alone and refuses fields that none has. */
export class FakeAuthority {
  readonly token = "s.token-of-the-tests";
  readonly roles = new Map<string, Role>();
  readonly policies = new Map<string, string>();
  readonly asked: string[] = [];
  /** Answers that come before the true one: a status, or a broken connection. */
  faults: (number | "reset")[] = [];
  url = "";
  ca = "";
  #server: https.Server | undefined;

  async start(): Promise<this> {
    certificate("authority", "p256", "-addext", "subjectAltName=IP:127.0.0.1");
    this.ca = readFileSync(at("authority.pem"), "utf8");
    const key = readFileSync(at("authority.key"));
    clear();
    const server = https.createServer({ key, cert: this.ca }, (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const text = Buffer.concat(parts).toString();
        this.asked.push(`${request.method} ${request.url}`);
        const fault = this.faults.shift();
        if (fault === "reset") return void request.socket.destroy();
        const body = text === "" ? {} : (JSON.parse(text) as Role);
        const token = request.headers["x-vault-token"];
        const [status, said] =
          fault === undefined
            ? this.#answer(request.method ?? "", request.url ?? "", body, token)
            : [fault, { errors: [] }];
        response.writeHead(status, { "Content-Type": "application/json" });
        response.end(said === undefined ? "" : JSON.stringify(said));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    return this;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  #answer(method: string, url: string, body: Role, token: unknown): Answer {
    if (token !== this.token) return [403, { errors: ["permission denied"] }];
    const role = /^\/v1\/pki-clinics\/roles\/([\w-]+)$/.exec(url)?.[1];
    if (role !== undefined) return this.#role(method, role, body);
    const policy = /^\/v1\/sys\/policies\/acl\/([\w-]+)$/.exec(url)?.[1];
    if (policy !== undefined) return this.#policy(method, policy, body);
    return [404, { errors: [`no handler for route "${url}". route entry not found.`] }];
  }

  #role(method: string, name: string, body: Role): Answer {
    if (method === "DELETE") return (this.roles.delete(name), [204]);
    if (method === "GET") return this.roles.has(name) ? [200, { data: this.roles.get(name) }] : [404, { errors: [] }];
    const unknown = Object.keys(body).filter((key) => !Object.hasOwn(DEFAULTS, key));
    if (unknown.length > 0) return [400, { errors: [`unknown fields: ${unknown.join(", ")}`] }];
    const made = { ...DEFAULTS, ...body };
    if (Number(made.max_ttl) > 0 && Number(made.ttl) > Number(made.max_ttl))
      return [400, { errors: ['"ttl" value must be less than "max_ttl" value'] }];
    this.roles.set(name, made);
    return [200, { data: made }];
  }

  #policy(method: string, name: string, body: Role): Answer {
    if (method === "DELETE") return (this.policies.delete(name), [204]);
    const policy = this.policies.get(name);
    if (method === "GET") return policy === undefined ? [404, { errors: [] }] : [200, { data: { name, policy } }];
    if (typeof body.policy !== "string" || body.policy === "")
      return [400, { errors: ["'policy' parameter not supplied or empty"] }];
    this.policies.set(name, body.policy);
    return [204];
  }
}
