import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { needsOf } from "../../../../plan/needs.ts";
import { inMemoryScript, inMemoryUserData } from "../../../../plan/storage/in-memory.ts";
import { planned } from "../../../../plan/types.ts";
import { planZone } from "../../../../plan/zone.ts";
import { zone } from "../../../policies/fixtures.ts";
import { analysis, inMemory } from "../../../policies/zone-parts.ts";
import { scratch } from "../../../scratch.ts";

describe("machines that keep data in memory (C4H-11, C4H-5)", () => {
  const config = zone();
  inMemory(config);
  const plan = planZone(config as never);
  const machine = (area: string) =>
    planned(plan, "machine").find(({ id }) => id.startsWith(`machine/digimed/${area}/`));

  it("have no volume, and boot from their flavor's local disk", () => {
    expect(planned(plan, "root-volume").map(({ id }) => id)).toEqual(["root-volume/digimed/heart/imaging"]);
    expect(machine("commons")?.facts).toMatchObject({
      rootVolumeId: null,
      volumeIds: [],
      localErasure: "cryptoShred",
      userData: inMemoryScript(),
    });
    // Control: the other group is as ever.
    expect(machine("heart")?.facts).toMatchObject({
      rootVolumeId: "root-volume/digimed/heart/imaging",
      localErasure: null,
      userData: null,
    });
  });

  it("need a key each, which Nova makes, and no volume", () => {
    const needs = needsOf(config as never, plan.objects);
    expect(needs.get("digimed-commons")).toMatchObject({ machines: 1, volumes: 0, storage: 0, secrets: 1 });
  });

  it("get their own user data behind ours, as one message that cloud-init takes apart", () => {
    const own = "#cloud-config\nwrite_files: [{ path: /x, content: größer }]\n--==tresor-data-in-memory==--\n";
    const text = inMemoryUserData(own);
    const [, boundary = ""] = /^Content-Type: multipart\/mixed; boundary="([^"]+)"\n/.exec(text) ?? [];
    const parts = text.split(`--${boundary}`).slice(1, -1);
    const read = parts.map((part) => {
      const [head = "", body = ""] = part.split("\n\n");
      return [/Content-Type: ([^;]+)/.exec(head)?.[1], Buffer.from(body, "base64").toString()];
    });
    expect(read).toEqual([
      ["text/cloud-boothook", inMemoryScript()],
      ["text/cloud-config", own],
    ]);
    expect(text.endsWith(`--${boundary}--\n`)).toBe(true);
  });

  it("are planned the same from the same config, and another way once they may have a disk", () => {
    analysis(config).dataInMemory = false;
    analysis(config).disk = "10 GiB";
    const after = planned(planZone(config as never), "machine").find(({ id }) => id === machine("commons")?.id);
    expect(after?.facts.rootVolumeId).toBe("root-volume/digimed/commons/analysis");
  });
});

describe("what such a machine does at its start (C4H-11)", () => {
  let root: string;
  beforeEach(() => {
    root = scratch();
    for (const directory of ["bin", "proc/sys/kernel", "etc"])
      mkdirSync(path.join(root, directory), { recursive: true });
    writeFileSync(path.join(root, "proc/swaps"), "Filename Type Size Used Priority\n");
    for (const command of ["swapoff", "mount", "mountpoint", "poweroff", "systemctl"]) stub(command);
    stub("mountpoint", 1);
  });

  /** A command that only notes that it was called. */
  function stub(command: string, status = 0): void {
    const file = path.join(root, "bin", command);
    writeFileSync(file, `#!/bin/sh\necho "${command} $*" >>${root}/calls\nexit ${status}\n`);
    chmodSync(file, 0o755);
  }
  const run = (): number | null =>
    spawnSync("/bin/sh", { input: inMemoryScript(root), env: { PATH: `${path.join(root, "bin")}:/usr/bin:/bin` } })
      .status;
  const calls = (): readonly string[] =>
    readFileSync(path.join(root, "calls"), "utf8").trim().replaceAll(root, "").split("\n");

  it("swap goes, memory lies over what programs write to, and nothing is dumped or logged onto the disk", () => {
    expect(run()).toBe(0);
    expect(calls().filter((line) => /^(swapoff|mount |poweroff)/.test(line))).toEqual([
      "swapoff -a",
      "mount -t tmpfs -o rw,nosuid,nodev,mode=1777,size=50% tmpfs /work",
      "mount -t tmpfs -o rw,nosuid,nodev,mode=1777,size=10% tmpfs /tmp",
      "mount -t tmpfs -o rw,nosuid,nodev,mode=1777,size=10% tmpfs /var/tmp",
    ]);
    expect(readFileSync(path.join(root, "proc/sys/kernel/core_pattern"), "utf8")).toBe("|/bin/false\n");
    expect(readFileSync(path.join(root, "etc/systemd/journald.conf.d/10-tresor.conf"), "utf8")).toContain("volatile");
    expect(readFileSync(path.join(root, "etc/systemd/coredump.conf.d/10-tresor.conf"), "utf8")).toContain(
      "Storage=none",
    );
  });

  it("what is memory already is left so at the next start", () => {
    stub("mountpoint", 0);
    expect(run()).toBe(0);
    expect(calls().filter((line) => line.startsWith("mount "))).toEqual([]);
  });

  it("it powers off where swap stays on", () => {
    writeFileSync(path.join(root, "proc/swaps"), "Filename Type Size Used Priority\n/swapfile file 1 0 -2\n");
    expect(run()).toBe(1);
    expect(calls().at(-1)).toBe("poweroff -f");
    expect(calls().some((line) => line.startsWith("mount "))).toBe(false);
  });

  it("it powers off where memory cannot be mounted", () => {
    stub("mount", 32);
    expect(run()).toBe(1);
    expect(calls().at(-1)).toBe("poweroff -f");
  });
});
