import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackedUp } from "../../plan/backups.ts";
import { Progress } from "../../scripts/console.ts";
import { ensureCloud } from "../../scripts/demo/steps.ts";
import { until } from "../../scripts/proof/wait.ts";
import { SNAPSHOTS } from "../../scripts/site/share-snapshots.ts";
import { hasCloud, site, type Site } from "./provider-site.ts";

describe.runIf(hasCloud)("snapshots of shares on a real Manila", () => {
  const MANILA = "shared-file-system";
  let m: Site;
  const share: BackedUp = {
    ...{ dataset: "area/share", area: "area", kind: "share", name: "" },
    ...{ sizeGiB: 1, everyMs: 86_400_000, keep: 1 },
  };
  const names = async (path: string, key: string): Promise<readonly string[]> =>
    (await m.area.paginate<{ name: string }>(MANILA, path, key)).map(({ name }) => name);
  /** A share type whose backend is the same, with the words that the platform writes where `snapshots: true` stands, or without. */
  const makeType = (name: string, specs: object): Promise<{ id: string }> =>
    m.make(MANILA, "/types", "share_type", {
      name: `${m.prefix}-${name}`,
      extra_specs: { driver_handles_share_servers: "False", share_backend_name: "QUOBYTE", ...specs },
    });
  async function makeShare(name: string, type: string): Promise<string> {
    const body = { name: `${m.prefix}-${name}`, size: 1, share_proto: "NFS", share_type: `${m.prefix}-${type}` };
    const { id } = await m.make(MANILA, "/shares", "share", body, m.area);
    return until(
      async () => {
        const found = await m.area.request<{ share: { status: string } }>(MANILA, "GET", `/shares/${id}`);
        return found.body.share.status === "available" ? id : undefined;
      },
      `share ${id}`,
      60_000,
    );
  }

  beforeAll(async () => {
    await ensureCloud(new Progress());
    m = await site();
    Object.assign(share, { name: `${m.prefix}-share` });
    await makeType("snap", { snapshot_support: "True", create_share_from_snapshot_support: "True" });
    await makeType("bare", {});
    await makeShare("share", "snap");
    await makeShare("bare", "bare");
  });
  afterAll(() => m?.down(), 120_000);

  it("EV-22: are made, found again, tested by a share of the same type that is removed, and removed", async () => {
    const made = await SNAPSHOTS.makeBackup(m.area, share, new Date());
    expect(made).toMatchObject({ status: "available", sizeGiB: 1, encrypted: null });
    expect(await SNAPSHOTS.backupsOf(m.area, share)).toEqual([made]);
    // Control: another data set's are none of its.
    expect(await SNAPSHOTS.backupsOf(m.area, { ...share, dataset: "area/other" })).toEqual([]);
    expect(await SNAPSHOTS.restoreTest(m.area, share, made)).toEqual({
      isGood: true,
      says: "1 GiB, of its type, on its storage",
    });
    expect(await names("/shares", "shares")).not.toContain(`${m.prefix}-share-restore-test`);
    await SNAPSHOTS.removeBackup(m.area, made.id);
    expect(await SNAPSHOTS.backupsOf(m.area, share)).toEqual([]);
  });

  it("EV-22: are refused by Manila where the type has none, with the way out", async () => {
    await expect(
      SNAPSHOTS.makeBackup(m.area, { ...share, dataset: "area/bare", name: `${m.prefix}-bare` }, new Date()),
    ).rejects.toThrow(/cannot make a snapshot of share ".*-bare".*platform\.shareTypes\.<name>\.snapshots/);
  });
});
