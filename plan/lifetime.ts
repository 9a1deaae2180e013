import type { ZoneConfig } from "../config/index.ts";
import { endOf } from "../config/scalars.ts";
import { isDeletable } from "./area.ts";

/** True once the time of a zone for one run is over. @param now milliseconds, the caller's clock */
export const isOver = ({ lifetime }: Pick<ZoneConfig, "lifetime">, now: number): boolean =>
  lifetime !== undefined && endOf(lifetime.until) <= now;

/**
 * Config paths of what holds data that may not be deleted: the zone itself, where its word stands for all, then data sets and root
 * disks with a word of their own. What was taken over is never deleted, and volumes of Quobyte are the operator's: they are not named here.
 */
export function protectedData(config: ZoneConfig): readonly (readonly string[])[] {
  const own = Object.entries(config.areas).flatMap(([key, area]) => {
    const path = ["areas", key];
    const datasets = Object.entries(area.datasets).filter(
      ([, { adopt, kind }]) => adopt === undefined && kind !== "quobyte",
    );
    return [
      ...Object.entries(area.machines).map(([group, data]) => ({ data, path: [...path, "machines", group] })),
      ...datasets.map(([name, data]) => ({ data, path: [...path, "datasets", name] })),
    ];
  });
  const kept = own.filter(({ data }) => !isDeletable(config, data));
  const inherits = kept.some(({ data }) => data.deletion === undefined);
  return [...(inherits ? [[]] : []), ...kept.filter(({ data }) => data.deletion !== undefined).map(({ path }) => path)];
}
