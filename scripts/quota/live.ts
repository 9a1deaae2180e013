import type { ZoneConfig } from "../../config/index.ts";
import type { Service, Session } from "../../openstack/index.ts";
import { COUNTERS, sumOf, type Counter, type Counts } from "../../plan/needs.ts";
import type { LiveCount, LiveQuota } from "../../plan/quota.ts";
import type { PlannedObject } from "../../plan/types.ts";

/** What a limits call tells: of each counter the limit and the use, in the counter's unit; -1 is no limit. */
type Told = Partial<Readonly<Record<Counter, { readonly limit: number; readonly used: number }>>>;

/** How one service tells a project's limits, and what is in use by name. */
interface Reader {
  readonly service: Service;
  /** One call. Undefined where this credential may not ask. */
  readonly limits: (session: Session, projectId: string) => Promise<Told | undefined>;
  /** Names of what is there, and the kinds of planned object that bear them. */
  readonly names?: (session: Session) => Promise<readonly string[]>;
  readonly kinds: readonly PlannedObject["kind"][];
}

type Absolute = Readonly<Record<string, number>>;

/** Nova, Cinder and Manila tell all in one call, each in its own words. */
const absolute =
  (service: Service, words: Partial<Record<Counter, readonly [limit: string, used: string, perUnit?: number]>>) =>
  async (session: Session): Promise<Told> => {
    const what = "read the project's limits";
    const { body } = await session.request<{ limits: { absolute: Absolute } }>(service, "GET", "/limits", { what });
    const told = body.limits.absolute;
    const entries = Object.entries(words).map(([counter, [limit, used, perUnit = 1]]) => {
      const amount = told[limit] ?? -1;
      return [counter, { limit: amount < 0 ? -1 : amount / perUnit, used: (told[used] ?? 0) / perUnit }];
    });
    return Object.fromEntries(entries) as Told;
  };

const namesAt =
  (service: Service, path: string, key: string) =>
  async (session: Session): Promise<readonly string[]> =>
    (await session.paginate<{ name: string | null }>(service, path, key)).map(({ name }) => name ?? "");

async function networkLimits(session: Session, projectId: string): Promise<Told | undefined> {
  // By default the project's manager and the administrator may ask; the pipeline is neither in an area.
  const { status, body } = await session.request<{ quota: Record<string, { limit: number; used: number }> }>(
    "network",
    "GET",
    `/quotas/${projectId}/details`,
    { what: "read the project's network quota", expect: [403, 404] },
  );
  return status === 200 ? { ports: body.quota["port"] ?? { limit: -1, used: 0 } } : undefined;
}

async function keyLimits(session: Session): Promise<Told> {
  const limits = await session.request<{ quotas: { secrets: number } }>("key-manager", "GET", "/quotas");
  const list = await session.request<{ total: number }>("key-manager", "GET", "/secrets", { query: { limit: 1 } });
  return { secrets: { limit: limits.body.quotas.secrets, used: list.body.total } };
}

const READERS: readonly Reader[] = [
  {
    service: "compute",
    limits: absolute("compute", {
      machines: ["maxTotalInstances", "totalInstancesUsed"],
      cores: ["maxTotalCores", "totalCoresUsed"],
      memory: ["maxTotalRAMSize", "totalRAMUsed", 1024],
    }),
    names: namesAt("compute", "/servers", "servers"),
    kinds: ["machine"],
  },
  {
    service: "block-storage",
    limits: absolute("block-storage", {
      volumes: ["maxTotalVolumes", "totalVolumesUsed"],
      storage: ["maxTotalVolumeGigabytes", "totalGigabytesUsed"],
      backups: ["maxTotalBackups", "totalBackupsUsed"],
      backupStorage: ["maxTotalBackupGigabytes", "totalBackupGigabytesUsed"],
    }),
    names: namesAt("block-storage", "/volumes", "volumes"),
    kinds: ["root-volume", "key-volume", "volume"],
  },
  {
    service: "shared-file-system",
    limits: absolute("shared-file-system", {
      shares: ["maxTotalShares", "totalSharesUsed"],
      shareStorage: ["maxTotalShareGigabytes", "totalShareGigabytesUsed"],
      shareSnapshots: ["maxTotalShareSnapshots", "totalShareSnapshotsUsed"],
      shareSnapshotStorage: ["maxTotalSnapshotGigabytes", "totalSnapshotGigabytesUsed"],
    }),
    names: namesAt("shared-file-system", "/shares", "shares"),
    kinds: ["share"],
  },
  {
    service: "network",
    limits: networkLimits,
    names: namesAt("network", "/ports", "ports"),
    kinds: ["port", "uplink-groups", "subnet"],
  },
  // Keys bear no names of ours: those of volumes and of encrypted local disks that are there are ours.
  { service: "key-manager", limits: keyLimits, kinds: [] },
];

/** Planned objects that are there already, by name; of subnets Neutron's own port is one that always is. */
function standing(objects: readonly PlannedObject[], names: ReadonlySet<string>, isUsed: boolean): PlannedObject[] {
  return objects.filter(({ kind, name }) => (kind === "subnet" ? isUsed : names.has(name)));
}

/**
 * Limits and use of one area's project, asked with the pipeline's own credential: a call for each service (two for keys), and a list of
 * names more where something is in use, to tell what is planned from what else is there.
 * @param objects planned in the project
 */
export async function readQuota(
  session: Session,
  config: ZoneConfig,
  objects: readonly PlannedObject[],
): Promise<LiveQuota> {
  const projectId = (await session.token()).projectId ?? "";
  const live: Partial<Record<Counter, LiveCount>> = {};
  let keys = 0;
  for (const { service, limits, names, kinds } of READERS) {
    if (!(await session.offers(service))) continue;
    const told = await limits(session, projectId);
    if (told === undefined) continue;
    const isUsed = Object.values(told).some(({ used }) => used > 0);
    const there = new Set(isUsed && names !== undefined ? await names(session) : []);
    const mine = objects.filter(({ kind }) => kinds.includes(kind));
    const own: Counts = sumOf(standing(mine, there, isUsed), config);
    keys += own.secrets;
    for (const { counter } of COUNTERS) {
      const one = told[counter];
      if (one === undefined) continue;
      const ours = counter === "secrets" ? keys : own[counter];
      live[counter] = {
        ...(one.limit < 0 ? {} : { limit: one.limit }),
        used: one.used,
        own: Math.min(ours, one.used),
      };
    }
  }
  return live;
}
