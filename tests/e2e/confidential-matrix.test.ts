import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiError } from "../../openstack/index.ts";
import { encryptionProperties, encryptionSpecs } from "../../plan/platform.ts";
import { recognised } from "../../policies/nova/refusals.ts";
import { isTrue, type LaunchRequest } from "../../policies/nova/request.ts";
import { launchOf } from "../../policies/nova/traps.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { startService, stopService } from "../../scripts/devcloud/processes.ts";
import { allocations } from "../../scripts/proof/machines.ts";
import { Scratch, type Server } from "../../scripts/proof/scratch.ts";
import { until } from "../../scripts/proof/wait.ts";
import { hasCloud, site, type Site } from "./provider-site.ts";
import { tinyImage } from "./tiny-image.ts";

const settings = devcloudSettings();
/** A host whose processor knows plain SEV alone, beside those that the cloud has. */
const SEV_HOST = "sev-only";
/** Hosts of the matrix, with the models that they have slots for. */
const HOSTS = {
  "plain-1": [],
  "sev-only": ["amd-sev"],
  "snp-1": ["amd-sev", "amd-sev-snp"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
type Host = keyof typeof HOSTS;
const HOST_NAMES = Object.keys(HOSTS) as readonly Host[];
const FLAVORS = { plain: "none", sev: "sev", snp: "sev-snp" } as const;

const SNP = encryptionProperties("sev-snp");
const without = (...names: string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(SNP).filter(([name]) => !names.includes(name)));
const IMAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  snp: SNP,
  sev: encryptionProperties("sev"),
  silent: without("hw_mem_encryption", "hw_mem_encryption_model"),
  bios: { ...SNP, hw_firmware_type: "bios" },
  pc: { ...SNP, hw_machine_type: "pc" },
  stateful: without("hw_firmware_stateless"),
};

const compute = {
  name: `nova-compute-${SEV_HOST}`,
  command: [
    join(settings.venv, "bin", "python"),
    join(settings.dirs.python, "devcloud_compute.py"),
    ...["--config-file", join(settings.dirs.etc, `nova-${SEV_HOST}.conf`)],
  ],
  check: { kind: "worker" },
  after: [],
  stop: "kill",
} as const;

let s: Site;
let scratch: Scratch;
const flavors: Record<string, LaunchRequest["flavor"] & { readonly id: string }> = {};
const images: Record<string, LaunchRequest["image"]> = {};

const services = () =>
  s.operator.paginate<{ id: string; host: string; state: string }>("compute", "/os-services", "services", {
    query: { binary: "nova-compute" },
  });

/** Nova's own compute service of one more host, with the configuration of the plain one but for its slots. */
async function startSevHost(): Promise<void> {
  const plain = await readFile(join(settings.dirs.etc, "nova-plain-1.conf"), "utf8");
  await mkdir(join(settings.dirs.state, `nova-${SEV_HOST}`, "instances"), { recursive: true });
  const text = plain.replaceAll("plain-1", SEV_HOST).replace("sev_slots = 0", `sev_slots = ${settings.snpSlots}`);
  await writeFile(join(settings.dirs.etc, `nova-${SEV_HOST}.conf`), text, { mode: 0o600 });
  await startService(settings, compute);
  const slots = async (): Promise<true | undefined> => {
    const query = { name: `${SEV_HOST}_amd_sev` };
    const found = await s.operator.paginate("placement", "/resource_providers", "resource_providers", { query });
    const up = (await services()).some(({ host, state }) => host === SEV_HOST && state === "up");
    return found.length > 0 && up ? true : undefined;
  };
  await until(slots, `host ${SEV_HOST} with its slots`, 120_000);
  // The scheduler knows a host as soon as the cell does.
  await until(
    async () =>
      (await s.operator.paginate<{ hypervisor_hostname: string }>("compute", "/os-hypervisors", "hypervisors")).find(
        ({ hypervisor_hostname: name }) => name === SEV_HOST,
      ),
    `host ${SEV_HOST} in its cell`,
    120_000,
  );
}

async function removeSevHost(): Promise<void> {
  await stopService(settings, compute);
  for (const { id, host } of await services())
    if (host === SEV_HOST) await s.operator.request("compute", "DELETE", `/os-services/${id}`, { expect: [404] });
  await rm(join(settings.dirs.etc, `nova-${SEV_HOST}.conf`), { force: true });
  await rm(join(settings.dirs.state, `nova-${SEV_HOST}`), { recursive: true, force: true });
}

interface Cell {
  readonly flavor: string;
  readonly image: string;
  readonly host: Host;
}

/** A cell of the matrix: what came of a request, in words that can be compared. */
async function outcomeOf({ flavor, image, host }: Cell): Promise<string> {
  const cell = `${flavor} flavor, ${image} image, ${host}: `;
  let server: Server;
  try {
    server = await scratch.boot(flavors[flavor]!.id, images[image]!.id, { host });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return `${cell}${error.status}: ${error.reason}`;
  }
  if (server.status !== "ACTIVE") return `${cell}${server.status}: ${server.fault?.message.trim()}`;
  const held = await allocations(s.operator, server.id);
  const slot = held.find(({ resources }) => resources["MEM_ENCRYPTION_CONTEXT"] !== undefined);
  return `${cell}on ${server["OS-EXT-SRV-ATTR:host"]}, slot ${slot?.provider ?? "none"}`;
}

/** What the rules say of the same cell, without asking Nova. */
function expected({ flavor, image, host }: Cell): string {
  const cell = `${flavor} flavor, ${image} image, ${host}: `;
  const { refused, model } = launchOf({ flavor: flavors[flavor]!, image: images[image]! });
  if (refused !== undefined) return `${cell}${refused.status}: ${refused.says}`;
  if (model === "none") return `${cell}on ${host}, slot none`;
  const able: readonly string[] = HOSTS[host];
  return able.includes(model)
    ? `${cell}on ${host}, slot ${host}_${model.replaceAll("-", "_")}`
    : `${cell}ERROR: No valid host was found.`;
}

describe.runIf(hasCloud)("flavor x image x host by the real Nova and its scheduler", () => {
  beforeAll(async () => {
    s = await site();
    scratch = new Scratch(s.operator);
    await scratch.open();
    await startSevHost();
    for (const [name, confidential] of Object.entries(FLAVORS)) {
      const specs = encryptionSpecs(confidential);
      const made = await s.make("compute", "/flavors", "flavor", {
        ...{ name: `${s.prefix}-${name}`, vcpus: 1, ram: 256, disk: 1, "os-flavor-access:is_public": false },
      });
      await s.operator.request("compute", "POST", `/flavors/${made.id}/os-extra_specs`, {
        body: { extra_specs: specs },
      });
      flavors[name] = { id: made.id, name: `${s.prefix}-${name}`, specs };
    }
    for (const [name, properties] of Object.entries(IMAGES))
      images[name] = { ...(await tinyImage(s, name, properties)), properties };
  }, 300_000);

  afterAll(async () => {
    await scratch.clear();
    await removeSevHost();
    await s.down();
  }, 300_000);

  it("DIGIMED-1, DIGIMED-4: each of 54 cells comes out as the rules say, in Nova's words to the letter", async () => {
    const cells = Object.keys(IMAGES).flatMap((image) =>
      Object.keys(FLAVORS).flatMap((flavor) => HOST_NAMES.map((host) => ({ flavor, image, host }))),
    );
    expect(cells).toHaveLength(54);
    const seen: string[] = [];
    for (const image of Object.keys(IMAGES)) {
      const row = cells.filter((cell) => cell.image === image);
      seen.push(...(await Promise.all(row.map(outcomeOf))));
    }
    const said = cells.map(expected);
    expect(seen).toEqual(said);
    // Every kind of outcome is among them, so that the equality says something.
    const kinds = new Set(seen.map((line) => line.replace(/^.*?: /, "").replace(/:.*| \S+-\S+,.*/, "")));
    expect(kinds).toEqual(new Set(["400", "ERROR", "on"]));
    for (const line of seen) if (line.includes(": 400: ")) expect(recognised(line), line).toBeDefined();
    // No cell asked for encryption and came up without, or with less.
    const asked = (flavor: string, image: string): boolean =>
      isTrue(flavors[flavor]!.specs["hw:mem_encryption"]) || isTrue(IMAGES[image]!["hw_mem_encryption"]);
    const unslotted = cells.filter(
      ({ flavor, image }, index) => asked(flavor, image) && seen[index]!.endsWith("slot none"),
    );
    expect(unslotted).toEqual([]);
  }, 300_000);
});
