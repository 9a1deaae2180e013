import { quotaKind } from "../quota.ts";

/** A project's quota of Neutron. Clouds without the extension `quota-check-limit-default` do not know the word `force`. */
export const networkQuota = quotaKind({
  module: "network",
  name: "NetworkQuota",
  summary:
    "A project's quota of Neutron, routers, floating IPs and RBAC policies included; delete gives the cloud's defaults back.",
  service: "network",
  title: "network",
  path: "/quotas",
  envelope: "quota",
  force: true,
  limits: {
    networks: "network",
    subnets: "subnet",
    ports: "port",
    securityGroups: "security_group",
    securityGroupRules: "security_group_rule",
    routers: "router",
    floatingIps: "floatingip",
    rbacPolicies: "rbac_policy",
    subnetPools: "subnetpool",
  },
});
