import { UserError, type Problem } from "../config/problem.ts";
import type { ZoneConfig } from "../config/zone.ts";
import type { PlannedObject } from "../plan/types.ts";
import { planZone } from "../plan/zone.ts";

/** A zone's plan, or why there is none. */
interface Planned {
  readonly objects: readonly PlannedObject[];
  /** Objects that would share a name; then nothing is planned. */
  readonly clashes: readonly Problem[];
}

// Several rules ask for the plan of one config.
const known = new WeakMap<ZoneConfig, Planned>();

function plan(config: ZoneConfig): Planned {
  try {
    return { objects: planZone(config).objects, clashes: [] };
  } catch (error) {
    if (error instanceof UserError) return { objects: [], clashes: error.problems };
    throw error;
  }
}

/** What a zone's config asks for. */
export function plannedBy(config: ZoneConfig): Planned {
  const planned = known.get(config) ?? plan(config);
  known.set(config, planned);
  return planned;
}
