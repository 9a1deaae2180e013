import { execa } from "execa";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { cephSource, clientName, waitingUnit } from "../../../plan/ceph.ts";
import { fstabLine, mountOptions, type Mount } from "../../../plan/mounts.ts";
import { shareRecipes } from "../../../plan/recipes.ts";
import { planned } from "../../../plan/types.ts";
import { joinedDirectory } from "../../../plan/units.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples, withCephfs, withMounts } from "./examples.ts";

const plan = planZone(withCephfs(withMounts(examples.zone())));
const recipes = shareRecipes(withCephfs(examples.zone()), plan, "commons/cohort", {
  source: "192.0.2.1:6789,[fd00::1]:6789:/volumes/_nogroup/8e2f/6789",
  more: "fs=research",
});
const hasSystemd = existsSync("/usr/bin/systemd-analyze");
const hasFindmnt = existsSync("/usr/bin/findmnt");

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "tresor-ceph-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("access to a share by CephFS (DIGIMED-9, DIGIMED-10)", () => {
  it("is a client for each place that may, with its right, and no network", () => {
    expect(planned(plan, "share-access")[0]?.facts).toMatchObject({
      rules: [],
      locks: "required",
      clients: [
        { name: "digimed_commons_cohort_machines", place: "commons", level: "rw" },
        { name: "digimed_commons_cohort_bench_heart-centre", place: "commons/heart-centre", level: "rw" },
        { name: "digimed_commons_cohort_bench_uni-north", place: "commons/uni-north", level: "ro" },
      ],
    });
    expect(planned(plan, "share")[0]?.facts).toMatchObject({ protocol: "CEPHFS", squash: null });
    // Control: by NFS there is no client.
    expect(planned(planZone(examples.zone()), "share-access")[0]?.facts.clients).toEqual([]);
  });

  it("is nobody's in a frozen zone", () => {
    const frozen = withCephfs(examples.zone());
    frozen.frozen = { since: "2026-11-20", reason: "an incident", by: "the board" };
    expect(planned(planZone(frozen), "share-access")[0]?.facts.clients).toEqual([]);
  });

  it("has no client in common, whatever hyphens names have, and a partner may be called machines", () => {
    const names = [
      clientName("z", "a", "cohort-uni", "north"),
      clientName("z", "a", "cohort", "uni-north"),
      clientName("z", "a-cohort", "uni", "north"),
      clientName("z", "a", "cohort"),
      clientName("z", "a", "cohort", "machines"),
    ];
    expect(new Set(names).size).toBe(names.length);
    // Manila's own rule (manila/api/common.py, validate_cephx_id).
    for (const name of names) expect(name).toMatch(/^[!-~]+$(?<!\..*)/);
  });
});

describe("the recipe of a share by CephFS (DIGIMED-10, C4H-16)", () => {
  const [machines, , north] = recipes.recipes;

  it("names the key's file and never a key, and is encrypted on the way", () => {
    expect(machines?.key).toEqual({
      client: "digimed_commons_cohort_machines",
      file: "/etc/ceph/digimed_commons_cohort_machines.secret",
    });
    expect(machines?.fstab).toBe(
      "192.0.2.1:3300,[fd00::1]:3300:/volumes/_nogroup/8e2f/6789 /data/cohort ceph rw,name=digimed_commons_cohort_machines,secretfile=/etc/ceph/digimed_commons_cohort_machines.secret,ms_mode=secure,nosuid,nodev,noexec,_netdev,noauto,fs=research 0 0",
    );
    expect(north?.fstab).toContain(" ceph ro,name=digimed_commons_cohort_bench_uni-north,");
    expect(recipes.notes.join("\n")).toMatch(/the key of a client is the proof.*\n.*--key.*\n.*\n.*Linux 5\.11/);
    // Control: programs where the preset lets them run, and a cluster that encrypts where it can.
    expect(
      mountOptions({ preset: "open" }, { driver: "cephfs", transit: "below" }, { level: "rw", client: "c" }),
    ).toEqual([
      ...[
        "rw",
        "name=c",
        "secretfile=/etc/ceph/c.secret",
        "ms_mode=prefer-secure",
        "nosuid",
        "nodev",
        "_netdev",
        "noauto",
      ],
    ]);
  });

  it("leaves a port alone that is not the default, and what is no list of monitors", () => {
    expect(cephSource("192.0.2.1:7000,192.0.2.2:6789:/a:6789,b")).toBe("192.0.2.1:7000,192.0.2.2:3300:/a:6789,b");
    expect(cephSource("<export path>")).toBe("<export path>");
  });

  it("is cloud-init that mounts once the key is there, beside mounts by NFS", () => {
    const text = recipes.recipes[0]!.cloudInit;
    expect(text).toMatch(/^#cloud-config\n/);
    const read = parse(text) as { mounts: string[][]; write_files: object[]; runcmd: string[][] };
    expect(read.mounts[0]?.join(" ")).toBe(machines?.fstab);
    const [unit, content] = Object.entries(machines!.units)[0]!;
    expect(read.write_files).toEqual([{ path: `/etc/systemd/system/${unit}`, permissions: "0644", content }]);
    expect(read.runcmd.at(-1)).toEqual(["systemctl", "enable", "--now", "data-cohort.path"]);
  });

  it("is what a machine of the zone is told, but for what the cloud alone knows", () => {
    const [machine] = planned(plan, "machine").filter(({ facts }) => facts.mounts.length > 0);
    expect(machine?.facts.mounts).toMatchObject([{ type: "ceph", directory: "/data/cohort" }]);
    expect(machines?.fstab).toContain(machine!.facts.mounts[0]!.options.join(","));
  });

  it.runIf(hasFindmnt)("is a line that findmnt --verify takes", async () => {
    const verify = (line: string) =>
      inFolder(async (folder) => {
        const file = path.join(folder, "fstab");
        await writeFile(file, `${line}\n`);
        const args = ["--verify", "--verbose", "--tab-file", file];
        return (await execa("findmnt", args, { all: true, reject: false })).all;
      });
    for (const { fstab, key, level } of recipes.recipes) {
      const said = await verify(fstab!);
      // What the kernel is told, and what stays with mount(8).
      expect(said).toContain(`VFS options: ${level},nosuid,nodev,noexec\n`);
      expect(said).toContain(`name=${key?.client},secretfile=${key?.file},ms_mode=secure,fs=research\n`);
      expect(said).toContain("userspace options: _netdev,noauto\n");
      expect(said).toMatch(/^0 parse errors/m);
    }
    // Control: a field too few.
    expect(await verify("192.0.2.1:/a /data/cohort")).toMatch(/^[1-9]\d* parse error/m);
  });

  it.runIf(hasSystemd)("is a unit that systemd-analyze takes, beside the mount that fstab makes", async () => {
    const said = (unit: string) =>
      inFolder(async (folder) => {
        await writeFile(path.join(folder, "data-cohort.path"), unit);
        // What systemd's generator makes of the line of fstab.
        const mount = `[Mount]\nWhat=192.0.2.1:3300:/a\nWhere=/data/cohort\nType=ceph\n`;
        await writeFile(path.join(folder, "data-cohort.mount"), mount);
        const args = ["verify", "--man=no", path.join(folder, "data-cohort.path")];
        const { exitCode, all } = await execa("systemd-analyze", args, { all: true, reject: false });
        return `${exitCode}\n${all}`;
      });
    const unit = Object.values(machines!.units)[0]!;
    expect(await said(unit)).toMatch(/^0\n/);
    expect(await said(unit)).not.toMatch(/data-cohort\.path/);
    // Control: a key that systemd does not know.
    expect(await said(unit.replace("PathExists", "PathExist"))).toMatch(/Unknown key.*PathExist'/);
  });

  it.runIf(existsSync("/usr/bin/systemd-escape"))("names the mount's unit as systemd does", async () => {
    const directories = ["/data/cohort", "/srv/my-set/a.b", "/mnt/_x/0.1-beta", "/data/a--b"];
    for (const directory of directories) {
      const { stdout } = await execa("systemd-escape", ["--path", directory]);
      expect(joinedDirectory(directory)).toBe(stdout);
      expect(waitingUnit(directory, "/k").text).toContain(`Unit=${stdout}.mount\n`);
    }
  });

  it("leaves mounts by NFS as they were", () => {
    const nfs: Mount = { source: "192.0.2.1:/a", directory: "/data/a", options: ["ro"] };
    expect(fstabLine(nfs)).toBe("192.0.2.1:/a /data/a nfs4 ro 0 0");
  });
});
