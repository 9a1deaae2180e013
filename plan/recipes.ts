import type { ZoneConfig } from "../config/index.ts";
import { UserError } from "../config/problem.ts";
import type { Transit } from "../config/scalars.ts";
import type { FactsByKind } from "./facts.ts";
import { fstabLine, mountCloudInit, mountOptions, serverOf, type Mount, type Squash } from "./mounts.ts";
import { areaBenches } from "../config/zone.ts";
import { entryOf, placeKey, placeName, STORAGE } from "./names.ts";
import type { Plan } from "./types.ts";
import { planned } from "./types.ts";

/** What stands for the address of a share until the cloud is asked. */
export const EXPORT = "<export path>";

/** How one place mounts a share. */
export interface Recipe {
  /** `machines`, or the partner whose bench it is. */
  readonly for: string;
  readonly level: "ro" | "rw";
  /** Networks that Manila lets in: the address is the proof, whoever holds it. */
  readonly networks: readonly string[];
  /** A line of fstab(5). */
  readonly fstab: string;
  /** User data of cloud-init. */
  readonly cloudInit: string;
}

/** A share with all its recipes. */
export interface ShareRecipes {
  /** `<area>/<data set>`. */
  readonly dataset: string;
  /** Name in the cloud, in the area's project. */
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

const TRANSIT_NOTES: Readonly<Record<Transit, string>> = {
  none: "nothing encrypts it on the way: who sits on a link or a switch between the storage and a machine reads and changes it",
  client:
    "by TLS (xprtsec=tls): the image brings a kernel of 6.5 or newer and tlshd (ktls-utils) with the authority of the storage's certificate, else the mount fails",
  below:
    "on the way it is encrypted by what lies below, IPsec or MACsec: the operator's word, which no machine can check",
};

function notesOf(
  { squash, transit }: Pick<FactsByKind["share"], "squash" | "transit">,
  options: readonly string[],
): readonly string[] {
  return [
    "NFS with sec=sys: no user proves who he is; the network is what lets a machine in",
    TRANSIT_NOTES[transit],
    squash === null ? UNKNOWN : SQUASH_NOTES[squash],
    ...(options.includes("noexec") ? ["noexec: the preset lets no program run from it"] : []),
  ];
}

type Rules = FactsByKind["share-access"]["rules"];

/** Rules of a place, by its networks. */
function rulesOf(config: ZoneConfig, place: string, rules: Rules): Rules {
  const network = entryOf(config.granted.networks, place);
  return rules.filter(({ cidr }) => cidr === network?.ipv4 || cidr === network?.ipv6);
}

/**
 * How a share of a zone is mounted by everybody who may use it.
 * @param asked `<area>/<data set>`
 * @param mount directory, and the share's address where the cloud was asked for it
 * @throws UserError where there is no such share, or nobody may use it
 */
export function shareRecipes(
  config: ZoneConfig,
  plan: Plan,
  asked: string,
  mount: Partial<Pick<Mount, "source" | "directory">> = {},
): ShareRecipes {
  const shares = planned(plan, "share");
  const nameOf = (id: string): string => id.split("/").slice(2).join("/");
  const share = shares.find(({ id }) => nameOf(id) === asked);
  if (share === undefined)
    throw new UserError({
      what: `${config.name} has no share called ${asked}`,
      allowed: shares.map(({ id }) => nameOf(id)).join(", ") || "there is none: a volume is attached, not mounted here",
      next: "name one of these, as <area>/<data set>",
    });
  const [area = "", name = ""] = asked.split("/");
  const rules = planned(plan, "share-access").find(({ facts }) => facts.shareId === share.id)?.facts.rules ?? [];
  const home = entryOf(config.granted.storage, area) === undefined ? area : placeKey(area, STORAGE);
  const places = [
    ["machines", home],
    ...areaBenches(config.areas[area]!).map((partner) => [partner, placeKey(area, partner)]),
  ] as const;
  const { source = EXPORT, directory = `/data/${name}` } = mount;
  const server = serverOf(config, share.facts.shareType);
  const recipes = places.flatMap(([who = "", place = ""]): readonly Recipe[] => {
    const mine = rulesOf(config, place, rules);
    const level = mine[0]?.level;
    if (level === undefined) return [];
    const one = { source, directory, options: mountOptions(config, server, level) };
    const networks = mine.map(({ cidr }) => cidr);
    return [{ for: who, level, networks, fstab: fstabLine(one), cloudInit: mountCloudInit([one]) }];
  });
  if (recipes.length === 0)
    throw new UserError({
      what: `nobody may use the share ${asked}`,
      why: config.frozen === undefined ? "its config grants it to no bench and no machine" : "the zone is frozen",
      next:
        config.frozen === undefined
          ? `write access or machines at zone.areas.${area}.datasets.${name}, and run \`pulumi up\``
          : `\`tresor unfreeze ${config.name}\``,
    });
  return {
    dataset: asked,
    share: placeName(config.name, `${area}-${name}`),
    protocol: share.facts.protocol,
    squash: share.facts.squash,
    transit: share.facts.transit,
    recipes,
    notes: notesOf(share.facts, mountOptions(config, server, "ro")),
  };
}
