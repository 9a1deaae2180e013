import { UserError } from "../../../config/problem.ts";
import { sharing } from "../../gather.ts";
import type { Call } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { locksOf, putLock, RULES_LOCKED, takeLock, withoutLocks, type Demand, type LiveLock } from "./locks.ts";

/** Whether the rules of a set are to be locked: deletion and visibility of each. */
export interface Locking {
  readonly wanted: boolean;
  /** As the output `locked` says it. */
  readonly says: string;
}

const LOCKED = "deletion and visibility of every rule";
const LACKING = "lacking: ";
const ACTIONS = ["delete", "show"] as const;
const WORDS = { delete: "deletion", show: "visibility" } as const;
const REASON = "access rules of this share are owned as one list by the zone's stack";

/** Whether a rule has lost a lock: that is drift. */
export const isLacking = (locked: unknown): boolean => typeof locked === "string" && locked.startsWith(LACKING);

/**
 * What the cloud lets become of a demand for locks.
 * @throws UserError where locks are required, or keys would lie open, and the cloud has none
 */
export async function plannedLocks(
  call: Call,
  demand: "none" | Demand,
  rules: readonly { readonly accessType: string }[],
): Promise<Locking> {
  if (demand === "none") return { wanted: false, says: "none" };
  const hasKeys = rules.some(({ accessType }) => accessType === "cephx");
  const without = await withoutLocks(call, RULES_LOCKED, demand);
  if (without === undefined) return { wanted: true, says: LOCKED };
  if (!hasKeys) return { wanted: false, says: without };
  throw new UserError({
    what: "keys of CephX would lie open to every reader of the project",
    found: without,
    why: "Manila shows the key of a rule to whoever may list the rules, unless its visibility is locked",
    next: "use a newer cloud, or NFS",
  });
}

/** What goes along with a new rule, so that it is locked from its first moment. */
export const lockFlags = ({ wanted }: Locking): object =>
  wanted ? { lock_visibility: true, lock_deletion: true, lock_reason: REASON } : {};

/** Locks of a rule, by what they lock. */
const of = (locks: readonly LiveLock[], ruleId: string, action: LiveLock["resource_action"]): readonly LiveLock[] =>
  locks.filter((lock) => lock.resource_id === ruleId && lock.resource_action === action);

/**
 * Brings the locks of rules that are kept to what is wanted: missing ones are put on, own ones that nobody wants are taken off.
 * @param state what was made before; empty at a create
 */
export async function holdLocks(
  call: Call,
  rules: readonly { readonly id: string }[],
  locking: Locking,
  state: Props,
): Promise<void> {
  const hadLocks = state.locked === LOCKED || isLacking(state.locked);
  if (rules.length === 0 || !(locking.wanted || hadLocks)) return;
  const locks = await locksOf(call, RULES_LOCKED);
  const { userId } = await call.session.token();
  for (const { id } of rules)
    for (const action of ACTIONS) {
      const there = of(locks, id, action);
      const what = `lock the ${WORDS[action]} of access rule ${id}`;
      if (locking.wanted && there.length === 0) await putLock(call, RULES_LOCKED, { id, action, reason: REASON }, what);
      const mine = locking.wanted ? [] : there.filter((lock) => lock.user_id === userId);
      for (const lock of mine) await takeLock(call, RULES_LOCKED, lock.id, `un${what}`);
    }
}

const inProject = sharing((session, _: "rules") => locksOf({ session }, RULES_LOCKED));

/** What is live of a set's locks, as its input and output; a demand that an import does not know counts as none. */
export async function lockedState(
  call: Call,
  rules: readonly { readonly id: string; readonly state: string }[],
  state: Props,
): Promise<Props> {
  const locks = state.locks === "offered" || state.locks === "required" ? state.locks : "none";
  if (locks === "none") return { locks, locked: "none" };
  const without = await withoutLocks(call, RULES_LOCKED, "offered");
  if (without !== undefined) return { locks, locked: without };
  const live = rules.some((rule) => rule.state === "active") ? await inProject(call.session, "rules", call.urn) : [];
  const lacking = rules
    .filter((rule) => rule.state === "active")
    .flatMap(({ id }) =>
      ACTIONS.filter((action) => of(live, id, action).length === 0).map((action) => `${WORDS[action]} of ${id}`),
    );
  return { locks, locked: lacking.length === 0 ? LOCKED : `${LACKING}${lacking.toSorted().join(", ")}` };
}
