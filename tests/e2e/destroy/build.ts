import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Session } from "../../../openstack/index.ts";
import { demoSites, tresor } from "../../../scripts/demo/steps.ts";
import { devcloudSettings } from "../../../scripts/devcloud/index.ts";
import { openZone, type ZoneWorld } from "../../../scripts/proof/world.ts";
import { pulumi } from "../../../scripts/site/pulumi.ts";
import { hasQuobyte, startUnexporting, withQuobyte, withQuobyteShare } from "./unexporting.ts";

const FIXTURES = join(import.meta.dirname, "zones");
const SITES = process.env.TRESOR_TEST_SITES ?? join(devcloudSettings().home, "sites");
const ROOT = join(SITES, "shred");
export const STACK = "shred";
export const TENANT = "shred-tenant";
export const operatorSite = join(ROOT, "operator");
export const zoneSite = join(ROOT, "zone");
const directoryOf = (stack: string): string => (stack === STACK ? zoneSite : operatorSite);

async function well(stack: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await pulumi(directoryOf(stack), stack, args);
  if (exitCode !== 0)
    throw new Error(`pulumi ${args.join(" ")} -s ${stack} ended with ${exitCode}:\n${stdout}\n${stderr}`);
  return stdout;
}
const up = (stack: string): Promise<string> => well(stack, "up", "--yes", "--skip-preview", "--suppress-progress");

export const openOperator = (): Promise<Session> =>
  Session.open("devcloud-operator", {}, { ...process.env, OS_CLIENT_CONFIG_FILE: devcloudSettings().cloudsYaml });

/** Site directories of an operator of its own beside the demo's, and of the zone. */
async function makeSites(): Promise<void> {
  const demo = demoSites(SITES).operator.directory;
  await Promise.all([operatorSite, zoneSite].map((directory) => mkdir(directory, { recursive: true })));
  const isNew = { force: false, errorOnExist: false };
  for (const file of [`Pulumi.${TENANT}.yaml`, "ledger.yaml"])
    await cp(join(FIXTURES, file), join(operatorSite, file), isNew);
  await cp(join(demo, "Pulumi.platform.yaml"), join(operatorSite, "Pulumi.platform.yaml"), isNew);
  await cp(join(demo, "images"), join(operatorSite, "images"), { recursive: true });
  await tresor("init", "operator", operatorSite, "--stack", STACK);
  await copyFile(devcloudSettings().cloudsYaml, join(operatorSite, "clouds.yaml"));
  await cp(join(FIXTURES, `Pulumi.${STACK}.yaml`), join(zoneSite, `Pulumi.${STACK}.yaml`), isNew);
  if (hasQuobyte) {
    await withQuobyte(operatorSite, `Pulumi.${TENANT}.yaml`);
    await withQuobyteShare(join(zoneSite, `Pulumi.${STACK}.yaml`));
  }
  await tresor("init", "zone", zoneSite, "--stack", STACK);
}

/** From nothing, or from what an earlier run left, to a zone that stands. The platform is the demo's. */
export async function buildShred(operator: Session): Promise<ZoneWorld> {
  await Promise.all([makeSites(), ...(hasQuobyte ? [startUnexporting(operator)] : [])]);
  await tresor("allocate", STACK, "--dir", operatorSite, "--write", join(zoneSite, `Pulumi.${STACK}.yaml`));
  await well(TENANT, "stack", "select", "--create");
  await up(TENANT);
  await tresor("claim", STACK, "--dir", zoneSite, "--from", operatorSite);
  await well(STACK, "stack", "select", "--create");
  await up(STACK);
  return openZone(zoneSite, STACK);
}

/** Takes the directories away, once nothing in the cloud needs their states. */
export async function removeSites(): Promise<void> {
  if (existsSync(ROOT)) await rm(ROOT, { recursive: true, force: true });
}
