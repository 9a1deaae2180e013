import { z } from "zod";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, stable } from "../../resource.ts";
import { notThere } from "../sets.ts";
import { readAcl, readers, writeAcl, type Acl } from "./secrets.ts";

const inputs = z.object({
  secretId: id("a secret"),
  /** Ids of the users who may read it. */
  readers,
  /** Whether members of the secret's project may read it too. */
  projectAccess: z.boolean().default(false),
});

async function converge(call: Call, secretId: string, wanted: Acl): Promise<void> {
  const live = await readAcl(call, secretId);
  if (!live) throw notThere(`set who may read secret ${secretId}`);
  if (stable(live) !== stable(wanted)) await writeAcl(call, secretId, wanted);
}

/** The whole access list of a secret that was not made here. */
export const secretAcl = defineKind({
  module: "keys",
  name: "SecretAcl",
  summary: "Who may read a secret: the whole list; delete takes all of it away and leaves the secret private.",
  inputs,
  replaceOn: ["secretId"],
  create: async (call, { secretId, readers: users, projectAccess }) => {
    await converge(call, secretId, { users, projectAccess });
    return { id: secretId };
  },
  read: async (call, secretId) => {
    const live = await readAcl(call, secretId);
    return live && { secretId, readers: live.users, projectAccess: live.projectAccess };
  },
  update: async (call, secretId, { readers: users, projectAccess }) => {
    await converge(call, secretId, { users, projectAccess });
    return undefined;
  },
  delete: async (call, secretId) => {
    // Barbican's own default opens a secret to its project: a list that ends must not end so.
    if (await readAcl(call, secretId)) await writeAcl(call, secretId, { users: [], projectAccess: false });
  },
});
