import { execa } from "execa";
import { existsSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../config/problem.ts";
import { Session } from "../../openstack/index.ts";
import type { Progress } from "../console.ts";
import { devcloudPolicy, devcloudUp, devcloudSettings, POLICY_PARTS } from "../devcloud/index.ts";
import { pulumi } from "../site/pulumi.ts";
import { isLockOfTheDead } from "../site/state.ts";
import { packageRoot } from "../toolchain/root.ts";
import { ensureToolchain, stageSummary } from "../toolchain/index.ts";

/** Where the demo's site directories lie; git ignores it. */
export const DEMO = join(packageRoot, ".demo");

interface Site {
  readonly directory: string;
}

export interface Demo {
  readonly operator: Site;
  readonly zone: Site;
  readonly neighbour: Site;
}

/** Where the demo's halves work below a directory: the operator, the zone digimed, and mini, its neighbour on the same cloud. */
export const demoSites = (directory = DEMO): Demo => ({
  operator: { directory: join(directory, "operator") },
  zone: { directory: join(directory, "zone") },
  neighbour: { directory: join(directory, "neighbour") },
});

/** Runs `tresor`, as a user would. @throws UserError with what it said */
export async function tresor(...args: string[]): Promise<void> {
  const run = await execa(process.execPath, [join(packageRoot, "bin", "tresor.mjs"), ...args], {
    reject: false,
    all: true,
  });
  if (run.exitCode === 0) return;
  throw new UserError({
    what: `\`tresor ${args.join(" ")}\` ended with exit code ${run.exitCode}`,
    why: run.all.trim(),
  });
}

/** Brings a stack up and says so with the engine's own counts. @throws UserError with the engine's words */
async function up(directory: string, stack: string, say: (what: string) => void): Promise<void> {
  say(`pulumi up -s ${stack}`);
  await pulumi(directory, stack, ["stack", "select", "--create"]);
  const args = ["up", "--yes", "--skip-preview", "--suppress-progress"];
  let run = await pulumi(directory, stack, args);
  if (run.exitCode !== 0 && isLockOfTheDead(run.stderr + run.stdout)) {
    say("an earlier run was killed: its lock is taken away (pulumi cancel)");
    await pulumi(directory, stack, ["cancel", "--yes"]);
    run = await pulumi(directory, stack, args);
  }
  if (run.exitCode !== 0) {
    throw new UserError({
      what: `\`pulumi up -s ${stack}\` in ${directory} ended with exit code ${run.exitCode}`,
      why: `${run.stdout}\n${run.stderr}`.trim(),
      next: "mend what it names and run the demo again: it goes on from there",
    });
  }
  const counts = /Resources:\n((?: {4}.*\n?)+)/.exec(run.stdout)?.[1] ?? "";
  say(`${stack}: ${counts.trim().split(/\n\s*/).join(", ") || "no resources"}`);
}

/** A cloud that an earlier demo filled can be gone on with only where that demo's states are. */
async function refuseForeignCloud(operator: Site): Promise<void> {
  if (existsSync(join(operator.directory, "state"))) return;
  const { cloudsYaml, home } = devcloudSettings();
  const session = await Session.open("devcloud-operator", {}, { ...process.env, OS_CLIENT_CONFIG_FILE: cloudsYaml });
  const flavors = await session.paginate("compute", "/flavors", "flavors", { query: { is_public: "None" } });
  session.close();
  if (flavors.length === 0) return;
  throw new UserError({
    what: `the one-machine cloud in ${home} is not empty, and ${operator.directory} has no state of it`,
    why: "an earlier demo filled it from another clone, or its site directories were deleted",
    next: "go on in that clone, or empty the cloud with `npx tresor devcloud reset` and run the demo again",
  });
}

/** The demo's zones and where their pipelines work. */
const zonesOf = ({ zone, neighbour }: Demo) => ({ digimed: zone, mini: neighbour }) as const;
export type ZoneName = keyof ReturnType<typeof zonesOf>;

/** Starts the one-machine cloud where it does not run, with the policies that Tresor asks for. */
export async function ensureCloud(progress: Progress): Promise<void> {
  await devcloudUp({}, progress);
  // Proofs that were killed while they showed what the policy is worth would have left it off.
  for (const part of POLICY_PARTS) devcloudPolicy({}, part, true);
}

/** The operator's half of one zone, as far as its `up`: addresses from the ledger, written into the zone's file. */
async function allocate(demo: Demo, name: ZoneName, say: (what: string) => void): Promise<void> {
  say(`tresor allocate ${name}`);
  const file = join(zonesOf(demo)[name].directory, `Pulumi.${name}.yaml`);
  await tresor("allocate", name, "--dir", demo.operator.directory, "--write", file);
}

/** The zone's own half: first login of its pipeline, then its areas. */
async function raise(demo: Demo, name: ZoneName, say: (what: string) => void): Promise<void> {
  const { directory } = zonesOf(demo)[name];
  say(`tresor claim ${name}`);
  await tresor("claim", name, "--dir", directory, "--from", demo.operator.directory);
  await up(directory, name, say);
}

/** Brings one of the demo's zones up, both halves, where platform and site directories stand. */
export async function raiseZone(progress: Progress, name: ZoneName, directory = DEMO): Promise<void> {
  const demo = demoSites(directory);
  await progress.stage(`zone ${name}`, async (say) => {
    await allocate(demo, name, say);
    await up(demo.operator.directory, `${name}-tenant`, say);
    await raise(demo, name, say);
  });
}

/**
 * From nothing, or from whatever an earlier run left, to two zones that stand.
 * @param directory where the site directories lie. @default `.demo` in the clone
 */
export async function buildDemo(progress: Progress, directory = DEMO): Promise<Demo> {
  const demo = demoSites(directory);
  const { operator } = demo;
  const names = Object.keys(zonesOf(demo)) as readonly ZoneName[];
  await progress.stage("Pulumi engine and plugins", async (say) => say(stageSummary(await ensureToolchain(progress))));
  await progress.stage("one-machine OpenStack", () => ensureCloud(progress));
  await progress.stage("site directories", async (say) => {
    await refuseForeignCloud(operator);
    await mkdir(directory, { recursive: true });
    const { cloudsYaml } = devcloudSettings();
    say(`tresor init operator, zone digimed, zone mini in ${directory}`);
    await Promise.all([
      tresor("init", "operator", operator.directory, ...names.flatMap((name) => ["--stack", name])),
      ...names.map((name) => tresor("init", "zone", zonesOf(demo)[name].directory, "--stack", name)),
    ]);
    await copyFile(cloudsYaml, join(operator.directory, "clouds.yaml"));
  });
  await progress.stage("operator: platform and tenants", async (say) => {
    await up(operator.directory, "platform", say);
    // The ledger is one: a zone after the other. The stacks are their own.
    for (const name of names) await allocate(demo, name, say);
    await Promise.all(names.map((name) => up(operator.directory, `${name}-tenant`, say)));
  });
  await progress.stage("zones: first login and areas", (say) =>
    Promise.all(names.map((name) => raise(demo, name, say))),
  );
  return demo;
}
