import { parse } from "yaml";

/** What a test needs to know of a flow, read from the file as a person reads it: nothing of the planner stands in between. */
interface Flow {
  readonly from: string;
  readonly to: string;
  readonly ports: readonly string[];
}

interface ZoneFile {
  readonly name: string;
  readonly flows?: readonly Flow[];
  readonly areas: Readonly<Record<string, { readonly flows?: readonly Flow[] }>>;
}

/** Where somebody stands, and under which names flows may speak of him. */
export interface Place {
  /** `cardio/commons`, for a bench `cardio/commons/heart-centre`, `outside` beyond the zones. */
  readonly network: string;
  /** `cardio/commons/machines/analysis`, `cardio/area/commons`, `cardio/commons/bench/heart-centre`, `cardio/network/admins`. */
  readonly ends: readonly string[];
}

/** An opening that a flow's words allow, whoever carries it out. */
export interface Opening {
  readonly from: string;
  readonly to: string;
  /** Network on which both stand, or the one of the area where the other end lies beyond. */
  readonly network: string;
  readonly beyond: boolean;
  readonly ports: readonly string[];
}

/** An end with its zone and area: `machines/db` of an area is that area's, `site/x` the zone's. */
function fullEnd(zone: string, area: string | undefined, end: string): string {
  const parts = end.split("/");
  const isLocal = parts.length === 2 && (parts[0] === "machines" || parts[0] === "bench");
  return [zone, ...(isLocal ? [area ?? "?"] : []), ...parts].join("/");
}

/** Everything that the flows of a zone's file open; all else is closed. */
export function openings(text: string): readonly Opening[] {
  const zone = (parse(text) as { config: { "tresor:zone": ZoneFile } }).config["tresor:zone"];
  const read = (flows: readonly Flow[] = [], area?: string): readonly Opening[] =>
    flows.map((flow) => {
      const [from, to] = [fullEnd(zone.name, area, flow.from), fullEnd(zone.name, area, flow.to)];
      const bench = [from, to].map((end) => /^([^/]+\/[^/]+)\/bench\/(.+)$/.exec(end)).find((match) => match !== null);
      const inside = [from, to].map((end) => /^([^/]+)\/(?:area\/([^/]+)|([^/]+)\/machines\/)/.exec(end));
      const home = inside.find((match) => match !== null);
      const network = bench ? `${bench[1]}/${bench[2]}` : `${home?.[1]}/${home?.[2] ?? home?.[3]}`;
      return {
        from,
        to,
        network,
        beyond: bench === undefined && inside.some((match) => match === null),
        ports: flow.ports,
      };
    });
  return [...read(zone.flows), ...Object.entries(zone.areas).flatMap(([area, { flows }]) => read(flows, area))];
}

/** Whether a flow lets `from` reach `to` on a service: `22/tcp`, `icmp`. */
export function isAllowed(all: readonly Opening[], from: Place, to: Place, service: string): boolean {
  return all.some((opening) => {
    if (!from.ends.includes(opening.from) || !to.ends.includes(opening.to) || !opening.ports.includes(service))
      return false;
    const networks = [from.network, to.network];
    return opening.beyond
      ? networks.includes(opening.network) && networks.some((network) => network !== opening.network)
      : networks.every((network) => network === opening.network);
  });
}
