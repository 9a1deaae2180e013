import { execa } from "execa";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { shareRecipes } from "../../../plan/recipes.ts";
import { planZone } from "../../../plan/zone.ts";
import { scratch } from "../../scratch.ts";
import { examples, withQuobyteDatasets } from "./examples.ts";

const zone = () => withQuobyteDatasets(examples.zone());
const recipesOf = (dataset: string, config = zone()) => shareRecipes(config, planZone(config), dataset);
const scans = recipesOf("heart/scans");
const [machines] = scans.recipes;
const serviceOf = (units: Readonly<Record<string, string>>): [string, string] =>
  Object.entries(units).find(([name]) => name.endsWith(".service"))!;
const linesOf = (text: string, key: string): string[] =>
  text.split("\n").flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));

describe("a volume by Quobyte's own client (DIGIMED-3, DIGIMED-9, DIGIMED-16)", () => {
  it("is mounted by those whom the operator let in, from their networks, with their right", () => {
    expect(scans).toMatchObject({ dataset: "heart/scans", share: "digimed-heart-scans", protocol: "Quobyte" });
    expect(scans.recipes.map((one) => [one.for, one.level, one.fstab, one.key])).toEqual([
      ["machines", "ro", null, null],
    ]);
    expect(machines!.networks).toHaveLength(2);
    expect(scans.notes.join("\n")).toMatch(/digimed-heart-scans\.cfg.*certificate.*0600/);
    expect(scans.notes.join("\n")).toMatch(/what lies below, IPsec or MACsec/);
  });

  it("waits for the client's configuration, which is in no user data", () => {
    const { cloudInit, units } = machines!;
    expect(parse(cloudInit)).toMatchObject({
      write_files: Object.entries(units).map(([name, content]) => ({
        path: `/etc/systemd/system/${name}`,
        permissions: "0644",
        content,
      })),
      runcmd: [
        ["install", "-d", "-m", "0700", "/etc/quobyte"],
        ["systemctl", "daemon-reload"],
        ["systemctl", "enable", "--now", "quobyte-data-scans.path"],
      ],
    });
    const [, service] = serviceOf(units);
    expect(linesOf(service, "ExecStart")).toEqual([
      "/usr/bin/env mount.quobyte -c /etc/quobyte/digimed-heart-scans.cfg registry.example:7861/digimed-heart-scans /data/scans",
    ]);
    expect(linesOf(service, "ConditionPathExists")).toEqual(["/etc/quobyte/digimed-heart-scans.cfg"]);
    expect(cloudInit).not.toMatch(/PRIVATE KEY|access.?key/i);
  });

  it("lets programs run from it where the preset does, and writes where the config does (control)", () => {
    const config = zone();
    config.preset = "guarded";
    config.areas["heart"]!.datasets["scans"]!.machines = "write";
    config.granted.quobyte["heart/scans"]!.machines = "write";
    const [, open] = serviceOf(recipesOf("heart/scans", config).recipes[0]!.units);
    expect(linesOf(open, "ExecStartPost")).toEqual(["/usr/bin/mount -o remount,bind,nosuid,nodev /data/scans"]);
  });

  it.runIf(existsSync("/usr/bin/systemd-analyze"))("is a pair of units that systemd-analyze takes", async () => {
    const said = async (change: (text: string) => string): Promise<string> => {
      const folder = scratch();
      const files = Object.entries(machines!.units).map(([name, text]) => [path.join(folder, name), text] as const);
      for (const [file, text] of files) await writeFile(file, change(text));
      const args = ["verify", "--man=no", ...files.map(([file]) => file)];
      const { exitCode, all } = await execa("systemd-analyze", args, { all: true, reject: false });
      return `${exitCode}\n${all}`;
    };
    expect(await said((text) => text)).toMatch(/^0\n/);
    expect(await said((text) => text)).not.toMatch(/quobyte-data-scans\.(path|service):/);
    // Control: a key that systemd does not know.
    expect(await said((text) => text.replace("ExecStartPost", "ExecStartAfter"))).toMatch(
      /Unknown key.*ExecStartAfter/,
    );
  });

  it.runIf(process.getuid?.() === 0 && existsSync("/usr/bin/findmnt"))(
    "takes rights from the mount point by the kernel, whatever the client's file system is",
    async () => {
      const folder = scratch();
      const directory = path.join(folder, "data");
      // In the place of Quobyte's client: something that mounts a file system of the machine's memory.
      await mkdir(path.join(folder, "bin"));
      const client = path.join(folder, "bin", "mount.quobyte");
      await writeFile(client, '#!/bin/sh\nexec mount -t tmpfs "$3" "$4"\n');
      await chmod(client, 0o755);
      const [, service] = serviceOf(machines!.units);
      const steps = ["ExecStartPre", "ExecStart", "ExecStartPost"].flatMap((key) => linesOf(service, key));
      const flags = async (commands: readonly string[]): Promise<string[]> => {
        const script = [...commands, `findmnt -no VFS-OPTIONS ${directory}`]
          .join(" && ")
          .replaceAll("/data/scans", directory);
        const env = { PATH: `${path.join(folder, "bin")}:${process.env.PATH}` };
        // A mount namespace of its own: nothing of it stays.
        const { stdout } = await execa("unshare", ["-m", "sh", "-c", script], { env });
        return stdout.trim().split(",");
      };
      expect(await flags(steps)).toEqual(expect.arrayContaining(["ro", "nosuid", "nodev", "noexec"]));
      // Control: without the last step it is mounted with all rights.
      expect(await flags(steps.slice(0, 2))).toEqual(expect.not.arrayContaining(["ro", "nosuid", "noexec"]));
    },
  );
});

describe("a volume of Quobyte by NFS (DIGIMED-9)", () => {
  it("is mounted as a share is, from an address that only the operator knows", () => {
    const genomes = recipesOf("commons/genomes");
    expect(genomes.protocol).toBe("NFS");
    expect(genomes.recipes.map((one) => [one.for, one.level])).toEqual([
      ["machines", "rw"],
      ["heart-centre", "ro"],
    ]);
    expect(genomes.recipes[1]!.fstab).toMatch(/^<export path> \/data\/genomes nfs4 ro,vers=4\.1,sec=sys,/);
    expect(genomes.notes[0]).toMatch(/quobyteVolumes/);
  });

  it("is nobody's while the zone is frozen", () => {
    const config = zone();
    config.frozen = { since: "2026-11-20", reason: "an incident", by: "the board" };
    expect(() => recipesOf("commons/genomes", config)).toThrow(
      /nobody may use the share commons\/genomes: the zone is frozen/,
    );
  });
});
