import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { hasStatus } from "../../../openstack/index.ts";
import { canonicalCidr, id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, difference, sortedSet, stable } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { blameStorage, SHARES } from "../broken.ts";
import { leftOver, notThere } from "../sets.ts";
import { DEMANDS } from "./locks.ts";
import { holdLocks, isLacking, lockedState, lockFlags, plannedLocks, type Locking } from "./rule-locks.ts";

const ruleSchema = z
  .strictObject({
    accessType: z.enum(["ip", "user", "cert", "cephx"]),
    accessTo: z.string("must be whom the rule lets in").min(1),
    accessLevel: z.enum(["ro", "rw"]),
  })
  .refine((rule) => rule.accessType !== "ip" || canonicalCidr(rule.accessTo) !== undefined, {
    message: "must be an address block such as 10.1.0.0/24",
    path: ["accessTo"],
  })
  .transform((rule) => canonical(rule));
const inputs = z.object({
  shareId: id("a share"),
  rules: z
    .array(ruleSchema)
    .refine(
      (list) => new Set(list.map((rule) => `${rule.accessType} ${rule.accessTo}`)).size === list.length,
      "must name each client once",
    )
    .transform(sortedSet),
  /** Deletion and visibility of each rule. */
  locks: z.enum(["none", ...DEMANDS]).default("none"),
});

interface Rule {
  readonly accessType: string;
  readonly accessTo: string;
  readonly accessLevel: string;
}

export interface LiveRule {
  readonly id: string;
  readonly access_type: string;
  readonly access_to: string;
  readonly access_level: string;
  readonly state: string;
}

/** What Manila writes in place of whom a rule lets in, where somebody locked its visibility. */
const MASKED = "******";
const DEADLINE = 180_000;

function canonical<T extends Rule>(rule: T): T {
  const block = rule.accessType === "ip" ? canonicalCidr(rule.accessTo) : undefined;
  return block === undefined ? rule : { ...rule, accessTo: block };
}

const fromLive = (live: LiveRule): Rule =>
  canonical({ accessType: live.access_type, accessTo: live.access_to, accessLevel: live.access_level });

const say = (live: LiveRule): string =>
  `${live.access_type} ${live.access_to === MASKED ? "(hidden by a lock)" : live.access_to} ${live.access_level} (${live.id})`;

async function liveRules({ session }: Call, shareId: string): Promise<LiveRule[] | undefined> {
  const what = `list the access rules of share ${shareId}`;
  const query = { share_id: shareId };
  try {
    const path = "/share-access-rules";
    const { body } = await session.request<{ access_list: LiveRule[] }>("shared-file-system", "GET", path, {
      what,
      query,
    });
    return body.access_list;
  } catch (error) {
    // Manila calls the list of a share that is gone a wrong request; only the share itself says whether it is.
    if (!hasStatus(error, 400, 404)) throw error;
    if (await session.find("shared-file-system", `/shares/${shareId}`, { what })) throw error;
    return undefined;
  }
}

async function act(call: Call, shareId: string, body: object, what: string): Promise<void> {
  const expect = "deny_access" in body ? [404] : [];
  await call.session
    .request("shared-file-system", "POST", `/shares/${shareId}/action`, { body, what, expect })
    // "Invalid state" is all that Manila says of a share that was never built.
    .catch((error: unknown) => blameStorage(call, error, `cannot ${what}`, SHARES, shareId));
}

/** Denies rules; gives back those that are locked by somebody else. */
async function deny(call: Call, shareId: string, rules: readonly LiveRule[]): Promise<LiveRule[]> {
  const left: LiveRule[] = [];
  for (const rule of rules.filter((one) => !/den/.test(one.state))) {
    try {
      // Unrestrict drops the locks that this credential put on; those of others stay and are refused.
      const denied = { deny_access: { access_id: rule.id, unrestrict: true } };
      await act(call, shareId, denied, `withdraw the access rule ${say(rule)} of share ${shareId}`);
    } catch (error) {
      if (!hasStatus(error, 403)) throw error;
      left.push(rule);
    }
  }
  return left;
}

/** Waits until no rule is on its way, and tells those that the storage refused. */
async function settle(call: Call, shareId: string, gone: ReadonlySet<string>): Promise<void> {
  const end = Date.now() + DEADLINE;
  for (let pause = 500; ; pause = Math.min(pause * 2, 2000)) {
    await call.pause(pause);
    const live = (await liveRules(call, shareId)) ?? [];
    const failed = live.filter((rule) => rule.state === "error");
    if (failed.length > 0)
      throw new UserError({
        what: `share ${shareId} has access rules that the storage did not carry out`,
        found: failed.map(say).join("; "),
        next: "ask the storage operator why (`openstack share access show <id>`), then repeat: the next `up` withdraws and sets them anew",
      });
    const pending = live.filter((rule) => rule.state !== "active" || gone.has(rule.id));
    if (pending.length === 0) return;
    if (Date.now() > end || call.cancelled())
      throw new UserError({
        what: `the access rules of share ${shareId} are not settled ${call.cancelled() ? "and the run was interrupted" : `after ${DEADLINE / 1000} s`}`,
        found: pending.map((rule) => `${say(rule)} ${rule.state}`).join("; "),
        next: "look at the share service's backend, then repeat",
      });
  }
}

/** Lets a client in, its rule locked from its first moment: no key of CephX is seen in between. */
async function allow(call: Call, shareId: string, rule: Rule, locking: Locking): Promise<void> {
  const { accessType, accessTo, accessLevel } = rule;
  const body = { access_type: accessType, access_to: accessTo, access_level: accessLevel, ...lockFlags(locking) };
  const what = `let ${accessType} ${accessTo} into share ${shareId} (${accessLevel})`;
  await act(call, shareId, { allow_access: body }, what);
}

/** Gives what is said of the rules' locks. */
async function converge(
  call: Call,
  { shareId, rules: wanted, locks }: z.infer<typeof inputs>,
  state: Props = {},
): Promise<Props> {
  const locking = await plannedLocks(call, locks, wanted);
  const live = await liveRules(call, shareId);
  if (!live) throw notThere(`set the access rules of share ${shareId}`);
  // A rule that the storage refused is set anew.
  const good = live.filter((rule) => rule.state !== "error" && !/den/.test(rule.state));
  const { missing, extra } = difference(wanted, good, stable, (rule) => stable(fromLive(rule)));
  const away = [...extra, ...live.filter((rule) => rule.state === "error")];
  const left = await deny(call, shareId, away);
  const gone = away.filter((rule) => !left.includes(rule));
  // The old rule of a client must be gone before its new one can be made.
  if (gone.length > 0) await settle(call, shareId, new Set(gone.map((rule) => rule.id)));
  const blocked = new Set(left.map((rule) => fromLive(rule).accessTo));
  const kept = good.filter((rule) => !extra.includes(rule));
  await holdLocks(call, kept, locking, state);
  for (const rule of missing.filter(({ accessTo }) => !blocked.has(accessTo)))
    await allow(call, shareId, rule, locking);
  // Where nothing was asked for and nothing is on its way, there is nothing to wait for.
  const moved = missing.length > 0 || live.some((rule) => rule.state !== "active");
  if (moved) await settle(call, shareId, new Set());
  if (left.length > 0)
    throw leftOver({
      what: `share ${shareId} has access rules`,
      verb: "withdraw",
      found: left.map(say),
      ids: left.map((rule) => rule.id),
      why: "locked by the operator or by another user",
    });
  return { locked: locking.says };
}

/** All access rules of a share. */
export const shareAccessSet = defineKind({
  module: "share",
  name: "ShareAccessSet",
  summary: "All access rules of a share: what is not listed is withdrawn; made only once the storage carried it out.",
  inputs,
  outputs: { locked: { type: "string", description: "How the rules are locked, or why they are not." } },
  replaceOn: ["shareId"],
  extraDiff: ({ locked }) => ({ changes: isLacking(locked) ? ["locked"] : [], replaces: [] }),
  create: async (call, wanted) => ({ id: wanted.shareId, outs: await converge(call, wanted) }),
  read: async (call, shareId, state) => {
    const live = await liveRules(call, shareId);
    if (live === undefined) return undefined;
    const said = live.map((rule) => (rule.state === "error" ? { ...fromLive(rule), state: "error" } : fromLive(rule)));
    return { shareId, rules: sortedSet(said), ...(await lockedState(call, live, state)) };
  },
  update: (call, _shareId, wanted, state) => converge(call, wanted, state),
  delete: async (call, shareId) => {
    const live = await liveRules(call, shareId);
    if (!live) return;
    const left = await deny(call, shareId, live);
    const gone = live.filter((rule) => !left.includes(rule));
    await settle(call, shareId, new Set(gone.map((rule) => rule.id)));
  },
});
