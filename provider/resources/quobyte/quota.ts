import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { orAbsent, type Result } from "../../../quobyte/client.ts";
import { id } from "../../fields.ts";
import type { ClusterCall } from "../../resource.ts";
import { defineClusterKind } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { findVolume, volumesOf } from "./volumes.ts";

const GIB = 2n ** 30n;
// What 0 means is said nowhere in the published API: none, or without limit.
const count = z.int("must be a whole number").min(1, "must be 1 or more: what 0 means to Quobyte is not published");

const inputs = z.object({
  tenantId: id("a tenant"),
  /** A volume of the tenant. Left out, the tenant itself is limited. */
  volumeId: id("a volume of the tenant").optional(),
  /** In GiB, as users count: copies are not. */
  gigabytes: count.max(2 ** 33 - 1, "must be below 8 EiB, the most bytes that Quobyte counts").optional(),
  /** Volumes of the tenant. */
  volumes: count.optional(),
  files: count.optional(),
});
type Inputs = z.infer<typeof inputs>;

/** Our limits, Quobyte's words for them, and how many of its units are one of ours. */
const LIMITS = [
  { input: "gigabytes", type: "LOGICAL_DISK_SPACE", unit: GIB, says: "GiB" },
  { input: "volumes", type: "VOLUME_COUNT", unit: 1n, says: "volumes" },
  { input: "files", type: "FILE_COUNT", unit: 1n, says: "files" },
] as const;

type Live = NonNullable<Result<"getQuota">["quotas"]>[number];
interface Whose {
  readonly tenantId: string;
  readonly volumeId?: string | undefined;
}

const consumerOf = ({ tenantId, volumeId }: Whose) =>
  volumeId === undefined
    ? { type: "TENANT" as const, identifier: tenantId }
    : { type: "VOLUME" as const, identifier: volumeId, tenant_id: tenantId };

const nameOf = ({ tenantId, volumeId }: Whose): string =>
  volumeId === undefined ? `tenant ${tenantId}` : `volume ${volumeId}`;

function whoseId(quotaId: string): Whose {
  const [tenantId = "", volumeId, more] = quotaId.split("/");
  if (tenantId !== "" && more === undefined) return { tenantId, volumeId };
  throw new UserError({
    what: `"${quotaId}" is no id of a Quota`,
    allowed: "<tenantId>, or <tenantId>/<volumeId>",
    next: "import it by such an id",
  });
}

async function find({ cluster }: ClusterCall, whose: Whose): Promise<Live | undefined> {
  const consumer = consumerOf(whose);
  const what = `read the quota of ${nameOf(whose)}`;
  const answer = await orAbsent(cluster.call("getQuota", { only_entity: [consumer] }, what));
  return answer?.quotas?.find(
    ({ consumer: [first] = [] }) => first?.type === consumer.type && first.identifier === consumer.identifier,
  );
}

/** What is stated, and not what follows from a licence or a default. */
const stated = (live: Live | undefined) =>
  (live?.limits ?? []).filter(({ limit_type: type }) => type === undefined || type === "QUOTA");

/** What is in use, as volumes tell it: a cluster tells the usage of a quota only where there is one. */
async function usage(call: ClusterCall, { tenantId, volumeId }: Whose): Promise<Readonly<Record<string, bigint>>> {
  const volumes = volumeId === undefined ? await volumesOf(call, tenantId) : [await findVolume(call, volumeId)];
  const sum = (key: "used_logical_space_bytes" | "file_count"): bigint =>
    volumes.reduce((all, volume) => all + (volume?.[key] ?? 0n), 0n);
  return {
    LOGICAL_DISK_SPACE: sum("used_logical_space_bytes"),
    VOLUME_COUNT: BigInt(volumes.length),
    FILE_COUNT: sum("file_count"),
  };
}

/** A limit below what is in use would let nobody write any more. */
async function refuseBelowUse(call: ClusterCall, live: Live | undefined, wanted: Inputs): Promise<void> {
  const known = await usage(call, wanted);
  const over = LIMITS.flatMap(({ input, type, unit, says }) => {
    const used = live?.current_usage?.find((one) => one.type === type)?.value ?? known[type] ?? 0n;
    const limit = wanted[input];
    if (limit === undefined || used <= BigInt(limit) * unit) return [];
    return [`${(used + unit - 1n) / unit} ${says} used, ${limit} wanted`];
  });
  if (over.length === 0) return;
  throw new UserError({
    what: `the quota of ${nameOf(wanted)} is smaller than what is used`,
    found: over.join("; "),
    why: "Quobyte keeps what is there and refuses every write from then on",
    next: "raise the quota, or delete something first",
  });
}

async function set(call: ClusterCall, wanted: Inputs): Promise<void> {
  const live = await find(call, wanted);
  await refuseBelowUse(call, live, wanted);
  const limits = LIMITS.flatMap(({ input, type, unit }) => {
    const limit = wanted[input];
    return limit === undefined ? [] : [{ type, value: BigInt(limit) * unit }];
  });
  const quota = { ...(live?.id ? { id: live.id } : {}), consumer: [consumerOf(wanted)], limits };
  await call.cluster.call("setQuota", { quotas: [quota] }, `set the quota of ${nameOf(wanted)}`);
}

async function read(call: ClusterCall, quotaId: string): Promise<Props | undefined> {
  const whose = whoseId(quotaId);
  const live = await find(call, whose);
  const limits = stated(live);
  if (live === undefined || limits.length === 0) return undefined;
  const values = LIMITS.flatMap(({ input, type, unit }) => {
    const value = limits.find((one) => one.type === type)?.value;
    // A limit that is no whole number of ours was not set by us: it shows as what it is, and differs.
    return value === undefined || value === 0n ? [] : [[input, Number(value) / Number(unit)] as const];
  });
  return { ...whose, ...Object.fromEntries(values) };
}

const idOf = ({ tenantId, volumeId }: Whose): string => (volumeId === undefined ? tenantId : `${tenantId}/${volumeId}`);

/** What a tenant or a volume may use at most. */
export const quota = defineClusterKind({
  module: "quobyte",
  name: "Quota",
  summary:
    "The limits of a tenant or a volume of a Quobyte cluster; none goes below what is used. Delete leaves them in force.",
  inputs,
  replaceOn: ["tenantId", "volumeId"],
  refuse: (_, wanted) =>
    LIMITS.some(({ input }) => wanted[input] !== undefined)
      ? []
      : [{ property: "gigabytes", reason: "must limit something: gigabytes, volumes or files" }],
  create: async (call, wanted) => {
    await set(call, wanted);
    return { id: idOf(wanted) };
  },
  read,
  update: async (call, _quotaId, wanted) => {
    await set(call, wanted);
    return undefined;
  },
  // No method to take a quota away is published; it ends with its tenant or volume.
  delete: () => Promise.resolve(),
});
