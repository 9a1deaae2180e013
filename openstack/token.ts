import { z } from "zod";
import { UserError } from "../config/problem.ts";
import type { CloudEntry, Credential, Named, Scope } from "./clouds-file.ts";

const endpointSchema = z.object({
  interface: z.string(),
  url: z.string(),
  region: z.string().nullish(),
  region_id: z.string().nullish(),
});
const tokenSchema = z.object({
  token: z.object({
    expires_at: z.string(),
    catalog: z
      .array(z.object({ type: z.string(), name: z.string().optional(), endpoints: z.array(endpointSchema) }))
      .default([]),
    user: z.object({
      id: z.string(),
      name: z.string(),
      domain: z.object({ id: z.string(), name: z.string() }).optional(),
    }),
    project: z
      .object({ id: z.string(), name: z.string(), domain: z.object({ id: z.string(), name: z.string() }).optional() })
      .optional(),
    domain: z.object({ id: z.string(), name: z.string() }).optional(),
    roles: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
  }),
});

/** Who a session is, on what, and where the services are. */
export interface Token {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly userId: string;
  readonly userName: string;
  readonly userDomainId?: string;
  /** Set for a project's scope. */
  readonly projectId?: string;
  readonly projectName?: string;
  /** The domain of the scope: of a domain-scoped token the domain itself, of a project-scoped one that of the project. */
  readonly domainId?: string;
  readonly roles: readonly string[];
  readonly catalog: z.infer<typeof tokenSchema>["token"]["catalog"];
}

const domainOf = (domain: Named): object => ({ domain });

function identity(credential: Credential): object {
  if (credential.kind === "token") return { methods: ["token"], token: { id: credential.token } };
  if (credential.kind === "password")
    return { methods: ["password"], password: { user: { ...credential.user, password: credential.password } } };
  const { id, name, user, secret } = credential;
  return {
    methods: ["application_credential"],
    application_credential: id ? { id, secret } : { name, user, secret },
  };
}

function scopeBody(scope: Scope): object {
  if (scope.kind === "project") return { scope: { project: scope.project } };
  if (scope.kind === "domain") return { scope: domainOf(scope.domain) };
  return scope.kind === "system" ? { scope: { system: { all: true } } } : {};
}

/** The body of Keystone's `POST /v3/auth/tokens` for an entry. */
export const authRequest = (entry: CloudEntry): object => ({
  auth: { identity: identity(entry.credential), ...scopeBody(entry.scope) },
});

/** The parts of a credential that must appear in no message. */
export function secretsOf(credential: Credential): string[] {
  if (credential.kind === "password") return [credential.password];
  return credential.kind === "token" ? [credential.token] : [credential.secret];
}

/** A token out of Keystone's answer: its value stands in a header. */
export function readToken(value: string, body: unknown): Token {
  const result = tokenSchema.safeParse(body);
  if (!result.success || Number.isNaN(Date.parse(result.data.token.expires_at)))
    throw new UserError({
      what: "Keystone's answer holds no token",
      why: "something between here and Keystone may answer in its place",
      next: "check auth_url of the entry in clouds.yaml, and any proxy",
    });
  const { token } = result.data;
  return {
    value,
    expires: Date.parse(token.expires_at),
    userId: token.user.id,
    userName: token.user.name,
    userDomainId: token.user.domain?.id,
    projectId: token.project?.id,
    projectName: token.project?.name,
    domainId: token.domain?.id ?? token.project?.domain?.id,
    roles: token.roles.map((role) => role.name),
    catalog: token.catalog,
  };
}

/** The address without the version, and the project behind it, that some clouds put at its end. */
export const withoutVersion = (url: string): string => url.replace(/\/v\d+(\.\d+)?(\/[^/]+)?$/, "");

const isAddress = (url: string): boolean => /^https?:\/\//i.test(url) && URL.canParse(url);

/** The address of a service as the catalogue has it; what is no address stands for none. */
export function endpointOf(token: Token, types: readonly string[], face: string, region?: string): string | undefined {
  for (const type of types) {
    const endpoints = token.catalog.find((entry) => entry.type === type)?.endpoints ?? [];
    const here = endpoints.filter((one) => region === undefined || (one.region_id ?? one.region) === region);
    const url = here.find((one) => one.interface === face && isAddress(one.url))?.url;
    if (url !== undefined) return url.replace(/\/+$/, "");
  }
  return undefined;
}
