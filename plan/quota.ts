import type { ZoneConfig } from "../config/index.ts";
import { areaBenches } from "../config/zone.ts";
import { COUNTERS, grantedOf, needsOf, NOTHING, type Counter } from "./needs.ts";
import { entryOf, placeKey, placeName } from "./names.ts";
import type { PlannedObject } from "./types.ts";

/** A limit of the cloud with its use, in the unit of the counter. */
export interface LiveCount {
  /** Undefined where the cloud sets no limit. */
  readonly limit?: number;
  readonly used: number;
  /** Part of `used` that planned objects take which are there already. */
  readonly own: number;
}

/** What the cloud says of one project; a counter is absent where this credential may not see it. */
export type LiveQuota = Partial<Readonly<Record<Counter, LiveCount>>>;

export type Verdict = "fits" | "over grant" | "over limit" | "not visible";

/** One counter of one project. */
export interface QuotaRow {
  readonly project: string;
  readonly service: string;
  readonly counter: Counter;
  readonly planned: number;
  /** As the operator handed it over. */
  readonly granted: number;
  readonly limit?: number;
  readonly used?: number;
  /** Part of `used` that no planned object takes: what else is in the project. */
  readonly others?: number;
  readonly verdict: Verdict;
}

function verdictOf(planned: number, granted: number, live: LiveCount | undefined, isLive: boolean): Verdict {
  if (planned > granted) return "over grant";
  if (!isLive) return "fits";
  if (live === undefined) return "not visible";
  return live.limit !== undefined && planned + (live.used - live.own) > live.limit ? "over limit" : "fits";
}

/**
 * Planned, granted and, where the cloud was asked, limited and used, for each project and service. A bench plans nothing: its people
 * use what is granted themselves.
 * @param live by project; absent where the cloud was not asked
 */
export function quotaRows(
  config: ZoneConfig,
  objects: readonly PlannedObject[],
  live?: ReadonlyMap<string, LiveQuota>,
): readonly QuotaRow[] {
  const needs = needsOf(config, objects);
  const places = Object.entries(config.areas).flatMap(([area, of]) => [
    area,
    ...areaBenches(of).map((bench) => placeKey(area, bench)),
  ]);
  return places.flatMap((place) => {
    const project = placeName(config.name, place);
    const quota = entryOf(config.granted.quotas, place);
    // Only the area's projects are the pipeline's to see.
    const seen = place.includes("/") ? undefined : live?.get(project);
    return COUNTERS.map(({ counter, service }): QuotaRow => {
      const planned = place.includes("/") ? 0 : (needs.get(project) ?? NOTHING)[counter];
      const granted = quota === undefined ? 0 : grantedOf(quota, counter);
      const count = seen?.[counter];
      return {
        ...{ project, service, counter, planned, granted },
        ...(count?.limit === undefined ? {} : { limit: count.limit }),
        ...(count === undefined ? {} : { used: count.used, others: count.used - count.own }),
        verdict: verdictOf(planned, granted, count, live !== undefined),
      };
    });
  });
}

/** True where the plan cannot come true. */
export const isOver = ({ verdict }: QuotaRow): boolean => verdict === "over grant" || verdict === "over limit";
