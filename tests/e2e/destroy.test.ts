import { execa, type ResultPromise } from "execa";
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { receiptSchema, type Receipt } from "../../deletion/receipt.ts";
import type { Session } from "../../openstack/index.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { makePerson, type ZoneWorld } from "../../scripts/proof/world.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import { buildShred, openOperator, operatorSite, removeSites, STACK, zoneSite } from "./destroy/build.ts";
import { hasQuobyte, quobyteState, stopUnexporting } from "./destroy/unexporting.ts";
import { hasPlatform } from "./sites/build.ts";
import { buildZones } from "./zones.ts";

interface Thing {
  readonly id: string;
  readonly name: string;
  readonly status?: string;
}

let zone: ZoneWorld;
let area: Session;
let operator: Session;
let folder: string;
/** Everything that the test itself saw in the zone's projects before, by the services' own words. */
let before: ReadonlySet<string>;
const made = { snapshot: "", foreign: "", bench: "", share: "", onQuobyte: "" };

const settings = devcloudSettings();
const ENV = { OS_CLIENT_CONFIG_FILE: undefined, OS_CLOUD: undefined, STATE_URL: undefined };
const start = (...args: string[]): ResultPromise =>
  execa(process.execPath, [join(packageRoot, "scripts", "tresor.ts"), ...args], {
    ...{ reject: false, env: ENV, detached: true, all: true },
  }) as never;
const tresor = async (...args: string[]): Promise<{ exitCode: number; out: string; all: string }> => {
  const done = await start(...args);
  return { exitCode: done.exitCode ?? -1, out: String(done.stdout), all: String(done.all) };
};
const destroy = (...args: string[]) => tresor("destroy", STACK, "--dir", zoneSite, "--yes", STACK, "--json", ...args);
const WHOLE = ["--operator", operatorSite, "--all"] as const;

interface Said {
  readonly nothingLeft: boolean;
  readonly left: Receipt["left"];
  readonly files: { readonly json: string; readonly html: string };
}
const saidOf = ({ out, all }: { out: string; all: string }): Said => {
  if (!out.startsWith("{")) throw new Error(all);
  return JSON.parse(out) as Said;
};
const receiptOf = async ({ files }: Said): Promise<Receipt> =>
  receiptSchema.parse(JSON.parse(await readFile(files.json, "utf8")));

const LISTS = [
  ["block-storage", "/volumes/detail", "volumes", { all_tenants: 1 }],
  ["block-storage", "/snapshots/detail", "snapshots", { all_tenants: 1 }],
  ["shared-file-system", "/shares/detail", "shares", { all_tenants: 1 }],
  ["compute", "/servers/detail", "servers", { all_tenants: 1 }],
  ["network", "/ports", "ports", {}],
  ["network", "/networks", "networks", {}],
  ["network", "/subnets", "subnets", {}],
  ["network", "/security-groups", "security_groups", {}],
] as const;

/** Ids of all objects in the zone's projects, by lists of the test's own. */
async function objects(): Promise<ReadonlySet<string>> {
  const projects = new Set(Object.values(zone.projects));
  const lists = await Promise.all(
    LISTS.map(([service, path, many, query]) =>
      operator.paginate<Record<string, string>>(service, path, many, { query }),
    ),
  );
  const owner = (one: Record<string, string>): string =>
    one["project_id"] ??
    one["tenant_id"] ??
    one["os-vol-tenant-attr:tenant_id"] ??
    one["os-extended-snapshot-attributes:project_id"] ??
    "";
  return new Set(lists.flat().flatMap((one) => (projects.has(owner(one)) ? (one["id"] ?? "") : [])));
}

/** Waits until what was asked for is there. @returns false where it was not made */
async function ready(session: Session, path: string, key: string): Promise<boolean> {
  for (let round = 0; round < 60; round++) {
    const status = (await session.find<Record<string, Thing>>("block-storage", path))?.[key]?.status ?? "";
    if (status === "available" || /^error/.test(status)) return status === "available";
    await sleep(1000);
  }
  return false;
}

/** On a machine that is busy `qemu-img` fails to measure it for a new LUKS header; the next attempt does. */
async function makeSnapshot(volume: string): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const { body } = await area.request<{ snapshot: Thing }>("block-storage", "POST", "/snapshots", {
      body: { snapshot: { name: "by hand", volume_id: volume, force: true } },
    });
    const path = `/snapshots/${body.snapshot.id}`;
    if (await ready(area, path, "snapshot")) return body.snapshot.id;
    await area.request("block-storage", "DELETE", path);
    await sleep(5000);
  }
  throw new Error(`no snapshot of ${volume} could be made`);
}

async function makeVolume(session: Session, name: string): Promise<string> {
  const { body } = await session.request<{ volume: Thing }>("block-storage", "POST", "/volumes", {
    body: { volume: { name, size: 1 } },
  });
  expect(await ready(session, `/volumes/${body.volume.id}`, "volume")).toBe(true);
  return body.volume.id;
}

const volumeNamed = async (name: string): Promise<Thing & { readonly encryption_key_id?: string }> => {
  const all = await area.paginate<Thing>("block-storage", "/volumes/detail", "volumes");
  return all.find((one) => one.name === name)!;
};

/** Rows that Barbican's database holds of secrets, those included that are only marked as deleted. */
async function rowsOf(secrets: readonly string[]): Promise<number> {
  const among = secrets.map((id) => `'${id}'`).join(",");
  const sql = `SELECT COUNT(*) FROM barbican.encrypted_data d WHERE d.secret_id IN (${among})`;
  const socket = `--socket=${join(settings.dirs.run, "mysql.sock")}`;
  const { stdout } = await execa("/usr/bin/mariadb", ["--no-defaults", socket, "--user=root", "-N", "-B", "-e", sql]);
  return Number(stdout);
}

/** Kills a run with everything that it began, as a machine that goes down would. */
async function killAfter(milliseconds: number): Promise<void> {
  const run = start("destroy", STACK, "--dir", zoneSite, "--yes", STACK, "--json", ...WHOLE);
  await sleep(milliseconds);
  try {
    process.kill(-run.pid!, "SIGKILL");
  } catch {
    // It was done before.
  }
  await run;
}

describe("the deletion of a zone on a real OpenStack", () => {
  beforeAll(async () => {
    if (!(await hasPlatform())) await buildZones();
    operator = await openOperator();
    zone = await buildShred(operator);
    await rm(join(zoneSite, "receipt.key"), { force: true });
    area = zone.areas["lab"]!;
    folder = await mkdtemp(join(tmpdir(), "tresor-destroy-"));
    const person = await makePerson(zone, "uni", "lab/uni");
    made.bench = await makeVolume(person.session, "of the bench");
    person.session.close();
    made.foreign = await makeVolume(area, "by hand");
    const two = await volumeNamed("shred-lab-two");
    made.snapshot = await makeSnapshot(two.id);
    await area.request("key-manager", "POST", "/secrets", {
      body: {
        name: "a study's",
        payload: "c2VjcmV0",
        payload_content_type: "application/octet-stream",
        payload_content_encoding: "base64",
      },
    });
    const shares = await area.paginate<Thing>("shared-file-system", "/shares/detail", "shares");
    made.share = shares.find(({ name }) => name === "shred-lab-scans")?.id ?? "";
    if (hasQuobyte)
      made.onQuobyte =
        quobyteState().volumes.find(({ tenant }) => tenant === zone.projects["shred-lab"])?.uuid ?? "none";
    before = await objects();
  }, 900_000);
  afterAll(async () => {
    const isGone = zone !== undefined && (await objects()).size === 0;
    if (hasQuobyte && (isGone || zone === undefined)) await stopUnexporting(operator);
    for (const session of [operator, zone?.domain, ...Object.values(zone?.areas ?? {})]) session?.close();
    if (isGone) await removeSites();
  });

  it("wants a key that was handed out before, and the zone's name; a dry run changes nothing", async () => {
    const without = await destroy();
    expect(without.exitCode).toBe(1);
    expect(without.all).toMatch(/no key to sign/);
    expect((await tresor("receipt", "key", "--dir", zoneSite)).exitCode).toBe(0);
    expect((await stat(join(zoneSite, "receipt.key"))).mode & 0o777).toBe(0o600);
    const wrong = await tresor("destroy", STACK, "--dir", zoneSite, "--yes", "shre");
    expect(wrong.exitCode).toBe(1);
    expect(wrong.all).toMatch(/nothing was deleted: the zone's name was not said/);
    const dry = await tresor("destroy", STACK, "--dir", zoneSite, "--dry-run", "--json");
    expect(dry.exitCode, dry.all).toBe(2);
    const { held, go } = JSON.parse(dry.out) as { held: { id: string }[]; go: { id: string }[] };
    expect(held.map(({ id }) => id)).toEqual(expect.arrayContaining([made.snapshot, made.foreign]));
    expect(go.length).toBeGreaterThan(5);
    expect(await objects()).toEqual(before);
  });

  it("EV-20: leaves what somebody made by hand, with the volume and the key that it needs, and says so", async () => {
    const two = await volumeNamed("shred-lab-two");
    const done = await destroy();
    expect(done.exitCode, done.all).toBe(2);
    const { left, nothingLeft } = saidOf(done);
    expect(nothingLeft).toBe(false);
    const of = (id: string) => left.find((one) => one.id === id);
    expect(of(made.snapshot)?.why).toMatch(/no stack made it/);
    expect(of(made.foreign)?.why).toMatch(/no stack made it/);
    expect(of(two.id)?.why).toMatch(/snapshot "by hand" is a copy of it/);
    // The control: what nobody else needs is gone, the bench's too; what is left is whole, and its key can still be read.
    const now = await objects();
    expect([two.id, made.foreign, made.snapshot].filter((id) => !now.has(id))).toEqual([]);
    expect(now.has(made.bench)).toBe(false);
    expect((await volumeNamed("shred-lab-two")).status).toBe("available");
    const key = two.encryption_key_id ?? "";
    expect(key).not.toBe("");
    expect((await area.request("key-manager", "GET", `/secrets/${key}`)).status).toBe(200);
    expect(await volumeNamed("shred-lab-three")).toBeUndefined();
  });

  it.runIf(hasQuobyte)(
    "C4H-13, DIGIMED-16: a share on Quobyte that Manila deleted still lies in Quobyte: its driver unexports",
    async () => {
      expect(before.has(made.share)).toBe(true);
      expect((await objects()).has(made.share)).toBe(false);
      const { volumes, audit } = quobyteState();
      expect(volumes.find(({ uuid }) => uuid === made.onQuobyte)).toMatchObject({
        tenant: zone.projects["shred-lab"],
        exported: false,
        encryption: { file_encryption_method: "AES_XTS_256" },
      });
      const actions = audit.filter(({ subject_id: id }) => id === made.onQuobyte).map(({ action }) => action);
      expect(actions).not.toContain("ERASE_VOLUME");
    },
  );

  it("C4H-13, EV-20: killed again and again it goes on, and the last receipt tells of all runs", async () => {
    for (const milliseconds of [4_000, 9_000, 14_000, 25_000]) await killAfter(milliseconds);
    const done = await destroy(...WHOLE);
    expect(done.exitCode, done.all).toBe(2);
    const said = saidOf(done);
    expect(said.left.map(({ kind }) => kind)).toEqual(["database rows"]);
    const receipt = await receiptOf(said);
    expect(receipt.runs.length).toBeGreaterThan(3);
    const listed = new Set(receipt.objects.map(({ id }) => id));
    expect([...before].filter((id) => !listed.has(id))).toEqual([]);
    const methodOf = (id: string) => receipt.objects.find((one) => one.id === id)?.method;
    expect([made.bench, made.foreign].map(methodOf)).toEqual(["cryptoShred", "cryptoShred"]);
    if (hasQuobyte) {
      // What Manila only took out of sight, the operator's half had Quobyte erase.
      expect([made.share, made.onQuobyte].map(methodOf)).toEqual(["unexport", "erase"]);
      const lists = receipt.lists.filter(({ kind }) => kind === "Quobyte volume");
      expect(lists.map((one) => [one.by, one.before, one.after])).toEqual([["operator", 1, 0]]);
      const { volumes, tenants, audit } = quobyteState();
      const project = zone.projects["shred-lab"];
      expect(volumes.filter(({ uuid, tenant }) => uuid === made.onQuobyte || tenant === project)).toEqual([]);
      expect(tenants.filter(({ tenant_id: id }) => id === project)).toEqual([]);
      const actions = audit.filter(({ subject_id: id }) => id === made.onQuobyte).map(({ action }) => action);
      expect(actions).toContain("ERASE_VOLUME");
      expect(actions).not.toContain("DELETE_VOLUME");
    }
    // The lists that see nothing now saw these very kinds before.
    for (const kind of ["volume", "share", "machine", "secret", "network", "project", "Cinder quota"]) {
      const lists = receipt.lists.filter((one) => one.kind === kind).toSorted((a, b) => (a.at < b.at ? -1 : 1));
      expect(lists.at(-1)?.after, kind).toBe(0);
      // What went in the run without the operator, only the zone's list saw.
      expect(Math.max(...lists.map((one) => one.before)), kind).toBeGreaterThan(0);
    }
    expect(await objects()).toEqual(new Set());
    const domains = await operator.paginate<Thing>("identity", "/domains", "domains", { query: { name: STACK } });
    expect(domains).toEqual([]);
  }, 900_000);

  it("C4H-13: says that nothing is left only when somebody says that the rows were purged", async () => {
    // What the receipt demands is true: the rows are there until they are purged.
    const demanded = await destroy(...WHOLE);
    expect(demanded.exitCode, demanded.all).toBe(2);
    const secrets = (await receiptOf(saidOf(demanded))).objects.flatMap(({ kind, id }) =>
      kind === "secret" ? id : [],
    );
    expect(await rowsOf(secrets)).toBeGreaterThanOrEqual(secrets.length);
    const env = { HOME: join(settings.dirs.state, "home-barbican") };
    const clean = ["db", "clean", "--min-days", "0", "--soft-delete-expired-secrets"];
    await execa(join(settings.venv, "bin", "barbican-manage"), clean, { env });
    expect(await rowsOf(secrets)).toBe(0);
    const done = await destroy(...WHOLE, "--rows-purged-by", "the tests");
    expect(done.exitCode, done.all).toBe(0);
    const said = saidOf(done);
    expect(said).toMatchObject({ nothingLeft: true, left: [] });
    const verify = (file: string, ...more: string[]) => tresor("receipt", "verify", file, ...more);
    const key = join(zoneSite, "receipt.pub");
    expect((await verify(said.files.json, "--key", key)).exitCode).toBe(0);
    const openssl = (file: string) =>
      execa("openssl", ["pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", file, "-sigfile", `${said.files.json}.sig`], { reject: false }); // prettier-ignore
    expect((await openssl(said.files.json)).exitCode).toBe(0);
    const bytes = await readFile(said.files.json);
    const tampered = join(folder, "tampered.json");
    await copyFile(`${said.files.json}.sig`, `${tampered}.sig`);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(tampered, bytes);
    expect((await verify(tampered, "--key", key)).exitCode).toBe(2);
    expect((await openssl(tampered)).exitCode).not.toBe(0);
    expect(await readFile(said.files.html, "utf8")).toContain("Nothing is left");
  });
});
