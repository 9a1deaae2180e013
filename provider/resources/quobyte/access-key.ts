import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { orAbsent, type Result } from "../../../quobyte/client.ts";
import { id } from "../../fields.ts";
import type { ClusterCall } from "../../resource.ts";
import { defineClusterKind } from "../../resource.ts";
import type { Props } from "../../wire.ts";

const inputs = z.object({
  tenantId: id("a tenant"),
  /** A user for this one key: every other key of its kind that he has for the tenant goes. */
  userName: z.string("must be the name of a user").min(1).max(255),
  type: z.enum(["DATA_ACCESS_KEY", "MANAGEMENT_ACCESS_KEY"], "must be DATA_ACCESS_KEY or MANAGEMENT_ACCESS_KEY"),
  /** Days from its making; a key without an end is not made. */
  validityDays: z.int("must be a whole number of days").min(1, "must be 1 or more: 0 would be without end").max(3_660),
});
type Inputs = z.infer<typeof inputs>;
type Key = NonNullable<NonNullable<Result<"getUsers">["user_configuration"]>[number]["access_key_credentials"]>[number];

/** The older word for a key to data. */
const typeOf = (key: Key): string => (key.type === "S3" ? "DATA_ACCESS_KEY" : (key.type ?? ""));

async function keysOf({ cluster }: ClusterCall, userName: string): Promise<readonly Key[] | undefined> {
  const what = `read the access keys of user "${userName}"`;
  const answer = await orAbsent(cluster.call("getUsers", { user_id: [userName] }, what));
  const found = answer?.user_configuration?.find((user) => user.id === userName);
  return found && (found.access_key_credentials ?? []);
}

async function remove({ cluster }: ClusterCall, userName: string, keyId: string): Promise<void> {
  const params = { user_name: userName, access_key_id: keyId };
  await orAbsent(
    cluster.call("deleteAccessKeyCredentials", params, `delete access key ${keyId} of user "${userName}"`),
  );
}

/** Keys of the same sort, which the user has for this one. */
const ofSort = (keys: readonly Key[], tenantId: unknown, type: unknown): readonly Key[] =>
  keys.filter((key) => key.tenant_id === tenantId && typeOf(key) === type);

const instantOf = (milliseconds: bigint | undefined): string =>
  milliseconds === undefined || milliseconds === 0n ? "never" : new Date(Number(milliseconds)).toISOString();

/** `expired`: it opens nothing any more, and the next run makes another. */
const statusOf = ({ valid_until_timestamp_ms: until = 0n }: Key): string =>
  until !== 0n && until <= BigInt(Date.now()) ? "expired" : "valid";

async function create(call: ClusterCall, wanted: Inputs): Promise<{ id: string; outs: Props }> {
  const { tenantId, userName, type, validityDays } = wanted;
  const keys = await keysOf(call, userName);
  if (keys === undefined)
    throw new UserError({
      what: `cannot create an access key: Quobyte has no user "${userName}"`,
      next: "make the user for this one key (`createUser`), or correct the name",
    });
  // What an interrupted run made has a secret that nobody knows.
  for (const key of ofSort(keys, tenantId, type)) await remove(call, userName, key.access_key_id ?? "");
  const params = { tenant_id: tenantId, user_name: userName, validity_days: validityDays, access_key_type: type };
  const what = `create an access key for user "${userName}"`;
  const { access_key_credentials: made } = await call.cluster.call("createAccessKeyCredentials", params, what);
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey } = made;
  if (!accessKeyId || !secretAccessKey)
    throw new UserError({
      what: `cannot ${what}: Quobyte's answer has no key`,
      next: "repeat: what it made goes first",
    });
  const outs = {
    secretAccessKey,
    validUntil: instantOf(made.valid_until_timestamp_ms),
    status: statusOf(made),
    others: "",
  };
  return { id: accessKeyId, outs };
}

async function read(call: ClusterCall, keyId: string, state: Props): Promise<Props | undefined> {
  if (typeof state.secretAccessKey !== "string")
    throw new UserError({
      what: `cannot take over access key ${keyId}: nobody but who made it knows its secret`,
      next: "let the program make one of its own, and remove this one",
    });
  const keys = (await keysOf(call, String(state.userName))) ?? [];
  const live = keys.find((key) => key.access_key_id === keyId);
  if (live === undefined) return undefined;
  const others = ofSort(keys, state.tenantId, state.type).filter((key) => key !== live);
  return {
    ...state,
    tenantId: live.tenant_id ?? "",
    type: typeOf(live),
    validUntil: instantOf(live.valid_until_timestamp_ms),
    status: statusOf(live),
    others: others
      .map((key) => key.access_key_id ?? "")
      .sort()
      .join(", "),
  };
}

const bad = (state: Props, key: string, good: string): string[] =>
  state[key] === undefined || state[key] === good ? [] : [key];

/** A key by which a mount, or a program, acts for a tenant. Any change makes a new one. */
export const accessKey = defineClusterKind({
  module: "quobyte",
  name: "AccessKey",
  summary: "The one access key of a user for a tenant, with an end; an expired one is made anew, one beside it goes.",
  inputs,
  outputs: {
    secretAccessKey: { type: "string", description: "The key's secret half." },
    validUntil: { type: "string", description: "Its end, or `never`." },
    status: { type: "string", description: "`valid` or `expired`, when it was read last." },
    others: {
      type: "string",
      description: "Other keys of the user for the same tenant, when it was read last; empty: none.",
    },
  },
  replaceOn: ["tenantId", "userName", "type", "validityDays"],
  secret: ["secretAccessKey"],
  extraDiff: (state) => {
    const expired = bad(state, "status", "valid");
    return { changes: [...expired, ...bad(state, "others", "")], replaces: expired };
  },
  create,
  read,
  update: async (call, keyId, { userName, tenantId, type }) => {
    const keys = ofSort((await keysOf(call, userName)) ?? [], tenantId, type);
    for (const key of keys) if (key.access_key_id !== keyId) await remove(call, userName, key.access_key_id ?? "");
    return { others: "" };
  },
  delete: (call, keyId, state) => remove(call, String(state.userName), keyId),
});
