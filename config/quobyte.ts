import * as z from "zod";

/** Whether a text is an address of Quobyte's API that we log in at: the password goes with the call, so with TLS or not at all. */
export function isApiUrl(text: string): boolean {
  if (!/^https:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === "");
}

const apiUrl = z.string().max(2000).refine(isApiUrl, {
  error:
    "allowed: an address with https, without a user and without a query, such as https://quobyte.example.org:7860/",
});

/** A Quobyte cluster of the platform; who may log in there stands in quobyte.yaml, under the same name. */
export const quobyteCluster = z
  .strictObject({
    title: z.string().min(1).max(200).describe("Which cluster that is, for the one who audits it."),
    url: apiUrl.describe(
      "Address of its API, with https. The entry of quobyte.yaml must have the same, so that neither file alone sends the password elsewhere.",
    ),
    manila: z
      .strictObject({
        deletesShares: z
          .boolean()
          .describe(
            "`quobyte_delete_shares` of the backend. False is the driver's default: data of deleted shares stay.",
          ),
        verifiesTls: z
          .boolean()
          .describe(
            "Whether `quobyte_api_ca` is set. The driver's default is not to verify whom it sends its password.",
          ),
      })
      .optional()
      .describe(
        "What manila.conf says, which no API tells: the operator declares it. Default: not known, and preflight fails.",
      ),
  })
  .describe("A Quobyte cluster on which share types lie.");
export type QuobyteClusterConfig = z.infer<typeof quobyteCluster>;

const tag = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, { error: "allowed: the tag of a device, such as ssd" });

/** Properties of files under retention, by the words of Quobyte's API (FileRetentionPolicy). */
export const RETENTION = [
  "IMMUTABLE",
  "RETAIN_UNTIL",
  "DELETE_AFTER",
  "MAY_EXTEND_RETENTION",
  "MAY_SHORTEN_RETENTION",
] as const;

/** What a tenant's shares on one cluster are held to, beside encryption, which is always. */
export const quobyteGrant = z
  .strictObject({
    requiredTags: z
      .array(tag)
      .default([])
      .describe("Tags that a device must have to hold files of the zone. Default: any."),
    forbiddenTags: z.array(tag).default([]).describe("Tags that a device must not have. Default: none."),
    retention: z
      .strictObject({
        properties: z
          .array(z.enum(RETENTION))
          .min(1, { error: `allowed: at least one of ${RETENTION.join(", ")}` })
          .describe("What holds for each file, in the words of Quobyte's API."),
        days: z.int().min(1).max(36_500).describe("Days for which it holds for a file that has no end of its own."),
      })
      .optional()
      .describe("Files that cannot be changed or deleted for a time. Default: none."),
  })
  .describe("What holds for the zone's shares on this cluster; each is encrypted with AES-256 in any case.");
export type QuobyteGrant = z.infer<typeof quobyteGrant>;
