import { z } from "zod";
import { id, limit } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, sortedSet } from "../../resource.ts";

/** Our names of limits and Manila's. Share networks can be limited for the project only. */
const TYPE_LIMITS = {
  shares: "shares",
  gigabytes: "gigabytes",
  snapshots: "snapshots",
  snapshotGigabytes: "snapshot_gigabytes",
} as const;
const LIMITS = { ...TYPE_LIMITS, shareNetworks: "share_networks" } as const;

const typeLimits = { shares: limit, gigabytes: limit, snapshots: limit, snapshotGigabytes: limit };
const typeQuota = z.strictObject({
  shareType: z.string("must be the name or id of a share type").min(1),
  ...typeLimits,
});
const inputs = z.object({
  projectId: id("a project"),
  ...typeLimits,
  shareNetworks: limit,
  shareTypeQuotas: z
    .array(typeQuota)
    .refine((list) => new Set(list.map((one) => one.shareType)).size === list.length, "must name each share type once")
    .transform(sortedSet)
    .default([]),
});
type Inputs = z.infer<typeof inputs>;
type TypeQuota = z.infer<typeof typeQuota>;
type QuotaSet = Readonly<Record<string, number | string | null>>;

const toLive = (
  names: Readonly<Record<string, string>>,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> => Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [theirs, values[ours]]));

const fromLive = (names: Readonly<Record<string, string>>, live: QuotaSet): Record<string, unknown> =>
  Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [ours, live[theirs] ?? undefined]));

async function put(
  { session }: Call,
  projectId: string,
  quota: Record<string, unknown>,
  shareType?: string,
): Promise<void> {
  const of = shareType === undefined ? "" : ` for share type ${shareType}`;
  await session.request("shared-file-system", "PUT", `/quota-sets/${projectId}`, {
    query: { share_type: shareType },
    body: { quota_set: quota },
    what: `set the share quota of project ${projectId}${of}`,
    next: "a quota cannot go below what is in use, nor one of a share type above the project's: change the numbers",
  });
}

async function get({ session }: Call, projectId: string, shareType?: string): Promise<QuotaSet | undefined> {
  const options = { query: { share_type: shareType }, what: `read the share quota of project ${projectId}` };
  return (await session.find<{ quota_set: QuotaSet }>("shared-file-system", `/quota-sets/${projectId}`, options))
    ?.quota_set;
}

async function reset({ session }: Call, projectId: string, shareType?: string): Promise<void> {
  await session.request("shared-file-system", "DELETE", `/quota-sets/${projectId}`, {
    query: { share_type: shareType },
    what: `reset the share quota of project ${projectId}`,
    expect: [404],
  });
}

/** A type's limits must fit into the project's at each moment: those that go, go first. */
async function set(call: Call, wanted: Inputs, old: readonly TypeQuota[]): Promise<void> {
  const kept = new Set(wanted.shareTypeQuotas.map((one) => one.shareType));
  for (const { shareType } of old) if (!kept.has(shareType)) await reset(call, wanted.projectId, shareType);
  await put(call, wanted.projectId, toLive(LIMITS, wanted));
  for (const one of wanted.shareTypeQuotas) await put(call, wanted.projectId, toLive(TYPE_LIMITS, one), one.shareType);
}

/** A project's quota of Manila. */
export const shareQuota = defineKind({
  module: "share",
  name: "ShareQuota",
  summary: "A project's quota of Manila, for the project and per share type; delete gives the cloud's defaults back.",
  inputs,
  replaceOn: ["projectId"],
  create: async (call, wanted) => {
    await set(call, wanted, []);
    return { id: wanted.projectId };
  },
  read: async (call, projectId, state) => {
    const live = await get(call, projectId);
    if (!live) return undefined;
    const known = (state.shareTypeQuotas ?? []) as TypeQuota[];
    const perType = await Promise.all(
      known.map(async ({ shareType }) => ({ shareType, live: await get(call, projectId, shareType) })),
    );
    const shareTypeQuotas = perType.flatMap((one) =>
      one.live ? [{ shareType: one.shareType, ...fromLive(TYPE_LIMITS, one.live) }] : [],
    );
    return { projectId, ...fromLive(LIMITS, live), shareTypeQuotas: sortedSet(shareTypeQuotas) };
  },
  update: async (call, _projectId, wanted, state) => {
    await set(call, wanted, (state.shareTypeQuotas ?? []) as TypeQuota[]);
    return undefined;
  },
  delete: async (call, projectId, state) => {
    for (const { shareType } of (state.shareTypeQuotas ?? []) as TypeQuota[]) await reset(call, projectId, shareType);
    await reset(call, projectId);
  },
});
