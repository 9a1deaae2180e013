import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../config/problem.ts";
import type { Progress } from "../scripts/console.ts";
import { buildDemo, tresor } from "../scripts/demo/steps.ts";
import { operatorApi } from "../scripts/devcloud/api.ts";
import { devcloudSettings, devcloudStatus } from "../scripts/devcloud/index.ts";
import { loadSecrets } from "../scripts/devcloud/secrets.ts";
import { pulumi, type PulumiRun } from "../scripts/site/pulumi.ts";
import { packageRoot } from "../scripts/toolchain/root.ts";
import { countObjects, type Counts, type StateResource } from "./objects.ts";

/** Name of the measured zone: the demo's digimed under another name, with addresses and VLANs of its own. */
export const ZONE = "bench";

// Beside the cloud's data, with which they go: a run that was killed leaves them, so that the next one finds what stands.
const BENCH = join(devcloudSettings().home, "bench");
/** Site directories of both halves of the measured zone. */
export const BENCH_SITES = { operator: join(BENCH, "operator"), zone: join(BENCH, "zone") } as const;

/** Far from what the demo's ledger gives out: both grant from one cloud. */
const LEDGER = `# Addresses and VLANs of the benchmark's zone, apart from those of the demo's ledger.
format: 1
pools:
  ipv4: 10.240.0.0/16
  ipv6: fd00:f0::/40
  vlans: { from: 950, to: 999 }
zones: {}
`;

/** Runs the engine in a site directory. @throws UserError with the engine's words when it fails */
export async function engine(site: string, stack: string, args: readonly string[]): Promise<PulumiRun> {
  const run = await pulumi(site, stack, args);
  if (run.exitCode === 0) return run;
  throw new UserError({
    what: `\`pulumi ${args.join(" ")} -s ${stack}\` in ${site} ended with exit code ${run.exitCode}`,
    why: `${run.stdout}\n${run.stderr}`.trim().slice(-3000),
    next: "run the benchmark again: it removes first what is left of the zone",
  });
}

/** True where the operator's offers are on the cloud, whichever site directory made them. */
async function hasPlatform(): Promise<boolean> {
  const settings = devcloudSettings();
  const api = await operatorApi(settings, loadSecrets(settings));
  const { body } = await api.call("GET", `http://127.0.0.1:${settings.ports.nova}/v2.1/flavors?is_public=None`);
  return JSON.stringify(body).includes('"SCS-4T-16_z4"');
}

/** Brings the one-machine cloud and the demo's platform into being, where they are not there. */
export async function ensurePlatform(progress: Progress): Promise<void> {
  const { state } = await devcloudStatus();
  // A cloud that was named keeps the sites of what stands on it beside its data, as the tests' own does.
  const named = process.env.TRESOR_DEVCLOUD_HOME;
  if (state !== "up" || !(await hasPlatform())) await buildDemo(progress, named && join(named, "sites"));
}

/** The example of a stack under the benchmark's name. @throws Error when the examples no longer have what is replaced */
async function example(stack: string, replacements: readonly (readonly [from: string, to: string])[]): Promise<string> {
  let text = await readFile(join(packageRoot, "stacks/examples", `Pulumi.${stack}.yaml`), "utf8");
  for (const [from, to] of replacements) {
    if (!text.includes(from)) throw new Error(`the example ${stack} has no "${from.trim()}"`);
    text = text.replace(from, to);
  }
  return text;
}

/**
 * The example platform with the digests of its images: it stands already, made in another directory, and no image file is beside this
 * one from which `tresor allocate` could take them.
 */
export async function platformText(): Promise<string> {
  const images = ["debian-13-snp", "debian-13"];
  const digests = images.map((name) =>
    createHash("sha512").update(`contents of ${name}\n`.repeat(1_000_000).slice(0, 8_388_608)),
  );
  return example(
    "platform",
    images.map((name, index) => [
      `      ${name}:\n`,
      `      ${name}:\n        sha512: ${digests[index]!.digest("hex")}\n`,
    ]),
  );
}

/** Makes both site directories as a user does, with the tenant's half allocated. */
export async function makeSites(): Promise<void> {
  const { operator, zone } = BENCH_SITES;
  await mkdir(operator, { recursive: true });
  await mkdir(zone, { recursive: true });
  // The explicit word: what is measured is made and destroyed over and over.
  const tenant = await example("digimed-tenant", [["zone: digimed\n", `zone: ${ZONE}\n    deletion: allowed\n`]]);
  const config = await example("digimed", [["name: digimed\n", `name: ${ZONE}\n    deletion: allowed\n`]]);
  await writeFile(join(operator, "Pulumi.platform.yaml"), await platformText());
  await writeFile(join(operator, `Pulumi.${ZONE}-tenant.yaml`), tenant);
  await writeFile(join(operator, "ledger.yaml"), LEDGER);
  await writeFile(join(zone, `Pulumi.${ZONE}.yaml`), config);
  await tresor("init", "operator", operator, "--stack", ZONE);
  await copyFile(devcloudSettings().cloudsYaml, join(operator, "clouds.yaml"));
  await tresor("init", "zone", zone, "--stack", ZONE);
  await tresor("allocate", ZONE, "--dir", operator, "--write", join(zone, `Pulumi.${ZONE}.yaml`));
  await engine(operator, `${ZONE}-tenant`, ["stack", "select", "--create"]);
  await engine(zone, ZONE, ["stack", "select", "--create"]);
}

/** First login of the measured zone's pipeline. */
export const claimZone = (): Promise<void> =>
  tresor("claim", ZONE, "--dir", BENCH_SITES.zone, "--from", BENCH_SITES.operator);

/** What a stack holds now. */
export async function stackCounts(site: string, stack: string): Promise<Counts> {
  const { stdout } = await engine(site, stack, ["stack", "export"]);
  const { deployment } = JSON.parse(stdout) as { deployment: { resources?: readonly StateResource[] } };
  return countObjects(deployment.resources ?? []);
}

/** Removes what a run left that was killed: the zone first, then its tenant, then both site directories. */
export async function removeSites(say: (what: string) => void): Promise<void> {
  const halves = [
    [BENCH_SITES.zone, ZONE],
    [BENCH_SITES.operator, `${ZONE}-tenant`],
  ] as const;
  for (const [site, stack] of halves) {
    if (!existsSync(join(site, "state/.pulumi/stacks/tresor", `${stack}.json`))) continue;
    const { resources } = await stackCounts(site, stack);
    if (resources === 0) continue;
    say(`an earlier run left ${resources} resources of ${stack}: pulumi destroy`);
    await engine(site, stack, ["destroy", "--yes", "--skip-preview"]);
  }
  await rm(BENCH, { recursive: true, force: true });
}
