import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { id } from "../../fields.ts";
import { defineKind } from "../../resource.ts";

const inputs = z.object({ shareTypeId: id("a share type"), projectId: id("a project") });

function parts(resourceId: string): { shareTypeId: string; projectId: string } {
  const [shareTypeId, projectId, more] = resourceId.split("/");
  if (shareTypeId && projectId && more === undefined) return { shareTypeId, projectId };
  throw new UserError({
    what: `"${resourceId}" is no id of a ShareTypeAccess`,
    allowed: "<shareTypeId>/<projectId>",
    next: "import it by such an id",
  });
}

/** One project's access to a private share type. */
export const shareTypeAccess = defineKind({
  module: "share",
  name: "ShareTypeAccess",
  summary: "One project's access to a private share type.",
  inputs,
  replaceOn: ["shareTypeId", "projectId"],
  create: async ({ session }, { shareTypeId, projectId }) => {
    const what = `give project ${projectId} access to share type ${shareTypeId}`;
    const body = { addProjectAccess: { project: projectId } };
    const answer = await session.request<{ conflictingRequest?: { message?: string } }>(
      "shared-file-system",
      "POST",
      `/types/${shareTypeId}/action`,
      { what, body, expect: [409] },
    );
    // 409 is said for an access that is there, and for a public type, where there is none.
    if (answer.status === 409 && /public/i.test(answer.body?.conflictingRequest?.message ?? ""))
      throw new UserError({
        what: `cannot ${what}: the type is public`,
        why: "every project may use it",
        next: "make the type private, or leave this out",
      });
    return { id: `${shareTypeId}/${projectId}` };
  },
  read: async ({ session }, resourceId) => {
    const { shareTypeId, projectId } = parts(resourceId);
    const what = `read who may use share type ${shareTypeId}`;
    const path = `/types/${shareTypeId}/share_type_access`;
    const found = await session.find<{ share_type_access: { project_id: string }[] }>("shared-file-system", path, {
      what,
    });
    return found?.share_type_access.some((one) => one.project_id === projectId)
      ? { shareTypeId, projectId }
      : undefined;
  },
  delete: async ({ session }, resourceId) => {
    const { shareTypeId, projectId } = parts(resourceId);
    await session.request("shared-file-system", "POST", `/types/${shareTypeId}/action`, {
      body: { removeProjectAccess: { project: projectId } },
      what: `withdraw project ${projectId}'s access to share type ${shareTypeId}`,
      expect: [404],
    });
  },
});
