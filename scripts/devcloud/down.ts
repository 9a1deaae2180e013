import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { Progress } from "../console.ts";
import { addedPackages, packagesFile, restoreServicePolicy } from "./install.ts";
import { stopAll } from "./lifecycle.ts";
import { withLock } from "./lock.ts";
import { OCTAVIA_SOCKETS } from "./services.ts";
import { devcloudSettings } from "./settings.ts";
import type { DevcloudOptions, DevcloudSettings } from "./settings.ts";

interface DownOptions extends DevcloudOptions {
  /** Also removes the data directory and everything that was put outside of it. @default false */
  readonly purge?: boolean;
  /** With `purge`: leaves Debian packages and the Python environment, for another data directory or a quick return. @default false */
  readonly keepPackages?: boolean;
}

function removeData(settings: DevcloudSettings): void {
  rmSync(settings.home, { recursive: true, force: true });
  rmSync(OCTAVIA_SOCKETS, { recursive: true, force: true });
  restoreServicePolicy();
}

/** Programs of the packages that run now that ours are stopped: somebody else's, who would lose them. */
function programsInUse(): string[] {
  const programs = new Set(["mariadbd", "beam.smp", "ovs-vswitchd", "ovsdb-server"]);
  const names = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && existsSync(`/proc/${entry}/exe`))
    .map((entry) => readFileSync(`/proc/${entry}/comm`, "utf8").trim());
  return [...new Set(names.filter((name) => programs.has(name)))];
}

async function removePackages(settings: DevcloudSettings, say: (what: string) => void): Promise<void> {
  const inUse = programsInUse();
  if (inUse.length > 0) {
    say(`packages and Python environment stay, as something else runs ${inUse.join(", ")}`);
    return;
  }
  const added = addedPackages(settings);
  if (added.length > 0)
    await execa("apt-get", ["purge", "-y", "-q", ...added], {
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdio: "ignore",
    });
  rmSync(packagesFile(settings), { force: true });
  if (!existsSync(settings.cache)) return;
  for (const name of readdirSync(settings.cache).filter((entry) => /^(venv|uv)-/.test(entry)))
    rmSync(join(settings.cache, name), { recursive: true, force: true });
}

/**
 * Ends the one-machine cloud; leaves no process, bridge or mount. Its data stay, and the next `up` goes on with them, unless `purge` is given.
 * Does nothing where nothing runs.
 */
export async function devcloudDown(options: DownOptions, progress: Progress): Promise<void> {
  const settings = devcloudSettings(options);
  if (existsSync(settings.home))
    await withLock(
      settings,
      (what) => progress.note(what),
      () => progress.stage("stopping the one-machine cloud", () => stopAll(settings)),
    );
  if (!options.purge) return;
  await progress.stage("removing its data", async () => removeData(settings));
  if (!options.keepPackages)
    await progress.stage("removing what was installed for it", (say) => removePackages(settings, say));
}
