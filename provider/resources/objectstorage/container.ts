import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { ownId } from "../../own.ts";
import type { Call } from "../../resource.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import {
  containerName,
  demandTls,
  findContainer,
  goneContainer,
  postHeaders,
  readAccount,
  removeContainer,
  type Headers,
} from "./containers.ts";

/** `<project id>:<user id>`, or the name of a role: never everybody, never a name that somebody else could take. */
const grant = z
  .string("must be a grant")
  .regex(
    /^(?:[0-9a-f-]{1,64}:[0-9a-f-]{1,64}|[a-z][a-z0-9_-]{0,63})$/,
    "must be <project id>:<user id> or the name of a role; never everybody",
  );
const grants = z.array(grant).default([]).transform(sortedSet);

const META = "x-container-meta-";
const MARK = "tresor-id";
/** Metadata that mean something to Swift: each opens or closes something, and is an input of its own or refused. */
const RESERVED = /^(?:temp-url-key|quota-|web-|access-control-|tresor-id$)/;

const inputs = z.object({
  name: containerName,
  /** Who may read and list, beside the project's members. */
  readers: grants,
  /** Who may write and delete, beside the project's members. */
  writers: grants,
  quotaBytes: z.int("must be a whole number of bytes").min(0, "must be 0 or more").optional(),
  /** What is overwritten or deleted stays as an older version. */
  versions: z.boolean().default(false),
  /** An `IngestKey` signs addresses of it. */
  signed: z.boolean().default(false),
  metadata: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, "must be lower-case letters, digits and hyphens"),
      z.string("must be a text").max(200, "must have at most 200 characters"),
    )
    .default({})
    .refine(
      (all) => !Object.keys(all).some((key) => RESERVED.test(key)),
      "must not name what means something to Swift",
    ),
});
type Inputs = z.infer<typeof inputs>;

const listOf = (header: string | undefined): string[] =>
  sortedSet((header ?? "").split(",").flatMap((one) => (one.trim() === "" ? [] : [one.trim()])));

const encoded = (all: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([key, value]) => [`X-Container-Meta-${key}`, encodeURIComponent(value)]));

/** A value that we wrote, or as it stands there where somebody else did. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const headersOf = (wanted: Inputs): Record<string, string> => ({
  "X-Container-Read": wanted.readers.join(","),
  "X-Container-Write": wanted.writers.join(","),
  "X-Container-Meta-Quota-Bytes": wanted.quotaBytes === undefined ? "" : String(wanted.quotaBytes),
  "X-Versions-Enabled": String(wanted.versions),
  ...encoded(wanted.metadata),
});

/** Ways into a container beside its lists, each with the headers that close it. Nobody plans one but an `IngestKey`. */
const WAYS: readonly {
  readonly way: string;
  readonly header: string;
  readonly of: "container" | "account";
  readonly close: readonly string[];
}[] = [
  { way: "signing key", header: `${META}temp-url-key`, of: "container", close: ["X-Container-Meta-Temp-URL-Key"] },
  {
    way: "second signing key",
    header: `${META}temp-url-key-2`,
    of: "container",
    close: ["X-Container-Meta-Temp-URL-Key-2"],
  },
  {
    way: "copies to another container",
    header: "x-container-sync-to",
    of: "container",
    close: ["X-Container-Sync-To", "X-Container-Sync-Key"],
  },
  {
    way: "copies from another container",
    header: "x-container-sync-key",
    of: "container",
    close: ["X-Container-Sync-Key"],
  },
  {
    way: "signing key of the whole project",
    header: "x-account-meta-temp-url-key",
    of: "account",
    close: ["X-Account-Meta-Temp-URL-Key"],
  },
  {
    way: "second signing key of the whole project",
    header: "x-account-meta-temp-url-key-2",
    of: "account",
    close: ["X-Account-Meta-Temp-URL-Key-2"],
  },
];

function waysIn(live: Headers, account: Headers, signed: boolean): (typeof WAYS)[number][] {
  return WAYS.filter(({ way, header, of }) => {
    if (signed && way === "signing key") return false;
    return ((of === "container" ? live : account)[header] ?? "") !== "";
  });
}

/** Metadata as the config knows them. */
function metadataOf(live: Headers): Record<string, string> {
  const own = Object.entries(live).filter(([name]) => name.startsWith(META));
  const plain = own.map(([name, value]) => [name.slice(META.length), decoded(value)] as const);
  return Object.fromEntries(plain.filter(([name]) => !RESERVED.test(name)));
}

async function read(call: Call, name: string, state: Props): Promise<Props | undefined> {
  const live = await findContainer(call, name);
  if (live === undefined) return undefined;
  const quota = live[`${META}quota-bytes`];
  const signed = state.signed === true;
  return {
    name,
    readers: listOf(live["x-container-read"]),
    writers: listOf(live["x-container-write"]),
    ...(quota !== undefined && quota !== "" && { quotaBytes: Number(quota) }),
    versions: /^true$/i.test(live["x-versions-enabled"] ?? ""),
    signed,
    metadata: metadataOf(live),
    ways: waysIn(live, await readAccount(call), signed)
      .map(({ way }) => way)
      .join(", "),
  };
}

/** Brings everything that Swift keeps of the container to what is wanted, and closes every way that nobody planned. */
async function converge(call: Call, wanted: Inputs): Promise<void> {
  const live = await findContainer(call, wanted.name);
  if (live === undefined) throw goneContainer(wanted.name);
  const ways = waysIn(live, await readAccount(call), wanted.signed);
  const closed = (of: "container" | "account"): Record<string, string> =>
    Object.fromEntries(ways.filter((one) => one.of === of).flatMap(({ close }) => close.map((name) => [name, ""])));
  const stale = Object.keys(metadataOf(live)).filter((key) => !Object.hasOwn(wanted.metadata, key));
  const dropped = Object.fromEntries(stale.map((key) => [`X-Container-Meta-${key}`, ""]));
  await postHeaders(call, wanted.name, { ...dropped, ...closed("container"), ...headersOf(wanted) });
  if (Object.keys(closed("account")).length > 0) await postHeaders(call, undefined, closed("account"));
}

async function create(call: Call, wanted: Inputs): Promise<{ id: string; outs: Props }> {
  await demandTls(call, wanted.name);
  const mark = ownId(call.urn);
  const live = await findContainer(call, wanted.name);
  if (live !== undefined && live[`${META}${MARK}`] !== mark)
    throw new UserError({
      what: `cannot create container "${wanted.name}": the project has one of that name`,
      why: "this stack did not make it: what is in it would be taken for what comes through this door",
      next: "find out what is in it and delete it (`openstack container delete`), then run `pulumi up` again",
    });
  const headers = { ...headersOf(wanted), [`X-Container-Meta-${MARK}`]: mark };
  if (live === undefined) {
    const what = `create container "${wanted.name}"`;
    await call.session.request("object-store", "PUT", `/${wanted.name}`, { what, headers });
  }
  await converge(call, wanted);
  return { id: wanted.name, outs: { ways: "" } };
}

/** A place of objects, with everything that opens it. */
export const container = defineKind({
  module: "objectstorage",
  name: "Container",
  summary: "A container with its whole lists of readers and writers; any other way in is closed.",
  inputs,
  outputs: {
    ways: { type: "string", description: "Ways in that nobody planned, when it was read last; empty: none." },
  },
  replaceOn: ["name"],
  extraDiff: ({ ways }) => ({ changes: typeof ways === "string" && ways !== "" ? ["ways"] : [], replaces: [] }),
  create,
  read,
  update: async (call, _name, wanted) => {
    await converge(call, wanted);
    return { ways: "" };
  },
  delete: (call, name) => removeContainer(call, name),
});
