import { z } from "zod";
import { id, limit } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind } from "../../resource.ts";

const LIMITS = ["secrets", "orders", "containers", "consumers", "cas"] as const;
const inputs = z.object({
  projectId: id("a project"),
  secrets: limit,
  orders: limit,
  containers: limit,
  consumers: limit,
  cas: limit,
});
type Inputs = z.infer<typeof inputs>;

async function set({ session }: Call, { projectId, ...wanted }: Inputs): Promise<void> {
  const quota = Object.fromEntries(LIMITS.map((key) => [key, wanted[key]]));
  await session.request("key-manager", "PUT", `/project-quotas/${projectId}`, {
    body: { project_quotas: quota },
    what: `set the key quota of project ${projectId}`,
  });
}

/** A project's quota of Barbican. */
export const keyQuota = defineKind({
  module: "keys",
  name: "KeyQuota",
  summary: "A project's quota of Barbican; delete gives the cloud's defaults back.",
  inputs,
  replaceOn: ["projectId"],
  create: async (call, wanted) => {
    await set(call, wanted);
    return { id: wanted.projectId };
  },
  read: async ({ session }, projectId) => {
    const what = `read the key quota of project ${projectId}`;
    const path = `/project-quotas/${projectId}`;
    const found = await session.find<{ project_quotas: Record<string, number | null> }>("key-manager", path, { what });
    return (
      found && { projectId, ...Object.fromEntries(LIMITS.map((key) => [key, found.project_quotas[key] ?? undefined])) }
    );
  },
  update: async (call, _projectId, wanted) => {
    await set(call, wanted);
    return undefined;
  },
  delete: async ({ session }, projectId) => {
    const what = `remove the key quota of project ${projectId}`;
    await session.request("key-manager", "DELETE", `/project-quotas/${projectId}`, { what, expect: [404] });
  },
});
