import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../config/problem.ts";
import { hasStatus, type Session } from "../../openstack/index.ts";
import type { BackedUp, Backup } from "../../plan/backups.ts";

const CINDER = "block-storage";
/** Since when Cinder tells the key of a backup. */
const KEYS = "3.64";
const META = "tresor_dataset";

interface LiveVolume {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly size: number;
  readonly encrypted: boolean;
  readonly volume_type: string;
  readonly encryption_key_id?: string | null;
}

interface LiveBackup {
  readonly id: string;
  readonly status: string;
  readonly size: number;
  readonly created_at: string;
  readonly volume_id: string;
  readonly fail_reason: string | null;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly encryption_key_id?: string | null;
}

/** A backup with what is known of its encryption. */
export interface FoundBackup extends Backup {
  readonly sizeGiB: number;
  /** It has a key of its own: a copy of the volume's. Null: a snapshot, which is what its storage makes of it. */
  readonly encrypted: boolean | null;
  readonly why: string | null;
}

/** The volume of a data set. @throws UserError where there is none, or several */
export async function volumeOf(session: Session, { name: volume, dataset }: BackedUp): Promise<LiveVolume> {
  const all = await session.paginate<LiveVolume>(CINDER, "/volumes/detail", "volumes", {
    what: `look for volume "${volume}"`,
    microversion: KEYS,
  });
  const [found, more] = all.filter(({ name }) => name === volume);
  if (found !== undefined && more === undefined) return found;
  throw new UserError({
    what: `${found === undefined ? "there is no" : "there are several"} volume "${volume}" of data set ${dataset}`,
    next:
      found === undefined
        ? "run `pulumi up`"
        : "run `pulumi refresh`, which tells the one that is ours, and rename the other",
  });
}

/** All backups of a data set, of volumes that are gone, too. @throws UserError where the cloud has no backup service */
export async function backupsOf(session: Session, { dataset }: BackedUp): Promise<readonly FoundBackup[]> {
  const rows = await session.paginate<LiveBackup>(CINDER, "/backups/detail", "backups", {
    what: "list the backups",
    microversion: KEYS,
  });
  return rows
    .filter(({ metadata }) => metadata?.[META] === dataset)
    .map((row) => ({
      id: row.id,
      status: row.status,
      madeAt: Date.parse(`${row.created_at.replace(/Z?$/, "")}Z`),
      sizeGiB: row.size,
      encrypted: (row.encryption_key_id ?? null) !== null,
      why: row.fail_reason,
    }));
}

const DEADLINE = 60 * 60_000;

/** Looks until what is looked at is no longer busy. */
export async function settled<T extends { readonly status: string }>(
  look: () => Promise<T | undefined>,
  busy: RegExp,
  what: string,
  next = "look at Cinder's backup service, then run this again: it goes on with what is there",
): Promise<T | undefined> {
  const end = Date.now() + DEADLINE;
  for (let pause = 200; ; pause = Math.min(pause * 1.5, 10_000)) {
    const found = await look();
    if (found === undefined || !busy.test(found.status)) return found;
    if (Date.now() > end)
      throw new UserError({
        what: `${what} is still ${found.status} after ${DEADLINE / 60_000} minutes`,
        next,
      });
    await sleep(pause);
  }
}

const one = async (session: Session, id: string): Promise<LiveBackup | undefined> =>
  (
    await session.find<{ backup: LiveBackup }>(CINDER, `/backups/${id}`, {
      what: `read backup ${id}`,
      microversion: KEYS,
    })
  )?.backup;

/**
 * Makes a backup and holds it to available; one of an encrypted volume that has no key is removed again.
 * @throws UserError where the cloud cannot, or the backup failed: with Cinder's reason
 */
export async function makeBackup(session: Session, asked: BackedUp, at: Date): Promise<FoundBackup> {
  const volume = await volumeOf(session, asked);
  const what = `back up volume "${asked.name}"`;
  const name = `${asked.name}-${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  const backup = { volume_id: volume.id, name, force: volume.status === "in-use", metadata: { [META]: asked.dataset } };
  const { body } = await session
    .request<{ backup: { id: string } }>(CINDER, "POST", "/backups", { what, microversion: KEYS, body: { backup } })
    .catch((error: unknown) => {
      if (!hasStatus(error, 503) && !/no .*backup service|service cinder-backup/i.test(String(error))) throw error;
      throw new UserError({
        what: `cannot ${what}: the cloud runs no backup service of Cinder`,
        next: "ask the operator for cinder-backup, or leave backup: out",
      });
    });
  const { id } = body.backup;
  const made = await settled(() => one(session, id), /^creating$/, `backup ${id}`);
  if (made?.status !== "available")
    throw new UserError({
      what: `cannot ${what}: the backup came to ${made?.status ?? "nothing"}`,
      why: made?.fail_reason ?? "Cinder gives no reason",
      next: `ask the operator; \`openstack volume backup delete ${id}\` removes what is left of it`,
    });
  if (volume.encrypted && (made.encryption_key_id ?? null) === null) {
    await removeBackup(session, id);
    throw new UserError({
      what: `the backup of the encrypted volume "${asked.name}" has no key`,
      why: "it could not be opened, or would lie in the clear; it was removed",
      next: "ask the operator which driver his backup service uses",
    });
  }
  const [found] = (await backupsOf(session, asked)).filter((each) => each.id === id);
  return found!;
}

/** Removes a backup and waits until it is gone; Cinder deletes its key with it. */
export async function removeBackup(session: Session, id: string): Promise<void> {
  const what = `delete backup ${id}`;
  await session.request(CINDER, "DELETE", `/backups/${id}`, { what, expect: [404] });
  const left = await settled(() => one(session, id), /^(?:deleting|available)$/, `backup ${id}`);
  if (left)
    throw new UserError({
      what: `cannot ${what}: it came to ${left.status}`,
      why: left.fail_reason ?? "",
      next: "ask the operator",
    });
}

/** What a restored volume was found to be. */
export interface Restored {
  readonly sizeGiB: number;
  readonly encrypted: boolean;
  /** Its key is none of the volume's and none of the backup's: a copy of its own. */
  readonly ownKey: boolean;
}

/** What a restore test came to. */
export interface Verdict {
  readonly isGood: boolean;
  readonly says: string;
}

/** Whether a restored volume is what its backup was of. */
export function judgeVolume({ sizeGiB, encrypted, ownKey }: Restored, backup: FoundBackup): Verdict {
  const key = ownKey ? "with a key of its own" : "without a key of its own";
  return {
    isGood: sizeGiB === backup.sizeGiB && encrypted === backup.encrypted && (!encrypted || ownKey),
    says: `${sizeGiB} GiB, ${encrypted ? `encrypted, ${key}` : "not encrypted"}`,
  };
}

/**
 * Restores a backup into a new volume of the original's type, looks at it and removes it again. Never into one that Cinder would make by
 * itself: that would be of the project's default type.
 * @throws UserError where it fails; the new volume is removed
 */
export async function restoreTest(session: Session, asked: BackedUp, { id }: Backup): Promise<Restored> {
  const original = await volumeOf(session, asked);
  const what = `restore backup ${id} of data set ${asked.dataset}`;
  const source = await one(session, id);
  const read = async (volumeId: string): Promise<LiveVolume | undefined> =>
    (await session.find<{ volume: LiveVolume }>(CINDER, `/volumes/${volumeId}`, { what, microversion: KEYS }))?.volume;
  const volume = { name: `${asked.name}-restore-test`, size: source?.size, volume_type: original.volume_type };
  const { body } = await session.request<{ volume: { id: string } }>(CINDER, "POST", "/volumes", {
    what: `make a volume of ${source?.size} GiB to ${what}`,
    next: "a restore test needs room for one more volume: ask the operator for quota of volumes, storage and secrets",
    body: { volume },
  });
  const volumeId = body.volume.id;
  try {
    await settled(() => read(volumeId), /^creating$/, `volume ${volumeId}`);
    await session.request(CINDER, "POST", `/backups/${id}/restore`, {
      what,
      body: { restore: { volume_id: volumeId } },
    });
    const restored = await settled(() => read(volumeId), /^restoring-backup$/, `volume ${volumeId}`);
    if (restored?.status !== "available")
      throw new UserError({
        what: `cannot ${what}: the volume came to ${restored?.status ?? "nothing"}`,
        next: "ask the operator for the reason in the backup service's log",
      });
    const keys = [original.encryption_key_id, source?.encryption_key_id];
    const key = restored.encryption_key_id ?? null;
    return { sizeGiB: restored.size, encrypted: restored.encrypted, ownKey: key !== null && !keys.includes(key) };
  } finally {
    await session.request(CINDER, "DELETE", `/volumes/${volumeId}`, {
      what: `remove the restored volume ${volumeId}`,
      expect: [404],
    });
    await settled(() => read(volumeId), /^(?!error)/, `volume ${volumeId}`);
  }
}

/** What makes, finds, removes and tests backups of one kind of data set. */
export interface BackupStore {
  readonly backupsOf: (session: Session, asked: BackedUp) => Promise<readonly FoundBackup[]>;
  readonly makeBackup: (session: Session, asked: BackedUp, at: Date) => Promise<FoundBackup>;
  readonly removeBackup: (session: Session, id: string) => Promise<void>;
  readonly restoreTest: (session: Session, asked: BackedUp, backup: FoundBackup) => Promise<Verdict>;
}

/** Of volumes: Cinder's backup service. */
export const BACKUPS: BackupStore = {
  backupsOf,
  makeBackup,
  removeBackup,
  restoreTest: async (session, asked, backup) => judgeVolume(await restoreTest(session, asked, backup), backup),
};
