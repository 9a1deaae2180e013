import { link, open, readFile, rename, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { LIMITS } from "./versions.ts";

/** Who holds a lock: the start time tells a process from a later one with the same pid. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly started: string;
}

/** Start of a process in clock ticks since boot (proc(5), field 22 of stat), or "" where there is no such process. */
export function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in field 2 may hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isAlive(holder: Partial<Holder>): boolean {
  // On a shared home directory another machine's process cannot be looked up: taken as alive.
  if (holder.host !== hostname()) return holder.host !== undefined;
  return typeof holder.pid === "number" && startOf(holder.pid) !== "" && startOf(holder.pid) === holder.started;
}

const parse = (text: string): Partial<Holder> => {
  try {
    return JSON.parse(text) as Partial<Holder>;
  } catch {
    return {};
  }
};

/** Takes the file away if it still is the one that was judged stale; a fresh one that came in between is put back. */
async function clearStale(file: string, judged: string): Promise<void> {
  const aside = `${file}.stale-${process.pid}`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, "utf8")) !== judged) await link(aside, file);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function tryTake(file: string, mine: string): Promise<string | undefined> {
  // Written aside and linked: a lock file is never seen empty.
  const aside = `${file}.new-${process.pid}`;
  const handle = await open(aside, "w");
  await handle.writeFile(mine);
  await handle.close();
  try {
    await link(aside, file);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return await readFile(file, "utf8").catch(() => "");
  } finally {
    await rm(aside, { force: true });
  }
}

/**
 * Runs `work` while holding a lock file. It saves two builders the double work and nothing more: results are put in place by
 * an atomic rename, so that even a lock that failed would do no harm. The lock of a process that is gone is taken over.
 */
export async function withLock<T>(file: string, say: (what: string) => void, work: () => Promise<T>): Promise<T> {
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) } satisfies Holder);
  let told = false;
  for (;;) {
    const theirs = await tryTake(file, mine);
    if (theirs === undefined) break;
    const holder = parse(theirs);
    if (isAlive(holder)) {
      if (!told) say(`waits for process ${holder.pid} on ${holder.host}, which is making the same`);
      told = true;
      await sleep(LIMITS.lockPoll);
    } else if (theirs !== "") {
      say(`takes over from process ${holder.pid ?? "?"}, which is gone`);
      await clearStale(file, theirs);
    }
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
