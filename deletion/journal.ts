import * as z from "zod";
import { METHODS, STAGES, keyOf, type Left, type Seen } from "./types.ts";

const time = z.iso.datetime();
const facts = z.object({
  encrypted: z.boolean().optional(),
  keyId: z.string().optional(),
  copyOf: z.string().optional(),
  machines: z.array(z.string()).readonly().optional(),
  sizeGiB: z.number().optional(),
  device: z.string().optional(),
  type: z.string().optional(),
});
const seen = z.object({
  ...{ kind: z.string(), id: z.string(), name: z.string(), project: z.string(), facts },
  maker: z.enum(["stack", "bench", "cloud", "hand"]),
  owner: z.enum(["zone", "tenant"]),
  data: z.boolean(),
  method: z.enum(METHODS),
});
const left = z.object({
  ...{ kind: z.string(), id: z.string().optional(), name: z.string().optional(), project: z.string().optional() },
  ...{ why: z.string(), next: z.string() },
});

/** Who ran it: as Keystone says, with the scope of the credential. */
export const actorSchema = z.object({
  user: z.string().describe("Name of the credential's user."),
  userId: z.string().describe("Keystone's id of that user."),
  scope: z.string().describe("What the credential acts on: a domain or a project."),
});
export type Actor = z.infer<typeof actorSchema>;

/** What one list of a service showed. `unseen`: the service refused it. */
export const listSchema = z.object({
  kind: z.string(),
  by: z.enum(["zone", "operator"]),
  state: z.enum(["listed", "notOffered", "unseen"]),
  /** Of the zone's projects alone. */
  count: z.number().int().min(0),
});
export type ListResult = z.infer<typeof listSchema>;

const eventSchema = z.discriminatedUnion("event", [
  z.object({
    ...{ event: z.literal("begin"), at: time, zone: z.string(), domainId: z.string(), version: z.string() },
    ...{ half: z.enum(["zone", "operator"]), by: actorSchema },
  }),
  z.object({ event: z.literal("seen"), at: time, by: z.enum(["zone", "operator"]), objects: z.array(seen) }),
  z.object({ event: z.literal("gone"), at: time, keys: z.array(z.string()) }),
  z.object({ event: z.literal("stage"), at: time, stage: z.enum(STAGES), state: z.enum(["begun", "done"]) }),
  z.object({ event: z.literal("lists"), at: time, phase: z.enum(["before", "after"]), lists: z.array(listSchema) }),
  z.object({ event: z.literal("attested"), at: time, what: z.literal("rows"), by: z.string() }),
  z.object({ event: z.literal("end"), at: time, left: z.array(left) }),
]);
export type JournalEvent = z.infer<typeof eventSchema>;

/** An object of the journal with the time at which its service no longer had it. */
export type Followed = Seen & {
  readonly goneAt?: string;
  /** Whose lists saw it: only they can tell that it is gone. */
  readonly seenBy: readonly ("zone" | "operator")[];
};

/** What all runs together know. */
export interface Journal {
  readonly zone?: string;
  readonly domainId?: string;
  readonly runs: readonly {
    readonly at: string;
    readonly half: "zone" | "operator";
    readonly by: Actor;
    readonly version: string;
  }[];
  /** By `keyOf`, in the order in which they were seen. */
  readonly objects: ReadonlyMap<string, Followed>;
  /** Stages that were finished, with their last time. */
  readonly done: ReadonlyMap<string, string>;
  /** First list of each kind that saw something, else the first; by kind and by whom. */
  readonly before: ReadonlyMap<string, ListResult & { readonly at: string }>;
  readonly after: ReadonlyMap<string, ListResult & { readonly at: string }>;
  readonly attested: readonly { readonly at: string; readonly by: string }[];
  /** What the last finished run left; undefined where none finished. */
  readonly left?: readonly Left[];
}

/**
 * The events of a journal's text, one a line. A last line that a kill cut off is passed over; any other bad line is told.
 * @throws Error with the line's number
 */
export function readEvents(text: string): readonly JournalEvent[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    if (line === "") return [];
    const isLast = index === lines.length - 1;
    try {
      return [eventSchema.parse(JSON.parse(line))];
    } catch (error) {
      if (isLast) return [];
      throw new Error(`line ${index + 1} is no event`, { cause: error });
    }
  });
}

const listKey = ({ kind, by }: ListResult): string => `${kind}/${by}`;

/** All runs of one deletion as one. */
export function foldJournal(events: readonly JournalEvent[]): Journal {
  const objects = new Map<string, Followed>();
  const done = new Map<string, string>();
  const before = new Map<string, ListResult & { at: string }>();
  const after = new Map<string, ListResult & { at: string }>();
  const runs: { at: string; half: "zone" | "operator"; by: Actor; version: string }[] = [];
  const attested: { at: string; by: string }[] = [];
  let zone: string | undefined;
  let domainId: string | undefined;
  let last: readonly Left[] | undefined;
  for (const one of events) {
    switch (one.event) {
      case "begin":
        runs.push({ at: one.at, half: one.half, by: one.by, version: one.version });
        [zone, domainId] = [one.zone, one.domainId];
        break;
      case "seen":
        for (const object of one.objects) {
          const known = objects.get(keyOf(object));
          const seenBy = [...new Set([...(known?.seenBy ?? []), one.by])];
          // What was decided about it first stays.
          objects.set(keyOf(object), { ...(known ?? object), seenBy });
        }
        break;
      case "gone":
        for (const key of one.keys) {
          const object = objects.get(key);
          if (object !== undefined && object.goneAt === undefined) objects.set(key, { ...object, goneAt: one.at });
        }
        break;
      case "stage":
        if (one.state === "done") done.set(one.stage, one.at);
        else done.delete(one.stage);
        break;
      case "lists":
        for (const list of one.lists) {
          const known = before.get(listKey(list));
          if (one.phase === "after") after.set(listKey(list), { ...list, at: one.at });
          else if (known === undefined || (known.count === 0 && list.count > 0))
            before.set(listKey(list), { ...list, at: one.at });
        }
        break;
      case "attested":
        attested.push({ at: one.at, by: one.by });
        break;
      case "end":
        last = one.left;
    }
  }
  const named = { ...(zone !== undefined && { zone }), ...(domainId !== undefined && { domainId }) };
  return { ...named, runs, objects, done, before, after, attested, ...(last !== undefined && { left: last }) };
}
