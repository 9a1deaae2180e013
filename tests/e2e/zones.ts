import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { Progress } from "../../scripts/console.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { buildDemo, demoSites, type Demo } from "../../scripts/demo/steps.ts";
import { openWorld, type World } from "../../scripts/proof/world.ts";
import { pulumi, type PulumiRun } from "../../scripts/site/pulumi.ts";

/** The demo's zones on the tests' own cloud, with their site directories beside its data. */
export const SITES = process.env.TRESOR_TEST_SITES ?? join(devcloudSettings().home, "sites");
export const sites: Demo = demoSites(SITES);

export const buildZones = (): Promise<Demo> => buildDemo(new Progress(), SITES);

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
const directoryOf = (stack: string): string =>
  stack === "digimed" ? sites.zone.directory : stack === "mini" ? sites.neighbour.directory : sites.operator.directory;

/** Runs pulumi on a stack and expects an exit code; the engine's words are shown where it is another one. */
export async function run(exitCode: number, stack: string, ...args: string[]): Promise<string> {
  const done: PulumiRun = await pulumi(directoryOf(stack), stack, args);
  const words = `${done.stdout}\n${done.stderr}`;
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
