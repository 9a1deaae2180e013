import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Props } from "../../../provider/wire.ts";
import { bench, type Bench } from "./fake/harness.ts";

let b: Bench;
beforeEach(async () => {
  b = await bench();
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

type Limits = Record<string, number>;

describe("ComputeQuota (DIGIMED-7)", () => {
  const PATH = "/compute/v2.1/os-quota-sets/p1";
  const DEFAULTS: Limits = { instances: 10, cores: 20, ram: 51200, injected_files: 5 };
  const args: Props = {
    projectId: "p1",
    instances: 2,
    cores: 8,
    memoryMiB: 32768,
    serverGroups: 2,
    serverGroupMembers: 2,
    metadataItems: 128,
    keyPairs: 100,
    injectedFiles: 0,
    injectedFileContentBytes: 0,
    injectedFilePathBytes: 0,
  };
  let set: Limits;
  let isProject: boolean;
  beforeEach(() => {
    set = {};
    isProject = true;
    b.cloud.on("PUT", PATH, ({ body }) => {
      const { force: _force, ...limits } = body.quota_set as Limits;
      set = limits;
      return [200, { quota_set: set }];
    });
    b.cloud.on("GET", PATH, () =>
      isProject ? [200, { quota_set: { id: "p1", ...DEFAULTS, ...set } }] : [400, { badRequest: { message: "p1" } }],
    );
    b.cloud.on("DELETE", PATH, () => {
      set = {};
      return [202];
    });
  });

  it("is set by Nova's names, read back, changed and given back", async () => {
    const quota = b.resource("tresor:compute:ComputeQuota");
    await quota.create(args);
    expect(set).toMatchObject({ instances: 2, cores: 8, ram: 32768, server_group_members: 2, key_pairs: 100 });
    expect((await quota.refresh()).props).toEqual(quota.state);
    expect((await quota.diff(args)).changes).toBe(false);
    set = { ...set, cores: 500 };
    await quota.refresh();
    expect((await quota.diff(args)).changes).toBe(true);
    await quota.update(args);
    expect(set.cores).toBe(8);
    await quota.delete();
    expect(set).toEqual({});
    await quota.delete();
  });

  it("closes the old way to put files into machines, which newer microversions do not show", async () => {
    await b.resource("tresor:compute:ComputeQuota").create(args);
    expect(set).toMatchObject({ injected_files: 0, injected_file_content_bytes: 0, injected_file_path_bytes: 0 });
    const put = b.cloud.asked.find(({ method, path }) => method === "PUT" && path === PATH);
    expect(put?.headers["openstack-api-version"]).toBe("compute 2.56");
  });

  it("may be set below use while what is in use goes", async () => {
    await b.resource("tresor:compute:ComputeQuota").create(args);
    expect(b.cloud.asked.find(({ method }) => method === "PUT")?.body.quota_set.force).toBe(true);
  });

  it("is gone with its project", async () => {
    const quota = b.resource("tresor:compute:ComputeQuota");
    await quota.create(args);
    isProject = false;
    expect((await quota.refresh()).id).toBe("");
  });

  it("fails over a refusal, naming the project", async () => {
    b.cloud.on("DELETE", PATH, () => [403, { forbidden: { message: "disallowed by policy" } }]);
    const quota = b.resource("tresor:compute:ComputeQuota");
    await quota.create(args);
    await expect(quota.delete()).rejects.toThrow(/cannot remove the compute quota of project p1/);
  });

  it("belongs to one project: another one is another quota", async () => {
    const quota = b.resource("tresor:compute:ComputeQuota");
    await quota.create(args);
    expect((await quota.diff({ ...args, projectId: "p2" })).replaces).toEqual(["projectId"]);
  });
});

describe("VolumeQuota", () => {
  const PATH = "/volume/v3/home/os-quota-sets/p1";
  const luks = { volumeType: "luks", volumes: -1, gigabytes: -1, snapshots: -1 };
  const plain = { volumeType: "__DEFAULT__", volumes: 0, gigabytes: 0, snapshots: 0 };
  const args: Props = {
    projectId: "p1",
    volumes: 4,
    gigabytes: 100,
    snapshots: 0,
    perVolumeGigabytes: 100,
    backups: 0,
    backupGigabytes: 0,
    groups: 0,
    volumeTypeQuotas: [plain, luks],
  };
  let types: string[];
  let set: Limits;
  const PER_TYPE = ["volumes", "gigabytes", "snapshots"];
  /** As Cinder does: a limit for every type there is, and no other. */
  const live = (): Limits => ({
    ...{ volumes: 10, gigabytes: 1000, snapshots: 10, per_volume_gigabytes: -1, backups: 10, backup_gigabytes: 1000 },
    groups: 10,
    ...Object.fromEntries(types.flatMap((type) => PER_TYPE.map((what) => [`${what}_${type}`, -1]))),
    ...set,
  });
  beforeEach(() => {
    types = ["__DEFAULT__", "luks"];
    set = {};
    b.cloud.on("GET", PATH, () => [200, { quota_set: { id: "p1", ...live() } }]);
    b.cloud.on("PUT", PATH, ({ body }) => {
      const bad = Object.keys(body.quota_set).filter((key) => !(key in live()));
      if (bad.length > 0) return [400, { badRequest: { message: `Bad key(s) in quota set: ${bad.join(",")}` } }];
      set = { ...set, ...body.quota_set };
      return [200, { quota_set: live() }];
    });
    b.cloud.on("DELETE", PATH, () => {
      set = {};
      return [200];
    });
  });

  it("DIGIMED-5, DIGIMED-18: closes unencrypted types, is read back, changed and given back", async () => {
    const quota = b.resource("tresor:blockstorage:VolumeQuota");
    await quota.create(args);
    expect(set).toMatchObject({ volumes: 4, per_volume_gigabytes: 100, backups: 0, volumes___DEFAULT__: 0 });
    expect(set).toMatchObject({ gigabytes___DEFAULT__: 0, snapshots___DEFAULT__: 0, volumes_luks: -1 });
    expect((await quota.refresh()).props).toEqual(quota.state);
    expect((await quota.diff({ ...args, volumeTypeQuotas: [luks, plain] })).changes).toBe(false);
    set = { ...set, volumes___DEFAULT__: 7 };
    await quota.refresh();
    expect((await quota.diff(args)).changes).toBe(true);
    await quota.update(args);
    expect(set.volumes___DEFAULT__).toBe(0);
    await quota.delete();
    expect(set).toEqual({});
  });

  it("DIGIMED-5: closes every type of the cloud that nobody stated, and shows none of them as a change", async () => {
    types = [...types, "made_by_hand"];
    const quota = b.resource("tresor:blockstorage:VolumeQuota");
    await quota.create(args);
    expect(set).toMatchObject({ volumes_made_by_hand: 0, gigabytes_made_by_hand: 0, snapshots_made_by_hand: 0 });
    expect(set).toMatchObject({ volumes_luks: -1 });
    await quota.refresh();
    expect((await quota.diff(args)).changes).toBe(false);
  });

  it("DIGIMED-5: sees a type that came to the cloud later, which is without limit, and closes it", async () => {
    const quota = b.resource("tresor:blockstorage:VolumeQuota");
    await quota.create(args);
    types = [...types, "fast_and_plain"];
    await quota.refresh();
    expect(quota.state.volumeTypeQuotas).toContainEqual({
      ...{ volumeType: "fast_and_plain", volumes: -1, gigabytes: -1, snapshots: -1 },
    });
    expect((await quota.diff(args)).changes).toBe(true);
    await quota.update(args);
    expect(set).toMatchObject({ volumes_fast_and_plain: 0, gigabytes_fast_and_plain: 0, volumes_luks: -1 });
    await quota.refresh();
    expect((await quota.diff(args)).changes).toBe(false);
  });

  it("closes a type that is stated no more, sees it opened by hand, and passes over one that is gone", async () => {
    const quota = b.resource("tresor:blockstorage:VolumeQuota");
    await quota.create(args);
    await quota.update({ ...args, volumeTypeQuotas: [plain] });
    expect(set).toMatchObject({ volumes_luks: 0, gigabytes_luks: 0 });
    set = { ...set, gigabytes_luks: 5 };
    await quota.refresh();
    expect((await quota.diff({ ...args, volumeTypeQuotas: [plain] })).changes).toBe(true);
    types = ["__DEFAULT__"];
    set = {};
    await quota.update({ ...args, volumeTypeQuotas: [plain] });
    expect(set.volumes___DEFAULT__).toBe(0);
    expect(Object.keys(set).filter((key) => key.endsWith("_luks"))).toEqual([]);
  });

  it("C4H-5: of a place without disk is seen opened by hand, and closed again", async () => {
    const none = { ...args, volumes: 0, gigabytes: 0, perVolumeGigabytes: 0, volumeTypeQuotas: [plain] };
    const quota = b.resource("tresor:blockstorage:VolumeQuota");
    await quota.create(none);
    await quota.refresh();
    expect((await quota.diff(none)).changes).toBe(false);
    set = { ...set, volumes: 1, backups: 3 };
    await quota.refresh();
    expect((await quota.diff(none)).changes).toBe(true);
    await quota.update(none);
    expect(set).toMatchObject({ volumes: 0, backups: 0, snapshots: 0 });
  });

  it("says that Cinder sets nothing below use, and what to do", async () => {
    b.cloud.on("PUT", PATH, () => [400, { badRequest: { message: "Quota volumes limit must be equal or greater" } }]);
    await expect(b.resource("tresor:blockstorage:VolumeQuota").create(args)).rejects.toThrow(
      /cannot set the volume quota of project p1.*must be equal or greater.*Next: a quota cannot go below what is in use/,
    );
  });

  it("refuses a type that is named twice", async () => {
    const { failures } = await b
      .resource("tresor:blockstorage:VolumeQuota")
      .check({ ...args, volumeTypeQuotas: [luks, luks] });
    expect(failures).toEqual([{ property: "volumeTypeQuotas", reason: "must name each volume type once" }]);
  });
});
