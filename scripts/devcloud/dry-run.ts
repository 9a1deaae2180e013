import { hasVenv, missingPackages } from "./install.ts";
import type { DevcloudSettings } from "./settings.ts";

/** What `up` would put where, as lines for a person. Reads only. */
export function upPlan(settings: DevcloudSettings): string[] {
  const packages = missingPackages();
  const last = settings.basePort + 31;
  return [
    packages.length > 0
      ? `Debian packages: ${packages.join(" ")} (about 300 MB; none starts a service)`
      : "Debian packages: all there",
    hasVenv(settings)
      ? `OpenStack 2026.2: there, in ${settings.venv}`
      : `OpenStack 2026.2: 197 Python packages from PyPI, locked with hashes, into ${settings.venv} (0.8 GB)`,
    `Data, logs, sockets, passwords: ${settings.home} (under 1 GB when empty)`,
    `Ports: 127.0.0.1:${settings.basePort} to ${last}, nothing on other addresses`,
    `Network: bridges of a userspace switch (${settings.hosts.map((host) => host.integrationBridge).join(", ")} and their like), while it runs`,
    ...(settings.extras.includes("octavia") ? ["Sockets of Octavia's driver agent: /var/run/octavia"] : []),
    "Nothing else is changed; `tresor devcloud down --purge` takes all of it away again.",
  ];
}
