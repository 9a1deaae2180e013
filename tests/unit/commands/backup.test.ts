import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backupList, backupRestoreTest, backupRun, type BackupOptions } from "../../../scripts/commands/backup.ts";
import { FakeCloud } from "../provider/fake/cloud.ts";
import { testIo } from "./io.ts";

interface Row {
  id: string;
  status: string;
  [key: string]: unknown;
}

let io: Awaited<ReturnType<typeof testIo>>;
let cloud: FakeCloud;
let backups: Row[];
let volumes: Row[];
let hasService: boolean;
const KEYS = { volume: "k-volume", backup: "k-backup", restored: "k-restored" };

/** Backups and volumes as Cinder serves them: everything is done by the next look. */
function serve(): void {
  const base = "/volume/v3/home";
  const done = (row: Row, busy: RegExp): Row => {
    const shown = { ...row };
    if (busy.test(row.status)) row.status = "available";
    return shown;
  };
  const missing = [404, { itemNotFound: { message: "not found" } }] as const;
  cloud.on("GET", `${base}/volumes/:id`, ({ p }) => {
    const row = volumes.find(({ id }) => id === p.id);
    return row ? [200, { volume: done(row, /^(creating|restoring-backup)$/) }] : missing;
  });
  // After the look at one: a later route goes first.
  cloud.on("GET", `${base}/volumes/detail`, () => [200, { volumes }]);
  cloud.on("POST", `${base}/volumes`, ({ body }) => {
    const row = { ...body.volume, id: "restored", status: "creating", encrypted: true, encryption_key_id: "k-first" };
    volumes.push(row as Row);
    return [202, { volume: row }];
  });
  cloud.on("DELETE", `${base}/volumes/:id`, ({ p }) => {
    volumes = volumes.filter(({ id }) => id !== p.id);
    return [202];
  });
  cloud.on("GET", `${base}/backups/:id`, ({ p }) => {
    const row = backups.find(({ id }) => id === p.id);
    return row ? [200, { backup: done(row, /^creating$/) }] : missing;
  });
  cloud.on("GET", `${base}/backups/detail`, () => [200, { backups }]);
  cloud.on("POST", `${base}/backups`, ({ body }) => {
    if (!hasService) return [503, { serviceUnavailable: { message: "Service cinder-backup could not be found." } }];
    const row = { ...body.backup, id: `b${backups.length + 1}`, status: "creating", size: 20 };
    backups.push({
      ...row,
      encryption_key_id: KEYS.backup,
      fail_reason: null,
      created_at: io.now().toISOString().slice(0, 19),
    });
    return [202, { backup: row }];
  });
  cloud.on("DELETE", `${base}/backups/:id`, ({ p }) => {
    backups = backups.filter(({ id }) => id !== p.id);
    return [202];
  });
  cloud.on("POST", `${base}/backups/:id/restore`, ({ body }) => {
    const row = volumes.find(({ id }) => id === body.restore.volume_id)!;
    Object.assign(row, { status: "restoring-backup", encryption_key_id: KEYS.restored });
    return [202, {}];
  });
}

beforeEach(async () => {
  io = await testIo();
  cloud = await new FakeCloud().start();
  hasService = true;
  backups = [];
  volumes = [
    {
      ...{ id: "v1", name: "digimed-heart-imaging", status: "in-use", size: 20 },
      ...{ encrypted: true, volume_type: "encrypted-hdd", encryption_key_id: KEYS.volume },
    },
  ];
  serve();
  const example = await readFile(new URL("../../../stacks/examples/Pulumi.digimed.yaml", import.meta.url), "utf8");
  const text = example.replace("tier: host", "tier: host\n            backup: { every: 1 day, keep: 2 }");
  await writeFile(path.join(io.cwd, "Pulumi.digimed.yaml"), text);
  const auth = `{ auth_url: "${cloud.url}/v3", username: ada, password: x, project_name: home, user_domain_name: d, project_domain_name: d }`;
  await writeFile(path.join(io.cwd, "clouds.yaml"), `clouds:\n  digimed-heart: { auth: ${auth}, region_name: one }\n`);
});
afterEach(async () => {
  await cloud.stop();
  expect(cloud.unknown).toEqual([]);
});

const OPTIONS: BackupOptions = { zone: "digimed", dir: ".", json: false };
const run = (code: number, expire = false): Promise<void> =>
  backupRun({ ...OPTIONS, expire }, io).then((found) => expect(found, io.said.join("\n")).toBe(code));
const record = (): Promise<string> => readFile(path.join(io.cwd, "backups.digimed.jsonl"), "utf8");

describe("tresor backup (EV-22)", () => {
  it("makes what is due, of a volume in use too, and nothing the next hour", async () => {
    await run(0);
    expect(io.said.join("\n")).toMatch(/^heart\/imaging: made b1: 20 GiB, encrypted: there is none$/);
    expect(backups).toMatchObject([{ volume_id: "v1", force: true, metadata: { tresor_dataset: "heart/imaging" } }]);
    io.said.length = 0;
    await run(0);
    expect(io.said).toEqual(["nothing is due"]);
    expect((await record()).trim().split("\n")).toHaveLength(1);
  });

  it("removes the oldest once there are newer ones, and never another data set's", async () => {
    const made = (id: string, day: string, dataset = "heart/imaging") => ({
      ...{ id, status: "available", size: 20, created_at: `2026-01-${day}T00:00:00`, fail_reason: null },
      ...{ volume_id: "v1", encryption_key_id: KEYS.backup, metadata: { tresor_dataset: dataset } },
    });
    backups = [made("b-old", "01"), made("b-new", "02"), made("b-other", "01", "heart/else")];
    await run(0);
    expect(backups.map(({ id }) => id)).toEqual(["b-new", "b-other", "b4"]);
    expect(await record()).toMatch(/"did":"removed".*b-old|b-old.*"did":"removed"/);
  });

  it("tests a restore in a volume of the same type, looks at its key, removes it and dates that", async () => {
    expect(await backupRestoreTest(OPTIONS, io)).toBe(2);
    expect(io.said.join()).toMatch(/no backup to be tested/);
    await run(0);
    expect(await backupRestoreTest(OPTIONS, io)).toBe(0);
    const asked = cloud.asked.find(({ method, path: at }) => method === "POST" && at.endsWith("/volumes"));
    expect(asked?.body.volume).toMatchObject({ volume_type: "encrypted-hdd", size: 20 });
    expect(volumes.map(({ id }) => id)).toEqual(["v1"]);
    io.said.length = 0;
    await backupList({ ...OPTIONS, json: true }, io);
    const [row] = JSON.parse(io.said.join("\n")) as { tested: string }[];
    expect(row?.tested).toMatch(/^20\d\d-/);
    // Control: a restored volume with the key of another is none of its own.
    KEYS.restored = KEYS.backup;
    expect(await backupRestoreTest(OPTIONS, io)).toBe(2);
    KEYS.restored = "k-restored";
    expect(io.said.at(-1)).toMatch(/failed b1: restored as 20 GiB, encrypted, without a key of its own/);
  });

  it("says that the cloud has no backup service, and records it", async () => {
    hasService = false;
    await run(2);
    expect(io.said.join()).toMatch(
      /the cloud runs no backup service of Cinder\. Next: ask the operator for cinder-backup/,
    );
    expect(await record()).toContain('"did":"failed"');
  });

  it("keeps no backup of an encrypted volume that has no key", async () => {
    const key = KEYS.backup;
    KEYS.backup = null as never;
    await run(2);
    KEYS.backup = key;
    expect(io.said.join()).toMatch(/has no key: it could not be opened, or would lie in the clear; it was removed/);
    expect(backups).toEqual([]);
  });

  it("refuses a record that was changed", async () => {
    await run(0);
    const file = path.join(io.cwd, "backups.digimed.jsonl");
    await writeFile(file, (await record()).replace(`"previous":"0`, `"previous":"1`));
    backups = [];
    await expect(backupRun({ ...OPTIONS, expire: false }, io)).rejects.toThrow(
      /line 1 of .* does not follow the one before/,
    );
  });

  it("after the permit's end makes none, says what is left, and removes it for the word alone", async () => {
    await run(0);
    const file = path.join(io.cwd, "Pulumi.digimed.yaml");
    await writeFile(file, (await readFile(file, "utf8")).replace("expires: 2029-12-31", "expires: 2026-01-01"));
    await run(2);
    expect(io.said.at(-1)).toMatch(
      /the permit ended on 2026-01-01, and 1 backups are left: `tresor backup run digimed --expire`/,
    );
    await run(0, true);
    expect(backups).toEqual([]);
  });

  it("says what is backed up where something else is asked for", async () => {
    await expect(backupList({ ...OPTIONS, dataset: "heart/imagin" }, io)).rejects.toThrow(
      /digimed does not back up heart\/imagin \(allowed: heart\/imaging\)/,
    );
  });
});

describe("tresor backup of a share (EV-22)", () => {
  let snapshots: Row[];
  let shares: Row[];
  /** Type that a restored share comes to. */
  let comesTo: string;

  beforeEach(async () => {
    snapshots = [];
    comesTo = "t-project";
    shares = [
      {
        ...{ id: "s1", name: "digimed-commons-cohort", status: "available", size: 5 },
        ...{ share_proto: "NFS", share_type: "t-project", snapshot_id: null },
      },
    ];
    const base = "/share/v2";
    const missing = [404, { itemNotFound: { message: "not found" } }] as const;
    const shown = (row: Row): Row => {
      const now = { ...row };
      if (row.status.startsWith("creating")) row.status = "available";
      return now;
    };
    const one = (rows: readonly Row[], key: string, id = "") => {
      const row = rows.find((each) => each.id === id);
      return row ? ([200, { [key]: shown(row) }] as const) : missing;
    };
    cloud.on("GET", `${base}/snapshots/:id`, ({ p }) => [...one(snapshots, "snapshot", p.id)]);
    cloud.on("GET", `${base}/snapshots/detail`, ({ query }) => [200, { snapshots: query.offset ? [] : snapshots }]);
    cloud.on("POST", `${base}/snapshots`, ({ body }) => {
      const created_at = io.now().toISOString().slice(0, 19);
      const row = {
        ...body.snapshot,
        id: `snap${snapshots.length + 1}`,
        status: "creating",
        share_size: 5,
        created_at,
      };
      snapshots.push(row as Row);
      return [202, { snapshot: row }];
    });
    cloud.on("DELETE", `${base}/snapshots/:id`, ({ p }) => {
      snapshots = snapshots.filter(({ id }) => id !== p.id);
      return [202];
    });
    cloud.on("GET", `${base}/shares/:id`, ({ p }) => [...one(shares, "share", p.id)]);
    cloud.on("GET", `${base}/shares/detail`, ({ query }) => [200, { shares: query.offset ? [] : shares }]);
    cloud.on("POST", `${base}/shares`, ({ body }) => {
      const row = { ...body.share, id: "restored", status: "creating_from_snapshot", share_type: comesTo };
      shares.push(row as Row);
      return [202, { share: row }];
    });
    cloud.on("DELETE", `${base}/shares/:id`, ({ p }) => {
      shares = shares.filter(({ id }) => id !== p.id);
      return [202];
    });
    const file = path.join(io.cwd, "Pulumi.digimed.yaml");
    const text = (await readFile(file, "utf8"))
      .replace(
        "classification: pseudonymised",
        "classification: pseudonymised\n            backup: { every: 1 day, keep: 1 }",
      )
      .replace("protocols: [NFS]", "protocols: [NFS], snapshots: true")
      .replace(
        "shareStorage: 20 GiB",
        "shareStorage: 20 GiB\n          shareSnapshots: 2\n          shareSnapshotStorage: 10 GiB",
      );
    await writeFile(file, text);
    const clouds = path.join(io.cwd, "clouds.yaml");
    const heart = await readFile(clouds, "utf8");
    await writeFile(clouds, heart + heart.replace("clouds:\n", "").replace("digimed-heart", "digimed-commons"));
  });

  const COHORT = { ...OPTIONS, dataset: "commons/cohort" };

  it("makes a snapshot that it knows again, lists it, tests it by a share of the same type, and leaves nothing", async () => {
    expect(await backupRun({ ...COHORT, expire: false }, io)).toBe(0);
    expect(io.said.join("\n")).toMatch(/^commons\/cohort: made snap1: 5 GiB, as its storage keeps it: there is none$/);
    expect(snapshots).toMatchObject([{ share_id: "s1", description: "tresor backup of commons/cohort" }]);
    io.said.length = 0;
    expect(await backupRun({ ...COHORT, expire: false }, io)).toBe(0);
    expect(io.said).toEqual(["nothing is due"]);
    io.said.length = 0;
    expect(await backupRestoreTest(COHORT, io)).toBe(0);
    expect(io.said.join("\n")).toMatch(/restore-tested snap1: restored as 5 GiB, of its type, on its storage; removed/);
    expect(shares.map(({ id }) => id)).toEqual(["s1"]);
    io.said.length = 0;
    await backupList(COHORT, io);
    expect(io.said.join("\n")).toMatch(/snap1.*as its storage/);
  });

  it("fails a restore test whose share came to another type, and leaves nothing of it", async () => {
    await backupRun({ ...COHORT, expire: false }, io);
    comesTo = "t-other";
    expect(await backupRestoreTest(COHORT, io)).toBe(2);
    expect(io.said.join("\n")).toMatch(/failed snap1: restored as 5 GiB, of another type/);
    expect(shares.map(({ id }) => id)).toEqual(["s1"]);
  });

  it("removes the oldest once there are newer ones, and none that somebody made by hand", async () => {
    const made = (id: string, day: string, description: string): Row => ({
      ...{ id, status: "available", share_id: "s1", share_size: 5, description },
      created_at: `2026-01-${day}T00:00:00`,
    });
    snapshots = [made("old", "01", "tresor backup of commons/cohort"), made("hand", "01", "before the upgrade")];
    expect(await backupRun({ ...COHORT, expire: false }, io)).toBe(0);
    expect(snapshots.map(({ id }) => id)).toEqual(["hand", "snap3"]);
  });
});
