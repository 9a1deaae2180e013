import { UserError } from "../../../config/problem.ts";
import { compareVersions } from "../../../openstack/services.ts";
import type { Call } from "../../resource.ts";

/** Since when Manila locks the deletion of shares, and the deletion and the visibility of access rules. Source: its API's version history. */
export const SHARE_LOCKS = "2.81";
export const RULE_LOCKS = "2.82";

/** How much a resource insists on its locks: `offered` goes without where Manila is too old, `required` is refused there. */
export const DEMANDS = ["offered", "required"] as const;
export type Demand = (typeof DEMANDS)[number];

/** A lock as Manila shows it: whoever put it on takes it off, or the operator. */
export interface LiveLock {
  readonly id: string;
  readonly user_id: string;
  readonly resource_id: string;
  readonly resource_type: "share" | "access_rule";
  readonly resource_action: "delete" | "show";
  readonly lock_reason: string | null;
}

/** What of a lock's object a lock is for. */
export interface Lockable {
  readonly type: LiveLock["resource_type"];
  /** The oldest microversion that locks it. */
  readonly since: string;
  /** As a sentence says it: `the deletion of shares`. */
  readonly title: string;
}
export const SHARES_LOCKED: Lockable = { type: "share", since: SHARE_LOCKS, title: "locks on shares" };
export const RULES_LOCKED: Lockable = { type: "access_rule", since: RULE_LOCKS, title: "locks on access rules" };

/**
 * Why this cloud has no such locks, as a resource's output says it; undefined where it has them.
 * @throws UserError where they are required
 */
export async function withoutLocks(
  { session }: Call,
  { since, title }: Lockable,
  demand: Demand,
): Promise<string | undefined> {
  const max = (await session.maxMicroversion("shared-file-system")) ?? "0.0";
  if (compareVersions(max, since) >= 0) return undefined;
  const says = `not offered: ${title} came with microversion ${since} of Manila, and the cloud "${session.entry.name}" offers ${max}`;
  if (demand === "offered") return says;
  throw new UserError({
    what: `the cloud "${session.entry.name}" has no ${title}`,
    found: `microversion ${max} of Manila`,
    allowed: `${since} or newer (OpenStack 2023.2)`,
    why: "the zone's preset demands that shares and their access rules are locked",
    next: "use a newer cloud, or a preset that goes without (docs/shares.md)",
  });
}

/** All locks of one type in the token's project. */
export async function locksOf(
  { session }: Pick<Call, "session">,
  { type, since, title }: Lockable,
): Promise<readonly LiveLock[]> {
  return session.paginate<LiveLock>("shared-file-system", "/resource-locks", "resource_locks", {
    what: `list ${title}`,
    microversion: since,
    query: { resource_type: type },
  });
}

/** Puts a lock on. @param what as it follows "cannot" in an error */
export async function putLock(
  { session }: Call,
  { type, since }: Lockable,
  lock: { readonly id: string; readonly action: LiveLock["resource_action"]; readonly reason: string },
  what: string,
): Promise<LiveLock> {
  const { id, action, reason } = lock;
  const { body } = await session.request<{ resource_lock: LiveLock }>("shared-file-system", "POST", "/resource-locks", {
    what,
    microversion: since,
    body: {
      resource_lock: { resource_id: id, resource_type: type, resource_action: action, lock_reason: reason },
    },
  });
  return body.resource_lock;
}

/**
 * Takes a lock off; one that is gone is done.
 * @throws UserError where another user put it on
 */
export async function takeLock({ session }: Call, { since }: Lockable, lockId: string, what: string): Promise<void> {
  const { status } = await session.request("shared-file-system", "DELETE", `/resource-locks/${lockId}`, {
    what,
    microversion: since,
    expect: [403, 404],
  });
  if (status !== 403) return;
  throw new UserError({
    what: `cannot ${what}: this credential may not`,
    why: "a lock is taken off by the user who put it on, or by the operator",
    next: `ask the operator to take it off (\`openstack share lock delete ${lockId}\`), then repeat`,
  });
}
