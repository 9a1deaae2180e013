import { open, rename } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../../config/problem.ts";
import { foldJournal, readEvents, type Journal, type JournalEvent } from "../../deletion/journal.ts";
import { fileError, readIfThere } from "../site/files.ts";

/** An event without its time, which the journal gives it. */
export type NewEvent = JournalEvent extends infer E ? (E extends JournalEvent ? Omit<E, "at"> : never) : never;

/** The journal of one zone's deletion: appended and flushed line by line, so that a kill at any point loses no more than a half line. */
export interface JournalFile {
  readonly file: string;
  /** Everything so far, this run's events included. */
  read(): Journal;
  write(event: NewEvent): Promise<string>;
  /** Puts everything before this run aside: it tells of an earlier life of the zone. */
  restart(): Promise<void>;
}

export const journalPath = (directory: string, zone: string): string => path.join(directory, `.destroy.${zone}.jsonl`);

function parse(text: string, file: string): readonly JournalEvent[] {
  try {
    return readEvents(text);
  } catch (error) {
    throw new UserError({
      what: `the journal ${file} cannot be read`,
      why: error instanceof Error ? error.message : String(error),
      next: "put back what was changed in it; what it knows of earlier runs is found nowhere else",
    });
  }
}

/**
 * Opens the journal of a deletion, 0600. One of an earlier zone of the same name, with another domain, is put aside.
 * @param domainId of the zone as it is now; undefined where it is gone
 * @throws UserError when it cannot be read or written, or was changed
 */
export async function openJournal(
  directory: string,
  zone: string,
  domainId: string | undefined,
  now: () => Date,
): Promise<JournalFile> {
  const file = journalPath(directory, zone);
  let events = [...parse((await readIfThere(file)) ?? "", file)];
  const earlier = foldJournal(events).domainId;
  if (domainId !== undefined && earlier !== undefined && earlier !== domainId) {
    await rename(file, file.replace(/\.jsonl$/, `.${earlier}.jsonl`));
    events = [];
  }
  await repair(file, events);
  return {
    file,
    read: () => foldJournal(events),
    async write(event) {
      const at = now().toISOString();
      const whole = { ...event, at } as JournalEvent;
      await append(file, `${JSON.stringify(whole)}\n`);
      events.push(whole);
      return at;
    },
    async restart() {
      const begin = events.findLast(({ event }) => event === "begin");
      await rename(file, file.replace(/\.jsonl$/, `.${now().toISOString().replaceAll(/[:.]/g, "-")}.jsonl`));
      events = begin === undefined ? [] : [begin];
      for (const one of events) await append(file, `${JSON.stringify(one)}\n`);
    },
  };
}

/** A half line that a kill left would make the next one unreadable. */
async function repair(file: string, events: readonly JournalEvent[]): Promise<void> {
  const text = (await readIfThere(file)) ?? "";
  if (text === "" || text.endsWith("\n")) return;
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  // The last line may lack nothing but its end.
  const complete = parse(whole, file).length === events.length ? whole : `${text}\n`;
  const { writeWhole } = await import("../site/files.ts");
  await writeWhole(file, complete, 0o600);
}

async function append(file: string, line: string): Promise<void> {
  try {
    const handle = await open(file, "a", 0o600);
    try {
      await handle.chmod(0o600);
      await handle.writeFile(line);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(file, "written", error);
  }
}

/** The journal as it lies there, for who only reads it; undefined where there is none. */
export async function readJournal(directory: string, zone: string): Promise<Journal | undefined> {
  const file = journalPath(directory, zone);
  const text = await readIfThere(file);
  return text === undefined ? undefined : foldJournal(parse(text, file));
}
