import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { orAbsent, type Result } from "../../../quobyte/client.ts";
import { canonicalCidr, cidr, id } from "../../fields.ts";
import type { ClusterCall } from "../../resource.ts";
import { defineClusterKind, sortedSet, stable } from "../../resource.ts";
import { notThere } from "../sets.ts";
import { eraseVolumes, ownVolumesOf, say, volumesOf } from "./volumes.ts";

const inputs = z.object({
  /** Chosen by the caller: the id of the Keystone project whose shares Manila's driver makes here. */
  tenantId: id("a tenant; for Manila's shares that of their project"),
  name: z.string("must be the name of the tenant").min(1).max(255),
  /** Networks from which the tenant's volumes may be reached. Left out, the cluster's own list is left as it is. */
  networks: z.array(cidr).transform(sortedSet).optional(),
  /** The explicit word: with the tenant its volumes are erased. Without it a tenant that has volumes is not removed. */
  eraseVolumes: z.boolean().default(false),
});
type Inputs = z.infer<typeof inputs>;
type Live = NonNullable<Result<"getTenant">["tenant"]>[number];

export async function findTenant({ cluster }: ClusterCall, tenantId: string): Promise<Live | undefined> {
  const what = `read tenant ${tenantId}`;
  const answer = await orAbsent(cluster.call("getTenant", { tenant_id: [tenantId] }, what));
  return answer?.tenant?.find((tenant) => tenant.tenant_id === tenantId);
}

const networksOf = (live: Live): string[] =>
  sortedSet((live.restrict_to_network ?? []).map((text) => canonicalCidr(text) ?? text));

/**
 * Sets a tenant whole: what is not ours in it stays as it is, the exports of its volumes above all. Where nothing differs nothing is sent,
 * since an export that somebody makes between our look and our call would be gone.
 */
async function set(call: ClusterCall, { tenantId, name, networks }: Inputs, live: Live | undefined): Promise<void> {
  const same = live?.name === name && (networks === undefined || stable(networksOf(live)) === stable(networks));
  if (same) return;
  const kept = {
    restrict_to_network: live?.restrict_to_network ?? [],
    volume_access: live?.volume_access ?? [],
    privileged_user: live?.privileged_user ?? [],
    ...(live?.privileged_group === undefined ? {} : { privileged_group: live.privileged_group }),
  };
  const tenant = { ...kept, tenant_id: tenantId, name, ...(networks && { restrict_to_network: networks }) };
  const verb = live === undefined ? "create" : "change";
  await call.cluster.call("setTenant", { tenant }, `${verb} tenant "${name}" (${tenantId})`);
}

/** A tenant of this id with another name is somebody's; one without a name is what Manila's driver makes before a first share. */
function refuseForeign(live: Live, { tenantId, name }: Inputs): void {
  if ([name, tenantId, "", undefined].includes(live.name)) return;
  throw new UserError({
    what: `tenant ${tenantId} is there already, under another name`,
    found: live.name,
    allowed: name,
    why: "an id stands for one Keystone project, so somebody else uses it",
    next: "find out whose it is, then rename or delete it, or import it by its id",
  });
}

async function remove(call: ClusterCall, tenantId: string, mayErase: boolean): Promise<void> {
  if ((await findTenant(call, tenantId)) === undefined) return;
  const volumes = await volumesOf(call, tenantId);
  if (volumes.length > 0 && !mayErase)
    throw new UserError({
      what: `cannot delete tenant ${tenantId}: it has ${volumes.length} volumes`,
      found: volumes.slice(0, 5).map(say).join(", "),
      why: "they hold data; Manila's driver leaves the data of deleted shares, unless quobyte_delete_shares is set",
      next: "erase them in Quobyte, or write deletion: allowed, run `pulumi up` and repeat",
    });
  const own = volumes.length === 0 ? [] : await ownVolumesOf(call, tenantId);
  await eraseVolumes(call, own, () => volumesOf(call, tenantId));
  await orAbsent(call.cluster.call("deleteTenant", { tenant_id: tenantId }, `delete tenant ${tenantId}`));
}

/** The part of a Quobyte cluster that belongs to one Keystone project. */
export const tenant = defineClusterKind({
  module: "quobyte",
  name: "Tenant",
  summary:
    "A tenant of a Quobyte cluster, by an id that is chosen; one that has volumes is removed on an explicit word alone.",
  inputs,
  replaceOn: ["tenantId"],
  create: async (call, wanted) => {
    const live = await findTenant(call, wanted.tenantId);
    if (live !== undefined) refuseForeign(live, wanted);
    await set(call, wanted, live);
    return { id: wanted.tenantId };
  },
  read: async (call, tenantId, state) => {
    const live = await findTenant(call, tenantId);
    if (live === undefined) return undefined;
    return {
      tenantId,
      name: live.name ?? "",
      ...(state.networks === undefined ? {} : { networks: networksOf(live) }),
      eraseVolumes: state.eraseVolumes === true,
    };
  },
  update: async (call, tenantId, wanted) => {
    const live = await findTenant(call, tenantId);
    if (live === undefined) throw notThere(`change tenant "${wanted.name}" (${tenantId})`);
    await set(call, wanted, live);
    return undefined;
  },
  delete: (call, tenantId, state) => remove(call, tenantId, state.eraseVolumes === true),
});
