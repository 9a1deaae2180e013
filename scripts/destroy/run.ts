import path from "node:path";
import type { TenantConfig, ZoneConfig } from "../../config/index.ts";
import { UserError } from "../../config/problem.ts";
import type { Journal } from "../../deletion/journal.ts";
import { receiptOf, type Receipt } from "../../deletion/receipt.ts";
import { keyOf, type Left } from "../../deletion/types.ts";
import { planZone } from "../../plan/zone.ts";
import type { Io } from "../site/io.ts";
import { withFileLock } from "../site/lock.ts";
import { loadStackOf, stackFile } from "../site/site.ts";
import { readIfThere } from "../site/files.ts";
import type { RunPulumi, StackPlace } from "../site/state.ts";
import { findDomain } from "./identity.ts";
import { journalPath, openJournal, type JournalFile } from "./journal-file.ts";
import { destroyOperatorHalf, judgedByOperator, lookAsOperator, type OperatorHalf } from "./operator-half.ts";
import { volumesLeft } from "./quobyte.ts";
import { actorOf, openClusters, openOperator, openZoneWorld, type ZoneWorld } from "./sessions.ts";
import type { SigningKey } from "./signing-key.ts";
import { packageVersion } from "./version.ts";
import { destroyZoneHalf, enter, foresee, type Foreseen, type HalfEnd } from "./zone-half.ts";

export interface DestroyOptions {
  readonly zone: string;
  /** The zone's site directory, or the operator's where only his half is to go. */
  readonly directory: string;
  /** The operator's site directory; his half goes, too. */
  readonly operator?: string;
  /** What no stack made goes, too. */
  readonly all: boolean;
  /** Who says that Barbican's deleted rows were purged. */
  readonly rowsPurgedBy?: string;
  readonly run?: RunPulumi;
}

/** What a directory holds of a zone. */
interface Halves {
  readonly zone?: ZoneConfig;
  readonly tenant?: { readonly config: TenantConfig; readonly directory: string };
}

const tenantStack = (zone: string): string => `${zone}-tenant`;

/** Which halves are to go, by the stack files that are there. @throws UserError where neither is */
async function halvesOf({ zone, directory, operator }: DestroyOptions, io: Io): Promise<Halves> {
  const has = async (dir: string, stack: string): Promise<boolean> =>
    (await readIfThere(stackFile(dir, stack))) !== undefined;
  const isOperators = !(await has(directory, zone)) && (await has(directory, tenantStack(zone)));
  const tenantDirectory = isOperators ? directory : operator;
  const config = isOperators ? undefined : await loadStackOf("zone", directory, zone, io.cwd);
  const tenant =
    tenantDirectory === undefined
      ? undefined
      : {
          config: await loadStackOf("tenant", tenantDirectory, tenantStack(zone), io.cwd),
          directory: tenantDirectory,
        };
  if (tenant !== undefined && tenant.config.zone !== zone)
    throw new UserError({
      what: `stack ${tenantStack(zone)} is of zone ${tenant.config.zone}, not of ${zone}`,
      next: "name the zone that it is of",
    });
  return { ...(config !== undefined && { zone: config }), ...(tenant !== undefined && { tenant }) };
}

/** After a kill of ours an engine that it began may still be at work: its lock is waited for. */
const PATIENCE = 120_000;

function stackOf(stack: string, directory: string, io: Io, run: RunPulumi | undefined): StackPlace {
  const stateUrl = io.env["STATE_URL"];
  return {
    ...{ stack, directory, patience: PATIENCE },
    ...(stateUrl !== undefined && stateUrl !== "" && { stateUrl }),
    ...(run !== undefined && { run }),
  };
}

/**
 * What would go and what would stay; nothing is changed.
 * @throws UserError where the zone cannot be read, or its pipeline cannot log in
 */
export async function foreseeZone(options: DestroyOptions, io: Io): Promise<Foreseen> {
  const { zone: config, tenant } = await halvesOf(options, io);
  const { directory, run, zone, all } = options;
  if (config === undefined) return foreseeTenant(tenant!, zone, io);
  const world = await openZoneWorld(config, directory, io.env);
  if (world === undefined) throw unknownPipeline(zone);
  try {
    const stack = stackOf(zone, directory, io, run);
    return await foresee({ config, plan: planZone(config), world, stack, all });
  } finally {
    world.session.close();
  }
}

async function foreseeTenant(tenant: NonNullable<Halves["tenant"]>, zone: string, io: Io): Promise<Foreseen> {
  const operator = await openOperator(tenant.config.cloud, tenant.directory, io.env);
  try {
    const stack = stackOf(tenantStack(zone), tenant.directory, io, undefined);
    const journal = { file: "", read: () => ({ objects: new Map() }) } as unknown as JournalFile;
    const clusters = await openClusters(Object.keys(tenant.config.quobyte), tenant.directory, io.env);
    const half: OperatorHalf = { config: tenant.config, operator, stack, journal, clusters, say: () => undefined };
    const seen = judgedByOperator((await lookAsOperator(half)).found);
    return {
      ...{ go: [], unseen: [], tenant: seen.filter(({ owner }) => owner === "tenant") },
      held: seen
        .filter(({ owner }) => owner === "zone")
        .map(({ kind, id, name, project }) => ({
          ...{ kind, id, name, project, why: "it is still in the zone's project" },
          next: "take the zone's half down first",
        })),
    };
  } finally {
    operator.close();
  }
}

const unknownPipeline = (zone: string): UserError =>
  new UserError({
    what: `the pipeline of ${zone} cannot log in`,
    why: "Keystone does not accept its user and password: the operator's half may be gone already, or the password was changed",
    next: "check clouds.yaml; where the operator's half is gone, name his site directory with --operator",
  });

/** Everything that is not gone, with the reason that is known of it. */
function remaining(journal: JournalFile, known: readonly Left[], withTenant: boolean): readonly Left[] {
  const told = new Set(known.map(({ kind, id = "" }) => keyOf({ kind, id })));
  const rest = [...journal.read().objects.values()]
    .filter((one) => one.goneAt === undefined && !told.has(keyOf(one)))
    .map(({ kind, id, name, project, owner }): Left => {
      const of = { kind, id, name, project };
      if (owner === "tenant" && !withTenant)
        return {
          ...of,
          why: "it is the operator's half",
          next: "`tresor destroy` with --operator, or in his directory",
        };
      return { ...of, why: "it is still there", next: "run `tresor destroy` again" };
    });
  return [...known, ...rest];
}

interface Work {
  readonly options: DestroyOptions;
  readonly halves: Halves;
  readonly io: Io;
  readonly say: (what: string) => void;
}

async function runZone(task: Work, world: ZoneWorld, journal: JournalFile): Promise<HalfEnd> {
  const { options, halves, io, say } = task;
  const config = halves.zone!;
  await journal.write({
    ...{ event: "begin", zone: config.name, domainId: world.domain.id, version: packageVersion() },
    ...{ half: "zone", by: world.actor },
  });
  const witness = (): Promise<void> =>
    asOperator(task, journal, async (half) => enter(journal, await lookAsOperator(half), "before", judgedByOperator));
  return destroyZoneHalf({
    ...{ config, world, journal, say, all: options.all, plan: planZone(config) },
    stack: stackOf(options.zone, options.directory, io, options.run),
    ...(halves.tenant !== undefined && { witness }),
  });
}

/** Does something with the operator's own credential. */
async function asOperator<T>(
  { options, halves, io, say }: Work,
  journal: JournalFile,
  work: (half: OperatorHalf) => Promise<T>,
): Promise<T> {
  const { config, directory } = halves.tenant!;
  const operator = await openOperator(config.cloud, directory, io.env);
  try {
    const stack = stackOf(tenantStack(options.zone), directory, io, options.run);
    const clusters = await openClusters(Object.keys(config.quobyte), directory, io.env);
    return await work({ config, operator, stack, journal, clusters, say });
  } finally {
    operator.close();
  }
}

const runTenant = (task: Work, journal: JournalFile, domainId: string): Promise<readonly Left[]> =>
  asOperator(task, journal, async (half) => {
    await journal.write({
      ...{ event: "begin", zone: half.config.zone, domainId, version: packageVersion() },
      ...{ half: "operator", by: await actorOf(half.operator) },
    });
    return destroyOperatorHalf(half);
  });

/** The domain's id as the operator finds it; undefined where it is gone. */
async function domainAsOperator(
  { config, directory }: NonNullable<Halves["tenant"]>,
  io: Io,
): Promise<string | undefined> {
  const operator = await openOperator(config.cloud, directory, io.env);
  try {
    return (await findDomain(operator, config.zone))?.id;
  } finally {
    operator.close();
  }
}

/** An attestation of a person; it counts for what was deleted before it. */
async function attest(journal: JournalFile, by: string | undefined): Promise<void> {
  if (by !== undefined) await journal.write({ event: "attested", what: "rows", by });
}

/** What became of a zone, by all runs. */
export interface TakenDown extends Pick<HalfEnd, "left" | "blocking"> {
  /** What the zone's half held back on purpose. */
  readonly held: readonly Left[];
  readonly journal: Journal;
  readonly until: string;
}

async function work(task: Work): Promise<TakenDown> {
  const { options, halves, io } = task;
  const { zone: config, tenant } = halves;
  const world = config === undefined ? undefined : await openZoneWorld(config, options.directory, io.env);
  try {
    const live = world?.domain.id ?? (tenant === undefined ? undefined : await domainAsOperator(tenant, io));
    const journal = await openJournal(options.directory, options.zone, live, io.now);
    const domainId = live ?? journal.read().domainId;
    if (domainId === undefined || (world === undefined && tenant === undefined && journal.read().runs.length === 0))
      throw unknownPipeline(options.zone);
    const half = world === undefined ? { left: [], blocking: [] } : await runZone(task, world, journal);
    const withTenant = tenant !== undefined && half.left.length === 0;
    const rest = withTenant ? await runTenant(task, journal, domainId) : [];
    await attest(journal, options.rowsPurgedBy);
    const granted = volumesLeft(config, journal.read());
    const left = remaining(journal, [...half.left, ...rest, ...granted], withTenant);
    const until = await journal.write({ event: "end", left: [...left] });
    return { journal: journal.read(), left, held: half.left, blocking: [...half.blocking, ...rest], until };
  } finally {
    world?.session.close();
  }
}

/**
 * Takes a zone down, or goes on where the last run ended: the one way in which every command does it.
 * @throws UserError where it cannot: nobody answers, the engine's state cannot be read, another run is at work
 */
export async function takeDown(options: DestroyOptions, io: Io, say: (what: string) => void): Promise<TakenDown> {
  const halves = await halvesOf(options, io);
  const lock = path.join(options.directory, path.basename(journalPath(options.directory, options.zone)));
  return withFileLock(lock, () => work({ options, halves, io, say }));
}

/** What is signed of it. */
export const receiptFor = ({ journal, left, until }: TakenDown, { publicKey }: SigningKey): Receipt =>
  receiptOf(journal, { left, until, publicKey });
