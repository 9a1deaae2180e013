import { quotaKind } from "../quota.ts";

/** A project's quota of Nova. Machines can still be asked for by old microversions, which put files into them: those limits count, too. */
export const computeQuota = quotaKind({
  module: "compute",
  name: "ComputeQuota",
  summary: "A project's quota of Nova; delete gives the cloud's defaults back.",
  service: "compute",
  title: "compute",
  path: "/os-quota-sets",
  envelope: "quota_set",
  force: true,
  atMost: "2.56",
  // Nova asks Keystone for the project, and calls one that is gone a bad request.
  gone: [400, 404],
  limits: {
    instances: "instances",
    cores: "cores",
    memoryMiB: "ram",
    serverGroups: "server_groups",
    serverGroupMembers: "server_group_members",
    metadataItems: "metadata_items",
    keyPairs: "key_pairs",
    injectedFiles: "injected_files",
    injectedFileContentBytes: "injected_file_content_bytes",
    injectedFilePathBytes: "injected_file_path_bytes",
  },
});
