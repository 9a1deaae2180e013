import path from "node:path";
import type { ZoneConfig } from "../../config/index.ts";
import { UserError } from "../../config/problem.ts";
import { Session, sendsInClear, signedQuery } from "../../openstack/index.ts";
import { containerName, doorEnd, ingestsOf } from "../../plan/doors.ts";
import { placeName } from "../../plan/names.ts";
import type { Io } from "./io.ts";
import { loadStackOf } from "./site.ts";
import { uploadScript } from "./upload-script.ts";

/** A door as its zone's config has it. */
export interface Door {
  readonly area: string;
  readonly kind: "ingest" | "results";
  /** Of an ingest: the provider; of results: the crawler. */
  readonly who: string;
  readonly until: string;
  /** Networks of an ingest. */
  readonly networks: readonly string[];
  readonly containers: readonly string[];
}

/** All doors of a zone, by area. */
export function doorsOf(config: ZoneConfig): readonly Door[] {
  return Object.entries(config.areas).flatMap(([area, { doors }]): readonly Door[] => {
    const project = placeName(config.name, area);
    const ingests = ingestsOf(doors).map(([who, { until, networks }]): Door => ({
      ...{ area, kind: "ingest", who, until: doorEnd(config, until), networks },
      containers: [containerName(project, "ingest", who)],
    }));
    const results = doors?.results;
    if (results === undefined) return ingests;
    const containers = (["run", "results", "released"] as const).map((purpose) => containerName(project, purpose));
    const until = doorEnd(config, results.until);
    return [...ingests, { area, kind: "results", who: results.crawler, until, networks: [], containers }];
  });
}

export const loadZone = (zone: string, dir: string, io: Io): Promise<ZoneConfig> =>
  loadStackOf("zone", path.resolve(io.cwd, dir), zone, io.cwd);

/** One door of a zone. @param asked `<area>/<provider>` of an ingest, `<area>` of results */
export function doorOf(config: ZoneConfig, kind: Door["kind"], asked: string): Door {
  const all = doorsOf(config).filter((door) => door.kind === kind);
  const nameOf = (door: Door): string => (kind === "ingest" ? `${door.area}/${door.who}` : door.area);
  const found = all.find((door) => nameOf(door) === asked);
  if (found !== undefined) return found;
  throw new UserError({
    what: `${config.name} has no door for ${kind === "ingest" ? "data" : "results"} called ${asked}`,
    allowed: all.map(nameOf).join(", ") || "there is none yet",
    next: `name one of these, or write it below areas.<area>.doors.${kind} and run \`pulumi up\``,
  });
}

/** A session of the zone's pipeline in an area, with the site directory's clouds.yaml. */
export function openArea(config: ZoneConfig, area: string, dir: string, io: Io): Promise<Session> {
  const file = io.env["OS_CLIENT_CONFIG_FILE"] ?? path.join(path.resolve(io.cwd, dir), "clouds.yaml");
  return Session.open(placeName(config.cloud ?? config.name, area), {}, { ...io.env, OS_CLIENT_CONFIG_FILE: file });
}

/** Address of the object storage for the area's project. @throws UserError where there is none, or one without TLS */
export async function storageAddress(session: Session): Promise<string> {
  const address = await session.address("object-store");
  const next = "ask the operator for it";
  if (address === undefined) throw new UserError({ what: "the catalogue lists no object storage", next });
  if (sendsInClear(address))
    throw new UserError({
      what: "the object storage has an address without TLS",
      found: new URL(address).origin,
      why: "data and addresses that open the door would cross networks in the clear",
      next: "ask the operator for an address with https in the catalogue",
    });
  return address;
}

/**
 * The script by which a provider sends files: it holds addresses that open the door until its end.
 * @throws UserError where the door is shut now: frozen, over, or not made yet
 */
export async function uploadScriptOf(zone: string, door: Door, session: Session): Promise<string> {
  const [container = ""] = door.containers;
  const base = await storageAddress(session);
  const what = `read container "${container}"`;
  const { headers, status } = await session.request("object-store", "HEAD", `/${container}`, { what, expect: [404] });
  const key = headers["x-container-meta-temp-url-key"];
  if (status === 404 || typeof key !== "string" || key === "")
    throw new UserError({
      what: `the door ${door.area}/${door.who} is shut`,
      why:
        status === 404 ? "its container is not there" : "it has no key: the zone is frozen, or the door's time is over",
      next: `run \`pulumi up -s ${zone}\``,
    });
  const { pathname } = new URL(base);
  const signing = { key, method: "PUT" as const, path: `${pathname}/${container}`, prefix: `${door.who}/` };
  const queries = door.networks.map((network) => signedQuery({ ...signing, expires: Date.parse(door.until), network }));
  const { area, who: provider, until: expiresAt, networks } = door;
  return uploadScript({
    zone,
    area,
    provider,
    expiresAt,
    networks,
    queries,
    address: `${base}/${container}/${provider}`,
  });
}
