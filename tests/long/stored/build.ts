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
const TENANT = "stored-tenant";
const operatorSite = join(ROOT, "operator");
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

/** What the zone holds. */
export interface Holdings {
  readonly volumes: number;
  readonly shares: number;
}

/** The zone's file with so many volumes and shares of 1 GiB each. */
export function withData(text: string, { volumes, shares }: Holdings): string {
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
  return document.toString({ lineWidth: 0 });
}

/** Site directories of an operator beside the demo's, and of the zone. */
async function makeSites(holdings: Holdings): Promise<void> {
  const fixtures = import.meta.dirname;
  const demo = demoSites(SITES).operator.directory;
  await Promise.all([operatorSite, zoneSite].map((directory) => mkdir(directory, { recursive: true })));
  await copyFile(join(fixtures, `Pulumi.${TENANT}.yaml`), join(operatorSite, `Pulumi.${TENANT}.yaml`));
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

/** Takes the tenant away, and the directories with its states. The zone is destroyed before. */
export async function revokeStored(): Promise<void> {
  await well(TENANT, "destroy", ...AT_ONCE);
  await rm(ROOT, { recursive: true, force: true });
}

export const destroyStored = (): Promise<string> => well(STACK, "destroy", ...AT_ONCE);

export function closeZone(zone: ZoneWorld): void {
  for (const session of [zone.domain, ...Object.values(zone.areas)]) session.close();
}
