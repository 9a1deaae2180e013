import { setTimeout as sleep } from "node:timers/promises";
import type { ZoneConfig } from "../../config/index.ts";
import type { Journal, ListResult } from "../../deletion/journal.ts";
import type { Found, Left } from "../../deletion/types.ts";
import { planned } from "../../plan/types.ts";
import { planZone } from "../../plan/zone.ts";
import type { ClusterCall } from "../../provider/resource.ts";
import { findTenant } from "../../provider/resources/quobyte/tenant.ts";
import { eraseVolumes, ownVolumesOf, volumesOf } from "../../provider/resources/quobyte/volumes.ts";
import { orAbsent, type QuobyteClient } from "../../quobyte/client.ts";
import { tenantIdsOf } from "../../quobyte/direct-tenant.ts";
import type { Inventory } from "./inventory.ts";

/** Clusters on which the zone has tenants, by the platform's name of each; their ids follow from those of its projects. */
export type Clusters = ReadonlyMap<string, QuobyteClient>;

/** What the provider's helpers ask for, outside of the engine. */
const callOf = (cluster: QuobyteClient): ClusterCall => ({
  ...{ cluster, urn: "tresor destroy", cancelled: () => false },
  pause: (milliseconds) => sleep(milliseconds),
});

/** Ids of all tenants that the projects may have, with the project of each. */
const tenantsOf = (projects: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map([...projects].flatMap(([id, project]) => tenantIdsOf(id).map((tenant) => [tenant, project] as const)));

/** The zone's tenants on all its clusters and the volumes in them; those that are being erased count until they are gone. */
export async function quobyteInventory(clusters: Clusters, projects: ReadonlyMap<string, string>): Promise<Inventory> {
  if (clusters.size === 0) return { found: [], lists: [] };
  const found: Found[] = [];
  for (const [cluster, client] of clusters)
    for (const [id, project] of tenantsOf(projects)) {
      const of = { project, facts: {} };
      for (const { volume_uuid, name = "" } of await volumesOf(callOf(client), id))
        found.push({ kind: "Quobyte volume", id: volume_uuid, name, ...of });
      const tenant = await findTenant(callOf(client), id);
      if (tenant !== undefined)
        found.push({ kind: "Quobyte tenant", id: `${cluster}/${id}`, name: tenant.name ?? "", ...of });
    }
  const lists = ["Quobyte volume", "Quobyte tenant"].map((kind): ListResult => {
    const count = found.filter((one) => one.kind === kind).length;
    return { kind, by: "operator", state: "listed", count };
  });
  return { found, lists };
}

/**
 * Volumes without Manila that the zone's config names: the operator made them, the zone sees none of them, and only a list of the cluster
 * tells what became of them.
 */
export function volumesLeft(config: ZoneConfig | undefined, { after }: Pick<Journal, "after">): readonly Left[] {
  if (config === undefined || after.get("Quobyte volume/operator")?.state === "listed") return [];
  return planned(planZone(config), "quobyte-dataset").map(({ name, project = "", facts }) => ({
    ...{ kind: "Quobyte volume" as const, name, project },
    why: `it lies on the cluster ${facts.cluster}, where the zone has no credential`,
    next: "the operator's half erases it: `tresor destroy` with --operator, or in his directory",
  }));
}

/**
 * Erases everything in the zone's tenants: Manila's driver by default leaves there what its shares held.
 * @throws UserError where a cluster is not done in time, or refuses
 */
export async function eraseQuobyte(clusters: Clusters, projects: ReadonlyMap<string, string>): Promise<void> {
  for (const cluster of clusters.values())
    for (const id of tenantsOf(projects).keys()) {
      const call = callOf(cluster);
      const volumes = await ownVolumesOf(call, id);
      if (volumes.length > 0) await eraseVolumes(call, volumes, () => volumesOf(call, id));
    }
}

/** Deletes the zone's tenants, once they are empty: where the config protects them, their stack only forgets them. */
export async function removeTenants(clusters: Clusters, projects: ReadonlyMap<string, string>): Promise<void> {
  for (const cluster of clusters.values())
    for (const id of tenantsOf(projects).keys()) {
      const call = callOf(cluster);
      if ((await findTenant(call, id)) === undefined || (await volumesOf(call, id)).length > 0) continue;
      await orAbsent(cluster.call("deleteTenant", { tenant_id: id }, `delete tenant ${id}`));
    }
}
