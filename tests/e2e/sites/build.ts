import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Session } from "../../../openstack/index.ts";
import { demoSites, tresor } from "../../../scripts/demo/steps.ts";
import { devcloudSettings } from "../../../scripts/devcloud/index.ts";
import { takeAway } from "../../../scripts/proof/attempt.ts";
import { openZone, type ZoneWorld } from "../../../scripts/proof/world.ts";
import { pulumi, type PulumiRun } from "../../../scripts/site/pulumi.ts";

const FIXTURES = join(import.meta.dirname, "zones");
const SITES = process.env.TRESOR_TEST_SITES ?? join(devcloudSettings().home, "sites");
const ROOT = join(SITES, "clinics");
export const STACK = "clinics";
export const TENANT = "clinics-tenant";
const operatorSite = join(ROOT, "operator");
export const zoneSite = join(ROOT, "zone");
export const zoneFile = join(zoneSite, `Pulumi.${STACK}.yaml`);
const directoryOf = (stack: string): string => (stack === STACK ? zoneSite : operatorSite);

/** Beyond the zone: what the router has its gateway on, and where sites dial the gateway. */
export const OUTSIDE = { name: "sites-outside", vlan: 985, ipv4: "198.51.100.0/24", ipv6: "2001:db8:65::/64" };

export const run = (stack: string, ...args: string[]): Promise<PulumiRun> => pulumi(directoryOf(stack), stack, args);

/** Runs the engine on a stack. @throws with its words where it ends otherwise than well */
export async function well(stack: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(stack, ...args);
  if (exitCode !== 0)
    throw new Error(`pulumi ${args.join(" ")} -s ${stack} ended with ${exitCode}:\n${stdout}\n${stderr}`);
  return stdout;
}
export const up = (stack: string): Promise<string> =>
  well(stack, "up", "--yes", "--skip-preview", "--suppress-progress");
export const destroy = (stack: string): Promise<string> =>
  well(stack, "destroy", "--yes", "--skip-preview", "--suppress-progress");
/** Nothing to do, in the program's eyes and in the cloud's. */
export async function settled(stack: string): Promise<void> {
  await well(stack, "preview", "--refresh", "--expect-no-changes", "--diff");
}

export const operatorSession = (): Promise<Session> =>
  Session.open("devcloud-operator", {}, { ...process.env, OS_CLIENT_CONFIG_FILE: devcloudSettings().cloudsYaml });

interface Found {
  readonly id: string;
}

async function makeOutside(operator: Session): Promise<void> {
  const { name, vlan, ipv4, ipv6 } = OUTSIDE;
  const [there] = await operator.paginate<Found>("network", "/networks", "networks", { query: { name } });
  if (there !== undefined) return;
  const provider = {
    "provider:network_type": "vlan",
    "provider:physical_network": devcloudSettings().physicalNetwork,
    "provider:segmentation_id": vlan,
  };
  const { body } = await operator.request<{ network: Found }>("network", "POST", "/networks", {
    body: { network: { name, "router:external": true, ...provider } },
  });
  for (const [version, cidr] of [
    [4, ipv4],
    [6, ipv6],
  ])
    await operator.request("network", "POST", "/subnets", {
      body: { subnet: { network_id: body.network.id, ip_version: version, cidr, enable_dhcp: false } },
    });
}

/** Whether the demo's platform stands, whose flavor and image the zone uses. */
export async function hasPlatform(): Promise<boolean> {
  if (!existsSync(join(demoSites(SITES).operator.directory, "Pulumi.platform.yaml"))) return false;
  const operator = await operatorSession();
  const flavors = await operator.paginate<{ name: string }>("compute", "/flavors", "flavors", {
    query: { is_public: "None" },
  });
  const images = await operator.paginate<{ name: string }>("image", "/images", "images");
  operator.close();
  return flavors.some(({ name }) => name === "SCS-2V-8") && images.some(({ name }) => name === "debian-13");
}

export interface KeyPair {
  readonly secret: string;
  readonly open: string;
}

/** What sites know: kept beside the states, so that a run that was interrupted is gone on with. */
export interface Keys {
  readonly gateway: KeyPair;
  readonly a: KeyPair;
  readonly b: KeyPair;
  readonly wrong: KeyPair;
  readonly psk: string;
}

/** A key of WireGuard. */
export function keyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("x25519");
  const raw = (der: Buffer): string => der.subarray(-32).toString("base64");
  return {
    secret: raw(privateKey.export({ type: "pkcs8", format: "der" })),
    open: raw(publicKey.export({ type: "spki", format: "der" })),
  };
}

async function makeKeys(): Promise<Keys> {
  const file = join(ROOT, "keys.json");
  await mkdir(ROOT, { recursive: true });
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8")) as Keys;
  const psk = randomBytes(32).toString("base64");
  const keys = { gateway: keyPair(), a: keyPair(), b: keyPair(), wrong: keyPair(), psk };
  await writeFile(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

/** Site directories of an operator of its own beside the demo's, and of the zone. */
async function makeSites({ a, b }: Keys): Promise<void> {
  const demo = demoSites(SITES).operator.directory;
  await mkdir(operatorSite, { recursive: true });
  await mkdir(zoneSite, { recursive: true });
  const isNew = { force: false, errorOnExist: false };
  for (const file of [`Pulumi.${TENANT}.yaml`, "ledger.yaml"])
    await cp(join(FIXTURES, file), join(operatorSite, file), isNew);
  await cp(join(demo, "Pulumi.platform.yaml"), join(operatorSite, "Pulumi.platform.yaml"), isNew);
  await cp(join(demo, "images"), join(operatorSite, "images"), { recursive: true });
  await tresor("init", "operator", operatorSite, "--stack", STACK);
  await copyFile(devcloudSettings().cloudsYaml, join(operatorSite, "clouds.yaml"));
  if (!existsSync(zoneFile)) {
    const text = await readFile(join(FIXTURES, `Pulumi.${STACK}.yaml`), "utf8");
    await writeFile(zoneFile, text.replace("KEY_A", a.open).replace("KEY_B", b.open));
  }
  await tresor("init", "zone", zoneSite, "--stack", STACK);
}

/** From nothing, or from what an earlier run left, to a zone that stands. The platform is the demo's. */
export async function buildClinics(): Promise<{ readonly zone: ZoneWorld; readonly keys: Keys }> {
  const operator = await operatorSession();
  await makeOutside(operator);
  operator.close();
  const keys = await makeKeys();
  await makeSites(keys);
  await tresor("allocate", STACK, "--dir", operatorSite, "--write", zoneFile);
  await well(TENANT, "stack", "select", "--create");
  await up(TENANT);
  await tresor("claim", STACK, "--dir", zoneSite, "--from", operatorSite);
  await well(STACK, "stack", "select", "--create");
  await well(STACK, "config", "set", "--secret", "--path", "tresor:secrets.c-psk", keys.psk);
  await up(STACK);
  return { zone: await openZone(zoneSite, STACK), keys };
}

/** Takes away what the stacks have left: the outside network and the directories. */
export async function removeOutside(): Promise<void> {
  const operator = await operatorSession();
  const query = { name: OUTSIDE.name };
  for (const { id } of await operator.paginate<Found>("network", "/networks", "networks", { query }))
    await takeAway(operator, "network", `/networks/${id}`);
  operator.close();
  await rm(ROOT, { recursive: true, force: true });
}
