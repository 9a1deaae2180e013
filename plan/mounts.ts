import type { ZoneConfig } from "../config/index.ts";
import type { Transit } from "../config/scalars.ts";
import type { DatasetConfig, MachinesConfig } from "../config/zone.ts";
import { PRESETS } from "../policies/presets.ts";
import { cephOptions, cephSource, clientName, waitingUnit } from "./ceph.ts";
import { entryOf } from "./names.ts";
import { unitLines } from "./units.ts";
import { joinUserData } from "./user-data.ts";

/** What the storage makes of the user ids that NFS clients send. */
export type Squash = "none" | "root" | "all";

/**
 * What each driver of Manila writes into its exports by NFS, whoever asks, where its source says so: neither the operator nor a zone can
 * change it by Manila. Sources: `manila/share/drivers/helpers.py` (generic: `no_root_squash`), `cephfs/driver.py` (`squash: none`).
 * Quobyte's driver says nothing of it, and NetApp's leaves it to a share's metadata: there the operator's word counts.
 */
export const SQUASH: Readonly<Partial<Record<string, Squash>>> = { generic: "none", cephfs: "none" };

/** The newest NFS that every backend of a driver speaks; Ganesha, NetApp and Quobyte's proxy speak 4.1, a Linux server 4.2. */
const NFS_VERSION: Readonly<Partial<Record<string, string>>> = { generic: "4.2" };

/** File system types of mount(8) by Manila's protocol. */
export const MOUNT_TYPES = ["nfs4", "ceph"] as const;
export type MountType = (typeof MOUNT_TYPES)[number];
export const mountType = (protocol: string): MountType => (protocol === "CEPHFS" ? "ceph" : "nfs4");

/** A share in a machine, as cloud-init mounts it. */
export interface MountFacts {
  /** Plan id. */
  readonly shareId: string;
  readonly directory: string;
  /** Of mount(8), in their order. */
  readonly options: readonly string[];
  readonly type: MountType;
}

/** Who mounts: by NFS its network says it, by CephFS its client's key. */
export interface Mounter {
  readonly level: "ro" | "rw";
  /** Name of the CephX client; undefined by NFS. */
  readonly client?: string;
}

/** Options by which a share is mounted; `driver` is that of its type. */
export function mountOptions(
  config: Pick<ZoneConfig, "preset">,
  { driver, transit }: { readonly driver: string; readonly transit: Transit },
  { level, client }: Mounter,
): readonly string[] {
  const programs = PRESETS[config.preset].mountedPrograms;
  if (client !== undefined) return cephOptions({ client, level, programs, transit });
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
    ...(programs ? [] : ["noexec"]),
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

/** Protocol of shares of a type that was granted: the first. */
export const protocolOf = (config: ZoneConfig, shareType: string): string =>
  entryOf(config.granted.shareTypes, shareType)?.protocols[0] ?? "NFS";

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
    const shareType = typeOf(dataset);
    const type = mountType(protocolOf(config, shareType));
    const client = type === "ceph" ? { client: clientName(config.name, area, name) } : {};
    const options = mountOptions(config, serverOf(config, shareType), { level, ...client });
    return [{ shareId: `share/${config.name}/${area}/${name}`, directory, options, type }];
  });
}

/** A mount with the address of its share, which only the cloud knows. */
export interface Mount {
  /** `192.0.2.10:/shares/8e2f`, as Manila gives it. */
  readonly source: string;
  readonly directory: string;
  readonly options: readonly string[];
  /** @default nfs4 */
  readonly type?: MountType | undefined;
  /** Options that the storage names itself, separated by commas. @default - none */
  readonly more?: string | undefined;
}

/** Fields of fstab(5). */
function fieldsOf({ source, directory, options, type = "nfs4", more = "" }: Mount): readonly string[] {
  const all = [...options, ...(more === "" ? [] : [more])].join(",");
  return [type === "ceph" ? cephSource(source) : source, directory, type, all, "0", "0"];
}

/** A line of fstab(5). */
export const fstabLine = (mount: Mount): string => fieldsOf(mount).join(" ");

/** Units that wait for the keys of mounts by CephFS: which file a key lies in, the mount's own options say. */
export const waitingUnits = (mounts: readonly Mount[]) =>
  mounts.flatMap(({ directory, options, type }) => {
    const secret = options.find((option) => option.startsWith("secretfile="))?.slice("secretfile=".length);
    return type === "ceph" && secret !== undefined ? [waitingUnit(directory, secret)] : [];
  });

const CLIENTS: Readonly<Record<MountType, string>> = { nfs4: "an NFS client", ceph: "mount.ceph (ceph-common)" };

/** What starts the units that wait for keys. */
function waitingLines(mounts: readonly Mount[]): readonly string[] {
  const units = waitingUnits(mounts);
  if (units.length === 0) return [];
  return [
    "# No key is in here, since user data can be read. Who may, puts it where secretfile says; then the share is mounted by itself.\n",
    ...unitLines(units, "/etc/ceph"),
  ];
}

/** The part of cloud-init that mounts shares, beside whatever mounts another part brings. No secret is in it: NFS has none, and CephFS's is brought later. */
export function mountCloudInit(mounts: readonly Mount[]): string {
  const types = MOUNT_TYPES.filter((type) => mounts.some((mount) => (mount.type ?? "nfs4") === type));
  return [
    "#cloud-config\n",
    `# Shares of the zone. The image must bring ${types.map((type) => CLIENTS[type]).join(" and ")}; directories are made where they are missing.\n`,
    "merge_how:\n",
    "  - { name: list, settings: [append] }\n",
    "  - { name: dict, settings: [no_replace, recurse_list] }\n",
    "mounts:\n",
    ...mounts.map((mount) => `  - ${JSON.stringify(fieldsOf(mount))}\n`),
    ...waitingLines(mounts),
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
