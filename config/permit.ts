import * as z from "zod";
import { OUTPUTS } from "./outputs.ts";
import { cloudId, date, key } from "./scalars.ts";

const identity = z
  .strictObject({
    user: z
      .string()
      .min(3)
      .max(255)
      .optional()
      .describe("Subject or e-mail address by which the identity provider knows the person."),
    id: cloudId
      .optional()
      .describe(
        "Id of the person's user in Keystone, where that lies outside the zone's domain: the operator tells it, and study keys alone need it.",
      ),
    local: z
      .literal(true)
      .optional()
      .describe(
        "`true`: a user of the zone's own domain with a one-time password; for clouds without an identity provider.",
      ),
  })
  .describe("How the person logs in: by an identity provider (`user`) or as a user of the zone (`local: true`).");

/** A natural person. What the person may do comes from the partner. */
export const person = z
  .strictObject({
    name: z.string().min(1).max(200).optional().describe("The person's name, for the one who audits it."),
    partner: key.describe("The partner for which the person works: its access is the person's."),
    identity,
    until: date.optional().describe("Last day of the person's access. Default: the permit's."),
  })
  .describe("A natural person; never a shared account.");

const basis = z.string().min(1).max(200);

export const permit = z
  .strictObject({
    id: z.string().min(1).max(100).describe("Reference of the permit or contract."),
    basis: basis.describe(
      'Legal basis from the list in docs/persons.md, for example `GDPR Art. 9(2)(j)`; `"other: <words>"` for other domains.',
    ),
    alsoBasedOn: z.array(basis).default([]).describe("Further bases, such as one of GDPR Art. 6 beside one of Art. 9."),
    expires: date.describe("Last day of the permit."),
    partners: z.array(key).min(1).describe("Partners that the permit names; no other gets anything."),
    datasets: z
      .array(z.string().min(3).max(61))
      .optional()
      .describe("Data sets that it covers, as `<area>/<data set>`. Default: all of this config."),
    outputs: z
      .array(z.enum(OUTPUTS))
      .optional()
      .describe("Kinds of results that it lets out. Default: not said; then the airlock's reviewers decide alone."),
    persons: z
      .record(key, person)
      .optional()
      .describe(
        "Persons by key. Where they are named, the members of the partners' groups are these and no others. Default: who is in a group is left to the identity provider.",
      ),
  })
  .describe("Why this zone may exist, for whom, with what and until when.");

/** The state in which nobody has access and all data stay: written by `tresor freeze`, taken out by `tresor unfreeze`. */
export const frozen = z
  .strictObject({
    since: date.describe("First day without access."),
    reason: z.string().min(3).max(500).describe("Why, for the one who audits it."),
    by: z.string().min(2).max(200).describe("Who decided it."),
  })
  .describe(
    "Nobody has access, machines are stopped, data stay. `tresor freeze` writes it, `tresor unfreeze` removes it.",
  );

export type PersonConfig = z.infer<typeof person>;
