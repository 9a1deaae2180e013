import { z } from "zod";
import { id } from "../../fields.ts";
import { defineKind } from "../../resource.ts";

/** Where limits of a project are kept by services that know nothing of its end. */
const QUOTAS = [
  ["compute", "/os-quota-sets"],
  ["block-storage", "/os-quota-sets"],
] as const;

/** The rest of a project's quotas: the OpenStack provider only forgets those that it set. */
export const quotaRemoval = defineKind({
  module: "identity",
  name: "QuotaRemoval",
  summary: "Removes at destroy the limits of a project that Nova and Cinder keep; does nothing before.",
  inputs: z.object({ projectId: id("a project") }),
  replaceOn: ["projectId"],
  create: async (_call, { projectId }) => ({ id: projectId }),
  read: async (_call, projectId) => ({ projectId }),
  delete: async ({ session }, projectId) => {
    for (const [service, path] of QUOTAS)
      await session.request(service, "DELETE", `${path}/${projectId}`, {
        expect: [404],
        what: `remove the quota of project ${projectId}`,
      });
  },
});
