import { z } from "zod";
import { method } from "./build.ts";

export const EXPORT_METHODS = {
  /** Makes, changes or (`remove_export`) ends the NFS export of a volume; one address is added or removed at a time. */
  exportVolume: method("ExportVolume", "set", {
    needs: { volume_uuid: z.string() },
    takes: {
      protocol: z.string(),
      add_allow_ip: z.string(),
      remove_allow_ip: z.string(),
      read_only: z.boolean(),
      remove_export: z.boolean(),
    },
    mayGive: { nfs_server_ip: z.string(), nfs_export_path: z.string() },
    driver: ["create_share", "delete_share", "ensure_share", "_allow_access", "_deny_access"],
  }),
  /** Makes an S3 bucket of a volume. */
  publishBucketVolume: method("PublishBucketVolume", "set", {
    needs: { volume_uuid: z.string() },
    takes: { bucket_name: z.string() },
  }),
  unpublishBucketVolume: method("UnpublishBucketVolume", "remove", {
    needs: { volume_uuid: z.string() },
    takes: { OBSOLETE_bucket_name: z.string(), OBSOLETE_bucket_owner: z.string() },
  }),
} as const;
