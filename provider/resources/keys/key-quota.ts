import { quotaKind } from "../quota.ts";

/** A project's quota of Barbican. */
export const keyQuota = quotaKind({
  module: "keys",
  name: "KeyQuota",
  summary: "A project's quota of Barbican; delete gives the cloud's defaults back.",
  service: "key-manager",
  title: "key",
  path: "/project-quotas",
  envelope: "project_quotas",
  limits: {
    secrets: "secrets",
    orders: "orders",
    containers: "containers",
    consumers: "consumers",
    cas: "cas",
  },
});
