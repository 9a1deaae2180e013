import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { Progress } from "../../scripts/console.ts";
import { buildDemo, demoSites, ensureCloud, raiseZone, type Demo, type ZoneName } from "../../scripts/demo/steps.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { openWorld, type World } from "../../scripts/proof/world.ts";
import { pulumi, type PulumiRun } from "../../scripts/site/pulumi.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import { Stamp, stackStanding, standingOf, usedUp, type Place, type StackStanding, type Standing } from "./stamp.ts";

/** The demo's zones on the tests' own cloud, with their site directories beside its data. */
export const SITES = process.env.TRESOR_TEST_SITES ?? join(devcloudSettings().home, "sites");
export const sites: Demo = demoSites(SITES);

const place: Place = {
  root: packageRoot,
  cloud: ["clouds.yaml", "options.json"].map((file) => join(devcloudSettings().home, file)),
  stacks: {
    ...{ platform: sites.operator.directory, "digimed-tenant": sites.operator.directory },
    ...{ "mini-tenant": sites.operator.directory, digimed: sites.zone.directory, mini: sites.neighbour.directory },
  },
};
const stamp = new Stamp(join(SITES, "built.json"), place);
/** What the zones were when this file of tests began; undefined for a file that does not use them. */
let built: Standing | undefined;
/** What each stack was right after its last good `up`. */
const applied: Record<string, StackStanding | undefined> = {};

/** Stacks of which the cloud is not what their state says. */
async function drifted(): Promise<readonly string[]> {
  const args = ["refresh", "--preview-only", "--expect-no-changes", "--suppress-progress"];
  const stacks = Object.entries(place.stacks);
  const runs = await Promise.all(stacks.map(([stack, site]) => pulumi(site, stack, args)));
  return stacks.flatMap(([stack], index) => (runs[index]!.exitCode === 0 ? [] : [stack]));
}

/** Why the zones need an `up`: files tell of another program, config or state than after the last good one, or the cloud has drifted. */
async function reasonToBuild(progress: Progress): Promise<string | undefined> {
  const reason = stamp.take();
  if (reason !== undefined) return reason;
  await ensureCloud(progress);
  const others = await drifted();
  return others.length > 0 ? `the cloud is not what the state of ${others.join(", ")} says` : undefined;
}

/**
 * Brings both zones up for this file of tests. Where the file before it left them as built, they are only compared with the cloud. A
 * file leaves them so by ending well and by an `up` of each stack that it changed, with the files that were there before.
 */
export async function buildZones(): Promise<Demo> {
  const progress = new Progress();
  const reason = await reasonToBuild(progress);
  progress.note(`zones: ${reason === undefined ? "as the last file left them" : `brought up: ${reason}`}`);
  if (reason !== undefined) await buildDemo(progress, SITES);
  built = standingOf(place);
  return sites;
}

/** Brings one zone up again that was destroyed together with its tenant. */
export async function rebuildZone(name: ZoneName): Promise<void> {
  await raiseZone(new Progress(), name, SITES);
  const stacks = [`${name}-tenant`, name].map((stack) => [stack, stackStanding(place, stack)] as const);
  if (built !== undefined) built = { ...built, stacks: { ...built.stacks, ...Object.fromEntries(stacks) } };
}

interface Task {
  readonly mode: string;
  readonly result?: { readonly state: string };
  readonly tasks?: readonly Task[];
}

/** True where every test passed or was left out on purpose, and no hook failed. */
const endedWell = ({ mode, result, tasks }: Task): boolean =>
  tasks === undefined
    ? mode === "skip" || mode === "todo" || result?.state === "pass"
    : result?.state !== "fail" && tasks.every(endedWell);

// Vitest wants the first argument taken apart, and nothing of it is needed here.
// eslint-disable-next-line no-empty-pattern
afterAll(({}, file) => {
  if (built === undefined) return;
  const reason = endedWell(file) ? usedUp(built, standingOf(place), applied) : "a test failed";
  if (reason === undefined) stamp.leave(standingOf(place));
  else new Progress().note(`zones: the next file brings them up again: ${reason}`);
});

export const openZones = (): Promise<World> =>
  openWorld({
    settings: devcloudSettings(),
    operatorSite: sites.operator.directory,
    zoneSite: sites.zone.directory,
    zoneStack: "digimed",
    otherSite: sites.neighbour.directory,
    otherStack: "mini",
  });

/** Which half a stack belongs to. */
const directoryOf = (stack: string): string => place.stacks[stack] ?? sites.operator.directory;

/** Runs pulumi on a stack and expects an exit code; the engine's words are shown where it is another one. */
export async function run(exitCode: number, stack: string, ...args: string[]): Promise<string> {
  const done: PulumiRun = await pulumi(directoryOf(stack), stack, args);
  const words = `${done.stdout}\n${done.stderr}`;
  if (args[0] === "up") applied[stack] = done.exitCode === 0 ? stackStanding(place, stack) : undefined;
  expect({ exitCode: done.exitCode, words: done.exitCode === exitCode ? "" : words }).toEqual({ exitCode, words: "" });
  return words;
}

export const up = (stack: string, exitCode = 0, ...more: string[]): Promise<string> =>
  run(exitCode, stack, "up", "--yes", "--skip-preview", ...more);
export const refreshCheck = (stack: string, exitCode = 0): Promise<string> =>
  run(exitCode, stack, "refresh", "--preview-only", "--expect-no-changes", "--diff");

/** Edits a stack's file as its administrator would, for the time of `work`; the file is put back. */
export async function withEdit(
  stack: string,
  edit: (text: string) => string,
  work: () => Promise<void>,
): Promise<void> {
  const file = join(directoryOf(stack), `Pulumi.${stack}.yaml`);
  const before = await readFile(file, "utf8");
  const after = edit(before);
  expect(after).not.toBe(before);
  await writeFile(file, after);
  try {
    await work();
  } finally {
    await writeFile(file, before);
  }
}
