import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { hasStatus } from "../../../openstack/index.ts";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, difference, sortedSet, stable } from "../../resource.ts";
import { notThere } from "../sets.ts";

const inputs = z.object({
  networkId: id("a network"),
  access: z
    .array(
      z.strictObject({
        action: z.enum(["access_as_shared", "access_as_external"]),
        targetProjectId: id("a project, or *"),
      }),
    )
    .transform(sortedSet),
});

interface Access {
  readonly action: string;
  readonly targetProjectId: string;
}

interface Policy {
  readonly id: string;
  readonly action: string;
  readonly target_tenant: string;
}

const fromLive = (policy: Policy): Access => ({ action: policy.action, targetProjectId: policy.target_tenant });

async function livePolicies({ session }: Call, networkId: string): Promise<Policy[] | undefined> {
  const what = `read the RBAC policies of network ${networkId}`;
  const network = await session.find("network", `/networks/${networkId}`, { what, query: { fields: "id" } });
  if (!network) return undefined;
  const query = { object_type: "network", object_id: networkId };
  return session.paginate<Policy>("network", "/rbac-policies", "rbac_policies", { what, query });
}

async function remove(call: Call, networkId: string, policy: Policy): Promise<void> {
  const name = `${policy.action} of network ${networkId} for project ${policy.target_tenant}`;
  try {
    await call.session.request("network", "DELETE", `/rbac-policies/${policy.id}`, {
      what: `withdraw ${name}`,
      expect: [404],
      next: "remove that project's ports on the network first, then repeat",
    });
  } catch (error) {
    if (!hasStatus(error, 403)) throw error;
    throw new UserError({
      what: `cannot withdraw ${name}: this credential may not`,
      why: "it was given by the operator",
      next: `ask the operator to remove the RBAC policy ${policy.id}`,
    });
  }
}

async function converge(call: Call, networkId: string, wanted: readonly Access[]): Promise<void> {
  const live = await livePolicies(call, networkId);
  if (!live) throw notThere(`share network ${networkId}`);
  const { missing, extra } = difference(wanted, live, stable, (policy) => stable(fromLive(policy)));
  for (const policy of extra) await remove(call, networkId, policy);
  for (const { action, targetProjectId } of missing) {
    const policy = { object_type: "network", object_id: networkId, action, target_tenant: targetProjectId };
    const what = `grant ${action} of network ${networkId} to project ${targetProjectId}`;
    await call.session.request("network", "POST", "/rbac-policies", { body: { rbac_policy: policy }, what });
  }
}

/** All RBAC policies of a network. */
export const sharedNetworkAccess = defineKind({
  module: "network",
  name: "SharedNetworkAccess",
  summary: "All RBAC policies of a network, the external ones included: what is not listed is withdrawn.",
  inputs,
  replaceOn: ["networkId"],
  create: async (call, { networkId, access }) => {
    await converge(call, networkId, access as Access[]);
    return { id: networkId };
  },
  read: async (call, networkId) => {
    const live = await livePolicies(call, networkId);
    return live && { networkId, access: sortedSet(live.map(fromLive)) };
  },
  update: async (call, networkId, { access }) => {
    await converge(call, networkId, access as Access[]);
    return undefined;
  },
  delete: async (call, networkId) => {
    for (const policy of (await livePolicies(call, networkId)) ?? []) await remove(call, networkId, policy);
  },
});
