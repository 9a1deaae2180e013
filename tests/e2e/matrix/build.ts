import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Session } from "../../../openstack/index.ts";
import { demoSites, tresor } from "../../../scripts/demo/steps.ts";
import { devcloudSettings } from "../../../scripts/devcloud/index.ts";
import { takeAway } from "../../../scripts/proof/attempt.ts";
import { openZone, type ZoneWorld } from "../../../scripts/proof/world.ts";
import { pulumi } from "../../../scripts/site/pulumi.ts";
import { keyPair, type KeyPair } from "../sites/build.ts";

export const ZONES = ["cardio", "onco", "neuro"] as const;
export type ZoneName = (typeof ZONES)[number];

const FIXTURES = join(import.meta.dirname, "zones");
const SITES = process.env.TRESOR_TEST_SITES ?? join(devcloudSettings().home, "sites");
const ROOT = join(SITES, "matrix");
const demo = demoSites(SITES).operator.directory;
export const operatorSite = join(ROOT, "operator");
export const zoneSite = (zone: string): string => join(ROOT, zone);

/** What lies beyond the zones: an external network on which both routers have their gateway. Only the zones' projects may use it. */
export const OUTSIDE = { name: "matrix-outside", vlan: 986, ipv4: "198.51.100.0/24", ipv6: "2001:db8:64::/64" };

async function stack(directory: string, name: string, ...args: string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await pulumi(directory, name, args);
  if (exitCode !== 0)
    throw new Error(`pulumi ${args.join(" ")} -s ${name} ended with ${exitCode}:\n${stdout}\n${stderr}`);
}

async function up(directory: string, name: string): Promise<void> {
  await stack(directory, name, "stack", "select", "--create");
  await stack(directory, name, "up", "--yes", "--skip-preview", "--suppress-progress");
}

/** Waits for all even where one fails: an engine that is left alone and ends with the test loses what it has just made. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

const operatorSession = (): Promise<Session> =>
  Session.open("devcloud-operator", {}, { ...process.env, OS_CLIENT_CONFIG_FILE: devcloudSettings().cloudsYaml });

interface Found {
  readonly id: string;
}

/** Neutron gives an external network to every project. Here routers are the operator's alone, and nobody else gets it. */
async function closeToOthers(operator: Session, object_id: string): Promise<void> {
  const { projectId: target_tenant } = await operator.token();
  const path = "/rbac-policies";
  const shared = await operator.paginate<Found>("network", path, "rbac_policies", { query: { object_id } });
  const own = { object_type: "network", object_id, action: "access_as_external", target_tenant };
  await operator.request("network", "POST", path, { body: { rbac_policy: own } });
  for (const { id } of shared) await operator.request("network", "DELETE", `${path}/${id}`);
}

/** What shares networks with projects counts against the operator's own quota, ten where nobody raised it. */
export async function setRbacQuota(operator: Session, limit: number): Promise<void> {
  const { projectId } = await operator.token();
  await operator.request("network", "PUT", `/quotas/${projectId}`, { body: { quota: { rbac_policy: limit } } });
}

/** An area whose router has its gateway there must see it: without that Neutron takes the router's legs away. */
async function openTo(operator: Session, projectName: string): Promise<void> {
  const path = "/rbac-policies";
  const query = { name: OUTSIDE.name };
  const [network] = await operator.paginate<Found>("network", "/networks", "networks", { query });
  const [project] = await operator.paginate<Found>("identity", "/projects", "projects", {
    query: { name: projectName },
  });
  if (network === undefined || project === undefined)
    throw new Error(`no ${OUTSIDE.name}, or no project ${projectName}`);
  const policy = {
    object_type: "network",
    object_id: network.id,
    action: "access_as_external",
    target_tenant: project.id,
  };
  await operator.request("network", "POST", path, { body: { rbac_policy: policy }, expect: [409] });
}

/** The external network, made where it is missing. */
export async function makeOutside(operator: Session): Promise<void> {
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
  await closeToOthers(operator, body.network.id);
  for (const [version, cidr] of [
    [4, ipv4],
    [6, ipv6],
  ])
    await operator.request("network", "POST", "/subnets", {
      body: { subnet: { network_id: body.network.id, ip_version: version, cidr, enable_dhcp: false } },
    });
}

/** Sites behind WireGuard: where each dials from, and the addresses behind its tunnel, as the zones' files have them. */
export const SITE_ENDS = [
  {
    site: "clinic",
    zone: "cardio",
    area: "ward",
    ipv4: "192.168.70.9",
    ipv6: "fd70::9",
    outer: ["198.51.100.31", "2001:db8:64::31"],
    endpoint: "198.51.100.21:51820",
  },
  {
    site: "institute",
    zone: "onco",
    area: "ward",
    ipv4: "192.168.80.9",
    ipv6: "fd80::9",
    outer: ["198.51.100.32", "2001:db8:64::32"],
    endpoint: "198.51.100.22:51820",
  },
] as const;
export type SiteEnd = (typeof SITE_ENDS)[number];

/** Keys of the sites and, by their zones' names, of the gateways: kept beside the states, so that zones that stand keep theirs. */
export async function siteKeys(): Promise<Readonly<Record<SiteEnd["site" | "zone"], KeyPair>>> {
  const file = join(ROOT, "keys.json");
  if (!existsSync(file)) {
    const keys = { clinic: keyPair(), cardio: keyPair(), institute: keyPair(), onco: keyPair() };
    await mkdir(ROOT, { recursive: true });
    await writeFile(file, JSON.stringify(keys), { mode: 0o600 });
  }
  return JSON.parse(await readFile(file, "utf8")) as Readonly<Record<SiteEnd["site" | "zone"], KeyPair>>;
}

/** Site directories of an operator of its own beside the demo's, and of three zones. */
async function makeSites(): Promise<void> {
  const files = await readdir(FIXTURES);
  await mkdir(operatorSite, { recursive: true });
  for (const file of files.filter((name) => name.includes("-tenant")))
    await copyFile(join(FIXTURES, file), join(operatorSite, file));
  await cp(join(FIXTURES, "ledger.yaml"), join(operatorSite, "ledger.yaml"), { force: false });
  await copyFile(join(demo, "Pulumi.platform.yaml"), join(operatorSite, "Pulumi.platform.yaml"));
  await cp(join(demo, "images"), join(operatorSite, "images"), { recursive: true });
  await tresor("init", "operator", operatorSite, ...ZONES.flatMap((zone) => ["--stack", zone]));
  await copyFile(devcloudSettings().cloudsYaml, join(operatorSite, "clouds.yaml"));
  const keys = await siteKeys();
  const withKeys = (text: string): string =>
    SITE_ENDS.reduce((so, { site }) => so.replace(`KEY_${site.toUpperCase()}`, keys[site].open), text);
  for (const zone of ZONES) {
    await mkdir(zoneSite(zone), { recursive: true });
    await writeZone(zone, withKeys(await fixture(zone)));
    await tresor("init", "zone", zoneSite(zone), "--stack", zone);
  }
}

/** From nothing, or from what an earlier run left, to three zones that stand. The platform is the demo's. */
export async function buildMatrix(say: (what: string) => void): Promise<readonly ZoneWorld[]> {
  const operator = await operatorSession();
  await setRbacQuota(operator, 50);
  await makeOutside(operator);
  await makeSites();
  for (const zone of ZONES)
    await tresor("allocate", zone, "--dir", operatorSite, "--write", join(zoneSite(zone), `Pulumi.${zone}.yaml`));
  const built = async (zone: ZoneName): Promise<void> => {
    const start = performance.now();
    await up(operatorSite, `${zone}-tenant`);
    if (zone !== "neuro") await openTo(operator, `${zone}-commons`);
    await tresor("claim", zone, "--dir", zoneSite(zone), "--from", operatorSite);
    await up(zoneSite(zone), zone);
    say(`${zone}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  };
  await allOf(ZONES.map(built));
  operator.close();
  return openMatrix();
}

/** Sessions of zones that stand. */
export const openMatrix = (): Promise<readonly ZoneWorld[]> =>
  Promise.all(ZONES.map((zone) => openZone(zoneSite(zone), zone)));

/** Takes everything away that `buildMatrix` made, in the cloud and on disk. */
export async function destroyMatrix(): Promise<void> {
  const down = async (zone: ZoneName): Promise<void> => {
    await stack(zoneSite(zone), zone, "destroy", "--yes", "--skip-preview", "--suppress-progress");
    await stack(operatorSite, `${zone}-tenant`, "destroy", "--yes", "--skip-preview", "--suppress-progress");
  };
  await allOf(ZONES.map(down));
  const operator = await operatorSession();
  const query = { name: OUTSIDE.name };
  for (const { id } of await operator.paginate<Found>("network", "/networks", "networks", { query }))
    await takeAway(operator, "network", `/networks/${id}`);
  await setRbacQuota(operator, 10);
  operator.close();
  await rm(ROOT, { recursive: true, force: true });
}

/** A zone's file as its administrator wrote it. */
export const fixture = (zone: string): Promise<string> => readFile(join(FIXTURES, `Pulumi.${zone}.yaml`), "utf8");

/** Puts a changed file into a zone's site. */
export const writeZone = (zone: string, text: string): Promise<void> =>
  writeFile(join(zoneSite(zone), `Pulumi.${zone}.yaml`), text);
