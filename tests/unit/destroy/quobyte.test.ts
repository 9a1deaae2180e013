import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eraseQuobyte, quobyteInventory, removeTenants, volumesLeft } from "../../../scripts/destroy/quobyte.ts";
import { directTenantId } from "../../../quobyte/direct-tenant.ts";
import { examples, withQuobyteDatasets } from "../plan/examples.ts";
import { clusterBench, type ClusterBench } from "../provider/fake/quobyte.ts";

// As Keystone writes the ids of projects.
const OURS = "8e2f4c0d1a7b4c21b64e3b5a11f0c9d2";
const THEIRS = "11f0c9d28e2f4c0d1a7b4c21b64e3b5a";
const PROJECTS = new Map([[OURS, "zone-lab"]]);
let b: ClusterBench;
let clusters: ReadonlyMap<string, ClusterBench["client"]>;
const make = (tenant: string, name: string): Promise<string> =>
  b.client.call("createVolume", { name, tenant_domain: tenant }).then((made) => made.volume_uuid);

beforeEach(async () => {
  b = await clusterBench();
  clusters = new Map([["main", b.client]]);
  for (const tenant_id of [OURS, THEIRS]) await b.client.call("setTenant", { tenant: { tenant_id } });
});
afterEach(() => b.stop());

describe("what Manila's driver leaves in Quobyte (C4H-13, DIGIMED-16)", () => {
  it("is seen, erased, and seen no more; another project's stays", async () => {
    const [share, other] = [await make(OURS, "share-1"), await make(THEIRS, "share-2")];
    const before = await quobyteInventory(clusters, PROJECTS);
    expect(before.found).toEqual([
      { kind: "Quobyte volume", id: share, name: "share-1", project: "zone-lab", facts: {} },
      { kind: "Quobyte tenant", id: `main/${OURS}`, name: OURS, project: "zone-lab", facts: {} },
    ]);
    expect(before.lists).toEqual([
      { kind: "Quobyte volume", by: "operator", state: "listed", count: 1 },
      { kind: "Quobyte tenant", by: "operator", state: "listed", count: 1 },
    ]);
    await eraseQuobyte(clusters, PROJECTS);
    expect((await quobyteInventory(clusters, PROJECTS)).lists).toMatchObject([{ count: 0 }, { count: 1 }]);
    await removeTenants(clusters, PROJECTS);
    expect((await quobyteInventory(clusters, PROJECTS)).lists).toMatchObject([{ count: 0 }, { count: 0 }]);
    const theirs = (await quobyteInventory(clusters, new Map([[THEIRS, "other"]]))).found.map(({ id }) => id);
    expect(theirs).toEqual([other, `main/${THEIRS}`]);
    // A second run finds nothing to do.
    await eraseQuobyte(clusters, PROJECTS);
    await removeTenants(clusters, PROJECTS);
  });

  it("DIGIMED-16: so are volumes without Manila, which lie in a tenant beside", async () => {
    const [ours, theirs] = [OURS, THEIRS].map(directTenantId) as [string, string];
    for (const tenant_id of [ours, theirs]) await b.client.call("setTenant", { tenant: { tenant_id } });
    const [genomes, other] = [await make(ours, "genomes"), await make(theirs, "genomes")];
    const found = (await quobyteInventory(clusters, PROJECTS)).found;
    expect(found.filter(({ kind }) => kind === "Quobyte volume").map(({ id }) => id)).toEqual([genomes]);
    await eraseQuobyte(clusters, PROJECTS);
    await removeTenants(clusters, PROJECTS);
    expect((await quobyteInventory(clusters, PROJECTS)).found).toEqual([]);
    expect(b.simulator.state.volumes.map(({ uuid }) => uuid)).toEqual([other]);
    expect(b.simulator.state.tenants.map(({ tenant_id }) => tenant_id).toSorted()).toEqual([THEIRS, theirs].toSorted());
  });

  it("C4H-13: a receipt of the zone's half alone does not pass over volumes that the operator made", () => {
    const config = withQuobyteDatasets(examples.zone());
    const none = new Map();
    expect(volumesLeft(config, { after: none }).map(({ kind, name, next }) => [kind, name, next])).toEqual(
      ["digimed-commons-genomes", "digimed-heart-scans"].map((name) => [
        "Quobyte volume",
        name,
        "the operator's half erases it: `tresor destroy` with --operator, or in his directory",
      ]),
    );
    // Controls: a list of the cluster tells it itself, and a zone without such volumes has none to tell.
    const listed = {
      kind: "Quobyte volume",
      by: "operator",
      state: "listed",
      count: 0,
      at: "2026-11-21T10:00:00Z",
    } as const;
    expect(volumesLeft(config, { after: new Map([["Quobyte volume/operator", listed]]) })).toEqual([]);
    expect(volumesLeft(examples.zone(), { after: none })).toEqual([]);
  });

  it("is not asked for where the tenant names no cluster: no list is no proof", async () => {
    expect(await quobyteInventory(new Map(), PROJECTS)).toEqual({ found: [], lists: [] });
  });
});
