import type { ZoneConfig } from "../config/index.ts";
import type { DoorsConfig, IngestConfig, ResultsConfig } from "../config/doors.ts";
import { endOf, gibibytes } from "../config/scalars.ts";
import { isDeletable, type AreaContext } from "./area.ts";
import type { AssignmentFacts, ContainerFacts } from "./facts.ts";
import { byText } from "./names.ts";
import { isFrozen } from "./persons.ts";

/** Last second of anything that a door hands out: its own, or the permit's where that is sooner; `2027-12-31T23:59:59Z`. */
export function doorEnd(config: ZoneConfig, until: string | undefined): string {
  const { expires } = config.permit;
  const end = Math.min(endOf(expires), endOf(until ?? expires));
  return new Date(end).toISOString().replace(/\.\d+Z$/, "Z");
}

/** True from the day after its last one: it opens nothing any more, and what came through it stays. */
export const isOver = (config: ZoneConfig, until: string | undefined, today: string): boolean =>
  doorEnd(config, until) < `${today}T00:00:00Z`;

/** Doors of an area with their providers, sorted: the order in the file says nothing. */
export const ingestsOf = (doors: DoorsConfig | undefined): readonly (readonly [string, IngestConfig])[] =>
  Object.entries(doors?.ingest ?? {}).toSorted(([a], [b]) => byText(a, b));

/** Name of a container: `<zone>-<area>-ingest-<provider>`, or `-run`, `-results`, `-released`. */
export const containerName = (project: string, purpose: ContainerFacts["purpose"], provider?: string): string =>
  [project, purpose, ...(provider === undefined ? [] : [provider])].join("-");

/** The service user as which the crawler of an area acts. */
export const crawlerUserId = (zone: string, area: string): string => `service-user/${zone}/${area}/crawler`;

/** True while the crawler of an area may act. */
export function crawlerOpens({ config, area }: Pick<AreaContext, "config" | "area">, today: string): boolean {
  const results = area.doors?.results;
  return results !== undefined && !isFrozen(config) && !isOver(config, results.until, today);
}

/** The crawler's role in the area's project, without which no token is had; what it may do there its credential and the lists say. */
export function doorAssignments(context: Pick<AreaContext, "config" | "key" | "area">, today: string) {
  const { config, key } = context;
  if (!crawlerOpens(context, today)) return [];
  return [{ role: "reader", serviceUserId: crawlerUserId(config.name, key) } satisfies AssignmentFacts];
}

const closed: Pick<ContainerFacts, "readers" | "writers"> = { readers: [], writers: [] };

function planIngest(context: AreaContext, provider: string, door: IngestConfig, today: string): void {
  const { plan, config, key, project, path } = context;
  const because = `${path}.doors.ingest.${provider}`;
  const name = containerName(project, "ingest", provider);
  const parts = [config.name, key, "ingest", provider];
  const containerId = plan.add(
    "container",
    parts,
    name,
    {
      ...{ purpose: "ingest", provider, sizeGiB: gibibytes(door.size), versions: true, signed: true, ...closed },
      ...{ deletable: isDeletable(config, door), permit: config.permit.id },
    },
    because,
    { project, tier: "storage" },
  );
  plan.add(
    "ingest-key",
    parts,
    name,
    {
      containerId,
      networks: door.networks.toSorted(byText),
      expiresAt: doorEnd(config, door.until),
      enabled: !isFrozen(config) && !isOver(config, door.until, today),
    },
    because,
    { project },
  );
}

function planResults(context: AreaContext, door: ResultsConfig, today: string): void {
  const { plan, config, key, project, path } = context;
  const because = `${path}.doors.results`;
  const over = isOver(config, door.until, today);
  const frozen = isFrozen(config);
  const common = { provider: null, sizeGiB: gibibytes(door.size), signed: false, permit: config.permit.id };
  const deletable = isDeletable(config, door);
  // Whoever reads a container reads its older versions too: what is taken back from the readers must be gone.
  const container = (purpose: ContainerFacts["purpose"], opened: Partial<ContainerFacts>): void => {
    const facts: ContainerFacts = {
      purpose,
      ...common,
      versions: purpose === "results",
      deletable,
      ...closed,
      ...opened,
    };
    const parts = [config.name, key, purpose];
    plan.add("container", parts, containerName(project, purpose), facts, because, { project, tier: "storage" });
  };
  const crawler = frozen || over ? [] : (["crawler"] as const);
  container("run", { readers: crawler });
  container("results", { writers: crawler });
  // Readers keep what was released when the crawler's time is over.
  container("released", { readers: frozen ? [] : ["readers"] });
  const userId = plan.add(
    "service-user",
    [config.name, key, "crawler"],
    `${project}-${door.crawler}`,
    { title: `Crawler of results of ${key}` },
    because,
  );
  if (over) return;
  const readsKeys = Object.values(context.area.studyKeys).some(({ services }) => services.length > 0);
  const within = (purpose: ContainerFacts["purpose"]): string =>
    `/v1/AUTH_{project}/${containerName(project, purpose)}`;
  plan.add(
    "application-credential",
    [config.name, key, "crawler"],
    `${project}-${door.crawler}`,
    {
      userId,
      role: "reader",
      accessRules: [
        { service: "object-store", method: "GET", path: within("run") },
        { service: "object-store", method: "GET", path: `${within("run")}/**` },
        { service: "object-store", method: "PUT", path: `${within("results")}/**` },
        // Which key, the key's own list says.
        ...(readsKeys ? ([{ service: "key-manager", method: "GET", path: "/v1/secrets/*/payload" }] as const) : []),
      ],
      expiresAt: doorEnd(config, door.until),
      enabled: !frozen,
    },
    because,
    { project },
  );
}

/** Containers of an area's doors, who may use them, and everything that is handed out for them. */
export function planDoors(context: AreaContext, today: string): void {
  const { doors } = context.area;
  for (const [provider, door] of ingestsOf(doors)) planIngest(context, provider, door, today);
  if (doors?.results !== undefined) planResults(context, doors.results, today);
}
