import type { ZoneConfig } from "../config/index.ts";
import { gibibytes } from "../config/scalars.ts";
import type { DatasetConfig } from "../config/zone.ts";
import { defaultVolumeType, isDeletable, typeFacts, type AreaContext } from "./area.ts";
import type { Labels } from "./facts.ts";
import { byText, entryOf, placeKey, STORAGE } from "./names.ts";
import { isFrozen } from "./persons.ts";
import { erasureOf, storedAs } from "./storage/erasure.ts";
import type { TrustTier } from "./types.ts";

/** Who could read a data set at rest. Cinder's LUKS is opened by the hypervisor; a share's bytes are the storage servers' to read. */
export const tierOf = (kind: DatasetConfig["kind"]): TrustTier => (kind === "volume" ? "host" : "storage");

/** Type of a share without a named one: the first granted type by name. */
export const defaultShareType = (config: ZoneConfig): string =>
  Object.keys(config.granted.shareTypes).toSorted(byText)[0] ?? "";

function labels(config: ZoneConfig, dataset: DatasetConfig): Labels {
  return {
    owner: dataset.owner,
    classification: dataset.classification,
    permit: config.permit.id,
    tier: tierOf(dataset.kind),
  };
}

/**
 * Networks from which a share may be used, with the level each gets: one for each bench, and one for the area's machines. That is their
 * network to the storage where they have one: from their own no flow could lead to a server.
 */
function shareRules(
  { config, key }: AreaContext,
  dataset: DatasetConfig,
): { readonly cidr: string; readonly level: "ro" | "rw" }[] {
  if (isFrozen(config)) return [];
  const level = (right: "read" | "write"): "ro" | "rw" => (right === "write" ? "rw" : "ro");
  const benches = Object.entries(dataset.access).map(
    ([partner, right]) => [placeKey(key, partner), level(right)] as const,
  );
  const home = entryOf(config.granted.storage, key) === undefined ? key : placeKey(key, STORAGE);
  const own = dataset.machines === "none" ? [] : [[home, level(dataset.machines)] as const];
  const all = [...own, ...benches].toSorted(([a], [b]) => byText(a, b));
  return all.flatMap(([place, right]) => {
    const network = entryOf(config.granted.networks, place);
    return network === undefined
      ? []
      : [
          { cidr: network.ipv4, level: right },
          { cidr: network.ipv6, level: right },
        ];
  });
}

/** Volumes and shares of an area, with the whole list of those who may use a share. */
export function planDatasets(context: AreaContext): void {
  const { plan, config, key, area, project, path } = context;
  const zone = config.places.zones[0] ?? "";
  for (const [name, dataset] of Object.entries(area.datasets)) {
    const because = `${path}.datasets.${name}`;
    const where = { project, tier: tierOf(dataset.kind) };
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
        { ...common, ...typeFacts(config, dataset.type ?? defaultVolumeType(config), dataset.erasure) },
        because,
        where,
      );
      continue;
    }
    const shareType = dataset.type ?? defaultShareType(config);
    const protocol = entryOf(config.granted.shareTypes, shareType)?.protocols[0] ?? "NFS";
    const erasure = erasureOf(config, dataset.erasure, storedAs(config, "share", shareType));
    const facts = { ...common, shareType, protocol, erasure };
    const shareId = plan.add("share", parts, `${project}-${name}`, facts, because, where);
    plan.add(
      "share-access",
      parts,
      `${project}-${name}`,
      { shareId, rules: shareRules(context, dataset) },
      [because, `${because}.access`],
      where,
    );
  }
}
