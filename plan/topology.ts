import type { ZoneConfig } from "../config/index.ts";
import type { AreaConfig } from "../config/zone.ts";
import type { AreaContext } from "./area.ts";
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

const POLICIES = { required: "anti-affinity", preferred: "soft-anti-affinity" } as const;

/** The server group that keeps broker and workers on hosts of their own, where the config asks for it. */
export function planServerGroup({ plan, config, key, area, project, path }: AreaContext): void {
  const apart = area.topology?.apart;
  if (apart === undefined) return;
  const facts = { policy: POLICIES[apart] };
  plan.add("server-group", [config.name, key], project, facts, `${path}.topology.apart`, { project });
}

/** Plan id of the server group in which the machines of a group are made; null where they are in none. */
export const serverGroupOf = ({ config, key, area }: AreaContext, group: string): string | null =>
  area.topology?.apart !== undefined && [area.topology.broker, area.topology.workers].includes(group)
    ? `server-group/${config.name}/${key}`
    : null;
