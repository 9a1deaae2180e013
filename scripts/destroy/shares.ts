import { ApiError, type Session } from "../../openstack/index.ts";
import { UserError } from "../../config/problem.ts";
import { saidOf, type Seen } from "../../deletion/types.ts";
import type { Place } from "./inventory.ts";

const SERVICE = "shared-file-system";
/** Locks came with it. Source: Manila's version history. */
const LOCKS = "2.81";

interface Rule {
  readonly id: string;
}

/** Locks of a share, which were made against an accident. A cloud that is too old for them has none. */
async function unlock(session: Session, id: string, what: string): Promise<void> {
  const list = { query: { resource_id: id }, microversion: LOCKS, what: `list the locks of ${what}` };
  const locks = await session
    .paginate<Rule>(SERVICE, "/resource-locks", "resource_locks", list)
    .catch((error: unknown) => {
      if (error instanceof UserError && !(error instanceof ApiError)) return [];
      throw error;
    });
  for (const lock of locks) {
    const options = { what: `remove a lock of ${what}`, microversion: LOCKS, expect: [403, 404] };
    await session.request(SERVICE, "DELETE", `/resource-locks/${lock.id}`, options);
  }
}

/** Nobody mounts a share that is about to go: its access rules are taken away before its machines and keys. */
export async function closeShares(places: readonly Place[], go: readonly Seen[]): Promise<void> {
  for (const one of go) {
    const session = places.find(({ name }) => name === one.project)?.session;
    if (one.kind !== "share" || session === undefined) continue;
    const what = saidOf(one);
    await unlock(session, one.id, what);
    const query = { share_id: one.id };
    const options = { query, what: `list the access rules of ${what}` };
    const { body } = await session.request<{ access_list?: readonly Rule[] }>(SERVICE, "GET", "/share-access-rules", {
      ...options,
      expect: [404],
    });
    // The zone locks its rules, too: who put a lock on takes it off with its rule.
    for (const { id } of body?.access_list ?? [])
      await session.request(SERVICE, "POST", `/shares/${one.id}/action`, {
        ...{ body: { deny_access: { access_id: id, unrestrict: true } }, what: `take an access rule of ${what} away` },
        expect: [400, 403, 404],
      });
  }
}
