import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writePrivate } from "./files.ts";
import type { Service } from "./services.ts";
import type { DevcloudSettings } from "./settings.ts";

/** Marks every process of a cloud, and what such a process starts itself, with the data directory that it belongs to. */
const MARK = "TRESOR_DEVCLOUD_PROCESS_OF";
const NAME = "TRESOR_DEVCLOUD_SERVICE";

interface PidRecord {
  readonly pid: number;
  /** Start time of the process in clock ticks since boot: tells a reused pid from the process that we started. */
  readonly ticks: number;
  readonly fingerprint: string;
}

/** State, session and start of a process as the kernel has them; undefined where there is none, or only a zombie. */
function processFacts(pid: number): { readonly session: number; readonly ticks: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return { session: Number(fields[3]), ticks: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

const pidFile = (settings: DevcloudSettings, name: string): string => join(settings.dirs.run, `${name}.process.json`);
export const logFile = (settings: DevcloudSettings, name: string): string => join(settings.dirs.logs, `${name}.log`);

function readRecord(settings: DevcloudSettings, name: string): PidRecord | undefined {
  try {
    return JSON.parse(readFileSync(pidFile(settings, name), "utf8")) as PidRecord;
  } catch {
    return undefined;
  }
}

/** Pid of a service that runs, undefined for one that was never started or died. */
export function runningPid(settings: DevcloudSettings, name: string): number | undefined {
  const record = readRecord(settings, name);
  if (!record) return undefined;
  return processFacts(record.pid)?.ticks === record.ticks ? record.pid : undefined;
}

/** Pids of live processes that carry this cloud's mark, of one service or of all. */
export function markedPids(settings: DevcloudSettings, service?: string): number[] {
  const own = `${MARK}=${settings.home}\0`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const environ = `\0${readFileSync(`/proc/${pid}/environ`, "utf8")}\0`;
        const ours = environ.includes(`\0${own}`) && (!service || environ.includes(`\0${NAME}=${service}\0`));
        return ours && processFacts(pid) !== undefined;
      } catch {
        return false;
      }
    });
}

/** Pids of all processes in the sessions that these processes lead. */
function sessionPids(leaders: readonly number[]): number[] {
  if (leaders.length === 0) return [];
  const wanted = new Set(leaders);
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => wanted.has(processFacts(pid)?.session ?? -1));
}

/** The service's process with all that it started: same session (a title may have overwritten the mark) or same mark. */
function familyPids(settings: DevcloudSettings, name: string): number[] {
  const leader = runningPid(settings, name);
  return [...new Set([...sessionPids(leader ? [leader] : []), ...markedPids(settings, name)])];
}

/** Every live process of the cloud. */
export function cloudPids(settings: DevcloudSettings): number[] {
  if (!existsSync(settings.dirs.run)) return [];
  const names = readdirSync(settings.dirs.run).flatMap((file) => /^(.+)\.process\.json$/.exec(file)?.[1] ?? []);
  const leaders = names.flatMap((name) => runningPid(settings, name) ?? []);
  return [...new Set([...sessionPids(leaders), ...markedPids(settings)])];
}

/** Pids of switches in this network namespace that are not this cloud's. */
export function foreignSwitches(settings: DevcloudSettings): number[] {
  const own = new Set(markedPids(settings));
  const here = readlinkSync("/proc/self/ns/net");
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const isSwitch = readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "ovs-vswitchd";
        return isSwitch && !own.has(pid) && readlinkSync(`/proc/${pid}/ns/net`) === here;
      } catch {
        return false;
      }
    });
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // Gone already: what was wanted.
    }
  }
}

/** Ends at once everything that still carries the cloud's mark. */
export const killMarked = (settings: DevcloudSettings): void => signal(markedPids(settings), "SIGKILL");

async function waitGone(pids: readonly number[], milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (pids.some((pid) => processFacts(pid) !== undefined)) {
    if (performance.now() > end) return false;
    await sleep(50);
  }
  return true;
}

/** Ends a service and everything that it started; one that does not end when asked is killed after 20 s. */
export async function stopService(settings: DevcloudSettings, service: Pick<Service, "name" | "stop">): Promise<void> {
  const pids = familyPids(settings, service.name);
  const leader = runningPid(settings, service.name);
  if (service.stop === "term" && leader) {
    signal([leader], "SIGTERM");
    await waitGone([leader], 20_000);
  }
  const left = [...new Set([...pids, ...markedPids(settings, service.name)])];
  signal(left, "SIGKILL");
  await waitGone(left, 5_000);
  rmSync(pidFile(settings, service.name), { force: true });
}

/** Environment of a service: nothing of the caller's, so that an OS_ variable or a proxy of his cannot change the cloud. */
export function serviceEnvironment(
  settings: DevcloudSettings,
  name: string,
  extra: Readonly<Record<string, string>> = {},
) {
  const { dirs, venv, home } = settings;
  return {
    PATH: `${dirs.bin}:${venv}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: join(dirs.state, "home"),
    LANG: "C.UTF-8",
    TMPDIR: join(dirs.state, "tmp"),
    PYTHONPATH: dirs.python,
    PYTHONWARNINGS: "ignore",
    OVS_RUNDIR: dirs.run,
    OVN_RUNDIR: dirs.run,
    [MARK]: home,
    [NAME]: name,
    ...extra,
  };
}

const fingerprint = (service: Service): string =>
  createHash("sha256")
    .update(JSON.stringify([service.command, service.env ?? {}]))
    .digest("hex")
    .slice(0, 16);

/** Starts a service that does not run, after ending what a killed predecessor left of it; its output goes to `logs/<name>.log`. */
export async function startService(settings: DevcloudSettings, service: Service): Promise<void> {
  const left = markedPids(settings, service.name);
  if (left.length > 0) await stopService(settings, { name: service.name, stop: "kill" });
  if (service.scratch) {
    rmSync(service.scratch, { recursive: true, force: true });
    mkdirSync(service.scratch, { recursive: true, mode: 0o700 });
  }
  // A killed predecessor's socket would look like an answer.
  if (service.check.kind === "socket") rmSync(service.check.path, { force: true });
  const [program, ...args] = service.command;
  const log = openSync(join(settings.dirs.logs, service.output ?? `${service.name}.log`), "a", 0o600);
  const child = spawn(program, args, {
    cwd: settings.home,
    detached: true,
    stdio: ["ignore", log, log],
    env: serviceEnvironment(settings, service.name, service.env),
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  child.unref();
  const pid = child.pid ?? 0;
  const record: PidRecord = { pid, ticks: processFacts(pid)?.ticks ?? 0, fingerprint: fingerprint(service) };
  writePrivate(pidFile(settings, service.name), JSON.stringify(record));
}

/** True where the service runs with another command than it would be started with now. */
export function isOutdated(settings: DevcloudSettings, service: Service): boolean {
  const record = readRecord(settings, service.name);
  return record !== undefined && record.fingerprint !== fingerprint(service);
}

/** Last lines of a log. */
export function lastLines(file: string, count: number): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count);
}

/** The end of what a service said: an API that does not load says so on its output, one that runs says so in its log. */
export function serviceTail(
  settings: DevcloudSettings,
  service: Pick<Service, "name" | "output">,
  count: number,
): string[] {
  const output = service.output ? lastLines(join(settings.dirs.logs, service.output), 200) : [];
  const words = output.filter((line) => !/^\d{10} /.test(line)).slice(-count);
  return [...words, ...lastLines(logFile(settings, service.name), count)].slice(-count);
}
