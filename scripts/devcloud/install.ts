import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { writePrivate } from "./files.ts";
import { command, installPythonPackages, isInstalled, type PythonPackages } from "./python-packages.ts";
import { lockFile } from "./settings.ts";
import type { DevcloudSettings } from "./settings.ts";

/** Debian packages, each with a file that shows it is there. */
const PACKAGES: Readonly<Record<string, string>> = {
  "mariadb-server": "/usr/sbin/mariadbd",
  "rabbitmq-server": "/usr/lib/rabbitmq/bin/rabbitmq-server",
  "openvswitch-switch": "/usr/sbin/ovs-vswitchd",
  "ovn-central": "/usr/bin/ovn-northd",
  "ovn-host": "/usr/bin/ovn-controller",
  "qemu-utils": "/usr/bin/qemu-img",
  iproute2: "/sbin/ip",
  // For probes between namespaces that are plugged on machines' ports.
  "iputils-ping": "/usr/bin/ping",
  ethtool: "/usr/sbin/ethtool",
  // For the certificates of what the cloud simulates.
  openssl: "/usr/bin/openssl",
  // For tunnels of WireGuard sites, which run as processes there, and the rule set of their gateway.
  nftables: "/usr/sbin/nft",
  "wireguard-go": "/usr/bin/wireguard-go",
  "wireguard-tools": "/usr/bin/wg",
};

/** True where the system's Python is the one in use and lacks the part that makes environments. */
export function needsVenvPackage(): boolean {
  const python = (process.env.PATH ?? "")
    .split(":")
    .map((dir) => join(dir, "python3"))
    .find((file) => existsSync(file));
  return python === "/usr/bin/python3" && !existsSync("/usr/lib/python3.11/ensurepip");
}

export const missingPackages = (): string[] => [
  ...Object.entries(PACKAGES)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name),
  ...(needsVenvPackage() ? ["python3-venv"] : []),
];

const release = ({ cache }: DevcloudSettings): PythonPackages => ({ title: "OpenStack 2026.2", lockFile, cache });

export const hasVenv = (settings: DevcloudSettings): boolean => isInstalled(settings.venv);

/** Installs the locked release into its environment. */
export const installVenv = (settings: DevcloudSettings, say: (what: string) => void): Promise<string> =>
  installPythonPackages(release(settings), say);

const POLICY = "/usr/sbin/policy-rc.d";
const POLICY_KEPT = "/usr/sbin/policy-rc.d.before-tresor";
const POLICY_TEXT =
  "#!/bin/sh\n# Written by tresor devcloud while it installs packages: no service starts by itself.\nexit 101\n";

/** Puts back what decided on starting services before an installation of ours, finished or interrupted. */
export function restoreServicePolicy(): void {
  if (existsSync(POLICY_KEPT)) renameSync(POLICY_KEPT, POLICY);
  else if (existsSync(POLICY) && readFileSync(POLICY, "utf8") === POLICY_TEXT) rmSync(POLICY);
}

const installedPackages = async (): Promise<Set<string>> => {
  const { stdout } = await execa("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Abbrev}\n"]);
  return new Set(stdout.split("\n").flatMap((line) => (/ ii/.test(line) ? [line.split(" ")[0] ?? ""] : [])));
};

/** Names of the packages that our installations added to this machine, so that `down --purge` can take them away again. */
export const packagesFile = (settings: DevcloudSettings): string => join(settings.cache, "packages.json");

export function addedPackages(settings: DevcloudSettings): string[] {
  const file = packagesFile(settings);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as string[]) : [];
}

/** Installs the missing Debian packages without letting them start a service. */
export async function installPackages(settings: DevcloudSettings, say: (what: string) => void): Promise<void> {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const before = await installedPackages();
  restoreServicePolicy();
  if (existsSync(POLICY)) renameSync(POLICY, POLICY_KEPT);
  writeFileSync(POLICY, POLICY_TEXT, { mode: 0o755 });
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-y", "-q", "--no-install-recommends", ...missing];
  try {
    say(`apt-get install ${missing.join(" ")}`);
    // Stale lists name files that are gone: only then they are fetched anew.
    await command("apt-get", install, "installing Debian packages", env).catch(async () => {
      say("apt-get update");
      await command("apt-get", ["update", "-q"], "apt-get update", env);
      await command("apt-get", install, "installing Debian packages", env);
    });
  } finally {
    restoreServicePolicy();
    const added = [...(await installedPackages())].filter((name) => !before.has(name));
    writePrivate(packagesFile(settings), JSON.stringify([...new Set([...addedPackages(settings), ...added])].sort()));
  }
}
