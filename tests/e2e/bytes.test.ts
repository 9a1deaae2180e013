import { execa } from "execa";
import { randomBytes } from "node:crypto";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../../openstack/index.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { until } from "../../scripts/proof/wait.ts";
import { hasCloud, site, type Site } from "./provider-site.ts";

const settings = devcloudSettings();
const MARKER = `patient-${randomBytes(12).toString("hex")}`;
/** Written in the middle, far from every header: a block that is full of the marker. */
const AT = 64 * 2 ** 20;
const LENGTH = 64 * 2 ** 10;
const READY_MS = 90_000;
const LUKS = { provider: "luks", cipher: "aes-xts-plain64", key_size: 256, control_location: "front-end" };

interface Volume {
  readonly id: string;
  readonly status: string;
  readonly encrypted: boolean;
  readonly encryption_key_id?: string;
}

let s: Site;
let folder: string;
let encrypted: Volume;
let plain: Volume;
/** The encrypted volume's key, as whoever may read it keeps it. */
let key: string;

const at = (name: string): string => join(folder, name);

async function volume(name: string, type: string): Promise<Volume> {
  const body = { name: `${s.prefix}-${name}`, size: 1, volume_type: `${s.prefix}-${type}` };
  const { id } = await s.make("block-storage", "/volumes", "volume", body, s.area);
  const look = async (): Promise<Volume | undefined> => {
    const { body } = await s.operator.request<{ volume: Volume }>("block-storage", "GET", `/volumes/${id}`, {
      microversion: "3.64",
    });
    return body.volume.status === "creating" ? undefined : body.volume;
  };
  const made = await until(look, `volume ${id} to be ready`, READY_MS);
  expect(made).toMatchObject({ status: "available", encrypted: type === "luks" });
  return made;
}

async function type(name: string, encryption?: object): Promise<void> {
  const { id } = await s.make("block-storage", "/types", "volume_type", {
    name: `${s.prefix}-${name}`,
    extra_specs: { volume_backend_name: "ssd" },
  });
  if (encryption !== undefined)
    await s.operator.request("block-storage", "POST", `/types/${id}/encryption`, { body: { encryption } });
}

/** Every file of the storage that bears a volume's id, as its operator finds them. */
async function filesOf({ id }: Volume): Promise<readonly string[]> {
  const { stdout } = await execa("find", [...Object.values(settings.volumeStores), "-name", `*${id}*`, "-type", "f"]);
  const files = stdout.split("\n").filter((file) => file !== "");
  expect(files).not.toEqual([]);
  return files;
}

/** Whether the marker stands in files as they lie there. */
async function scan(files: readonly string[]): Promise<boolean> {
  const { exitCode } = await execa("grep", ["-q", "-a", "-F", MARKER, ...files], { reject: false });
  if (exitCode !== 0 && exitCode !== 1) throw new Error("the scan itself failed");
  return exitCode === 0;
}

/** Calls qemu-io on a volume's file; with a key through LUKS, as a hypervisor does. */
async function qemuIo(file: string, commands: readonly string[], secret?: string) {
  const { stdout: info } = await execa("qemu-img", ["info", "--output=json", file]);
  const { format } = JSON.parse(info) as { format: string };
  const options = [`driver=${format}`, `file.filename=${file}`];
  const objects: string[] = [];
  if (secret !== undefined) {
    options.push("encrypt.key-secret=volume");
    objects.push("--object", `secret,id=volume,format=raw,file=${secret}`);
  }
  const asked = commands.flatMap((command) => ["-c", command]);
  return execa("qemu-io", [...objects, "--image-opts", options.join(","), ...asked], { reject: false, all: true });
}

const writes = (file: string, secret?: string) =>
  qemuIo(file, [`write -s ${at("block")} ${AT} ${LENGTH}`, "flush"], secret);

/** Whether a guest with this key reads the marker: the tool prints each line's offset, its bytes in hexadecimal, and them as text. */
async function reads(file: string, secret?: string): Promise<{ readonly marker: boolean; readonly says: string }> {
  const { all, exitCode } = await qemuIo(file, [`read -v ${AT} ${LENGTH}`], secret);
  const bytes = [...all.matchAll(/^[0-9a-f]+: {2}((?:[0-9a-f]{2} )+)/gm)].map(([, hex = ""]) =>
    hex.replaceAll(" ", ""),
  );
  const text = Buffer.from(bytes.join(""), "hex").toString("latin1");
  return { marker: exitCode === 0 && text.includes(MARKER), says: all.slice(0, 2000) };
}

/** Passphrase of a volume's LUKS header: Cinder and Nova take the key's bytes as hexadecimal text. */
async function passphrase(session: Session, id: string): Promise<string> {
  const chunks: Buffer[] = [];
  await session.request("key-manager", "GET", `/secrets/${id}/payload`, {
    accept: "application/octet-stream",
    sink: () => (chunk) => void chunks.push(chunk),
  });
  return Buffer.concat(chunks).toString("hex");
}

/** What Barbican's database holds of a secret: rows, and how many of them are only marked as deleted. */
async function rowsOf(secret: string): Promise<{ readonly rows: number; readonly deleted: number }> {
  const sql = `SELECT COUNT(*), COALESCE(SUM(d.deleted), 0) FROM barbican.encrypted_data d WHERE d.secret_id = '${secret}'`;
  const socket = `--socket=${join(settings.dirs.run, "mysql.sock")}`;
  const { stdout } = await execa("/usr/bin/mariadb", ["--no-defaults", socket, "--user=root", "-N", "-B", "-e", sql]);
  const [rows = 0, deleted = 0] = stdout.split("\t").map(Number);
  return { rows, deleted };
}

describe.runIf(hasCloud)("the bytes of a volume, as the storage holds them", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tresor-bytes-"));
    const line = `${MARKER}\n`;
    await writeFile(at("block"), line.repeat(Math.ceil(LENGTH / line.length)).slice(0, LENGTH));
    s = await site();
    await s.grant(`/projects/${s.projectId}/users/${s.pipelineId} member`);
    await type("luks", LUKS);
    await type("plain");
    encrypted = await volume("encrypted", "luks");
    plain = await volume("plain", "plain");
    key = at("key");
    await writeFile(key, await passphrase(s.area, encrypted.encryption_key_id!), { mode: 0o600 });
  }, 180_000);

  afterAll(async () => {
    await s.down();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  it("DIGIMED-5, EV-21: a marker is read with the key, stands nowhere in the files, and stands in those of a plain volume", async () => {
    const [secretFile = ""] = await filesOf(encrypted);
    const [plainFile = ""] = await filesOf(plain);
    expect(await writes(secretFile, key)).toMatchObject({ exitCode: 0 });
    expect(await writes(plainFile)).toMatchObject({ exitCode: 0 });
    expect(await reads(secretFile, key)).toMatchObject({ marker: true });
    expect(await reads(plainFile)).toMatchObject({ marker: true });
    expect(await scan(await filesOf(encrypted))).toBe(false);
    expect(await scan(await filesOf(plain))).toBe(true);
  });

  it("DIGIMED-5: without the key, or with another one, the volume's file opens for nobody", async () => {
    const [file = ""] = await filesOf(encrypted);
    await writeFile(at("other"), randomBytes(32).toString("hex"), { mode: 0o600 });
    const other = await reads(file, at("other"));
    expect(other.marker).toBe(false);
    expect(other.says).toMatch(/Invalid password/);
    const none = await reads(file);
    expect(none.marker).toBe(false);
    expect(none.says).toMatch(/encrypt\.key-secret|Parameter .* is required/);
    expect(await reads(file, key)).toMatchObject({ marker: true });
  });

  it("C4H-13, EV-21: with the volume its key goes: what a thief copied before opens for nobody who has not the key already", async () => {
    const [file = ""] = await filesOf(encrypted);
    const id = encrypted.encryption_key_id!;
    await copyFile(file, at("stolen"));
    expect(await passphrase(s.area, id)).toMatch(/^[0-9a-f]{64}$/);
    expect(await rowsOf(id)).toEqual({ rows: 1, deleted: 0 });
    await s.area.request("block-storage", "DELETE", `/volumes/${encrypted.id}`);
    const gone = async () =>
      (await s.operator.find("block-storage", `/volumes/${encrypted.id}`)) === undefined ? true : undefined;
    await until(gone, `volume ${encrypted.id} to go`, READY_MS);
    for (const session of [s.area, s.operator])
      await expect(passphrase(session, id)).rejects.toThrow(/404|Not Found|not found/);
    expect(await reads(at("stolen"), at("other"))).toMatchObject({ marker: false });
    expect(await scan([at("stolen")])).toBe(false);
    // The control: it is the key that is missing, not the data.
    expect(await reads(at("stolen"), key)).toMatchObject({ marker: true });
  });

  it("C4H-13: Barbican only marks the key's row as deleted; the operator's purge takes it away", async () => {
    const id = encrypted.encryption_key_id!;
    expect(await rowsOf(id)).toEqual({ rows: 1, deleted: 1 });
    const env = { HOME: join(settings.dirs.state, "home-barbican") };
    await execa(join(settings.venv, "bin", "barbican-manage"), ["db", "clean", "--min-days", "0"], { env });
    expect(await rowsOf(id)).toEqual({ rows: 0, deleted: 0 });
  });
});
