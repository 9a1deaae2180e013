import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind } from "../../resource.ts";

/** The key under which drivers say what else mount(8) needs: `fs=cephfs`. Source: manila/share/driver.py `get_optional_share_creation_data`. */
export const MOUNT_OPTIONS = "__mount_options";

const inputs = z.object({ shareId: id("a share") });

interface ExportLocation {
  readonly path: string;
  readonly preferred?: boolean;
}

/** What the storage prefers, else the first by name; undefined where the share is gone, empty where it has no place. */
export async function exportPathOf({ session }: Pick<Call, "session">, shareId: string): Promise<string | undefined> {
  const found = await session.find<{ export_locations: readonly ExportLocation[] }>(
    "shared-file-system",
    `/shares/${shareId}/export_locations`,
    { what: `read where share ${shareId} is mounted from` },
  );
  const order = found?.export_locations.toSorted(
    (a, b) => Number(b.preferred ?? false) - Number(a.preferred ?? false) || (a.path < b.path ? -1 : 1),
  );
  return order && (order[0]?.path ?? "");
}

/** What a share's storage says of options; none where it says nothing. */
export async function exportOptionsOf({ session }: Pick<Call, "session">, shareId: string): Promise<string> {
  const found = await session.find<{ share: { metadata?: Readonly<Record<string, string>> } }>(
    "shared-file-system",
    `/shares/${shareId}`,
    { what: `read how share ${shareId} is mounted` },
  );
  return found?.share.metadata?.[MOUNT_OPTIONS] ?? "";
}

/** Where a share is mounted from, for machines that mount it. It makes nothing and deletes nothing. */
export const exportPath = defineKind({
  module: "share",
  name: "ExportPath",
  summary: "Where a share is mounted from, as its storage says it; makes nothing.",
  inputs,
  outputs: {
    path: { type: "string", description: "For example `192.0.2.10:/shares/8e2f`." },
    options: { type: "string", description: "What the storage says of options, for example `fs=cephfs`." },
  },
  replaceOn: ["shareId"],
  create: async (call, { shareId }) => {
    const path = await exportPathOf(call, shareId);
    if (path) return { id: shareId, outs: { path, options: await exportOptionsOf(call, shareId) } };
    throw new UserError({
      what: `share ${shareId} ${path === undefined ? "is not there" : "has no place from which it is mounted"}`,
      next:
        path === undefined
          ? "run `pulumi refresh`, then `pulumi up`"
          : "ask the storage's operator, then run `pulumi up` again",
    });
  },
  read: async (call, shareId) => {
    const path = await exportPathOf(call, shareId);
    return path ? { shareId, path, options: await exportOptionsOf(call, shareId) } : undefined;
  },
  delete: async () => undefined,
});
