import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { hasStatus, type Session } from "../../../openstack/index.ts";
import { newPassword } from "../../../openstack/password.ts";
import { canonicalInstant, id, instant } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import type { Props } from "../../wire.ts";

const rule = z.strictObject({
  service: z.string("must be a service type such as object-store").regex(/^[a-z][a-z-]*$/, "must be a service type"),
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], "must be a method of HTTP"),
  path: z
    .string("must be a path such as /v1/AUTH_8e2f/results/**")
    .regex(/^\/[^\s?#]*$/, "must be a path such as /v1/AUTH_8e2f/results/**"),
});
type Rule = z.infer<typeof rule>;

const inputs = z.object({
  userId: id("a service user whose password the caller may set"),
  projectId: id("a project"),
  name: z.string("must be the name of the credential").min(1).max(255, "must have at most 255 characters"),
  roles: z.array(z.string().min(1)).min(1, "must name at least one role").transform(sortedSet),
  /** All that it may be used for: a credential without rules could do whatever its role can. */
  accessRules: z.array(rule).min(1, "must have at least one rule").transform(sortedSet),
  expiresAt: instant,
  /** False: its role is taken away meanwhile, so that it cannot be looked at. */
  enabled: z.boolean().default(true),
});
type Inputs = z.infer<typeof inputs>;

interface Live {
  readonly id: string;
  readonly name: string;
  readonly project_id: string;
  readonly expires_at: string | null;
  readonly roles: readonly { readonly name: string }[];
  readonly access_rules?: readonly (Rule & { readonly id?: string })[];
}

const pathOf = (userId: string): string => `/users/${userId}/application_credentials`;

/** By this rule a credential can be read with itself: Keystone shows one to nobody else but its user and administrators. */
const selfRule = (userId: string): Rule => ({ service: "identity", method: "GET", path: `/v3${pathOf(userId)}/*` });

/** Keystone counts by whole seconds: a token of the second in which a password was set is refused. */
const SECOND = 1100;

async function setPassword({ session }: Call, userId: string, password: string): Promise<void> {
  const body = { user: { password } };
  const what = `set a password of service user ${userId}`;
  await session.request("identity", "PATCH", `/users/${userId}`, { body, what, secrets: [password] });
}

/**
 * Works as the service user, in the project: only a user makes and removes credentials of its own. It gets a random password for that
 * time; the one that it has afterwards nobody knows.
 */
async function asUser<T>(
  call: Call,
  { userId, projectId }: Pick<Inputs, "userId" | "projectId">,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const [first, second] = [newPassword(), newPassword()];
  await setPassword(call, userId, first);
  // What somebody else set must be changed by the user before the first log-in, where Keystone is set up to ask for it.
  await call.session.request("identity", "POST", `/users/${userId}/password`, {
    body: { user: { original_password: first, password: second } },
    what: `change the password of service user ${userId}`,
    secrets: [first, second],
  });
  await call.pause(SECOND);
  const session = call.session.as(
    { kind: "password", user: { id: userId }, password: second },
    { kind: "project", project: { id: projectId } },
  );
  try {
    return await work(session);
  } finally {
    session.close();
    await setPassword(call, userId, newPassword());
    await call.pause(SECOND);
  }
}

async function create(call: Call, wanted: Inputs): Promise<{ id: string; outs: Props }> {
  const { userId, name, roles, accessRules, expiresAt } = wanted;
  if (Date.parse(expiresAt) <= Date.now())
    throw new UserError({
      what: `cannot create application credential "${name}": its end is over`,
      found: expiresAt,
      next: "give it a later end within the permit, or take it out of the config",
    });
  return asUser(call, wanted, async (session) => {
    const what = `create application credential "${name}"`;
    const left = await session.paginate<Live>("identity", pathOf(userId), "application_credentials", { what });
    // The user is there for this one alone: what an interrupted run made has a secret that nobody knows.
    for (const one of left) await remove(session, userId, one.id);
    const body = {
      application_credential: {
        name,
        roles: roles.map((role) => ({ name: role })),
        access_rules: [...accessRules, selfRule(userId)],
        expires_at: expiresAt,
        unrestricted: false,
      },
    };
    const answer = await session.request<{ application_credential: Live & { readonly secret: string } }>(
      "identity",
      "POST",
      pathOf(userId),
      { body, what },
    );
    const made = answer.body.application_credential;
    return { id: made.id, outs: { secret: made.secret } };
  });
}

async function remove(session: Session, userId: string, credentialId: string): Promise<void> {
  const what = `delete application credential ${credentialId}`;
  await session.request("identity", "DELETE", `${pathOf(userId)}/${credentialId}`, { what, expect: [404] });
}

/** What Keystone says of a credential, asked by itself; `asleep` where its role was taken away or its time is over, undefined where it is gone. */
async function live({ session }: Call, credentialId: string, state: Props): Promise<Live | "asleep" | undefined> {
  const own = session.as(
    { kind: "application_credential", id: credentialId, secret: String(state.secret) },
    { kind: "given" },
  );
  const path = `${pathOf(String(state.userId))}/${credentialId}`;
  const what = `read application credential ${credentialId}`;
  try {
    return (await own.find<{ application_credential: Live }>("identity", path, { what }))?.application_credential;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    if (hasStatus(error, 401)) return "asleep";
    throw error;
  } finally {
    own.close();
  }
}

async function read(call: Call, credentialId: string, state: Props): Promise<Props | undefined> {
  if (typeof state.secret !== "string")
    throw new UserError({
      what: `cannot take over application credential ${credentialId}: nobody but who made it knows its secret`,
      next: "let the stack make one of its own, and remove this one",
    });
  const found = await live(call, credentialId, state);
  if (found === undefined || found === "asleep") return found && state;
  const self = selfRule(String(state.userId));
  const rules = (found.access_rules ?? []).map(({ service, method, path }) => ({ service, method, path }));
  return {
    ...state,
    userId: state.userId,
    projectId: found.project_id,
    name: found.name,
    roles: sortedSet(found.roles.map(({ name }) => name)),
    accessRules: sortedSet(rules.filter(({ service, path }) => service !== self.service || path !== self.path)),
    expiresAt: canonicalInstant(found.expires_at ?? "") ?? "",
  };
}

/** A way to log in for one service, narrower than its role and with an end that Keystone itself holds. */
export const applicationCredential = defineKind({
  module: "identity",
  name: "ApplicationCredential",
  summary:
    "The one application credential of a service user: access rules and an end are demanded, the secret is wrapped.",
  inputs,
  outputs: { secret: { type: "string", description: "By which the service logs in." } },
  replaceOn: ["userId", "projectId", "name", "roles", "accessRules", "expiresAt"],
  secret: ["secret"],
  create,
  read,
  update: () => Promise.resolve(undefined),
  delete: async (call, credentialId, state) => {
    const place = { userId: String(state.userId), projectId: String(state.projectId) };
    await asUser(call, place, (session) => remove(session, place.userId, credentialId)).catch((error: unknown) => {
      // Gone with its user; or the user has no role any more: then it opens nothing, and goes when the user goes.
      if (!hasStatus(error, 404, 401)) throw error;
    });
  },
});
