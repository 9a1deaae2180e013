import path from "node:path";
import type { PlatformConfig, StackConfig, TenantConfig, ZoneConfig } from "../../config/index.ts";
import { UserError } from "../../config/problem.ts";
import type { Session } from "../../openstack/index.ts";
import type { CapacityRow, ZoneGrants } from "../../plan/capacity.ts";
import type { QuotaRow, LiveQuota } from "../../plan/quota.ts";
import type { PlannedObject } from "../../plan/types.ts";
import { dim, green, red, table, yellow } from "../console.ts";
import { EXIT, today, type Io } from "../site/io.ts";

export interface QuotaOptions {
  readonly stack: string;
  readonly dir: string;
  readonly json: boolean;
  readonly live: boolean;
}

/** Opens a session; tests put their own in its place. */
export type OpenSession = (entry: string, directory: string, io: Io) => Promise<Session>;

const openSession: OpenSession = async (entry, directory, io) => {
  const [{ Session: Real }, { readIfThere }] = await Promise.all([
    import("../../openstack/index.ts"),
    import("../site/files.ts"),
  ]);
  const own = path.join(directory, "clouds.yaml");
  // The site's own clouds.yaml where it has one: another shell's environment must not lend it another's identity.
  const env = (await readIfThere(own)) === undefined ? { ...io.env } : { ...io.env, OS_CLIENT_CONFIG_FILE: own };
  return Real.open(entry, {}, env);
};

/** Reads a stack although it asks for more than its quota: that is what is shown here. */
async function readStack(directory: string, stack: string, io: Io): Promise<StackConfig> {
  const [{ loadStack, stackFile, shownFile }, { judge }] = await Promise.all([
    import("../site/site.ts"),
    import("../../policies/index.ts"),
  ]);
  const loaded = await loadStack(directory, stack, io.cwd);
  const problems = judge(loaded, { today: today(io) }).filter(({ rule }) => rule !== "quota-fits");
  if (problems.length === 0) return loaded;
  const position = { file: shownFile(stackFile(directory, stack), io.cwd), line: 1, column: 1 };
  throw new UserError(problems.map((problem) => ({ position, ...problem })));
}

const wrongKind = (kind: string, option: string, needs: string): UserError =>
  new UserError({ what: `${option} is for a ${needs}, not for a ${kind}`, next: `name the stack of a ${needs}` });

async function liveOf(
  zone: ZoneConfig,
  objects: readonly PlannedObject[],
  open: (entry: string) => Promise<Session>,
): Promise<ReadonlyMap<string, LiveQuota>> {
  const [{ readQuota }, { placeName }] = await Promise.all([import("../quota/live.ts"), import("../../plan/names.ts")]);
  const areas = Object.keys(zone.areas).map(async (area) => {
    const project = placeName(zone.name, area);
    const session = await open(placeName(zone.cloud ?? zone.name, area));
    try {
      const mine = objects.filter((object) => object.project === project);
      return [project, await readQuota(session, zone, mine)] as const;
    } finally {
      session.close();
    }
  });
  return new Map(await Promise.all(areas));
}

const PAINT: Readonly<Record<string, (text: string) => string>> = {
  fits: green,
  "over grant": red,
  "over limit": red,
  "over-granted": red,
  "over-committed": yellow,
  "not visible": yellow,
};
const painted = (verdict: string): string => (PAINT[verdict] ?? String)(verdict);
const shown = (amount: number | undefined): string =>
  amount === undefined ? "-" : String(Math.round(amount * 100) / 100);

function quotaTable(rows: readonly QuotaRow[], live: boolean): string {
  const head = [
    "project",
    "service",
    "counter",
    "planned",
    "granted",
    ...(live ? ["limit", "used", "others"] : []),
    "",
  ];
  const cells = rows.map(({ project, service, counter, planned, granted, limit, used, others, verdict }) => [
    ...[project, service, counter, shown(planned), shown(granted)],
    ...(live ? [shown(limit), shown(used), shown(others)] : []),
    painted(verdict),
  ]);
  return table([head, ...cells]);
}

/**
 * Planned, granted and, with `live`, limited and used.
 * @returns 2 where the plan cannot come true
 */
export async function planQuota(options: QuotaOptions, io: Io, open: OpenSession = openSession): Promise<number> {
  const [{ isOver, quotaRows }, { planZone }] = await Promise.all([
    import("../../plan/quota.ts"),
    import("../../plan/zone.ts"),
  ]);
  const directory = path.resolve(io.cwd, options.dir);
  const { kind, config } = await readStack(directory, options.stack, io);
  if (kind !== "zone") throw wrongKind(kind, "--quota", "zone");
  const { objects } = planZone(config);
  const live = options.live ? await liveOf(config, objects, (entry) => open(entry, directory, io)) : undefined;
  const rows = quotaRows(config, objects, live);
  const over = rows.filter(isOver);
  if (options.json) io.out(JSON.stringify({ zone: config.name, ok: over.length === 0, rows }, null, 2));
  else {
    io.out(
      quotaTable(
        rows.filter(({ planned, granted, used = 0 }) => planned + granted + used > 0),
        options.live,
      ),
    );
    io.note(dim("sizes in GiB; a bench's people use what is granted to it themselves, so nothing is planned there"));
    for (const { project, counter, planned, granted, limit, others, verdict } of over)
      io.note(
        verdict === "over grant"
          ? `${red("over")}: ${project} plans ${shown(planned)} ${counter}, and ${shown(granted)} are granted`
          : `${red("over")}: ${project} plans ${shown(planned)} ${counter}, others there use ${shown(others)}, and the limit is ${shown(limit)}`,
      );
  }
  return over.length === 0 ? EXIT.ok : EXIT.found;
}

async function tenantsIn(directory: string, io: Io): Promise<readonly TenantConfig[]> {
  const { loadStack, stacksIn } = await import("../site/site.ts");
  const stacks = await Promise.all((await stacksIn(directory)).map((stack) => loadStack(directory, stack, io.cwd)));
  return stacks.flatMap(({ kind, config }) => (kind === "tenant" ? [config] : []));
}

async function capacityTable(rows: readonly CapacityRow[], zones: readonly ZoneGrants[]): Promise<string> {
  const { RESOURCES } = await import("../../plan/capacity.ts");
  const head = ["", ...zones.map(({ zone }) => zone), "granted", "in hardware", "handed out", "over-commit", ""];
  const cells = rows.map(({ resource, granted, physical, allocatable, overcommit, verdict }) => {
    const of = RESOURCES.find((one) => one.resource === resource);
    const amount = (value: number | undefined): string =>
      value === undefined ? "-" : `${shown(value)}${of?.unit ?? ""}`;
    return [
      of?.says ?? resource,
      ...zones.map(({ grants }) => amount(grants[resource])),
      ...[amount(granted), amount(physical), amount(allocatable)],
      overcommit === undefined ? "-" : `${overcommit} : 1`,
      painted(verdict),
    ];
  });
  return table([head, ...cells]);
}

/**
 * The grants of all tenants of a site directory against what the cloud has.
 * @returns 2 where more SEV-SNP slots are granted than there are
 */
export async function planCapacity(options: QuotaOptions, io: Io, open: OpenSession = openSession): Promise<number> {
  const [{ capacityRows, grantsByZone, slotsOverGranted }, { loadStack }, { readSupply }] = await Promise.all([
    import("../../plan/capacity.ts"),
    import("../site/site.ts"),
    import("../quota/supply.ts"),
  ]);
  const directory = path.resolve(io.cwd, options.dir);
  const { kind, config } = await loadStack(directory, options.stack, io.cwd);
  if (kind !== "platform") throw wrongKind(kind, "--capacity", "platform");
  const platform: PlatformConfig = config;
  const zones = grantsByZone(await tenantsIn(directory, io), platform);
  const session = await open(platform.cloud, directory, io);
  try {
    const rows = capacityRows(zones, await readSupply(session));
    const over = slotsOverGranted(rows);
    if (options.json) io.out(JSON.stringify({ ok: !over, zones, rows }, null, 2));
    else io.out(await capacityTable(rows, zones));
    if (over && !options.json)
      io.note(`${red("over-granted")}: the last confidential machines would never start. Lower quotas, or add hosts.`);
    return over ? EXIT.found : EXIT.ok;
  } finally {
    session.close();
  }
}
