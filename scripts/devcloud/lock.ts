import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../config/problem.ts";
import type { DevcloudSettings } from "./settings.ts";

const WAIT_SECONDS = 300;

function holder(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

/** Lets one command at a time change a data directory; a command that was killed leaves no lock behind. */
export async function withLock<T>(
  settings: DevcloudSettings,
  say: (what: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(settings.home, { recursive: true, mode: 0o700 });
  const file = join(settings.home, "lock");
  const end = performance.now() + WAIT_SECONDS * 1000;
  for (let said = false; ; said = true) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      break;
    } catch {
      const pid = holder(file);
      if (pid === undefined) rmSync(file, { force: true });
      else if (performance.now() > end)
        throw new UserError({
          what: `another command has been changing ${settings.home} for ${WAIT_SECONDS} s`,
          found: `process ${pid}`,
          next: "wait for it or end it, then run the same command again",
        });
      else if (!said) say(`waits for process ${pid}, which is changing the same cloud`);
      await sleep(300);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
