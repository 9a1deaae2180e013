import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../config/problem.ts";
import { pulumi, type PulumiOptions, type PulumiRun } from "./pulumi.ts";

/** Runs the engine; tests put their own in its place. */
export type RunPulumi = (
  site: string,
  stack: string,
  args: readonly string[],
  options?: PulumiOptions,
) => Promise<PulumiRun>;

/** Where a stack is, and how its engine runs. */
export interface StackPlace {
  readonly directory: string;
  readonly stack: string;
  /** Where the states lie, where that is not as the site's env files say. */
  readonly stateUrl?: string;
  readonly run?: RunPulumi;
  /** Milliseconds for which the lock of another run is waited for. @default 0, it is told at once */
  readonly patience?: number;
}

/** A resource of an exported state, as far as its end depends on it. */
export interface Held {
  readonly urn: string;
  readonly custom?: boolean;
  readonly type: string;
  readonly id?: string;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

/** A stack's state. */
export interface StackState {
  /** Resources that are in the cloud. */
  readonly held: readonly Held[];
  /** The whole of it, as it was exported: secrets in it are encrypted. */
  readonly text: string;
}

const environment = ({ stateUrl }: StackPlace): PulumiOptions =>
  stateUrl === undefined ? {} : { environment: { TRESOR_STATE_URL: stateUrl } };

const lastLines = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-3)
    .join(" / ");

/** Runs the engine on a stack. */
const engine = (place: StackPlace, ...args: string[]): Promise<PulumiRun> =>
  (place.run ?? pulumi)(place.directory, place.stack, args, environment(place));

/**
 * A stack's state; undefined where there is no such stack.
 * @param again the command to run again, for the error
 * @throws UserError where it cannot be read
 */
export async function readState(place: StackPlace, again: string): Promise<StackState | undefined> {
  const { exitCode, stdout, stderr } = await engine(place, "stack", "export");
  if (exitCode !== 0 && /no stack named/.test(stderr)) return undefined;
  if (exitCode !== 0)
    throw new UserError({
      what: `the state of stack ${place.stack} cannot be read`,
      why: lastLines(stderr),
      next: `correct that, and run \`${again}\` again`,
    });
  const { deployment } = JSON.parse(stdout) as { deployment: { resources?: readonly Held[] } };
  const held = (deployment.resources ?? []).filter(
    ({ custom, type }) => custom === true && !type.startsWith("pulumi:"),
  );
  return { held, text: stdout };
}

/** True if the engine refuses because of a lock whose process, on this machine, no longer runs. */
export function isLockOfTheDead(words: string): boolean {
  const lock = /locked by .*@(\S+) \(pid (\d+)\)/.exec(words.replaceAll("\n", " "));
  return lock !== null && lock[1] === hostname() && !existsSync(`/proc/${lock[2]}`);
}

const LOCK_PAUSE = 5000;

/** Runs the engine; the lock of a run that was killed is taken away, that of a living one waited for as far as patience goes. */
async function unlocked(place: StackPlace, ...args: string[]): Promise<PulumiRun> {
  const end = performance.now() + (place.patience ?? 0);
  for (let cancelled = false; ;) {
    const done = await engine(place, ...args);
    const words = done.stderr + done.stdout;
    if (done.exitCode === 0 || !/locked by \d+ lock/.test(words)) return done;
    if (isLockOfTheDead(words) && !cancelled) {
      await engine(place, "cancel", "--yes");
      cancelled = true;
    } else if (performance.now() > end) return done;
    else await sleep(LOCK_PAUSE);
  }
}

/** What a stack's end came to: what its state still holds, and the engine's last words where it failed. */
export interface StackEnd {
  readonly left: readonly Held[];
  readonly failure?: string;
}

/**
 * Takes a stack down by `pulumi destroy`, which every command does in this one way.
 * @throws UserError where its state cannot be read afterwards
 */
export async function destroyStack(place: StackPlace, again: string): Promise<StackEnd> {
  const { exitCode, stdout, stderr } = await unlocked(place, "destroy", "--yes", "--skip-preview");
  const left = (await readState(place, again))?.held ?? [];
  return exitCode === 0 ? { left } : { left, failure: `pulumi destroy: ${lastLines(stderr || stdout)}` };
}

/** Takes the protection off everything in a state: the word for it was said by who calls. @throws UserError where that fails */
export async function unprotectStack(place: StackPlace, again: string): Promise<void> {
  const { exitCode, stdout, stderr } = await unlocked(place, "state", "unprotect", "--all", "--yes");
  if (exitCode === 0) return;
  throw new UserError({
    what: `the state of stack ${place.stack} cannot be changed`,
    why: lastLines(stderr || stdout),
    next: `correct that, and run \`${again}\` again`,
  });
}
