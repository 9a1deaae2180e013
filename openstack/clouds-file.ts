import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { listed } from "../config/found.ts";
import { UserError } from "../config/problem.ts";
import { readClouds } from "./clouds-text.ts";

/** A thing of Keystone named by id or by name; a name may need its domain. */
export interface Named {
  readonly id?: string;
  readonly name?: string;
  readonly domain?: Named;
}

export type Credential =
  | { readonly kind: "password"; readonly user: Named; readonly password: string }
  | {
      readonly kind: "application_credential";
      readonly id?: string;
      readonly name?: string;
      readonly user?: Named;
      readonly secret: string;
    }
  | { readonly kind: "token"; readonly token: string };

/** What a token may act on. `given` is the scope that an application credential brings along. */
export type Scope =
  | { readonly kind: "project"; readonly project: Named }
  | { readonly kind: "domain"; readonly domain: Named }
  | { readonly kind: "system" }
  | { readonly kind: "given" }
  | { readonly kind: "none" };

/** One entry of `clouds.yaml`, checked. */
export interface CloudEntry {
  readonly name: string;
  /** The file it came from. */
  readonly file: string;
  /** Without `/v3` and without a slash at the end. */
  readonly authUrl: string;
  readonly credential: Credential;
  readonly scope: Scope;
  readonly region?: string;
  readonly interface: "public" | "internal" | "admin";
  /** File with the CA certificates to trust instead of the system's. */
  readonly cacert?: string;
  /** False only where the entry switches TLS verification off, which is warned of at each session. */
  readonly verify: boolean;
}

const text = z.union([z.string(), z.number()]).transform(String).optional();
const authSchema = z.looseObject({
  auth_url: z.string(),
  username: text,
  user_id: text,
  password: text,
  user_domain_name: text,
  user_domain_id: text,
  default_domain: text,
  project_name: text,
  project_id: text,
  project_domain_name: text,
  project_domain_id: text,
  domain_name: text,
  domain_id: text,
  system_scope: text,
  application_credential_id: text,
  application_credential_name: text,
  application_credential_secret: text,
  token: text,
});
type Auth = z.infer<typeof authSchema>;

const entrySchema = z.looseObject({
  auth: authSchema,
  auth_type: z.string().optional(),
  region_name: z.string().optional(),
  interface: z.string().optional(),
  endpoint_type: z.string().optional(),
  cacert: z.string().optional(),
  verify: z.union([z.boolean(), z.string()]).optional(),
  insecure: z.boolean().optional(),
});

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over ?? base;
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(keys.map((key) => [key, merge(base[key], over[key])]));
}

function named(id: string | undefined, name: string | undefined, domain?: Named): Named | undefined {
  if (id !== undefined) return { id };
  return name === undefined ? undefined : { name, ...(domain && { domain }) };
}

function credentialOf(auth: Auth, type: string | undefined, fail: (what: string, next: string) => never): Credential {
  const domain = named(auth.user_domain_id, auth.user_domain_name) ?? named(auth.default_domain, undefined);
  const user = named(auth.user_id, auth.username, domain);
  const kind = type?.replace(/^v3/, "").replace("applicationcredential", "application_credential");
  if (kind === "application_credential" || (!kind && auth.application_credential_secret)) {
    const {
      application_credential_id: id,
      application_credential_name: name,
      application_credential_secret: secret,
    } = auth;
    if (!secret || !(id || (name && user)))
      fail(
        "lacks a part of its application credential",
        "set application_credential_id and application_credential_secret",
      );
    return { kind: "application_credential", id, name, user, secret: secret as string };
  }
  if (kind === "token" || (!kind && auth.token)) {
    if (!auth.token) fail("has auth_type token and no token", "set auth.token");
    return { kind: "token", token: auth.token as string };
  }
  if (kind !== undefined && kind !== "password")
    fail(`has auth_type "${type}"`, "use password, v3applicationcredential or token");
  if (!user || auth.password === undefined)
    fail(
      "has no user with a password",
      "set auth.username, auth.user_domain_name and auth.password (the password may stand in secure.yaml)",
    );
  if (user?.name && !user.domain)
    fail("does not say the domain of its user", "set auth.user_domain_name or auth.user_domain_id");
  return { kind: "password", user: user as Named, password: auth.password as string };
}

function scopeOf(auth: Auth, credential: Credential, fail: (what: string, next: string) => never): Scope {
  if (credential.kind === "application_credential") return { kind: "given" };
  const home = named(auth.project_domain_id, auth.project_domain_name) ?? named(auth.default_domain, undefined);
  const project = named(auth.project_id, auth.project_name, home);
  const domain = named(auth.domain_id, auth.domain_name);
  const system = auth.system_scope !== undefined;
  if ([project, domain, system].filter(Boolean).length > 1)
    fail("names more than one scope", "keep one of project, domain and system_scope");
  if (project?.name && !project.domain)
    fail("does not say the domain of its project", "set auth.project_domain_name or auth.project_domain_id");
  if (project) return { kind: "project", project };
  if (domain) return { kind: "domain", domain };
  return { kind: system ? "system" : "none" };
}

const shortened = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}...` : name);

/**
 * One entry out of the text of a `clouds.yaml` (and of a `secure.yaml`, which goes over it).
 * @throws UserError if the text, the entry or a part of it is missing or wrong; no message holds a value of `auth`
 */
export function parseCloud(name: string, yaml: string, file: string, secureYaml?: string): CloudEntry {
  const clouds = readClouds(yaml, file);
  const fail = (what: string, next: string): never => {
    throw new UserError({ what: `the entry "${name}" in ${file} ${what}`, path: `clouds.${name}`, next });
  };
  if (!Object.hasOwn(clouds, name))
    throw new UserError({
      what: `${file} has no entry "${name}"`,
      allowed: listed(Object.keys(clouds).toSorted().map(shortened)) || "none",
      next: "name one of these, or add the entry",
    });
  const secure = secureYaml === undefined ? {} : readClouds(secureYaml, "secure.yaml");
  const result = entrySchema.safeParse(merge(clouds[name], Object.hasOwn(secure, name) ? secure[name] : undefined));
  if (!result.success) {
    const { path: steps = [], message = "" } = result.error.issues[0] ?? {};
    const isMissing = / received undefined$/.test(message);
    const where = steps.length > 0 ? `is wrong at ${steps.join(".")}` : "is wrong";
    return fail(
      `${where}: ${isMissing ? "it is missing" : message}`,
      `${isMissing ? "add" : "correct"} ${steps.join(".") || "the entry"} (docs.openstack.org/openstacksdk, Configuration)`,
    );
  }
  const { auth, auth_type: type, region_name: region, cacert, ...rest } = result.data;
  // `cloud.example:5000/v3` is a URL too, of the scheme "cloud.example".
  const url = /^https?:\/\//i.test(auth.auth_url) && URL.canParse(auth.auth_url) ? new URL(auth.auth_url) : undefined;
  if (url === undefined)
    return fail("has an auth_url that is no URL", "set auth.auth_url, such as https://cloud.example:5000/v3");
  const face = (rest.interface ?? rest.endpoint_type ?? "public").replace(/URL$/, "");
  if (face !== "public" && face !== "internal" && face !== "admin")
    return fail(`has interface "${face}"`, "use public, internal or admin");
  const credential = credentialOf(auth, type, fail);
  return {
    name,
    file,
    authUrl: `${url.origin}${url.pathname}`.replace(/\/+$/, "").replace(/\/v3$/, ""),
    credential,
    scope: scopeOf(auth, credential, fail),
    region,
    interface: face,
    cacert: cacert ?? (typeof rest.verify === "string" ? rest.verify : undefined),
    verify: rest.verify !== false && rest.insecure !== true,
  };
}

const readIfThere = (file: string): Promise<string | undefined> => readFile(file, "utf8").catch(() => undefined);

/** Where `clouds.yaml` is looked for, in this order; `OS_CLIENT_CONFIG_FILE` stands for the only place where it is set. */
export function cloudsFiles(env: NodeJS.ProcessEnv = process.env, cwd = process.cwd()): string[] {
  if (env.OS_CLIENT_CONFIG_FILE) return [env.OS_CLIENT_CONFIG_FILE];
  return [cwd, path.join(homedir(), ".config/openstack"), "/etc/openstack"].flatMap((directory) =>
    ["clouds.yaml", "clouds.yml"].map((file) => path.join(directory, file)),
  );
}

/**
 * Finds and reads one entry.
 * @param name the entry's name; default the environment's `OS_CLOUD`
 * @throws UserError where there is no file, no entry, or a wrong one
 */
export async function loadCloud(
  name?: string,
  env: NodeJS.ProcessEnv = process.env,
  cwd = process.cwd(),
): Promise<CloudEntry> {
  const entry = name ?? env.OS_CLOUD;
  if (!entry) throw new UserError({ what: "no cloud is named", next: "name an entry of clouds.yaml, or set OS_CLOUD" });
  const places = cloudsFiles(env, cwd);
  for (const file of places) {
    const yaml = await readIfThere(file);
    if (yaml === undefined) continue;
    const secureFile = env.OS_CLIENT_SECURE_FILE ?? path.join(path.dirname(file), "secure.yaml");
    return parseCloud(entry, yaml, file, await readIfThere(secureFile));
  }
  throw new UserError({
    what: `no clouds.yaml was found for the cloud "${entry}"`,
    found: `nothing at ${places.join(", ")}`,
    next: "write one (docs.openstack.org/openstacksdk, Configuration), or set OS_CLIENT_CONFIG_FILE to its path",
  });
}
