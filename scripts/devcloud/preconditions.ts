import { existsSync, readFileSync, statfsSync } from "node:fs";
import { freemem } from "node:os";
import { dirname, isAbsolute } from "node:path";
import { createServer } from "node:net";
import { UserError } from "../../config/problem.ts";
import type { Problem } from "../../config/problem.ts";
import { hasVenv, missingPackages } from "./install.ts";
import { foreignSwitches, markedPids, runningPid } from "./processes.ts";
import { services } from "./services.ts";
import type { DevcloudSettings } from "./settings.ts";
import { switchInterfaces } from "./switch.ts";

const GIB = 1024 ** 3;
const NEEDED = { diskGiB: 6, memoryGiB: 6 };

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

/** Why this machine can never run the cloud, whatever is freed on it; empty where it can. */
export function systemProblems(): Problem[] {
  const problems: Problem[] = [];
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const isDebian12 = /^ID=debian$/m.test(release) && /^VERSION_ID="?12"?$/m.test(release);
  if (process.platform !== "linux" || !isDebian12)
    problems.push({
      what: "the one-machine cloud runs on Debian 12 only",
      found: /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? process.platform,
      next: "use a Debian 12 machine, or your own OpenStack with its clouds.yaml",
    });
  if (process.getuid?.() !== 0)
    problems.push({
      what: "the one-machine cloud needs root",
      why: "it installs packages and makes network bridges",
      next: "run the same command as root",
    });
  return problems;
}

/** Where the pressure is measured matters in a container: the kernel's estimate, not what is unused. */
function availableMemory(): number {
  const kib = /^MemAvailable:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return kib ? Number(kib) * 1024 : freemem();
}

function roomProblems(settings: DevcloudSettings): Problem[] {
  const problems: Problem[] = [];
  const installed = hasVenv(settings) && missingPackages().length === 0 && existsSync(settings.dirs.template);
  const directory = nearestExisting(settings.home);
  const disk = statfsSync(directory);
  const free = (disk.bavail * disk.bsize) / GIB;
  if (!installed && free < NEEDED.diskGiB)
    problems.push({
      what: `too little disk under ${directory}`,
      found: `${free.toFixed(1)} GiB free`,
      allowed: `at least ${NEEDED.diskGiB} GiB`,
      next: "free some, or choose another directory with --home",
    });
  const memory = availableMemory() / GIB;
  if (memory < NEEDED.memoryGiB)
    problems.push({
      what: "too little memory",
      found: `${memory.toFixed(1)} GiB available`,
      allowed: `at least ${NEEDED.memoryGiB} GiB`,
      why: "the services take up to 4 GiB, and the work on the cloud takes its share",
      next: "end other programs or use a bigger machine",
    });
  return problems;
}

function pathProblems(settings: DevcloudSettings): Problem[] {
  const longest = `${settings.dirs.run}/ovn-controller-plain-1.ctl`;
  const plain = isAbsolute(settings.home) && /^[\w./-]+$/.test(settings.home);
  if (plain && longest.length <= 100) return [];
  return [
    {
      what: "the data directory cannot be used",
      found: settings.home,
      allowed: "an absolute path of letters, digits, . _ - and /, at most 66 characters long",
      why: "it stands in config files, and the kernel limits the length of a socket's path",
      next: "choose another directory with --home",
    },
  ];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

async function portProblems(settings: DevcloudSettings): Promise<Problem[]> {
  const owners = new Map([
    ["mariadb", "mariadb"],
    ["rabbit", "rabbitmq"],
    ["rabbitNodes", "rabbitmq"],
    ["erlangNames", "rabbitmq"],
    ["swiftAccount", "swift-storage"],
    ["swiftContainer", "swift-storage"],
    ["swiftObject", "swift-storage"],
    ["quobyte", "quobyte-simulator"],
  ]);
  for (const { name, check } of services(settings)) if (check.kind === "http") owners.set(check.port, name);
  const taken: string[] = [];
  for (const [port, owner] of owners) {
    const number = settings.ports[port as keyof typeof settings.ports];
    if (markedPids(settings, owner).length === 0 && !(await isFree(number))) taken.push(`${number} (${owner})`);
  }
  if (taken.length === 0) return [];
  return [
    {
      what: "ports of the one-machine cloud are in use by something else",
      found: taken.join(", "),
      next: "end what listens there (`ss -ltnp` names it), or choose other ports with --base-port",
    },
  ];
}

function switchProblems(settings: DevcloudSettings): Problem[] {
  const taken = switchInterfaces(settings).filter((name) => existsSync(`/sys/class/net/${name}`));
  const foreign = foreignSwitches(settings);
  // Interfaces without a switch are what a killed one left behind; they are removed before the next one starts.
  if (taken.length === 0 || foreign.length === 0 || runningPid(settings, "switch")) return [];
  return [
    {
      what: "another userspace Open vSwitch runs on this machine",
      found: `interface ${taken.join(", ")}, process ${foreign.join(", ")}`,
      why: "there can be one in a network namespace; it may be another one-machine cloud's",
      next: "stop it (`tresor devcloud down --home <its directory>`), then run the same command again",
    },
  ];
}

/**
 * Checks everything that a start needs, before anything is changed. What runs already counts as fulfilled.
 * @throws UserError with every problem at once
 */
export async function checkPreconditions(settings: DevcloudSettings): Promise<void> {
  const system = systemProblems();
  if (system.length > 0) throw new UserError(system);
  const running = runningPid(settings, "mariadb") !== undefined;
  const problems = [
    ...pathProblems(settings),
    ...(running ? [] : roomProblems(settings)),
    ...switchProblems(settings),
    ...(await portProblems(settings)),
  ];
  if (problems.length > 0) throw new UserError(problems);
}
