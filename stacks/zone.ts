import type * as pulumi from "@pulumi/pulumi";
import { Zone } from "../components/zone/zone.ts";
import type { ZoneConfig } from "../config/index.ts";
import { placeName } from "../plan/names.ts";
import { planZone } from "../plan/zone.ts";
import { findGranted } from "./lookup/granted.ts";

/** Makes a research zone inside what the operator granted. */
export async function runZone(config: ZoneConfig): Promise<pulumi.Inputs> {
  const plan = planZone(config);
  const prefix = config.cloud ?? config.name;
  const cloudOf = (area?: string): string => (area === undefined ? prefix : placeName(prefix, area));
  const granted = await findGranted(config, plan, cloudOf);
  const areas = Object.fromEntries(
    Object.keys(config.areas).map((key) => [placeName(config.name, key), { cloud: cloudOf(key) }]),
  );
  const zone = new Zone(config.name, { scope: { cloud: cloudOf() }, areas, plan, granted });
  return { objects: zone.ids };
}
