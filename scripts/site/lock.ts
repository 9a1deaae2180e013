import { randomBytes } from "node:crypto";
import { link, rm } from "node:fs/promises";
import { UserError } from "../../config/problem.ts";
import { codeOf, fileError, readIfThere, writeWhole } from "./files.ts";

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
};

/** Who holds a lock: a process, and which of its locks, since process ids are used again. */
interface Holder {
  readonly pid: number;
  readonly nonce: string;
}

const textOf = ({ pid, nonce }: Holder): string => `${pid} ${nonce}\n`;

function holderOf(text: string): Holder {
  const [pid = "", nonce = ""] = text.trim().split(" ");
  return { pid: Number(pid), nonce: /^[0-9a-f]+$/.test(nonce) ? nonce : pid.replaceAll(/\W/g, "") || "unknown" };
}

/**
 * Gives `lock` the name of a file that is written already: whole or not at all, and to one process alone.
 *
 * The lock of a process that is gone is removed under a lock of its own, named after the lost one: of two that find it, one removes it,
 * and the other finds a lock that it did not mean, and leaves it.
 * @throws UserError when a running process holds it
 */
async function acquire(file: string, lock: string, mine: string): Promise<void> {
  for (;;) {
    try {
      return await link(mine, lock);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw fileError(lock, "made", error);
    }
    const found = await readIfThere(lock);
    if (found === undefined) continue;
    const { pid, nonce } = holderOf(found);
    if (Number.isInteger(pid) && pid > 0 && isRunning(pid))
      throw new UserError({
        what: `${file} is being changed by process ${pid}`,
        next: `wait until it is done; if it is no tresor process, remove ${lock}`,
      });
    const removal = `${lock.replace(/\.lock$/, "")}.${nonce}.lock`;
    await acquire(file, removal, mine);
    try {
      if ((await readIfThere(lock)) === found) await rm(lock, { force: true });
    } finally {
      await rm(removal, { force: true });
    }
  }
}

/**
 * Holds `<file>.lock` while `work` runs, so that two runs never write one file. The lock of a process that is gone is taken over, by one.
 * @throws UserError when a running process holds it
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  const holder = { pid: process.pid, nonce: randomBytes(8).toString("hex") };
  const mine = `${file}.${holder.nonce}.draft.lock`;
  await writeWhole(mine, textOf(holder), 0o600);
  try {
    await acquire(file, lock, mine);
  } finally {
    await rm(mine, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}
