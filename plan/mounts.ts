import type { ZoneConfig } from "../config/index.ts";
import type { Transit } from "../config/scalars.ts";
import type { DatasetConfig, MachinesConfig } from "../config/zone.ts";
import { PRESETS } from "../policies/presets.ts";
import { entryOf } from "./names.ts";
import { joinUserData } from "./user-data.ts";

/** What the storage makes of the user ids that NFS clients send. */
export type Squash = "none" | "root" | "all";

/**
 * What each driver of Manila writes into its exports, whoever asks, where its source says so: neither the operator nor a zone can change
 * it by Manila. Sources: `manila/share/drivers/helpers.py` (generic: `no_root_squash`), `cephfs/driver.py` (`squash: none`). Quobyte's
 * driver says nothing of it, and NetApp's leaves it to a share's metadata: there the operator's word counts.
 */
export const SQUASH: Readonly<Partial<Record<string, Squash>>> = { generic: "none", cephfs: "none" };

/** The newest NFS that every backend of a driver speaks; Ganesha, NetApp and Quobyte's proxy speak 4.1, a Linux server 4.2. */
const NFS_VERSION: Readonly<Partial<Record<string, string>>> = { generic: "4.2" };

/** A share in a machine, as cloud-init mounts it. */
export interface MountFacts {
  /** Plan id. */
  readonly shareId: string;
  readonly directory: string;
  /** Of mount(8), in their order. */
  readonly options: readonly string[];
}

/** Options by which a share is mounted; `driver` is that of its type. */
export function mountOptions(
  config: Pick<ZoneConfig, "preset">,
  { driver, transit }: { readonly driver: string; readonly transit: Transit },
  level: "ro" | "rw",
): readonly string[] {
  return [
    level,
    `vers=${NFS_VERSION[driver] ?? "4.1"}`,
    // A mount that gets no TLS fails. nfs(5): Linux 6.5 and tlshd, which holds the server's certificate to the image's authorities.
    ...(transit === "client" ? ["xprtsec=tls"] : []),
    // The server believes the user ids of whoever has the address: the network is the proof, there is no other.
    "sec=sys",
    "hard",
    "nosuid",
    "nodev",
    ...(PRESETS[config.preset].mountedPrograms ? [] : ["noexec"]),
    "_netdev",
    // A machine comes up without a storage that is away.
    "nofail",
  ];
}

/** What of a granted share type decides how its shares are mounted. */
export function serverOf(
  config: ZoneConfig,
  shareType: string,
): { readonly driver: string; readonly transit: Transit } {
  const { driver = "", transit = "none" } = entryOf(config.granted.shareTypes, shareType) ?? {};
  return { driver, transit };
}

/** What a group's machines mount, by data set; what the rules refuse is left out. */
export function mountsOf(
  config: ZoneConfig,
  area: string,
  machines: Pick<MachinesConfig, "mounts">,
  typeOf: (dataset: DatasetConfig) => string,
): readonly MountFacts[] {
  const datasets = config.areas[area]?.datasets ?? {};
  return Object.entries(machines.mounts).flatMap(([name, directory]) => {
    const dataset = entryOf(datasets, name);
    if (dataset?.kind !== "share" || dataset.machines === "none") return [];
    const level = dataset.machines === "write" ? "rw" : "ro";
    const options = mountOptions(config, serverOf(config, typeOf(dataset)), level);
    return [{ shareId: `share/${config.name}/${area}/${name}`, directory, options }];
  });
}

/** A mount with the address of its share, which only the cloud knows. */
export interface Mount {
  /** `192.0.2.10:/shares/8e2f`, as Manila gives it. */
  readonly source: string;
  readonly directory: string;
  readonly options: readonly string[];
}

/** A line of fstab(5). */
export const fstabLine = ({ source, directory, options }: Mount): string =>
  `${source} ${directory} nfs4 ${options.join(",")} 0 0`;

/** The part of cloud-init that mounts shares, beside whatever mounts another part brings. No secret is in it: NFS has none. */
export function mountCloudInit(mounts: readonly Mount[]): string {
  const rows = mounts.map(
    ({ source, directory, options }) =>
      `  - ${JSON.stringify([source, directory, "nfs4", options.join(","), "0", "0"])}\n`,
  );
  return [
    "#cloud-config\n",
    "# Shares of the zone. The image must bring an NFS client; directories are made where they are missing.\n",
    "merge_how:\n",
    "  - { name: list, settings: [append] }\n",
    "  - { name: dict, settings: [no_replace, recurse_list] }\n",
    "mounts:\n",
    ...rows,
  ].join("");
}

/**
 * A machine's user data with its mounts. Both are handed over as parts of one message where there is user data, else the mounts alone.
 * @throws Error for user data that cannot be joined: the rules refuse it first
 */
export function userDataWith(userData: string | null, mounts: readonly Mount[]): string | null {
  if (mounts.length === 0) return userData;
  const own = mountCloudInit(mounts);
  return userData === null ? own : joinUserData("==tresor-mounts==", [userData, own]);
}
