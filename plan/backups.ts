import type { ZoneConfig } from "../config/index.ts";
import { endOf, gibibytes, intervalMs } from "../config/scalars.ts";
import { placeName } from "./names.ts";

/** A volume or a share that is to be backed up. */
export interface BackedUp {
  /** `<area>/<data set>`. */
  readonly dataset: string;
  readonly area: string;
  /** A volume is copied by Cinder's backup service; of a share a snapshot is made, on its own storage. */
  readonly kind: "volume" | "share";
  /** Its name in the area's project. */
  readonly name: string;
  readonly sizeGiB: number;
  readonly everyMs: number;
  readonly keep: number;
}

/** Every volume and share of a zone that is to be backed up, in the order of the config. */
export const backedUp = (config: ZoneConfig): readonly BackedUp[] =>
  Object.entries(config.areas).flatMap(([area, { datasets }]) =>
    Object.entries(datasets).flatMap(([name, { kind, backup, size }]): readonly BackedUp[] =>
      backup === undefined || kind === "quobyte"
        ? []
        : [
            {
              dataset: `${area}/${name}`,
              area,
              kind,
              name: `${placeName(config.name, area)}-${name}`,
              sizeGiB: gibibytes(size),
              everyMs: intervalMs(backup.every),
              keep: backup.keep,
            },
          ],
    ),
  );

/** A backup as the cloud has it. */
export interface Backup {
  readonly id: string;
  /** Cinder's, or Manila's of a snapshot: `available`, `creating`, `restoring`, `error`, ... */
  readonly status: string;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
}

/** What is to be done for one volume or share now. */
export interface BackupSteps {
  readonly make: boolean;
  /** Why one is made, or why not. */
  readonly because: string;
  /** Those that are too many once one is made, the oldest first. */
  readonly remove: readonly Backup[];
  /** Those that failed: named, never removed for anybody. */
  readonly broken: readonly Backup[];
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");

/**
 * What is to be done: one is made when the newest is too old, and the oldest go only once there are newer ones enough. After the permit's
 * last day none is made; those that are there are too many, all of them.
 * @param now milliseconds since 1970
 */
export function backupSteps(
  { everyMs, keep }: Pick<BackedUp, "everyMs" | "keep">,
  backups: readonly Backup[],
  { now, permit }: { readonly now: number; readonly permit: string },
): BackupSteps {
  const sound = backups
    .filter(({ status }) => status === "available" || status === "restoring")
    .toSorted((a, b) => b.madeAt - a.madeAt);
  const broken = backups.filter(({ status }) => /error/.test(status));
  if (now > endOf(permit))
    return { make: false, because: `the permit ended on ${permit}`, remove: sound.toReversed(), broken };
  const [newest] = sound;
  if (backups.some(({ status }) => status === "creating"))
    return { make: false, because: "one is being made", remove: sound.slice(keep).toReversed(), broken };
  const isDue = newest === undefined || newest.madeAt + everyMs <= now;
  const because =
    newest === undefined
      ? "there is none"
      : `the newest is of ${dayOf(newest.madeAt)} UTC${isDue ? "" : ", new enough"}`;
  return { make: isDue, because, remove: sound.slice(isDue ? keep - 1 : keep).toReversed(), broken };
}
