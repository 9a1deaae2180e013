import type { Session } from "../../../openstack/index.ts";
import { call, isGood } from "../../../scripts/attacks/call.ts";
import type { Attempt } from "../../../scripts/attacks/types.ts";
import { until } from "../../../scripts/proof/wait.ts";
import type { Who } from "../credentials/identities.ts";
import { locksOf, MANILA, putLock, rulesOf, settled, unlocked, type Access, type Lock, type Target } from "./target.ts";

/** Who is asked: everybody who has a token and something to do with a zone's shares. */
export const SIX = ["operator", "auditor", "pipeline", "person rw", "person ro", "stranger"] as const satisfies Who[];
export type One = (typeof SIX)[number];

/** Takes a lock off, and puts it on again where that worked. */
async function takeOff(target: Target, me: Session, id: string, type: string, action: string): Promise<Attempt> {
  const [lock] = await locksOf(target, id, action);
  const answer = await call(me, MANILA, "DELETE", `/resource-locks/${lock?.id ?? "none"}`);
  if (isGood(answer)) await putLock(target.owner, id, type, action);
  return answer;
}

/** One thing to do with a share: who may, and why nobody else. */
export interface Operation {
  readonly title: string;
  readonly may: readonly One[];
  readonly why: string;
  /** Beside 403 and 404. */
  readonly refusals?: readonly number[];
  readonly try: (target: Target, me: Session, who: One) => Promise<Attempt>;
  /** Where nobody may: the same call on something that may. */
  readonly control?: (target: Target) => Promise<Attempt>;
}

const READERS: readonly One[] = ["operator", "auditor", "pipeline", "person ro"];
const MEMBERS: readonly One[] = ["operator", "pipeline"];
const action = (target: Target, me: Session, body: object): Promise<Attempt & { readonly body: unknown }> =>
  call(me, MANILA, "POST", `/shares/${target.share}/action`, body);

/** Takes the rule of an allowed call away again. */
async function unmade(target: Target, made: unknown): Promise<void> {
  const { id } = (made as { access: { id: string } }).access;
  await action(target, target.owner, { deny_access: { access_id: id, unrestrict: true } });
  await until(
    async () => ((await rulesOf(target.owner, target.share)).some((rule) => rule.id === id) ? undefined : true),
    "the rule to go",
    60_000,
  );
}

const SIZES: Partial<Record<One, number>> = { operator: 2, pipeline: 3 };

export const OPERATIONS: readonly Operation[] = [
  {
    title: "read a share",
    may: READERS,
    why: "a role on the area's project; the auditor by the shipped policy",
    try: ({ share }, me) => call(me, MANILA, "GET", `/shares/${share}`),
  },
  {
    title: "read where a share is mounted from",
    may: READERS,
    why: "who reads a share reads its places",
    try: ({ share }, me) => call(me, MANILA, "GET", `/shares/${share}/export_locations`),
  },
  {
    title: "list the access rules of a share",
    may: READERS,
    why: "who reads a share reads its rules, masked where they are locked",
    refusals: [400],
    try: ({ share }, me) => call(me, MANILA, "GET", `/share-access-rules?share_id=${share}`),
  },
  {
    title: "read whom a locked rule lets in",
    may: MEMBERS,
    why: "its visibility is locked: the user who put the lock on, and an administrator",
    refusals: [400],
    try: async ({ share, rule }, me) => {
      const { body, ...answer } = await call(me, MANILA, "GET", `/share-access-rules?share_id=${share}`);
      const row = (body as { access_list?: Access[] }).access_list?.find(({ id }) => id === rule);
      return row?.access_to === "******" ? { status: 403, message: "masked" } : answer;
    },
  },
  {
    title: "open a share to another network",
    may: MEMBERS,
    why: "a member of the area's project",
    try: async (target, me) => {
      const rule = { access_type: "ip", access_to: "10.251.0.0/24", access_level: "ro" };
      const { body, ...answer } = await action(target, me, { allow_access: rule });
      if (isGood(answer)) await unmade(target, body);
      return answer;
    },
  },
  {
    title: "withdraw a locked rule",
    may: [],
    why: "it is locked, and nobody said that the lock is to go with it",
    try: async (target, me) => action(target, me, { deny_access: { access_id: target.rule } }),
    control: async (target) => {
      const rule = { access_type: "ip", access_to: "10.252.0.0/24", access_level: "ro" };
      const { body } = await action(target, target.owner, { allow_access: rule });
      const { id } = (body as { access: { id: string } }).access;
      return action(target, target.owner, { deny_access: { access_id: id } });
    },
  },
  {
    title: "take the lock of a rule off",
    may: MEMBERS,
    why: "the user who put it on, and an administrator",
    try: (target, me) => takeOff(target, me, target.rule, "access_rule", "delete"),
  },
  {
    title: "take the lock of a share off",
    may: MEMBERS,
    why: "the user who put it on, and an administrator",
    try: (target, me) => takeOff(target, me, target.share, "share", "delete"),
  },
  {
    title: "lock a share once more",
    may: MEMBERS,
    why: "a member of the area's project",
    // "No such resource found."
    refusals: [400],
    try: async ({ share }, me) => {
      const { body, ...answer } = await putLock(me, share, "share", "delete");
      if (isGood(answer))
        await call(me, MANILA, "DELETE", `/resource-locks/${(body as { resource_lock: Lock }).resource_lock.id}`);
      return answer;
    },
  },
  {
    title: "delete a locked share",
    may: [],
    why: "it is locked, whoever asks",
    refusals: [409],
    try: ({ share }, me) => call(me, MANILA, "DELETE", `/shares/${share}`),
    control: (target) => unlocked(target, () => call(target.owner, MANILA, "DELETE", `/shares/${target.share}`)),
  },
  {
    title: "put a locked share into the recycle bin",
    may: [],
    why: "it is locked, whoever asks",
    refusals: [409],
    try: (target, me) => action(target, me, { soft_delete: null }),
    control: (target) =>
      unlocked(target, async () => {
        const answer = await action(target, target.owner, { soft_delete: null });
        await action(target, target.owner, { restore: null });
        await target.owner.request(MANILA, "DELETE", `/shares/${target.share}`);
        return answer;
      }),
  },
  {
    title: "make a share larger",
    may: MEMBERS,
    why: "a member of the area's project, within its quota",
    try: async (target, me, who) => {
      const answer = await action(target, me, { extend: { new_size: SIZES[who] ?? 9 } });
      await settled(target, target.share);
      return answer;
    },
  },
  {
    title: "write a label on a share",
    may: MEMBERS,
    why: "a member of the area's project",
    try: async ({ share, owner }, me) => {
      const answer = await call(me, MANILA, "POST", `/shares/${share}/metadata`, { metadata: { all_squash: "true" } });
      if (isGood(answer)) await call(owner, MANILA, "DELETE", `/shares/${share}/metadata/all_squash`);
      return answer;
    },
  },
  {
    title: "show a share to every project of the cloud",
    may: ["operator"],
    why: "OpenStack leaves it to the administrator",
    try: async ({ share, owner }, me) => {
      const answer = await call(me, MANILA, "PUT", `/shares/${share}`, { share: { is_public: true } });
      if (isGood(answer)) await call(owner, MANILA, "PUT", `/shares/${share}`, { share: { is_public: false } });
      return answer;
    },
  },
];
