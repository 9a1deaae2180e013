import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { hasStatus } from "../../../openstack/index.ts";
import type { Call } from "../../resource.ts";
import { defineKind, stable } from "../../resource.ts";

const DHSS = "driver_handles_share_servers";
const inputs = z.object({
  name: z.string("must be the name of the share type").min(1).max(255, "must have at most 255 characters"),
  description: z.string().max(255, "must have at most 255 characters").default(""),
  driverHandlesShareServers: z.boolean("must be true or false"),
  extraSpecs: z
    .record(z.string(), z.string("must be a text, also for numbers and booleans"))
    .default({})
    .refine((specs) => !(DHSS in specs), `must not hold ${DHSS}: set driverHandlesShareServers`),
  isPublic: z.boolean().default(false),
});
type Inputs = z.infer<typeof inputs>;

interface Live {
  readonly id: string;
  readonly name: string;
  readonly description?: string | null;
  readonly extra_specs: Readonly<Record<string, string | boolean>>;
  readonly required_extra_specs?: Readonly<Record<string, string | boolean>>;
  readonly "share_type_access:is_public": boolean;
}

const isTrue = (value: unknown): boolean => /^(true|1|yes|on|t|y)$/i.test(String(value));

function fromLive(live: Live): Inputs {
  const all = { ...live.required_extra_specs, ...live.extra_specs };
  const others = Object.entries(all).filter(([key]) => key !== DHSS);
  return {
    name: live.name,
    description: live.description ?? "",
    driverHandlesShareServers: isTrue(all[DHSS]),
    extraSpecs: Object.fromEntries(others.map(([key, value]) => [key, String(value)])),
    isPublic: live["share_type_access:is_public"],
  };
}

async function find({ session }: Call, typeId: string): Promise<Live | undefined> {
  const what = `read share type ${typeId}`;
  return (await session.find<{ share_type: Live }>("shared-file-system", `/types/${typeId}`, { what }))?.share_type;
}

/** A share type of that name that is there already, from a run that was interrupted or of somebody else. */
async function takeUp({ session }: Call, wanted: Inputs): Promise<{ id: string }> {
  const what = `list the share types`;
  const types = await session.paginate<Live>("shared-file-system", "/types", "share_types", {
    what,
    query: { is_public: "all" },
  });
  const live = types.find((type) => type.name === wanted.name);
  if (live && stable(fromLive(live)) === stable(wanted)) return { id: live.id };
  throw new UserError({
    what: `there is a share type "${wanted.name}" already`,
    ...(live && { found: `id ${live.id}` }),
    why: "it is not as this one would be",
    next: live ? `import it by its id ${live.id}, or choose another name` : "choose another name",
  });
}

async function create(call: Call, raw: Inputs): Promise<{ id: string }> {
  const { name, description, driverHandlesShareServers, extraSpecs, isPublic } = raw;
  const body = {
    share_type: {
      name,
      description,
      extra_specs: { ...extraSpecs, [DHSS]: String(driverHandlesShareServers) },
      "share_type_access:is_public": isPublic,
    },
  };
  try {
    const answer = await call.session.request<{ share_type: Live }>("shared-file-system", "POST", "/types", {
      body,
      what: `create share type "${name}"`,
    });
    return { id: answer.body.share_type.id };
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
    return takeUp(call, { name, description, driverHandlesShareServers, extraSpecs, isPublic });
  }
}

async function update(call: Call, typeId: string, wanted: Inputs): Promise<undefined> {
  const { session } = call;
  const live = await find(call, typeId);
  const what = `change share type "${wanted.name}"`;
  const { name, description, isPublic, extraSpecs } = wanted;
  const body = { share_type: { name, description, "share_type_access:is_public": isPublic } };
  await session.request("shared-file-system", "PUT", `/types/${typeId}`, { what, body });
  const gone = Object.keys(live ? fromLive(live).extraSpecs : {}).filter((key) => !(key in extraSpecs));
  for (const key of gone)
    await session.request("shared-file-system", "DELETE", `/types/${typeId}/extra_specs/${key}`, {
      what,
      expect: [404],
    });
  if (Object.keys(extraSpecs).length > 0)
    await session.request("shared-file-system", "POST", `/types/${typeId}/extra_specs`, {
      what,
      body: { extra_specs: extraSpecs },
    });
  return undefined;
}

/** A share type with all its extra specs. Who may use it belongs to ShareTypeAccess. */
export const shareType = defineKind({
  module: "share",
  name: "ShareType",
  summary: "A share type with all its extra specs; who may use a private one belongs to ShareTypeAccess.",
  inputs,
  replaceOn: ["driverHandlesShareServers"],
  create,
  read: async (call, typeId) => {
    const live = await find(call, typeId);
    return live && { ...fromLive(live) };
  },
  update,
  delete: async ({ session }, typeId, state) => {
    await session.request("shared-file-system", "DELETE", `/types/${typeId}`, {
      expect: [404],
      what: `delete share type "${String(state.name)}"`,
      next: "delete the shares of this type first",
    });
  },
});
