import type { ZoneConfig } from "../config/index.ts";
import type { AreaConfig } from "../config/zone.ts";
import type { PlacedEnd } from "./ends.ts";
import type { ZoneFlow } from "./flows.ts";

/** What broker and workers of an area ask for as flows: the broker reaches the workers, and they reach it where the config says so. */
export function topologyFlows(config: ZoneConfig, key: string, { topology }: AreaConfig): readonly ZoneFlow[] {
  if (topology === undefined) return [];
  const { broker, workers, ports, home } = topology;
  const end = (group: string): PlacedEnd => ({ kind: "machines", group, area: key });
  const common = { area: key, until: config.permit.expires, because: `zone.areas.${key}.topology` };
  const work = { ...common, from: end(broker), to: end(workers), ports, reason: "the broker hands out work" };
  const back = { ...common, from: end(workers), to: end(broker), reason: "workers report to their broker" };
  return home === undefined ? [work] : [work, { ...back, ports: home }];
}
