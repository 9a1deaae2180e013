import { UserError } from "../../config/problem.ts";
import type { Session } from "../../openstack/index.ts";
import type { BackedUp } from "../../plan/backups.ts";
import { settled, type BackupStore, type FoundBackup } from "./backups.ts";

const MANILA = "shared-file-system";
const LOOK = "look at Manila and its storage, then run this again: it goes on with what is there";

interface LiveShare {
  readonly id: string;
  readonly name: string | null;
  readonly status: string;
  readonly size: number;
  readonly share_proto: string;
  readonly share_type: string;
  readonly snapshot_id: string | null;
}

interface LiveSnapshot {
  readonly id: string;
  readonly status: string;
  readonly created_at: string;
  readonly share_id: string;
  readonly share_size: number;
  readonly description: string | null;
}

/** By which a snapshot is known as one of a data set's; others are nobody's business. */
const markOf = ({ dataset }: Pick<BackedUp, "dataset">): string => `tresor backup of ${dataset}`;

/** The share of a data set. @throws UserError where there is none, or several */
async function shareOf(session: Session, { name, dataset }: BackedUp): Promise<LiveShare> {
  const what = `look for share "${name}"`;
  const all = await session.paginate<LiveShare>(MANILA, "/shares/detail", "shares", { what });
  const [found, more] = all.filter((one) => one.name === name);
  if (found !== undefined && more === undefined) return found;
  throw new UserError({
    what: `${found === undefined ? "there is no" : "there are several"} share "${name}" of data set ${dataset}`,
    next:
      found === undefined
        ? "run `pulumi up`"
        : "run `pulumi refresh`, which tells the one that is ours, and rename the other",
  });
}

const foundOf = ({ id, status, created_at, share_size }: LiveSnapshot): FoundBackup => ({
  ...{ id, status, sizeGiB: share_size, encrypted: null, why: null },
  madeAt: Date.parse(`${created_at.replace(/Z?$/, "")}Z`),
});

async function snapshotsOf(session: Session, asked: BackedUp): Promise<readonly FoundBackup[]> {
  const what = "list the snapshots of shares";
  const rows = await session.paginate<LiveSnapshot>(MANILA, "/snapshots/detail", "snapshots", { what });
  return rows.filter(({ description }) => description === markOf(asked)).map(foundOf);
}

const snapshotAt = async (session: Session, id: string): Promise<LiveSnapshot | undefined> =>
  (await session.find<{ snapshot: LiveSnapshot }>(MANILA, `/snapshots/${id}`, { what: `read snapshot ${id}` }))
    ?.snapshot;

/** Makes a snapshot and holds it to available. @throws UserError where the storage cannot, or it failed */
async function makeSnapshot(session: Session, asked: BackedUp, at: Date): Promise<FoundBackup> {
  const share = await shareOf(session, asked);
  const what = `make a snapshot of share "${asked.name}"`;
  const name = `${asked.name}-${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  const { body } = await session.request<{ snapshot: { id: string } }>(MANILA, "POST", "/snapshots", {
    what,
    next: "its type must have snapshots (platform.shareTypes.<name>.snapshots), and the project quota for one more: ask the operator",
    body: { snapshot: { share_id: share.id, name, description: markOf(asked) } },
  });
  const { id } = body.snapshot;
  const made = await settled(() => snapshotAt(session, id), /^creating$/, `snapshot ${id}`, LOOK);
  if (made?.status === "available") return foundOf(made);
  throw new UserError({
    what: `cannot ${what}: the snapshot came to ${made?.status ?? "nothing"}`,
    next: `ask the storage's operator; \`openstack share snapshot delete ${id}\` removes what is left of it`,
  });
}

/** Removes a snapshot and waits until it is gone. */
async function removeSnapshot(session: Session, id: string): Promise<void> {
  const what = `delete snapshot ${id}`;
  await session.request(MANILA, "DELETE", `/snapshots/${id}`, { what, expect: [404] });
  const left = await settled(() => snapshotAt(session, id), /^(?:deleting|available)$/, `snapshot ${id}`, LOOK);
  if (left) throw new UserError({ what: `cannot ${what}: it came to ${left.status}`, next: "ask the operator" });
}

/**
 * Makes a share from a snapshot, looks at it and removes it again. It is of the original's type, which keeps it on that storage, and
 * nobody is let in.
 * @throws UserError where it fails; the new share is removed
 */
async function restoreTest(session: Session, asked: BackedUp, { id, sizeGiB }: FoundBackup) {
  const original = await shareOf(session, asked);
  const what = `make a share from snapshot ${id} of data set ${asked.dataset}`;
  const read = async (shareId: string): Promise<LiveShare | undefined> =>
    (await session.find<{ share: LiveShare }>(MANILA, `/shares/${shareId}`, { what }))?.share;
  const share = {
    ...{ name: `${asked.name}-restore-test`, size: original.size, snapshot_id: id, is_public: false },
    ...{ share_proto: original.share_proto, share_type: original.share_type },
  };
  const { body } = await session.request<{ share: { id: string } }>(MANILA, "POST", "/shares", {
    what,
    next: "a restore test needs room for one more share: ask the operator for quota of shares and shareStorage",
    body: { share },
  });
  const shareId = body.share.id;
  try {
    const restored = await settled(() => read(shareId), /^creating/, `share ${shareId}`, LOOK);
    if (restored?.status !== "available")
      throw new UserError({
        what: `cannot ${what}: the share came to ${restored?.status ?? "nothing"}`,
        next: "ask the storage's operator for the reason in Manila's log",
      });
    const isOfType = restored.share_type === original.share_type;
    return {
      isGood: isOfType && restored.size >= sizeGiB && restored.snapshot_id === id,
      says: `${restored.size} GiB, ${isOfType ? "of its type, on its storage" : "of another type"}`,
    };
  } finally {
    const gone = `remove the restored share ${shareId}`;
    await session.request(MANILA, "DELETE", `/shares/${shareId}`, { what: gone, expect: [404] });
    await settled(() => read(shareId), /^(?!error)/, `share ${shareId}`, LOOK);
  }
}

/** Of shares: snapshots on their own storage. */
export const SNAPSHOTS: BackupStore = {
  backupsOf: snapshotsOf,
  makeBackup: makeSnapshot,
  removeBackup: removeSnapshot,
  restoreTest,
};
