import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { demoSites, tresor } from "../../../scripts/demo/steps.ts";
import { devcloudSettings } from "../../../scripts/devcloud/index.ts";
import { openZone, type ZoneWorld } from "../../../scripts/proof/world.ts";
import { pulumi } from "../../../scripts/site/pulumi.ts";

const SITES = process.env.TRESOR_TEST_SITES ?? join(devcloudSettings().home, "sites");
const ROOT = join(SITES, "stored");
export const STACK = "stored";
export const TENANT = "stored-tenant";
export const operatorSite = join(ROOT, "operator");
export const zoneSite = join(ROOT, "zone");
const zoneFile = join(zoneSite, `Pulumi.${STACK}.yaml`);

/** Runs pulumi on a stack of this zone. @throws Error with the engine's words */
export async function well(stack: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await pulumi(stack === STACK ? zoneSite : operatorSite, stack, args);
  if (exitCode !== 0)
    throw new Error(`pulumi ${args.join(" ")} -s ${stack} ended with ${exitCode}:\n${stdout}\n${stderr}`);
  return stdout;
}
const AT_ONCE = ["--yes", "--skip-preview", "--suppress-progress"] as const;
const up = (stack: string): Promise<string> => well(stack, "up", ...AT_ONCE);
export const upStored = (): Promise<string> => up(STACK);

/** What the zone holds. With a machine it is an isolated zone: the flavor of a confidential one is scarce here. */
export interface Holdings {
  readonly volumes: number;
  readonly shares: number;
  /** A machine that holds two of the volumes. @default none */
  readonly machine?: true;
}

const MACHINE = { flavor: "SCS-2V-8", image: "debian-13", disk: "4 GiB", volumes: ["volume-01", "volume-02"] };

/** The zone's file with so many volumes and shares of 1 GiB each. */
export function withData(text: string, { volumes, shares, machine }: Holdings): string {
  const document = parseDocument(text);
  const facts = { size: "1 GiB", owner: "lab", classification: "pseudonymised" };
  const several = (kind: "volume" | "share", count: number, more = {}) =>
    Array.from({ length: count }, (_, index) => [
      `${kind}-${String(index + 1).padStart(2, "0")}`,
      { kind, ...facts, ...more },
    ]);
  const datasets = Object.fromEntries([
    ...several("volume", volumes),
    ...several("share", shares, { machines: "read" }),
  ]) as object;
  document.setIn(["config", "tresor:zone", "areas", "data", "datasets"], document.createNode(datasets));
  if (machine) {
    document.setIn(["config", "tresor:zone", "preset"], "isolated");
    document.setIn(["config", "tresor:zone", "areas", "data", "machines"], document.createNode({ box: MACHINE }));
  }
  return document.toString({ lineWidth: 0 });
}

/** The tenant's file with what a machine asks for. */
function withRoom(text: string, { machine }: Holdings): string {
  if (!machine) return text;
  const document = parseDocument(text);
  const at = (...path: string[]): string[] => ["config", "tresor:tenant", ...path];
  document.setIn(at("preset"), "isolated");
  document.setIn(at("flavors"), document.createNode([MACHINE.flavor]));
  document.setIn(at("images"), document.createNode([MACHINE.image]));
  for (const [key, value] of Object.entries({ machines: 1, cores: 2, memory: "8 GiB" }))
    document.setIn(at("areas", "data", "quota", key), value);
  return document.toString({ lineWidth: 0 });
}

/** Site directories of an operator beside the demo's, and of the zone. */
async function makeSites(holdings: Holdings): Promise<void> {
  const fixtures = import.meta.dirname;
  const demo = demoSites(SITES).operator.directory;
  await Promise.all([operatorSite, zoneSite].map((directory) => mkdir(directory, { recursive: true })));
  const tenantFile = `Pulumi.${TENANT}.yaml`;
  await writeFile(
    join(operatorSite, tenantFile),
    withRoom(await readFile(join(fixtures, tenantFile), "utf8"), holdings),
  );
  await cp(join(fixtures, "ledger.yaml"), join(operatorSite, "ledger.yaml"), { force: false, errorOnExist: false });
  await copyFile(join(demo, "Pulumi.platform.yaml"), join(operatorSite, "Pulumi.platform.yaml"));
  await cp(join(demo, "images"), join(operatorSite, "images"), { recursive: true });
  await tresor("init", "operator", operatorSite, "--stack", STACK);
  await copyFile(devcloudSettings().cloudsYaml, join(operatorSite, "clouds.yaml"));
  await writeFile(zoneFile, withData(await readFile(join(fixtures, `Pulumi.${STACK}.yaml`), "utf8"), holdings));
  await tresor("init", "zone", zoneSite, "--stack", STACK);
}

/** From nothing, or from what an earlier run left, to a tenant that is claimed and a zone that was never brought up. The platform is the demo's. */
export async function grantStored(holdings: Holdings): Promise<ZoneWorld> {
  await makeSites(holdings);
  await tresor("allocate", STACK, "--dir", operatorSite, "--write", zoneFile);
  await well(TENANT, "stack", "select", "--create");
  await up(TENANT);
  await tresor("claim", STACK, "--dir", zoneSite, "--from", operatorSite);
  await well(STACK, "stack", "select", "--create");
  return openZone(zoneSite, STACK);
}

/** Takes the directories with their states away, once nothing in the cloud needs them. */
export const forgetStored = (): Promise<void> => rm(ROOT, { recursive: true, force: true });

/** Takes the tenant away, and the directories. The zone is destroyed before. */
export async function revokeStored(): Promise<void> {
  await well(TENANT, "destroy", ...AT_ONCE);
  await forgetStored();
}

export const destroyStored = (): Promise<string> => well(STACK, "destroy", ...AT_ONCE);

export function closeZone(zone: ZoneWorld): void {
  for (const session of [zone.domain, ...Object.values(zone.areas)]) session.close();
}
