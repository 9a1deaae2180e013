import { networkKeys } from "../../../plan/allocation.ts";
import { placeName } from "../../../plan/names.ts";
import { failed, notChecked, ok, type Check } from "../types.ts";

interface RbacFacts {
  /** Of the operator's own project; -1: no limit. Undefined where Neutron does not tell. */
  readonly quota?: { readonly limit: number; readonly used: number };
  /** Names of the networks that are shared already. */
  readonly shared: readonly string[];
}

interface Details {
  readonly quota: { readonly rbac_policy?: { readonly limit: number; readonly used: number } };
}

/** Each bench's network is shared by a policy that counts against the operator's own project: ten in all where nobody raised Neutron's default. */
export const rbacQuota: Check<RbacFacts> = {
  id: "rbac-quota",
  title: "the operator may share a network for each bench",
  requirements: ["C4H-2"],
  applies: { platform: "skip", tenant: true, zone: "skip" },
  async fetch({ entry, session }) {
    const operator = await session(entry);
    const { projectId } = await operator.token();
    const [details, networks, policies] = await Promise.all([
      operator.find<Details>("network", `/quotas/${projectId}/details.json`),
      operator.paginate<{ id: string; name: string }>("network", "/networks", "networks"),
      operator.paginate<{ object_id: string }>("network", "/rbac-policies", "rbac_policies"),
    ]);
    const ids = new Set(policies.map(({ object_id }) => object_id));
    const quota = details?.quota.rbac_policy;
    return {
      ...(quota === undefined ? {} : { quota }),
      shared: networks.filter(({ id }) => ids.has(id)).map(({ name }) => name),
    };
  },
  judge({ quota, shared }, { stack }) {
    if (stack.kind !== "tenant") return ok("no network is shared here");
    const { config } = stack;
    const missing = networkKeys(config).filter(
      (key) => key.includes("/") && !shared.includes(placeName(config.zone, key)),
    );
    if (quota === undefined)
      return notChecked("Neutron tells no quota of RBAC policies", "ask the cloud's administrator");
    const { limit, used } = quota;
    const said = `${limit < 0 ? "no limit" : `${limit} RBAC policies`}, ${used} used, ${missing.length} more for this tenant's benches`;
    if (limit < 0 || limit - used >= missing.length) return ok(said);
    return failed(said, "openstack quota set --rbac-policies -1 <the operator's project>");
  },
};
