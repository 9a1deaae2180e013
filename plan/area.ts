import type { ZoneConfig } from "../config/index.ts";
import type { Erasure } from "../config/scalars.ts";
import type { AreaConfig, DatasetConfig } from "../config/zone.ts";
import type { PlanBuilder } from "./build.ts";
import type { FactsByKind } from "./facts.ts";
import { byText } from "./names.ts";
import { abilityOf } from "./storage/capabilities.ts";
import { erasureOf } from "./storage/erasure.ts";
import { storedAs } from "./storage/stored.ts";

/** One area of the zone while it is planned. */
export interface AreaContext {
  readonly plan: PlanBuilder;
  readonly config: ZoneConfig;
  readonly key: string;
  readonly area: AreaConfig;
  /** Project of the area, which owns everything in it. */
  readonly project: string;
  readonly path: string;
}

/**
 * Type of a volume without a named one: a granted encrypted type, SSD before HDD, then by name. The order in the file says nothing:
 * Pulumi hands keys over sorted.
 */
export function defaultVolumeType(config: ZoneConfig): string {
  const encrypted = Object.entries(config.granted.volumeTypes).filter(([, type]) => type.encrypted);
  const [first] = encrypted.toSorted(([a, left], [b, right]) => byText(right.tier, left.tier) || byText(a, b));
  return first?.[0] ?? "";
}

type TypeFacts = Pick<FactsByKind["volume"], "volumeType" | "encrypted" | "erasure" | "growsAttached">;

/**
 * What is said of the encryption of a volume of this type: that of a type that nobody granted is asked for. And how the volume grows and ends.
 * @param own what the volume itself says of its end
 */
export function typeFacts(config: ZoneConfig, volumeType: string, own?: Erasure): TypeFacts {
  const stored = storedAs(config, "volume", volumeType);
  const growsAttached = stored.driver === undefined || abilityOf("cinder", stored.driver, "extendOnline").can;
  return { volumeType, encrypted: stored.encrypted, erasure: erasureOf(config, own, stored), growsAttached };
}

/** Whether the config says the explicit word for this data. */
export const isDeletable = (config: ZoneConfig, data: Pick<DatasetConfig, "deletion">): boolean =>
  (data.deletion ?? config.deletion) === "allowed";
