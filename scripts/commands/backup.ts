import path from "node:path";
import type { Command } from "commander";
import { UserError } from "../../config/problem.ts";
import type { Session } from "../../openstack/index.ts";
import type { BackedUp } from "../../plan/backups.ts";
import type { BackupStore } from "../site/backups.ts";
import type { BackupEntry } from "../site/backup-record.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";

export interface BackupOptions {
  readonly zone: string;
  /** The zone's site directory. */
  readonly dir: string;
  /** Only this data set, as `<area>/<data set>`. */
  readonly dataset?: string;
  readonly json: boolean;
}

export interface RunOptions extends BackupOptions {
  /** The word that removes backups after the permit's end. */
  readonly expire: boolean;
}

interface Context {
  readonly zone: string;
  readonly permit: string;
  readonly file: string;
  readonly wanted: readonly BackedUp[];
  readonly session: (area: string) => Promise<Session>;
  readonly close: () => Promise<void>;
}

/** What every command of the group needs. @throws UserError where nothing is backed up */
async function open({ zone, dir, dataset }: BackupOptions, io: Io): Promise<Context> {
  const [{ loadZone, openArea }, { backedUp }, { recordFile }] = await Promise.all([
    import("../site/doors.ts"),
    import("../../plan/backups.ts"),
    import("../site/backup-record.ts"),
  ]);
  const config = await loadZone(zone, dir, io);
  const all = backedUp(config);
  const wanted = all.filter((one) => dataset === undefined || one.dataset === dataset);
  if (wanted.length === 0)
    throw new UserError({
      what: dataset === undefined ? `${zone} backs nothing up` : `${zone} does not back up ${dataset}`,
      allowed: all.map((one) => one.dataset).join(", ") || "there is none yet",
      next: "write backup: at a data set of kind volume or share (docs/backups.md)",
    });
  const sessions = new Map<string, Promise<Session>>();
  const session = (area: string): Promise<Session> => {
    const known = sessions.get(area) ?? openArea(config, area, dir, io);
    sessions.set(area, known);
    return known;
  };
  const close = async (): Promise<void> => {
    for (const each of sessions.values()) await each.then((one) => one.close()).catch(() => undefined);
  };
  const file = recordFile(path.resolve(io.cwd, dir), zone);
  return { zone, permit: config.permit.expires, file, wanted, session, close };
}

type Did = Pick<BackupEntry, "did" | "backup" | "says">;

const failure = (error: unknown): Did => {
  if (!(error instanceof UserError)) throw error;
  return { did: "failed", backup: null, says: error.message };
};

/** What makes, finds, removes and tests backups of a volume, or snapshots of a share. */
async function storeOf({ kind }: BackedUp): Promise<BackupStore> {
  if (kind === "share") return (await import("../site/share-snapshots.ts")).SNAPSHOTS;
  return (await import("../site/backups.ts")).BACKUPS;
}

const ENCRYPTED = (encrypted: boolean | null): string =>
  encrypted === null ? "as its storage keeps it" : encrypted ? "encrypted" : "not encrypted";

/** Makes what is due for one volume or share, then removes what is too many. */
async function runOne(context: Context, one: BackedUp, expire: boolean, now: Date): Promise<readonly Did[]> {
  const [{ backupSteps }, { backupsOf, makeBackup, removeBackup }] = await Promise.all([
    import("../../plan/backups.ts"),
    storeOf(one),
  ]);
  const session = await context.session(one.area);
  const there = await backupsOf(session, one);
  const steps = backupSteps(one, there, { now: now.getTime(), permit: context.permit });
  const done: Did[] = steps.broken.map(({ id, status }) => ({
    ...{ did: "failed", backup: id },
    says: `it is in status ${status}; \`openstack ${one.kind === "share" ? "share snapshot" : "volume backup"} delete ${id}\` removes it`,
  }));
  if (steps.make) {
    const { id, encrypted, sizeGiB } = await makeBackup(session, one, now);
    done.push({
      did: "made",
      backup: id,
      says: `${sizeGiB} GiB, ${ENCRYPTED(encrypted)}: ${steps.because}`,
    });
  }
  const isOver = !steps.make && steps.because.startsWith("the permit ended");
  if (isOver && !expire && steps.remove.length > 0)
    return [
      ...done,
      {
        ...{ did: "failed", backup: null },
        says: `${steps.because}, and ${steps.remove.length} backups are left: \`tresor backup run ${context.zone} --expire\` removes them`,
      },
    ];
  for (const { id } of steps.remove) {
    await removeBackup(session, id);
    done.push({ did: "removed", backup: id, says: isOver ? steps.because : `${one.keep} newer ones are kept` });
  }
  return done;
}

/** Does something for each data set, records it, prints it. Exit 2 where something failed. */
async function forEach(
  options: BackupOptions,
  io: Io,
  work: (context: Context, one: BackedUp) => Promise<readonly Did[]>,
): Promise<number> {
  const context = await open(options, io);
  const { record } = await import("../site/backup-record.ts");
  const entries: BackupEntry[] = [];
  try {
    for (const one of context.wanted) {
      const done = await work(context, one).catch((error: unknown) => [failure(error)]);
      const at = io.now().toISOString();
      for (const each of done)
        entries.push(await record(context.file, { at, zone: context.zone, dataset: one.dataset, ...each }));
    }
  } finally {
    await context.close();
  }
  if (options.json) io.out(JSON.stringify(entries, null, 2));
  else if (entries.length === 0) io.out("nothing is due");
  else
    for (const { dataset, did, backup, says } of entries)
      io.out(`${dataset}: ${did} ${backup ?? ""}: ${says}`.replace(" : ", ": "));
  return entries.some(({ did }) => did === "failed") ? EXIT.found : EXIT.ok;
}

/** `tresor backup run`: makes what is due, removes what is too many, records both. */
export const backupRun = (options: RunOptions, io: Io): Promise<number> =>
  forEach(options, io, (context, one) => runOne(context, one, options.expire, io.now()));

/** `tresor backup restore-test`: restores the newest backup into a volume or share of its own and removes that again. */
export const backupRestoreTest = (options: BackupOptions, io: Io): Promise<number> =>
  forEach(options, io, async (context, one) => {
    const { backupsOf, restoreTest } = await storeOf(one);
    const session = await context.session(one.area);
    const all = (await backupsOf(session, one)).filter(({ status }) => status === "available");
    const newest = all.toSorted((a, b) => b.madeAt - a.madeAt)[0];
    if (newest === undefined) return [{ did: "failed", backup: null, says: "there is no backup to be tested" }];
    const { isGood, says } = await restoreTest(session, one, newest);
    return [
      { did: isGood ? "restore-tested" : "failed", backup: newest.id, says: `restored as ${says}; removed again` },
    ];
  });

/** `tresor backup list`: what there is, and when a restore was tested. */
export async function backupList(options: BackupOptions, io: Io): Promise<number> {
  const context = await open(options, io);
  const [{ entriesOf }, { readRecord }, { table }] = await Promise.all([
    import("../site/backup-record.ts"),
    import("../site/airlock-file.ts"),
    import("../console.ts"),
  ]);
  try {
    const entries = entriesOf(context.file, await readRecord(context.file));
    const rows = [];
    for (const one of context.wanted)
      for (const { id, status, madeAt, sizeGiB, encrypted } of await (
        await storeOf(one)
      ).backupsOf(await context.session(one.area), one)) {
        const tested = entries.findLast(({ backup, did }) => backup === id && did === "restore-tested")?.at ?? null;
        rows.push({
          dataset: one.dataset,
          backup: id,
          status,
          madeAt: new Date(madeAt).toISOString(),
          sizeGiB,
          encrypted,
          tested,
        });
      }
    if (options.json) io.out(JSON.stringify(rows, null, 2));
    else if (rows.length === 0) io.out("there is no backup yet");
    else
      io.out(
        table([
          ["data set", "backup", "status", "made", "size", "encrypted", "restore tested"],
          ...rows.map((row) => [
            ...[row.dataset, row.backup, row.status, row.madeAt.slice(0, 16), `${row.sizeGiB} GiB`],
            ...[
              row.encrypted === null ? "as its storage" : row.encrypted ? "yes" : "no",
              row.tested?.slice(0, 16) ?? "never",
            ],
          ]),
        ]),
      );
    return EXIT.ok;
  } finally {
    await context.close();
  }
}

const EXAMPLES = `
Examples:
  $ tresor backup run digimed                 a pipeline calls it every hour: it makes what is due and nothing else
  $ tresor backup list digimed                what there is, and when a restore was tested
  $ tresor backup restore-test digimed        restores the newest of each data set, looks at it, removes it again

Exit 2 where something failed. What was done stands in backups.<zone>.jsonl of the site directory, each line with the hash of the one before.`;

const common = (command: Command): Command =>
  command
    .option("--dir <directory>", "site directory of the zone", ".")
    .option("--dataset <area/dataset>", "only this one")
    .option("--json", "as JSON", false);

/** `tresor backup run | list | restore-test` */
export function registerBackup(program: Command): void {
  const group = program
    .command("backup")
    .description("back volumes and shares up, and test that they can be restored")
    .addHelpText("after", EXAMPLES);
  common(group.command("run <zone>").description("make what is due, remove what is too many"))
    .option("--expire", "after the permit's end: remove every backup", false)
    .action((zone: string, options: Omit<RunOptions, "zone">) => exitWith(backupRun({ ...options, zone }, processIo)));
  common(group.command("list <zone>").description("the backups of a zone, and when a restore was tested")).action(
    (zone: string, options: Omit<BackupOptions, "zone">) => exitWith(backupList({ ...options, zone }, processIo)),
  );
  common(group.command("restore-test <zone>").description("restore the newest backups, and remove them again")).action(
    (zone: string, options: Omit<BackupOptions, "zone">) =>
      exitWith(backupRestoreTest({ ...options, zone }, processIo)),
  );
}
