import { z } from "zod";
import { id, limit } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind } from "../../resource.ts";

/** Limits by input, with Neutron's name of each. */
const LIMITS = {
  networks: "network",
  subnets: "subnet",
  ports: "port",
  securityGroups: "security_group",
  securityGroupRules: "security_group_rule",
  routers: "router",
  floatingIps: "floatingip",
  rbacPolicies: "rbac_policy",
  subnetPools: "subnetpool",
} as const;
type Limit = keyof typeof LIMITS;
const NAMES = Object.keys(LIMITS) as readonly Limit[];

const inputs = z.object({
  projectId: id("a project"),
  networks: limit,
  subnets: limit,
  ports: limit,
  securityGroups: limit,
  securityGroupRules: limit,
  routers: limit,
  floatingIps: limit,
  rbacPolicies: limit,
  subnetPools: limit,
});
type Inputs = z.infer<typeof inputs>;

/**
 * The engine lowers a quota before it deletes what was in it: `force` lets the limit be below use for that while. Clouds without the
 * extension `quota-check-limit-default` never refuse, and do not know the word.
 */
async function set({ session }: Call, { projectId, ...wanted }: Inputs): Promise<void> {
  const limits = Object.fromEntries(NAMES.map((name) => [LIMITS[name], wanted[name]]));
  const what = `set the network quota of project ${projectId}`;
  const put = (quota: object, expect: readonly number[] = []) =>
    session.request("network", "PUT", `/quotas/${projectId}`, { body: { quota }, what, expect });
  const forced = await put({ ...limits, force: true }, [400]);
  if (forced.status === 400) await put(limits);
}

/** A project's quota of Neutron. */
export const networkQuota = defineKind({
  module: "network",
  name: "NetworkQuota",
  summary:
    "A project's quota of Neutron, routers, floating IPs and RBAC policies included; delete gives the cloud's defaults back.",
  inputs,
  replaceOn: ["projectId"],
  create: async (call, wanted) => {
    await set(call, wanted);
    return { id: wanted.projectId };
  },
  read: async ({ session }, projectId) => {
    const what = `read the network quota of project ${projectId}`;
    const found = await session.find<{ quota: Record<string, number> }>("network", `/quotas/${projectId}`, { what });
    return found && { projectId, ...Object.fromEntries(NAMES.map((name) => [name, found.quota[LIMITS[name]]])) };
  },
  update: async (call, _projectId, wanted) => {
    await set(call, wanted);
    return undefined;
  },
  delete: async ({ session }, projectId) => {
    const what = `remove the network quota of project ${projectId}`;
    await session.request("network", "DELETE", `/quotas/${projectId}`, { what, expect: [404] });
  },
});
