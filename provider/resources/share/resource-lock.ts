import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { id } from "../../fields.ts";
import { bearsMark, markOf, withMark, withoutMark } from "../../own.ts";
import type { Call, Made } from "../../resource.ts";
import { defineKind } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { blameStorage, SHARES } from "../broken.ts";
import { DEMANDS, locksOf, putLock, SHARES_LOCKED, takeLock, withoutLocks, type LiveLock } from "./locks.ts";

/** Manila takes 1023 characters; the mark of whose it is stands behind. */
const LONGEST = 1023 - markOf("").length - 1;
/** What the id of a lock begins with that a cloud too old for locks does not have. */
const NONE = "none/";

const inputs = z.object({
  shareId: id("a share"),
  reason: z
    .string("must say why the share is locked")
    .min(1, "must say why the share is locked")
    .max(LONGEST, `must have at most ${LONGEST} characters`),
  demand: z.enum(DEMANDS).default("required"),
});
type Inputs = z.infer<typeof inputs>;

const what = (shareId: string): string => `lock share ${shareId} against deletion`;

async function create(call: Call, { shareId, reason, demand }: Inputs): Promise<Made> {
  const without = await withoutLocks(call, SHARES_LOCKED, demand);
  if (without !== undefined) return { id: `${NONE}${shareId}`, outs: { status: without } };
  const ours = (await locksOf(call, SHARES_LOCKED)).filter(
    (lock) => lock.resource_id === shareId && bearsMark({ description: lock.lock_reason }, call.urn),
  );
  const wanted = { id: shareId, action: "delete", reason: withMark(reason, call.urn) } as const;
  // Manila calls a share that it does not see, and one that is going, a wrong request.
  const blame = (error: unknown): Promise<never> =>
    blameStorage(call, error, `cannot ${what(shareId)}`, SHARES, shareId);
  const lock = ours[0] ?? (await putLock(call, SHARES_LOCKED, wanted, what(shareId)).catch(blame));
  if (ours[0] && ours[0].lock_reason !== wanted.reason) await change(call, lock.id, wanted.reason);
  return { id: lock.id, outs: { status: "locked" } };
}

async function change({ session }: Call, lockId: string, lock_reason: string): Promise<void> {
  await session.request("shared-file-system", "PUT", `/resource-locks/${lockId}`, {
    what: `change the reason of lock ${lockId}`,
    microversion: SHARES_LOCKED.since,
    body: { resource_lock: { lock_reason } },
  });
}

async function read(call: Call, lockId: string, state: Props): Promise<Props | undefined> {
  if (lockId.startsWith(NONE)) {
    // Once the cloud has locks, the one that is missing is made.
    const status = await withoutLocks(call, SHARES_LOCKED, "offered");
    return status === undefined ? undefined : { ...state, status };
  }
  const path = `/resource-locks/${lockId}`;
  const options = { what: `read lock ${lockId}`, microversion: SHARES_LOCKED.since };
  const found = await call.session.find<{ resource_lock: LiveLock }>("shared-file-system", path, options);
  if (found === undefined) return undefined;
  const { resource_id, resource_type, lock_reason } = found.resource_lock;
  if (resource_type !== "share")
    throw new UserError({ what: `lock ${lockId} is not one on a share`, found: resource_type });
  return {
    shareId: resource_id,
    reason: withoutMark(lock_reason ?? "", call.urn),
    demand: state.demand ?? "required",
    status: "locked",
  };
}

/** A lock against the deletion of a share. */
export const resourceLock = defineKind({
  module: "share",
  name: "ResourceLock",
  summary:
    "A lock against the deletion of a share: nobody deletes it before the lock is taken off by whoever put it on.",
  inputs,
  outputs: { status: { type: "string", description: "`locked`, or why this cloud has no locks." } },
  replaceOn: ["shareId"],
  create,
  read,
  update: async (call, lockId, { reason, demand }) => {
    if (!lockId.startsWith(NONE)) {
      await change(call, lockId, withMark(reason, call.urn));
      return { status: "locked" };
    }
    const status = await withoutLocks(call, SHARES_LOCKED, demand);
    return { status: status ?? "not locked yet: this cloud has locks now; run `pulumi up --refresh`" };
  },
  delete: async (call, lockId, state) => {
    if (lockId.startsWith(NONE)) return;
    await takeLock(call, SHARES_LOCKED, lockId, `take the lock off share ${String(state.shareId)}`);
  },
});
