import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Session } from "../../../openstack/index.ts";
import { mountedFrom, shareNamed, writeKey } from "../../../scripts/site/share-live.ts";

const SHARE = { id: "s1", name: "digimed-commons-cohort", metadata: { __mount_options: "fs=research" } };
const CLIENT = "digimed_commons_cohort_bench_uni-north";
let folder: string;
let rules: object[];
let shares: object[];
/** What the commands ask of a session, answered from here. */
const session = {
  paginate: async () => shares,
  request: async (_: string, __: string, at: string) => ({
    body: at === "/share-access-rules" ? { access_list: rules } : { export_locations: [{ path: "192.0.2.1:6789:/a" }] },
  }),
} as unknown as Session;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "tresor-key-"));
  shares = [SHARE];
  rules = [
    { access_type: "cephx", access_to: "digimed_commons_cohort_machines", access_key: "AQC-of-the-machines" },
    { access_type: "cephx", access_to: CLIENT, access_key: "AQC-of-uni-north" },
  ];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the key of a client of CephX (DIGIMED-10)", () => {
  it("goes into a new file that its owner alone reads: that client's and no other", async () => {
    const file = path.join(folder, "key");
    await writeKey(session, SHARE, CLIENT, file);
    expect(await readFile(file, "utf8")).toBe("AQC-of-uni-north\n");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("is never written over another file", async () => {
    const file = path.join(folder, "key");
    await writeFile(file, "mine");
    await expect(writeKey(session, SHARE, CLIENT, file)).rejects.toThrow(/there is a file of that name already/);
    expect(await readFile(file, "utf8")).toBe("mine");
  });

  it("that is hidden, not made yet or nobody's is told apart, and no error shows a key", async () => {
    const tried = (): Promise<string> =>
      writeKey(session, SHARE, CLIENT, path.join(folder, "key")).then(
        () => "written",
        (error: unknown) => String(error),
      );
    rules = [{ access_type: "cephx", access_to: "******", access_key: "******" }];
    expect(await tried()).toMatch(/hidden from this credential.*the zone's pipeline/);
    rules = [{ access_type: "cephx", access_to: CLIENT, access_key: null }];
    expect(await tried()).toMatch(/the storage has not given it yet/);
    rules = [{ access_type: "cephx", access_to: "other", access_key: "AQC-canary" }];
    expect(await tried()).toMatch(/there is no rule for it/);
    expect(await tried()).not.toContain("AQC-canary");
    await expect(stat(path.join(folder, "key"))).rejects.toThrow(/ENOENT/);
  });

  it("is asked of one share: none or several of its name are told", async () => {
    expect(await mountedFrom(session, await shareNamed(session, "digimed", SHARE.name))).toEqual({
      source: "192.0.2.1:6789:/a",
      more: "fs=research",
    });
    shares = [SHARE, SHARE];
    await expect(shareNamed(session, "digimed", SHARE.name)).rejects.toThrow(/there are several/);
    shares = [];
    await expect(shareNamed(session, "digimed", SHARE.name)).rejects.toThrow(/there is no share/);
  });
});
