import { setTimeout as sleep } from "node:timers/promises";
import type { Found } from "../../deletion/types.ts";
import type { ClusterCall } from "../../provider/resource.ts";
import { eraseVolumes, ownVolumesOf, volumesOf } from "../../provider/resources/quobyte/volumes.ts";
import type { QuobyteClient } from "../../quobyte/client.ts";
import type { Inventory } from "./inventory.ts";

/** Clusters on which the zone has tenants, by the platform's name of each; a tenant has its project's id. */
export type Clusters = ReadonlyMap<string, QuobyteClient>;

/** What the provider's helpers ask for, outside of the engine. */
const callOf = (cluster: QuobyteClient): ClusterCall => ({
  ...{ cluster, urn: "tresor destroy", cancelled: () => false },
  pause: (milliseconds) => sleep(milliseconds),
});

/** Volumes in the zone's tenants of all its clusters; those that are being erased count until they are gone. */
export async function quobyteInventory(clusters: Clusters, projects: ReadonlyMap<string, string>): Promise<Inventory> {
  if (clusters.size === 0) return { found: [], lists: [] };
  const found: Found[] = [];
  for (const cluster of clusters.values())
    for (const [id, project] of projects)
      for (const { volume_uuid, name = "" } of await volumesOf(callOf(cluster), id))
        found.push({ kind: "Quobyte volume", id: volume_uuid, name, project, facts: {} });
  return { found, lists: [{ kind: "Quobyte volume", by: "operator", state: "listed", count: found.length }] };
}

/**
 * Erases everything in the zone's tenants: Manila's driver by default leaves there what its shares held.
 * @throws UserError where a cluster is not done in time, or refuses
 */
export async function eraseQuobyte(clusters: Clusters, projects: ReadonlyMap<string, string>): Promise<void> {
  for (const cluster of clusters.values())
    for (const id of projects.keys()) {
      const call = callOf(cluster);
      const volumes = await ownVolumesOf(call, id);
      if (volumes.length > 0) await eraseVolumes(call, volumes, () => volumesOf(call, id));
    }
}
