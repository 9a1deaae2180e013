import { execa } from "execa";
import { readFileSync, readdirSync } from "node:fs";
import { pulumi, type PulumiRun } from "../../scripts/site/pulumi.ts";
import { envFile } from "../../scripts/site/templates.ts";
import { stateOf } from "./census.ts";

export type Command = "up" | "destroy";

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Start in clock ticks: a pid that was given again is another process. */
  readonly ticks: number;
}

function read(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return { pid, parent: Number(fields[1]), ticks: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

const isAlive = ({ pid, ticks }: Process): boolean => read(pid)?.ticks === ticks;

/** A process and all that it started, as long as the chain of parents holds: to be asked before the kill. */
function family(root: number): readonly Process[] {
  const all = readdirSync("/proc").flatMap((entry) => (/^\d+$/.test(entry) ? (read(Number(entry)) ?? []) : []));
  const found = all.filter(({ pid }) => pid === root);
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid));
  return found;
}

const kill = (processes: readonly Process[]): void => {
  for (const one of processes.filter(isAlive)) {
    try {
      process.kill(one.pid, "SIGKILL");
    } catch {
      // Gone between the look and the signal.
    }
  }
};

/** What became of a run that was to be killed. */
export interface Killed {
  /** False where the run had ended by itself before its time. */
  readonly hit: boolean;
  /** Processes of the engine that lived on for more than 30 s and were ended then. */
  readonly lingered: number;
  readonly afterMs: number;
  /** How many resources it had made, changed or deleted. */
  readonly finished: number;
}

/** When a run is killed: after milliseconds, or once it finished so many resources, however slow the machine is. */
export type Due = number | { readonly finished: number };

/** Lines by which the engine tells that a resource is done. */
const DONE = /^ *[-+~]+ +\S+:\S+ .*\b(?:created|updated|deleted)\b/gm;
export const finishedIn = (stdout: string): number => [...stdout.matchAll(DONE)].length;

/**
 * Starts `pulumi up` or `destroy` as `pulumi()` does and kills -9 what runs after some time.
 * @param whole the engine with all plugins and the program, as a machine that goes down takes them; else the engine alone, and the
 *   plugins find out by themselves
 */
export async function killedRun(
  site: string,
  stack: string,
  command: Command,
  due: Due,
  whole: boolean,
): Promise<Killed> {
  const script = `. ./${envFile(stack)} && exec pulumi "$@"`;
  const args = [command, "--yes", "--skip-preview", "--suppress-progress", "-s", stack, "--non-interactive"];
  const run = execa("bash", ["-c", script, "pulumi", ...args], {
    cwd: site,
    stdin: "ignore",
    stderr: "ignore",
    reject: false,
  });
  let ended = false;
  let said = "";
  run.stdout.on("data", (text: Buffer) => (said += text.toString()));
  void run.then(() => (ended = true));
  const start = performance.now();
  const isDue = (): boolean =>
    typeof due === "number" ? performance.now() - start >= due : finishedIn(said) >= due.finished;
  const met = () => ({ afterMs: Math.round(performance.now() - start), finished: finishedIn(said) });
  while (!ended && !isDue()) await sleep(20);
  if (ended || run.pid === undefined) return { hit: false, lingered: 0, ...met() };
  const at = met();
  const members = family(run.pid);
  kill(whole ? members : members.slice(0, 1));
  await run;
  // What a plugin still does for the dead engine is done before anything is counted.
  const patience = performance.now() + 30_000;
  while (members.some(isAlive) && performance.now() < patience) await sleep(200);
  const lingering = members.filter(isAlive);
  kill(lingering);
  return { hit: true, lingered: lingering.length, ...at };
}

/** The first run after a broken-off one, as the documentation tells a person to do it. */
export interface Again {
  /** Whether it was refused because of the dead engine's lock, which `pulumi cancel` took away. */
  readonly locked: boolean;
  /** Operations that the state still held as begun. */
  readonly pending: readonly string[];
  readonly run: PulumiRun;
}

/** Runs `up` or `destroy` again after a kill. @throws Error where a refusal for the lock does not name the way on, or the lock stays */
export async function again(site: string, stack: string, command: Command): Promise<Again> {
  const once = (): Promise<PulumiRun> => pulumi(site, stack, [command, "--yes", "--skip-preview"]);
  const first = await once();
  const words = first.stdout + first.stderr;
  const locked = first.exitCode !== 0 && /currently locked by/.test(words);
  if (locked) {
    // A lock is taken away by the word for it and by nothing else.
    if (!words.includes("pulumi cancel")) throw new Error(`a lock, and no word of \`pulumi cancel\`: ${words}`);
    const cancelled = await pulumi(site, stack, ["cancel", "--yes"]);
    if (cancelled.exitCode !== 0) throw new Error(cancelled.stderr);
  }
  const { pending } = await stateOf(site, stack);
  return { locked, pending, run: locked ? await once() : first };
}
