import type { ZoneConfig } from "../config/index.ts";
import { UserError } from "../config/problem.ts";
import type { Transit } from "../config/scalars.ts";
import type { FactsByKind } from "./facts.ts";
import { secretFile } from "./ceph.ts";
import {
  fstabLine,
  mountCloudInit,
  mountOptions,
  mountType,
  serverOf,
  waitingUnits,
  type Mount,
  type Mounter,
  type Squash,
} from "./mounts.ts";
import { areaBenches } from "../config/zone.ts";
import { entryOf, placeKey, placeName, STORAGE } from "./names.ts";
import { clientCloudInit, clientNotes, clientUnits } from "./quobyte-mounts.ts";
import type { Plan } from "./types.ts";
import { planned } from "./types.ts";

/** What stands for the address of a share until the cloud is asked. */
export const EXPORT = "<export path>";

/** How one place mounts a share. */
export interface Recipe {
  /** `machines`, or the partner whose bench it is. */
  readonly for: string;
  readonly level: "ro" | "rw";
  /** By NFS the networks that Manila lets in: the address is the proof, whoever holds it. */
  readonly networks: readonly string[];
  /** By CephFS the client whose key is the proof, and the file in which a machine has it; null by NFS. */
  readonly key: { readonly client: string; readonly file: string } | null;
  /** A line of fstab(5); null where a unit mounts. */
  readonly fstab: string | null;
  /** Units of systemd beside it, by name. */
  readonly units: Readonly<Record<string, string>>;
  /** User data of cloud-init. */
  readonly cloudInit: string;
}

/** A share with all its recipes. */
export interface ShareRecipes {
  /** `<area>/<data set>`. */
  readonly dataset: string;
  /** A share of Manila, or a volume of a Quobyte cluster that the operator made. */
  readonly of: "share" | "volume";
  /** Its name there. */
  readonly share: string;
  readonly protocol: string;
  readonly squash: Squash | null;
  readonly transit: Transit;
  readonly recipes: readonly Recipe[];
  /** What everybody must know who mounts it. */
  readonly notes: readonly string[];
}

const SQUASH_NOTES: Readonly<Record<Squash, string>> = {
  none: "the storage believes every user id that a client sends, root's too (squash none): whoever is root in a machine of such a network reads and, where it may write, changes every file",
  root: "the storage makes nobody of root and believes every other user id (squash root): root in a machine takes any other id and acts as that user",
  all: "the storage makes nobody of every user (squash all): files have one owner, and rights among users of one network do not exist",
};
const UNKNOWN =
  "nobody has said what the storage makes of user ids (platform.shareTypes.<name>.squash): ask the operator, and take it for squash none until then";

const CEPH_NOTES = [
  "CephFS: the key of a client is the proof, and the network is none; whoever has the key and a way to the storage uses the share as that client",
  "`tresor mount <zone> <data set> --for <partner> --key <file>` writes the key into a file of mode 0600; bring it to the machine over ssh, and leave it nowhere else",
  "the storage believes every user id that a machine sends, root's too: whoever is root in it reads and, where it may write, changes every file",
];

/** Of CephFS, whose `ms_mode` the operator's word decides. */
const CEPH_TRANSIT_NOTES: Readonly<Record<Transit, string>> = {
  none: "ms_mode=prefer-secure: encrypted on the way where the cluster agrees, else not, and nobody is told",
  client: "ms_mode=secure: encrypted on the way (Linux 5.11, Ceph 15.2.5), else the mount fails",
  below:
    "ms_mode=prefer-secure: encrypted on the way where the cluster agrees, and by what lies below, IPsec or MACsec: the operator's word",
};

const TRANSIT_NOTES: Readonly<Record<Transit, string>> = {
  none: "nothing encrypts it on the way: who sits on a link or a switch between the storage and a machine reads and changes it",
  client:
    "by TLS (xprtsec=tls): the image brings a kernel of 6.5 or newer and tlshd (ktls-utils) with the authority of the storage's certificate, else the mount fails",
  below:
    "on the way it is encrypted by what lies below, IPsec or MACsec: the operator's word, which no machine can check",
};

function notesOf(
  { squash, transit }: Pick<FactsByKind["share"], "squash" | "transit">,
  byKey: boolean,
  options: readonly string[],
): readonly string[] {
  const programs = options.includes("noexec") ? ["noexec: the preset lets no program run from it"] : [];
  if (byKey) return [...CEPH_NOTES, CEPH_TRANSIT_NOTES[transit], ...programs];
  return [
    "NFS with sec=sys: no user proves who he is; the network is what lets a machine in",
    TRANSIT_NOTES[transit],
    squash === null ? UNKNOWN : SQUASH_NOTES[squash],
    ...programs,
  ];
}

type Access = FactsByKind["share-access"];
const NOBODY: Pick<Access, "rules" | "clients"> = { rules: [], clients: [] };

/** Who mounts from a place, by its networks or by its client; undefined for one that may not. */
function mounterOf(
  config: ZoneConfig,
  { rules, clients }: Pick<Access, "rules" | "clients">,
  place: string,
  home: string,
): (Mounter & Pick<Recipe, "networks" | "key">) | undefined {
  const client = clients.find((one) => one.place === place);
  if (client !== undefined) {
    const { name, level } = client;
    return { level, client: name, networks: [], key: { client: name, file: secretFile(name) } };
  }
  const network = entryOf(config.granted.networks, home);
  const mine = rules.filter(({ cidr }) => cidr === network?.ipv4 || cidr === network?.ipv6);
  const level = mine[0]?.level;
  return level && { level, networks: mine.map(({ cidr }) => cidr), key: null };
}

/** Places that may use a data set: who they are called, by which key they stand in the plan, and in which network they are. */
function placesOf(
  config: ZoneConfig,
  area: string,
): readonly (readonly [who: string, place: string, network: string])[] {
  const home = entryOf(config.granted.storage, area) === undefined ? area : placeKey(area, STORAGE);
  const benches = areaBenches(config.areas[area]!).map((bench) => placeKey(area, bench));
  return [["machines", area, home], ...benches.map((key) => [key.split("/")[1] ?? "", key, key] as const)];
}

function nobodyMay(config: ZoneConfig, asked: string): UserError {
  const [area = "", name = ""] = asked.split("/");
  return new UserError({
    what: `nobody may use the share ${asked}`,
    why: config.frozen === undefined ? "its config grants it to no bench and no machine" : "the zone is frozen",
    next:
      config.frozen === undefined
        ? `write access or machines at zone.areas.${area}.datasets.${name}, and run \`pulumi up\``
        : `\`tresor unfreeze ${config.name}\``,
  });
}

/** How a volume of Quobyte without Manila is mounted: by its client where the operator opened that, else by NFS. */
function volumeRecipes(
  config: ZoneConfig,
  asked: string,
  volume: FactsByKind["quobyte-dataset"],
  at?: string,
): ShareRecipes {
  // The operator closes the volume itself; here nobody is told how to mount it.
  if (config.frozen !== undefined) throw nobodyMay(config, asked);
  const [area = "", name = ""] = asked.split("/");
  const directory = at ?? `/data/${name}`;
  const byClient = volume.by.includes("client");
  const { transit = "none" } = entryOf(config.granted.quobyte, asked) ?? {};
  const server = { driver: "quobyte", transit };
  const recipes = placesOf(config, area).flatMap(([who, place, network]): readonly Recipe[] => {
    const mounter = mounterOf(config, { rules: volume.rules, clients: [] }, place, network);
    if (mounter === undefined) return [];
    const { level, networks } = mounter;
    const common = { for: who, level, networks, key: null };
    if (byClient) {
      const files = clientUnits(config, volume, level, directory);
      const units = Object.fromEntries(files.map((unit) => [unit.name, unit.text]));
      return [{ ...common, fstab: null, units, cloudInit: clientCloudInit(files) }];
    }
    const one: Mount = { source: EXPORT, directory, options: mountOptions(config, server, { level }) };
    return [{ ...common, fstab: fstabLine(one), units: {}, cloudInit: mountCloudInit([one]) }];
  });
  if (recipes.length === 0) throw nobodyMay(config, asked);
  const notes = byClient
    ? [...clientNotes(volume), TRANSIT_NOTES[transit]]
    : [
        "the export's path is the operator's to say: `pulumi stack output quobyteVolumes` of the tenant's stack",
        ...notesOf({ squash: null, transit }, false, mountOptions(config, server, { level: "ro" })),
      ];
  const protocol = byClient ? "Quobyte" : "NFS";
  return { dataset: asked, of: "volume", share: volume.volume, protocol, squash: null, transit, recipes, notes };
}

/**
 * How a share or a volume of Quobyte of a zone is mounted by everybody who may use it.
 * @param asked `<area>/<data set>`
 * @param mount directory, and the share's address and its storage's own options where the cloud was asked for them
 * @throws UserError where there is no such share, or nobody may use it
 */
export function shareRecipes(
  config: ZoneConfig,
  plan: Plan,
  asked: string,
  mount: Partial<Pick<Mount, "source" | "directory" | "more">> = {},
): ShareRecipes {
  const shares = planned(plan, "share");
  const nameOf = (id: string): string => id.split("/").slice(2).join("/");
  const volumes = planned(plan, "quobyte-dataset");
  const volume = volumes.find(({ id }) => nameOf(id) === asked);
  if (volume !== undefined) return volumeRecipes(config, asked, volume.facts, mount.directory);
  const share = shares.find(({ id }) => nameOf(id) === asked);
  if (share === undefined)
    throw new UserError({
      what: `${config.name} has no share called ${asked}`,
      allowed:
        [...shares, ...volumes].map(({ id }) => nameOf(id)).join(", ") ||
        "there is none: a volume is attached, not mounted here",
      next: "name one of these, as <area>/<data set>",
    });
  const [area = "", name = ""] = asked.split("/");
  const access = planned(plan, "share-access").find(({ facts }) => facts.shareId === share.id)?.facts ?? NOBODY;
  const { source = EXPORT, directory = `/data/${name}` } = mount;
  const server = serverOf(config, share.facts.shareType);
  const type = mountType(share.facts.protocol);
  const recipes = placesOf(config, area).flatMap(([who, place, network]): readonly Recipe[] => {
    const mounter = mounterOf(config, access, place, network);
    if (mounter === undefined) return [];
    const { level, networks, key } = mounter;
    const one: Mount = { source, directory, options: mountOptions(config, server, mounter), type, more: mount.more };
    const units = Object.fromEntries(waitingUnits([one]).map((unit) => [unit.name, unit.text]));
    return [{ for: who, level, networks, key, fstab: fstabLine(one), units, cloudInit: mountCloudInit([one]) }];
  });
  if (recipes.length === 0) throw nobodyMay(config, asked);
  return {
    dataset: asked,
    of: "share",
    share: placeName(config.name, `${area}-${name}`),
    protocol: share.facts.protocol,
    squash: share.facts.squash,
    transit: share.facts.transit,
    recipes,
    notes: notesOf(share.facts, type === "ceph", mountOptions(config, server, { level: "ro" })),
  };
}
