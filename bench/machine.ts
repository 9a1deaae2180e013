import { execa } from "execa";
import { cpus, loadavg, release, totalmem, type } from "node:os";

/** What a figure depends on besides the program. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  /** Commit that was measured; `+` after it says that the working copy differed from it. */
  readonly commit: string;
  /** Load average over 1, 5 and 15 minutes before the first run: above the number of cores, wall times are too long. */
  readonly loadBefore: readonly number[];
}

async function commitOf(directory: string): Promise<string> {
  const git = (...args: string[]) => execa("git", args, { cwd: directory, reject: false });
  const [head, changes] = [await git("rev-parse", "--short", "HEAD"), await git("status", "--porcelain", "-uno")];
  if (head.exitCode !== 0) return "unknown";
  return `${head.stdout.trim()}${changes.stdout.trim() === "" ? "" : "+"}`;
}

export const load = (): readonly number[] => loadavg().map((value) => Number(value.toFixed(1)));

/** Facts of this machine, and how busy it is now. */
export async function machineFacts(directory: string): Promise<Machine> {
  const processors = cpus();
  return {
    cores: processors.length,
    cpu: processors[0]?.model.trim() ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    node: process.version,
    commit: await commitOf(directory),
    loadBefore: load(),
  };
}
