import { execa } from "execa";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackedUp } from "../../plan/backups.ts";
import { Progress } from "../../scripts/console.ts";
import { ensureCloud } from "../../scripts/demo/steps.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { runningPid, startService, stopService } from "../../scripts/devcloud/processes.ts";
import { services } from "../../scripts/devcloud/services.ts";
import { until } from "../../scripts/proof/wait.ts";
import { backupsOf, makeBackup, removeBackup, restoreTest, type FoundBackup } from "../../scripts/site/backups.ts";
import { hasCloud, site, type Site } from "./provider-site.ts";

const settings = devcloudSettings();
const service = services({ ...settings, extras: [...settings.extras, "backup"] }).find(
  ({ name }) => name === "cinder-backup",
)!;
const MARKER = `patient-${randomBytes(12).toString("hex")}`;
const AT = 64 * 2 ** 20;
const LENGTH = 64 * 2 ** 10;
const LUKS = { provider: "luks", cipher: "aes-xts-plain64", key_size: 256, control_location: "front-end" };

interface Volume {
  readonly id: string;
  readonly status: string;
  readonly encryption_key_id?: string;
}

let s: Site;
let folder: string;
/** True where this test started the backup service: it ends it, too. */
let isOurs = false;

const asked = (name: string): BackedUp => ({
  ...{ dataset: `area/${name}`, area: "area", kind: "volume", name: `${s.prefix}-${name}` },
  ...{ sizeGiB: 1, everyMs: 86_400_000, keep: 1 },
});

const volumeAt = async (id: string): Promise<Volume> =>
  (await s.area.request<{ volume: Volume }>("block-storage", "GET", `/volumes/${id}`, { microversion: "3.64" })).body
    .volume;

async function makeVolume(name: string, type: string): Promise<Volume> {
  const body = { name: `${s.prefix}-${name}`, size: 1, volume_type: `${s.prefix}-${type}` };
  const { id } = await s.make("block-storage", "/volumes", "volume", body, s.area);
  return until(
    async () => {
      const now = await volumeAt(id);
      return now.status === "creating" ? undefined : now;
    },
    `volume ${id}`,
    90_000,
  );
}

async function passphraseFile(key: string): Promise<string> {
  const chunks: Buffer[] = [];
  await s.area.request("key-manager", "GET", `/secrets/${key}/payload`, {
    accept: "application/octet-stream",
    sink: () => (chunk) => void chunks.push(chunk),
  });
  const file = join(folder, key);
  await writeFile(file, Buffer.concat(chunks).toString("hex"), { mode: 0o600 });
  return file;
}

/** Calls qemu-io on a volume's file, through LUKS where there is a key. */
async function qemuIo(id: string, command: string, secret?: string): Promise<string> {
  const { stdout: found } = await execa("find", [...Object.values(settings.volumeStores), "-name", `*${id}`]);
  const file = found.split("\n")[0]!;
  const { stdout: info } = await execa("qemu-img", ["info", "--output=json", file]);
  const { format } = JSON.parse(info) as { format: string };
  const key = secret === undefined ? "" : ",encrypt.key-secret=volume";
  const object = secret === undefined ? [] : ["--object", `secret,id=volume,format=raw,file=${secret}`];
  const args = [...object, "--image-opts", `driver=${format},file.filename=${file}${key}`, "-c", command];
  const { all, exitCode } = await execa("qemu-io", args, { reject: false, all: true });
  return `${exitCode} ${all}`;
}

const write = (id: string, secret?: string) => qemuIo(id, `write -s ${join(folder, "block")} ${AT} ${LENGTH}`, secret);

/** Whether the marker is read where it was written. */
async function reads(id: string, secret?: string): Promise<boolean> {
  const said = await qemuIo(id, `read -v ${AT} ${LENGTH}`, secret);
  const bytes = [...said.matchAll(/^[0-9a-f]+: {2}((?:[0-9a-f]{2} )+)/gm)].map(([, hex = ""]) =>
    hex.replaceAll(" ", ""),
  );
  return said.startsWith("0 ") && Buffer.from(bytes.join(""), "hex").toString("latin1").includes(MARKER);
}

/** Whether the marker stands in a backup as the backup's storage has it, unpacked. */
async function inBackup({ id }: FoundBackup): Promise<boolean> {
  const base = join(settings.dirs.state, "backups", id.slice(0, 2), id.slice(2, 4), id);
  const chunks = (await readdir(base)).filter((name) => /-\d{5}$/.test(name));
  expect(chunks.length).toBeGreaterThan(0);
  const texts = await Promise.all(
    chunks.map(async (name) => {
      const bytes = await readFile(join(base, name));
      return (bytes[0] === 0x78 ? inflateSync(bytes) : bytes).includes(MARKER);
    }),
  );
  return texts.includes(true);
}

describe.runIf(hasCloud)("backups on a real Cinder", () => {
  beforeAll(async () => {
    await ensureCloud(new Progress());
    s = await site();
    folder = await mkdtemp(join(tmpdir(), "tresor-backup-"));
    await writeFile(join(folder, "block"), MARKER.repeat(Math.ceil(LENGTH / MARKER.length)).slice(0, LENGTH));
    isOurs = runningPid(settings, service.name) === undefined;
    if (isOurs) await startService(settings, service);
    const isUp = async (): Promise<true | undefined> => {
      const query = { binary: "cinder-backup" };
      const { body } = await s.operator.request<{ services: { state: string }[] }>(
        "block-storage",
        "GET",
        "/os-services",
        {
          query,
        },
      );
      return body.services.some(({ state }) => state === "up") ? true : undefined;
    };
    await until(isUp, "the backup service", 90_000);
    for (const [name, encryption] of [
      ["luks", LUKS],
      ["plain", undefined],
    ] as const) {
      const { id } = await s.make("block-storage", "/types", "volume_type", {
        ...{ name: `${s.prefix}-${name}`, extra_specs: { volume_backend_name: "ssd" } },
      });
      if (encryption)
        await s.operator.request("block-storage", "POST", `/types/${id}/encryption`, { body: { encryption } });
    }
  });
  afterAll(async () => {
    await s?.down();
    if (isOurs) await stopService(settings, service);
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  it("EV-22 DIGIMED-5: a backup of a LUKS volume holds its LUKS and a copy of its key, and goes with that copy", async () => {
    const [volume, plain] = await Promise.all([makeVolume("data", "luks"), makeVolume("open", "plain")]);
    const key = await passphraseFile(volume.encryption_key_id!);
    expect(await write(volume.id, key)).toMatch(/^0 /);
    expect(await write(plain.id)).toMatch(/^0 /);
    const made = await makeBackup(s.area, asked("data"), new Date());
    const open = await makeBackup(s.area, asked("open"), new Date());
    expect([made.encrypted, open.encrypted]).toEqual([true, false]);
    // Control: what is not encrypted is found by the same scan.
    expect([await inBackup(made), await inBackup(open)]).toEqual([false, true]);

    const target = await makeVolume("target", "luks");
    const before = await passphraseFile(target.encryption_key_id!);
    expect(await reads(target.id, before)).toBe(false);
    const body = { restore: { volume_id: target.id } };
    await s.area.request("block-storage", "POST", `/backups/${made.id}/restore`, { body });
    const restored = await until(
      async () => {
        const now = await volumeAt(target.id);
        return now.status === "available" ? now : undefined;
      },
      "the restore",
      90_000,
    );
    expect(restored.encryption_key_id).not.toBe(volume.encryption_key_id);
    expect(await reads(target.id, await passphraseFile(restored.encryption_key_id!))).toBe(true);

    const { body: shown } = await s.area.request<{ backup: { encryption_key_id: string } }>(
      "block-storage",
      "GET",
      `/backups/${made.id}`,
      { microversion: "3.64" },
    );
    const secret = `/secrets/${shown.backup.encryption_key_id}`;
    expect(await s.area.find("key-manager", secret)).toBeDefined();
    await removeBackup(s.area, made.id);
    await removeBackup(s.area, open.id);
    expect(await s.area.find("key-manager", secret)).toBeUndefined();
    expect(await backupsOf(s.area, asked("data"))).toEqual([]);
  });

  it("EV-22: a restore test restores into the volume's own type, finds its key its own, and leaves nothing", async () => {
    await makeVolume("tested", "luks");
    const made = await makeBackup(s.area, asked("tested"), new Date());
    expect(await restoreTest(s.area, asked("tested"), made)).toEqual({ sizeGiB: 1, encrypted: true, ownKey: true });
    const left = await s.area.paginate<{ name: string }>("block-storage", "/volumes", "volumes");
    expect(left.map(({ name }) => name)).not.toContain(`${s.prefix}-tested-restore-test`);
    await removeBackup(s.area, made.id);
  });
});
