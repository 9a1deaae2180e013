import { z } from "zod";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind } from "../../resource.ts";

const inputs = z.object({ projectId: id("a project"), volumeTypeId: id("a volume type") });

async function set({ session }: Call, projectId: string, volumeTypeId: string): Promise<void> {
  await session.request("block-storage", "PUT", `/default-types/${projectId}`, {
    body: { default_type: { volume_type: volumeTypeId } },
    what: `make ${volumeTypeId} the default volume type of project ${projectId}`,
  });
}

/** The volume type of volumes for which none is named. */
export const projectDefaultVolumeType = defineKind({
  module: "blockstorage",
  name: "ProjectDefaultVolumeType",
  summary: "The volume type that a project's volumes get when none is named.",
  inputs,
  replaceOn: ["projectId"],
  create: async (call, { projectId, volumeTypeId }) => {
    await set(call, projectId, volumeTypeId);
    return { id: projectId };
  },
  read: async ({ session }, projectId) => {
    const what = `read the default volume type of project ${projectId}`;
    const path = `/default-types/${projectId}`;
    const found = await session.find<{ default_type?: { volume_type_id?: string } }>("block-storage", path, { what });
    const volumeTypeId = found?.default_type?.volume_type_id;
    return volumeTypeId === undefined ? undefined : { projectId, volumeTypeId };
  },
  update: async (call, projectId, { volumeTypeId }) => {
    await set(call, projectId, volumeTypeId);
    return undefined;
  },
  delete: async ({ session }, projectId) => {
    const what = `remove the default volume type of project ${projectId}`;
    await session.request("block-storage", "DELETE", `/default-types/${projectId}`, { what, expect: [404] });
  },
});
