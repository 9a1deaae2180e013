import type { ZoneConfig } from "../config/index.ts";
import { gibibytes, intervalMs } from "../config/scalars.ts";
import type { DatasetConfig } from "../config/zone.ts";
import { defaultVolumeType, isDeletable, typeFacts, type AreaContext } from "./area.ts";
import { PRESETS } from "../policies/presets.ts";
import type { FactsByKind, Labels } from "./facts.ts";
import { clientName } from "./ceph.ts";
import { protocolOf, SQUASH } from "./mounts.ts";
import { byText, entryOf, placeKey, STORAGE } from "./names.ts";
import { isFrozen } from "./persons.ts";
import { erasureOf } from "./storage/erasure.ts";
import { storedAs, tierOf, type Stored } from "./storage/stored.ts";
import type { TrustTier } from "./types.ts";

/** Type of a share without a named one: the first granted type by name. */
export const defaultShareType = (config: ZoneConfig): string =>
  Object.keys(config.granted.shareTypes).toSorted(byText)[0] ?? "";

/** Type of a data set's volume or share; a volume of Quobyte's own has none. */
export function typeOf(config: ZoneConfig, { kind, type }: Pick<DatasetConfig, "kind" | "type">): string {
  if (kind === "quobyte") return "quobyte";
  return type ?? (kind === "volume" ? defaultVolumeType(config) : defaultShareType(config));
}

/** Where a data set lies. */
const storedOf = (config: ZoneConfig, dataset: DatasetConfig): Stored =>
  storedAs(config, dataset.kind, typeOf(config, dataset));

/** Who could read a data set at rest. */
export const datasetTier = (config: ZoneConfig, dataset: DatasetConfig): TrustTier => tierOf(storedOf(config, dataset));

function labels(config: ZoneConfig, dataset: DatasetConfig): Labels {
  return {
    owner: dataset.owner,
    classification: dataset.classification,
    permit: config.permit.id,
    tier: datasetTier(config, dataset),
  };
}

/** A place that may use a data set: a bench, or the area's own machines. */
interface User {
  readonly bench?: string;
  readonly level: "ro" | "rw";
}

/** Everybody who may use a data set, by the place's key. */
function usersOf({ key }: AreaContext, dataset: Pick<DatasetConfig, "access" | "machines">): readonly User[] {
  const level = (right: "read" | "write"): "ro" | "rw" => (right === "write" ? "rw" : "ro");
  const own = dataset.machines === "none" ? [] : [{ level: level(dataset.machines) }];
  const benches = Object.entries(dataset.access).map(([bench, right]) => ({ bench, level: level(right) }));
  return [...own, ...benches].toSorted((a: User, b: User) => byText(placeKey(key, a.bench), placeKey(key, b.bench)));
}

/**
 * Networks from which a share may be used, with the level each gets: one for each bench, and one for the area's machines. That is their
 * network to the storage where they have one: from their own no flow could lead to a server.
 */
function networkRules(
  { config, key }: AreaContext,
  users: readonly User[],
): { readonly cidr: string; readonly level: "ro" | "rw" }[] {
  const home = entryOf(config.granted.storage, key) === undefined ? key : placeKey(key, STORAGE);
  const all = users.map(({ bench, level }) => [bench === undefined ? home : placeKey(key, bench), level] as const);
  return all
    .toSorted(([a], [b]) => byText(a, b))
    .flatMap(([place, right]) => {
      const network = entryOf(config.granted.networks, place);
      return network === undefined
        ? []
        : [
            { cidr: network.ipv4, level: right },
            { cidr: network.ipv6, level: right },
          ];
    });
}

/** Clients of CephX by whose keys a share may be used, one for each place. */
const shareClients = (
  { config, key }: AreaContext,
  name: string,
  users: readonly User[],
): FactsByKind["share-access"]["clients"] =>
  users.map(({ bench, level }) => ({
    ...{ name: clientName(config.name, key, name, bench), place: placeKey(key, bench) },
    level,
  }));

/** Whether a share and its rules go without locks where the cloud has none: never where a rule holds a key, which every reader would see. */
const locksOf = ({ preset }: ZoneConfig, byKey: boolean): "offered" | "required" =>
  PRESETS[preset].shareLocks || byKey ? "required" : "offered";

/** How a volume or a share is backed up. */
const backupFacts = ({ backup }: DatasetConfig): FactsByKind["volume"]["backup"] =>
  backup === undefined ? null : { everyHours: intervalMs(backup.every) / 3_600_000, keep: backup.keep };

/** A data set on a volume of Quobyte's own: what the operator granted, under the zone's name for it. A freeze does not reach it: the operator closes it. */
function planOnQuobyte(context: AreaContext, name: string, dataset: DatasetConfig): void {
  const { plan, config, key, project, path } = context;
  const granted = entryOf(config.granted.quobyte, `${key}/${name}`);
  if (granted === undefined) return; // refused by a rule
  const { cluster, tenant, volume, registry, by, size } = granted;
  const where = { project, tier: datasetTier(config, dataset) };
  const facts = {
    ...{ cluster, tenant, volume, registry, by, sizeGiB: gibibytes(size) },
    labels: labels(config, dataset),
    rules: granted.closed ? [] : networkRules(context, usersOf(context, granted)),
  };
  plan.add("quobyte-dataset", [config.name, key, name], volume, facts, `${path}.datasets.${name}`, where);
}

/** Volumes and shares of an area, with the whole list of those who may use a share. */
export function planDatasets(context: AreaContext): void {
  const { plan, config, key, area, project, path } = context;
  const zone = config.places.zones[0] ?? "";
  for (const [name, dataset] of Object.entries(area.datasets)) {
    if (dataset.kind === "quobyte") {
      planOnQuobyte(context, name, dataset);
      continue;
    }
    const because = `${path}.datasets.${name}`;
    const where = { project, tier: datasetTier(config, dataset) };
    const common = {
      sizeGiB: gibibytes(dataset.size),
      zone,
      deletable: isDeletable(config, dataset),
      labels: labels(config, dataset),
      adopt: dataset.adopt ?? null,
    };
    const parts = [config.name, key, name];
    if (dataset.kind === "volume") {
      plan.add(
        "volume",
        parts,
        `${project}-${name}`,
        { ...common, ...typeFacts(config, typeOf(config, dataset), dataset.erasure), backup: backupFacts(dataset) },
        because,
        where,
      );
      continue;
    }
    const shareType = typeOf(config, dataset);
    const type = entryOf(config.granted.shareTypes, shareType);
    const protocol = protocolOf(config, shareType);
    const byKey = protocol === "CEPHFS";
    const users = isFrozen(config) ? [] : usersOf(context, dataset);
    const share = {
      ...common,
      shareType,
      protocol,
      erasure: erasureOf(config, dataset.erasure, storedOf(config, dataset)),
      squash: byKey ? null : (type?.squash ?? SQUASH[type?.driver ?? ""] ?? null),
      transit: type?.transit ?? "none",
      backup: backupFacts(dataset),
      mounted: Object.values(area.machines).some((machines) => entryOf(machines.mounts, name) !== undefined),
    };
    const shareId = plan.add("share", parts, `${project}-${name}`, share, because, where);
    plan.add(
      "share-access",
      parts,
      `${project}-${name}`,
      {
        shareId,
        rules: byKey ? [] : networkRules(context, users),
        clients: byKey ? shareClients(context, name, users) : [],
        locks: locksOf(config, byKey),
      },
      [because, `${because}.access`],
      where,
    );
    plan.add(
      "share-lock",
      parts,
      `${project}-${name}`,
      {
        shareId,
        reason: `data set ${key}/${name} of zone ${config.name}, permit ${config.permit.id}: the zone's stack alone deletes it`,
        demand: locksOf(config, byKey),
      },
      because,
      where,
    );
  }
}
