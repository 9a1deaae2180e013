import * as z from "zod";
import { deletion, key, moment } from "./scalars.ts";

const studyKey = z
  .strictObject({
    owner: key.describe("The partner whose study it is."),
    until: moment.describe(
      "Last day, or in quotes a point in time, on which Barbican gives the key out. It is for good: no end can be moved, and after it nobody reads the key.",
    ),
    closes: moment
      .optional()
      .describe(
        "For a key that is there already when the permit is shortened: the last day, or in quotes a point in time, on which its list names anybody. From the next `up` after it on nobody but the zone's pipeline reads the key, which Barbican keeps until its end. A new key with this word is refused. Default: the list closes with the key.",
      ),
    persons: z
      .array(key)
      .default([])
      .describe("Persons of the permit who may read the key. Default: nobody but the zone's pipeline, which makes it."),
    services: z
      .array(key)
      .default([])
      .describe("Service users of this area that may read it: the crawler of its results."),
    usedBy: z
      .array(
        z.string().regex(/^(machines|datasets)\/[a-z][a-z0-9-]*$/, {
          error: "allowed: machines/<group> or datasets/<data set>",
        }),
      )
      .default([])
      .describe(
        "What of this area uses it, `machines/<group>` or `datasets/<data set>`: it stands as a consumer at the key.",
      ),
    deletion: deletion.optional().describe("Whether the key may be deleted. Default: as the zone."),
  })
  .describe("The key of one study: AES-256, made and kept by Barbican, private to whom it names.");

/** Keys of an area's studies, by name. */
export const studyKeys = z.record(key, studyKey).default({}).describe("Keys of studies by name.");

export type StudyKeyConfig = z.infer<typeof studyKey>;
