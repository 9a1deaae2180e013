import { createHash } from "node:crypto";
import { z } from "zod";
import { newPassword } from "../../../openstack/password.ts";
import { cidr, instant } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { containerName, findContainer, goneContainer, postHeaders } from "./containers.ts";

const inputs = z.object({
  container: containerName,
  /** Networks for which addresses are signed. */
  networks: z.array(cidr).min(1, "must name at least one network").transform(sortedSet),
  /** End of every address that is signed. */
  expiresAt: instant,
  /** False: there is no key, and what was signed before opens nothing. */
  enabled: z.boolean().default(true),
});
type Inputs = z.infer<typeof inputs>;

const HEADER = "X-Container-Meta-Temp-URL-Key";
const KEY = HEADER.toLowerCase();

/** By which a key is known again without being known. */
const markOf = (key: string): string => createHash("sha256").update(key).digest("hex");

/** `ours`: the key that this resource set last. `none`: there is no key. `foreign`: somebody else set one. */
const statusOf = (key: string | undefined, mark: unknown): string =>
  key === undefined || key === "" ? "none" : markOf(key) === mark ? "ours" : "foreign";

/** A new key, or none. The key is written to Swift and kept nowhere else: whoever hands out an address reads it there. */
async function set(call: Call, { container, enabled }: Inputs): Promise<Props> {
  const key = enabled ? newPassword() : "";
  const secrets = key === "" ? [] : [key];
  if (!(await postHeaders(call, container, { [HEADER]: key }, secrets))) throw goneContainer(container);
  return { mark: enabled ? markOf(key) : "", status: enabled ? "ours" : "none" };
}

/** The key by which addresses of one container are signed. Any change makes a new one: addresses of before open nothing any more. */
export const ingestKey = defineKind({
  module: "objectstorage",
  name: "IngestKey",
  summary: "The key that signs write-only addresses of a container; the state holds its hash alone.",
  inputs,
  outputs: {
    status: { type: "string", description: "ours, none or foreign, when it was read last." },
    mark: { type: "string", description: "SHA-256 of the key that was set last." },
  },
  replaceOn: ["container"],
  extraDiff: ({ status }, { enabled }) => ({
    changes: status !== undefined && status !== (enabled ? "ours" : "none") ? ["status"] : [],
    replaces: [],
  }),
  create: async (call, wanted) => ({ id: wanted.container, outs: await set(call, wanted) }),
  read: async (call, container, state) => {
    const live = await findContainer(call, container);
    return live && { ...state, container, status: statusOf(live[KEY], state.mark), mark: state.mark ?? "" };
  },
  update: (call, _container, wanted) => set(call, wanted),
  delete: async (call, container) => {
    await postHeaders(call, container, { [HEADER]: "" });
  },
});
