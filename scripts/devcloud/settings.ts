import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../config/problem.ts";
import { pythonCache, venvOf } from "./python-packages.ts";

/** Parts of the cloud that cost memory and are not always wanted. */
export const EXTRAS = ["backup", "octavia", "quobyte", "vpnaas"] as const;
export type Extra = (typeof EXTRAS)[number];

/** What a caller may choose; everything else follows from it. */
export interface DevcloudOptions {
  /** Data directory. @default `$TRESOR_DEVCLOUD_HOME`, else `/var/lib/tresor/devcloud` */
  readonly home?: string;
  /** First of the 32 TCP ports, on 127.0.0.1. @default 23700, or what the data directory was made with */
  readonly basePort?: number;
  /** @default none, or what the data directory was made with */
  readonly with?: readonly Extra[];
  /** SEV-SNP machines that each of the two confidential hosts takes. @default 4 */
  readonly snpSlots?: number;
}

/** A fake hypervisor; its chassis has a bridge of its own on the one switch. */
export interface DevcloudHost {
  readonly name: string;
  readonly confidential: boolean;
  /** OVS bridge on which a port of a machine of this host is plugged (`external_ids:iface-id`). */
  readonly integrationBridge: string;
  /** OVS bridge that carries the provider networks of this host. */
  readonly providerBridge: string;
}

/** Everything that the rest of the one-machine cloud is computed from. */
export interface DevcloudSettings {
  readonly home: string;
  readonly basePort: number;
  readonly extras: readonly Extra[];
  readonly snpSlots: number;
  readonly sevSlots: number;
  readonly hosts: readonly DevcloudHost[];
  readonly region: string;
  readonly physicalNetwork: string;
  /** Python environment of the OpenStack release, shared by all data directories of one lock. */
  readonly venv: string;
  readonly cache: string;
  readonly dirs: Readonly<Record<DirName, string>>;
  readonly ports: Readonly<Record<PortName, number>>;
  /** Keystone's versioned address. */
  readonly authUrl: string;
  readonly cloudsYaml: string;
  /** The `openstack` command of the same release. */
  readonly openstack: string;
  /** Connection string of the switch's database, for `ovs-vsctl --db`. */
  readonly ovsDb: string;
  readonly ovnNorthDb: string;
  readonly ovnSouthDb: string;
  /** Folders of Cinder's volume files, one a tier. */
  readonly volumeStores: Readonly<Record<Tier, string>>;
}

export const TIERS = ["ssd", "hdd"] as const;
type Tier = (typeof TIERS)[number];

const DIRS = ["etc", "run", "logs", "state", "bin", "python", "policies", "mysql", "rabbit", "template"] as const;
type DirName = (typeof DIRS)[number];

/** Offsets from the base port. Below 32768, where kernels take ports for outgoing connections from. */
const PORT_OFFSETS = {
  keystone: 0,
  placement: 1,
  glance: 2,
  nova: 3,
  neutron: 4,
  cinder: 5,
  manila: 6,
  barbican: 7,
  octavia: 8,
  swift: 9,
  quobyte: 10,
  mariadb: 20,
  rabbit: 21,
  rabbitNodes: 22,
  erlangNames: 23,
  swiftAccount: 24,
  swiftContainer: 25,
  swiftObject: 26,
} as const;
export type PortName = keyof typeof PORT_OFFSETS;

const DEFAULTS = { home: "/var/lib/tresor/devcloud", basePort: 23700, snpSlots: 4 };
const HOSTS = [
  { name: "snp-1", confidential: true },
  { name: "snp-2", confidential: true },
  { name: "plain-1", confidential: false },
];
const sourceDir = import.meta.dirname;

/** The lock of the release decides the environment: another lock is another environment, beside the old one. */
export const lockFile = join(sourceDir, "requirements.lock");

/** What a data directory was made with; `up` without options goes on with it. */
interface SavedOptions {
  readonly basePort?: number;
  readonly with?: readonly Extra[];
  readonly snpSlots?: number;
}

export const optionsFile = (home: string): string => join(home, "options.json");

function savedOptions(home: string): SavedOptions {
  const file = optionsFile(home);
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, "utf8")) as SavedOptions;
  } catch {
    throw new UserError({
      what: `${file} is not readable as JSON`,
      why: "it holds the ports and parts that this one-machine cloud was made with",
      next: "remove it and give the same options again, or run `tresor devcloud down --purge`",
    });
  }
}

function checkOptions(options: { basePort: number; snpSlots: number; extras: readonly string[] }): void {
  if (!Number.isInteger(options.basePort) || options.basePort < 1024 || options.basePort > 32700)
    throw new UserError({
      what: "base port out of range",
      found: String(options.basePort),
      allowed: "1024 to 32700",
      why: "32 ports from it are used, and from 32768 on the kernel hands out ports to outgoing connections",
      next: "choose another --base-port",
    });
  if (!Number.isInteger(options.snpSlots) || options.snpSlots < 1 || options.snpSlots > 500)
    throw new UserError({ what: "SNP slots out of range", found: String(options.snpSlots), allowed: "1 to 500" });
  const unknown = options.extras.filter((extra) => !(EXTRAS as readonly string[]).includes(extra));
  if (unknown.length > 0)
    throw new UserError({ what: "unknown part for --with", found: unknown.join(","), allowed: EXTRAS.join(", ") });
}

/**
 * Directories, ports and addresses of the one-machine cloud; pure but for reading the lock file and what the data directory was made with.
 * @throws UserError for a base port, slot count or part that cannot be
 */
export function devcloudSettings(options: DevcloudOptions = {}): DevcloudSettings {
  const home = options.home ?? process.env.TRESOR_DEVCLOUD_HOME ?? DEFAULTS.home;
  const saved = savedOptions(home);
  const basePort = options.basePort ?? saved.basePort ?? DEFAULTS.basePort;
  const snpSlots = options.snpSlots ?? saved.snpSlots ?? DEFAULTS.snpSlots;
  const extras = [...new Set(options.with ?? saved.with ?? [])].sort();
  checkOptions({ basePort, snpSlots, extras });
  const ports = Object.fromEntries(
    Object.entries(PORT_OFFSETS).map(([name, offset]) => [name, basePort + offset]),
  ) as Record<PortName, number>;
  const dirs = Object.fromEntries(DIRS.map((name) => [name, join(home, name)])) as Record<DirName, string>;
  const cache = pythonCache();
  const venv = venvOf({ cache, lockFile });
  return {
    ...{ home, basePort, extras, snpSlots, sevSlots: snpSlots, ports, dirs, cache, venv },
    hosts: HOSTS.map((host) => ({
      ...host,
      integrationBridge: `br-int-${host.name}`,
      providerBridge: `br-ex-${host.name}`,
    })),
    region: "RegionOne",
    physicalNetwork: "physnet1",
    authUrl: `http://127.0.0.1:${ports.keystone}/v3`,
    cloudsYaml: join(home, "clouds.yaml"),
    openstack: join(venv, "bin", "openstack"),
    ovsDb: `unix:${dirs.run}/db.sock`,
    ovnNorthDb: `unix:${dirs.run}/ovnnb_db.sock`,
    ovnSouthDb: `unix:${dirs.run}/ovnsb_db.sock`,
    volumeStores: { ssd: join(dirs.state, "volumes", "ssd"), hdd: join(dirs.state, "volumes", "hdd") },
  };
}
