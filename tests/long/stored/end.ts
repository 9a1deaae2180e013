import { execa, type ResultPromise } from "execa";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { packageRoot } from "../../../scripts/toolchain/root.ts";
import { STACK, zoneSite } from "./build.ts";

const ENV = { OS_CLIENT_CONFIG_FILE: undefined, OS_CLOUD: undefined, STATE_URL: undefined };
const JOURNAL = join(zoneSite, `.destroy.${STACK}.jsonl`);
export const RECEIPTS = join(zoneSite, "receipts");

/** A group of processes of its own, so that all of it can be killed at once, as a machine that goes down would. */
const start = (...args: string[]): ResultPromise =>
  execa(process.execPath, [join(packageRoot, "scripts", "tresor.ts"), ...args], {
    ...{ reject: false, env: ENV, cwd: dirname(zoneSite), detached: true, all: true, stdin: "ignore" },
  }) as never;

const DESTROY = ["destroy", STACK, "--dir", "./zone", "--operator", "./operator", "--yes", STACK] as const;

export interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly all: string;
}

export async function tresorEnded(...args: string[]): Promise<Ended> {
  const done = await start(...args);
  return { exitCode: done.exitCode ?? -1, out: String(done.stdout), all: String(done.all) };
}

/** Both halves of the zone, to the end. */
export const destroyWhole = (...more: string[]): Promise<Ended> => tresorEnded(...DESTROY, ...more);

export const receiptFiles = (): readonly string[] => (existsSync(RECEIPTS) ? readdirSync(RECEIPTS) : []);
const journal = (): string => (existsSync(JOURNAL) ? readFileSync(JOURNAL, "utf8") : "");

interface Line {
  readonly event: string;
  readonly at: string;
  readonly stage?: string;
  readonly state?: string;
  readonly half?: string;
  readonly phase?: string;
  readonly lists?: readonly { readonly by: string }[];
}

/** An entry of the journal in a word: `data begun`, `lists before zone`. */
function labelOf(text: string): string {
  try {
    const { event, stage, state, half, phase, lists = [] } = JSON.parse(text) as Line;
    return stage === undefined ? [event, half, phase, lists[0]?.by].filter(Boolean).join(" ") : `${stage} ${state}`;
  } catch {
    return "half a line";
  }
}
const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

/** Where a run that nothing disturbs is, and when: its entries, each once, by milliseconds since the first. */
export interface Mark {
  readonly label: string;
  readonly at: number;
}

/** The marks of a journal that tells of one run alone. */
export function journalMarks(): readonly Mark[] {
  const lines = linesOf(journal());
  const first = Date.parse((JSON.parse(lines[0] ?? "{}") as Line).at);
  const marks = lines.map((line) => ({
    label: labelOf(line),
    at: Date.parse((JSON.parse(line) as Line).at) - first,
  }));
  // What was seen and what is gone is entered by every run, whatever it does.
  const own = marks.filter(({ label }) => !/^(seen|gone|attested)/.test(label));
  return own.filter(({ label }, index) => own.findIndex((mark) => mark.label === label) === index);
}

/** When a run is killed: so long after an entry of its journal, or as soon as a file of its receipt shows. */
export type Due = { readonly mark: string; readonly after: number } | "signing";

/** A moment of the undisturbed run by the entry before it: that finds it on a machine that is slower, and in a run that goes on. */
export function dueAt(marks: readonly Mark[], moment: number): Due {
  const { label, at } = marks.findLast((mark) => mark.at <= moment) ?? marks[0]!;
  return { mark: label, after: Math.round(moment - at) };
}

/** What one kill met. */
export interface KilledDestroy {
  /** False where the run had ended by itself before its time. */
  readonly hit: boolean;
  /** The journal's last entry when it was dead. */
  readonly at: string;
  /** Files of its receipt that stood then. */
  readonly receipt: readonly string[];
  /** From the start to the kill. */
  readonly milliseconds: number;
}

/** Waits until a run is due to be killed, or has ended. Nothing slower than a look at a directory stands between a receipt's file and the kill. */
async function wait(due: Due, marks: readonly Mark[], ended: () => boolean): Promise<void> {
  if (due === "signing") {
    const known = receiptFiles().length;
    while (!ended() && receiptFiles().length <= known) await turn();
    return;
  }
  const rank = new Map(marks.map(({ label }, index) => [label, index]));
  const wanted = rank.get(due.mark) ?? 0;
  const before = linesOf(journal()).length;
  // What an earlier run had done is not entered again: the next entry in the order counts.
  const isReached = (): boolean =>
    linesOf(journal())
      .slice(before)
      .some((line) => (rank.get(labelOf(line)) ?? -1) >= wanted);
  while (!ended() && !isReached()) await sleep(5);
  const end = performance.now() + due.after;
  while (!ended() && performance.now() < end) await sleep(5);
}

/**
 * Starts `tresor destroy` of both halves and kills -9 what runs.
 * @param whole with the engine and its plugins, else the command alone: then the engine goes on, and the next run meets it
 */
export async function killedDestroy(due: Due, marks: readonly Mark[], whole: boolean): Promise<KilledDestroy> {
  const known = new Set(receiptFiles());
  const begun = performance.now();
  const run = start(...DESTROY, "--json");
  let ended = false;
  void run.then(() => (ended = true));
  await wait(due, marks, () => ended);
  const hit = !ended && run.pid !== undefined;
  if (hit) process.kill(whole ? -run.pid! : run.pid!, "SIGKILL");
  const milliseconds = Math.round(performance.now() - begun);
  await run;
  const receipt = receiptFiles().filter((file) => !known.has(file));
  return { hit, at: labelOf(linesOf(journal()).at(-1) ?? ""), receipt, milliseconds };
}
