import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../../openstack/index.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { platformImage } from "../../scripts/proof/images.ts";
import { flavorId, Scratch, type Server } from "../../scripts/proof/scratch.ts";
import { until } from "../../scripts/proof/wait.ts";
import type { World } from "../../scripts/proof/world.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import { buildZones, openZones, refreshCheck, sites, up, withEdit } from "./zones.ts";

const FLAVOR = "SCS-2T-8_z4";
const settings = devcloudSettings();
let world: World;
let operator: Session;
let scratch: Scratch;
let snp: string;
let image: string;
/** The host that mini's machine runs on, which becomes its own, and the other SEV-SNP host. */
let own: string;
let other: string;
const made: string[] = [];

const machines = (query: object = {}) =>
  operator.paginate<Server & { readonly tenant_id: string }>("compute", "/servers/detail", "servers", {
    query: { all_tenants: 1, ...query },
  });

const projectOf = (name: string): string => {
  const id = world.other.projects[name];
  if (id === undefined) throw new Error(`no project ${name}`);
  return id;
};

/** Removes machines and waits until their slots are free. */
async function remove(ids: readonly string[]): Promise<void> {
  for (const id of ids) await operator.request("compute", "DELETE", `/servers/${id}`, { expect: [404] });
  for (const id of ids)
    await until(
      async () => ((await operator.find("compute", `/servers/${id}`)) === undefined ? true : undefined),
      `machine ${id} to go`,
      60_000,
    );
}

/** A machine in mini's own area, asked for by its pipeline; the operator sees where it landed. */
async function bootOwn(extra: object = {}): Promise<Server> {
  const area = world.other.areas["work"]!;
  // A member may build no machine of a flavor without a disk but from a volume.
  const disk = {
    ...{ uuid: image, source_type: "image", destination_type: "volume", volume_size: 5 },
    ...{ boot_index: 0, delete_on_termination: true },
  };
  const { body } = await area.request<{ server: { id: string } }>("compute", "POST", "/servers", {
    body: {
      server: {
        name: `dedicated-${randomBytes(3).toString("hex")}`,
        ...{ flavorRef: snp, networks: "none", block_device_mapping_v2: [disk], ...extra },
      },
    },
  });
  made.push(body.server.id);
  return until(
    async () => {
      const { server } = (await operator.find<{ server: Server }>("compute", `/servers/${body.server.id}`))!;
      return server.status === "BUILD" ? undefined : server;
    },
    "a machine of mini to be built",
    240_000,
  );
}

/** SEV-SNP slots of a host that nothing has taken. */
async function freeSlots(host: string): Promise<number> {
  const providers = await operator.paginate<{ uuid: string; name: string }>(
    "placement",
    "/resource_providers",
    "resource_providers",
  );
  const { uuid } = providers.find(({ name }) => name === `${host}_amd_sev_snp`)!;
  const at = async <T>(what: string): Promise<T> =>
    (await operator.find<T>("placement", `/resource_providers/${uuid}/${what}`))!;
  const { inventories } = await at<{ inventories: Record<string, { total: number }> }>("inventories");
  const { usages } = await at<{ usages: Record<string, number> }>("usages");
  return inventories["MEM_ENCRYPTION_CONTEXT"]!.total - (usages["MEM_ENCRYPTION_CONTEXT"] ?? 0);
}

const tresor = (...args: string[]) =>
  execa(process.execPath, [join(packageRoot, "bin", "tresor.mjs"), ...args], {
    reject: false,
    env: { OS_CLIENT_CONFIG_FILE: undefined, OS_CLOUD: undefined },
  });

/** mini's area with room for more machines than a host carries. */
const roomy = (text: string): string =>
  text.replace(
    /^( +)quota: \{.*\}$/m,
    "$1quota: { machines: 20, cores: 40, memory: 160 GiB, volumes: 20, storage: 200 GiB, ports: 20 }",
  );
/** The same with its host alone. */
const dedicated = (text: string): string => text.replace(/^( +)(quota: )/m, `$1dedicated: { hosts: [${own}] }\n$1$2`);

describe("dedicated hosts with the real scheduler", () => {
  beforeAll(async () => {
    await buildZones();
    world = await openZones();
    ({ operator } = world);
    scratch = new Scratch(operator);
    await scratch.open();
    snp = await flavorId(operator, FLAVOR, true);
    ({ id: image } = await platformImage(operator, operator));
    const box = (await machines()).find(({ tenant_id }) => tenant_id === projectOf("mini-work"))!;
    own = box["OS-EXT-SRV-ATTR:host"];
    other = settings.hosts.find(({ name, confidential }) => confidential && name !== own)!.name;
  });

  // The file is as it was by then. While machines of the area run on its host, the host does not open: they go first, and come back.
  afterAll(async () => {
    if (world === undefined) return;
    await remove(made);
    await scratch.clear();
    const box = (await machines()).filter(({ tenant_id }) => tenant_id === projectOf("mini-work"));
    await remove(box.map(({ id }) => id));
    for (const stack of ["mini-tenant", "mini", "digimed"]) await up(stack);
    await refreshCheck("mini");
    await world.close();
  }, 600_000);

  it("SPE4HD-11: planned, granted, limited and used are told with the pipeline's own credential", async () => {
    const { exitCode, stdout } = await tresor(
      "plan",
      "mini",
      "--dir",
      sites.neighbour.directory,
      "--quota",
      "--live",
      "--json",
    );
    expect(exitCode).toBe(0);
    const { rows } = JSON.parse(stdout) as {
      rows: { counter: string; limit?: number; used?: number; verdict: string }[];
    };
    const row = (counter: string) => rows.find((one) => one.counter === counter);
    for (const counter of ["machines", "cores", "memory", "volumes", "storage", "secrets"])
      expect(row(counter), counter).toMatchObject({ verdict: "fits", limit: expect.any(Number) as number });
    expect(row("machines")!.used).toBeGreaterThan(0);
  });

  it("DIGIMED-1: all grants are told against the cloud's hosts, slots and pools", async () => {
    const { exitCode, stdout } = await tresor(
      "plan",
      "platform",
      "--dir",
      sites.operator.directory,
      "--capacity",
      "--json",
    );
    const { rows } = JSON.parse(stdout) as {
      rows: { resource: string; granted: number; physical?: number; verdict: string }[];
    };
    const slots = rows.find(({ resource }) => resource === "slots")!;
    expect(slots.physical).toBe(2 * settings.snpSlots);
    expect(exitCode).toBe(slots.granted > 2 * settings.snpSlots ? 2 : 0);
    expect(rows.find(({ resource }) => resource === "cores")!.physical).toBe(3 * 256);
  });

  it("C4H-4: the area's machines land on its host alone, others' never, and one more than fits finds no host", async () => {
    const stranger = await scratch.boot(snp, image, { host: own });
    expect(stranger).toMatchObject({ status: "ACTIVE", "OS-EXT-SRV-ATTR:host": own });
    await withEdit("mini-tenant", roomy, async () => {
      await withEdit("mini-tenant", dedicated, async () => {
        const refused = await up("mini-tenant", 1);
        expect(refused).toMatch(new RegExp(`host ${own} carries \\d+ machines of other projects`));

        // Strangers go; those of the other zone come back by its next `up`, from their volumes.
        const strangers = (await machines({ host: own })).filter(
          ({ tenant_id }) => tenant_id !== projectOf("mini-work"),
        );
        await remove(strangers.map(({ id }) => id));
        await up("mini-tenant");
        await refreshCheck("mini-tenant");
        await up("digimed");
        const elsewhere = (await machines({ host: own })).filter(
          ({ tenant_id }) => tenant_id !== projectOf("mini-work"),
        );
        expect(elsewhere).toEqual([]);

        // A stranger is refused there, and the same machine lands on the other host.
        const sent = await scratch.boot(snp, image, { host: own });
        expect(sent.status).toBe("ERROR");
        expect(sent.fault?.message).toMatch(/no valid host/i);
        expect(await scratch.boot(snp, image)).toMatchObject({ status: "ACTIVE", "OS-EXT-SRV-ATTR:host": other });

        // The area's own land there, up to the last slot, although the other host has room.
        const room = await freeSlots(own);
        expect(room).toBeGreaterThan(0);
        for (let machine = 0; machine < room; machine++)
          expect(await bootOwn()).toMatchObject({ status: "ACTIVE", "OS-EXT-SRV-ATTR:host": own });
        expect(await freeSlots(own)).toBe(0);
        expect(await freeSlots(other)).toBeGreaterThan(0);
        const tooMany = await bootOwn();
        expect(tooMany.status).toBe("ERROR");
        expect(tooMany.fault?.message).toMatch(/no valid host/i);

        const judged = await tresor("preflight", "mini-tenant", "--dir", sites.operator.directory);
        expect(judged.stdout).toMatch(/ok +dedicated hosts carry their area alone\n.*strangers on dedicated hosts/);
        // What the area runs there keeps strangers out: the host does not open beside it.
      });
      const open = await up("mini-tenant", 1);
      expect(open).toMatch(/cannot leave host aggregate "mini-work"/);
    });
  }, 1_200_000);
});
