import * as z from "zod";
import { cidr, deletion, key, moment, size } from "./scalars.ts";

const until = moment
  .optional()
  .describe(
    "Last day, or in quotes a point in time, at which it opens anything. Default: the permit's end; never later than that.",
  );

const ingest = z
  .strictObject({
    access: z
      .string()
      .regex(/^write$/, { error: "allowed: write; what could be read or listed would be no ingest" })
      .default("write")
      .describe("`write`: what the provider sent he can neither read nor list nor delete."),
    networks: z
      .array(cidr)
      .min(1, { error: "allowed: at least one network from which the provider sends" })
      .describe("Networks from which the provider sends; from everywhere else the door is shut."),
    until,
    size: size.describe("Most that the door takes, older versions included."),
    deletion: deletion.optional().describe("Whether what came in may be deleted with its door. Default: as the zone."),
  })
  .describe("A write-only door for one provider of data: a partner or a site.");

const results = z
  .strictObject({
    crawler: key.describe(
      "Name of the crawler: a service user of its own that reads the run container and writes the results, and nothing else.",
    ),
    until,
    size: size.describe("Most that waits for release, and most that was released."),
    deletion: deletion.optional().describe("Whether results may be deleted with their door. Default: as the zone."),
  })
  .describe(
    "A one-way door for results: from the run container by the crawler, through the airlock, to the area's readers.",
  );

/** Where data come into an area and results leave it, through containers of objects. */
export const doors = z
  .strictObject({
    backend: z
      .string()
      .regex(/^swift$/, {
        error: "allowed: swift; an address that S3 signs holds from every network, so it is no door from named ones",
      })
      .default("swift")
      .describe("Service that holds the objects. S3 is refused: see docs/doors.md."),
    ingest: z.record(key, ingest).default({}).describe("Write-only doors by provider: a partner or a site."),
    results: results.optional(),
  })
  .describe("Where data come into an area and results leave it.");

export type DoorsConfig = z.infer<typeof doors>;
export type IngestConfig = DoorsConfig["ingest"][string];
export type ResultsConfig = NonNullable<DoorsConfig["results"]>;
