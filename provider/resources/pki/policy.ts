import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import type { AuthorityCall } from "../../resource.ts";
import { defineAuthorityKind } from "../../resource.ts";
import { place } from "./role.ts";

const inputs = z.object({
  name: place("the policy's name").refine((name) => !["root", "default"].includes(name), "must be a name of its own"),
  /** As OpenBao reads it (HCL). */
  policy: z.string("must be the policy's text").min(1).max(20_000),
});

const liveSchema = z.looseObject({ policy: z.string() });
const pathOf = (name: string): string => `sys/policies/acl/${name}`;

async function find({ authority }: AuthorityCall, name: string): Promise<string | undefined> {
  const data = await authority.read(pathOf(name), `read policy ${name}`);
  if (data === undefined) return undefined;
  const result = liveSchema.safeParse(data);
  if (result.success) return result.data.policy;
  throw new UserError({
    what: `policy ${name} is none of OpenBao`,
    next: "check url of the entry in authorities.yaml",
  });
}

/** What a token may do that has this policy. Who gets such a token is the authority's to say. */
export const pkiPolicy = defineAuthorityKind({
  module: "pki",
  name: "Policy",
  summary: "An ACL policy of OpenBao.",
  inputs,
  replaceOn: ["name"],
  create: async (call, { name, policy }) => {
    const live = await find(call, name);
    if (live !== undefined && live !== policy)
      throw new UserError({
        what: `cannot make policy ${name}: there is another one of that name`,
        why: "this stack did not make it, and whoever has it would be allowed other things",
        next: `find out whose it is, then remove it (\`bao policy delete ${name}\`)`,
      });
    await call.authority.write(pathOf(name), { policy }, `write policy ${name}`);
    return { id: name };
  },
  read: async (call, name) => {
    const policy = await find(call, name);
    return policy === undefined ? undefined : { name, policy };
  },
  update: async ({ authority }, name, { policy }) => {
    await authority.write(pathOf(name), { policy }, `write policy ${name}`);
    return undefined;
  },
  delete: async ({ authority }, name) => authority.remove(pathOf(name), `delete policy ${name}`),
});
