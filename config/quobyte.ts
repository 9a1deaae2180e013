import * as z from "zod";
import { key, size, transit } from "./scalars.ts";

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
    registry: z
      .array(
        z
          .string()
          .max(260)
          .regex(/^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/, {
            error: "allowed: a host in lower case, with or without a port, such as registry1.example.org:7861",
          }),
      )
      .min(1, { error: "allowed: at least one registry" })
      .optional()
      .describe(
        "Its registries, as machines of a zone reach them: what Quobyte's own client mounts from. Needed where a tenant has volumes `by: [client]`.",
      ),
    transit: transit
      .default("none")
      .describe(
        "What encrypts the bytes of volumes without Manila on the way to a machine, by your word: `below`, your own IPsec or MACsec on every link; `none`. What share types lie there say their own.",
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
  .describe("A Quobyte cluster on which share types or volumes lie.");
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

const right = z.enum(["none", "read", "write"]);
const grants = z.record(key, z.enum(["read", "write"]));

/** Ways to a volume. */
const way = z.string().regex(/^(?:nfs|client)$/, {
  error:
    "allowed: nfs, client; no call of Quobyte's API bounds an S3 bucket to named networks, so there is no such way",
});

/** `<area>/<data set>`, as the zone calls it. */
const datasetName = z.string().regex(/^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/, {
  error: "allowed: <area>/<data set>, such as heart/genomes",
});

const posixName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, { error: "allowed: the name or number of a user or group" });

const certificate = z
  .strictObject({
    fingerprint: z
      .string()
      .regex(/^[0-9A-Za-z:]{16,200}$/, { error: "allowed: a fingerprint as the cluster lists it" })
      .describe(
        "Of a certificate that the cluster knows. It serves this zone alone: whatever else it was good for ends.",
      ),
    of: key.describe("Whose it is: `machines`, or a partner with a bench in the area. Good from that network alone."),
  })
  .describe("A client's X.509 certificate. Its private key never passes through Tresor.");

/** A volume that Quobyte's NFS gateway or its own client serves, without Manila. */
const directVolume = z
  .strictObject({
    size: size.describe("Most that it holds."),
    by: z
      .array(way)
      .min(1, { error: "allowed: at least one of nfs, client" })
      .describe("How it is mounted: `nfs` from Quobyte's gateway, `client` by Quobyte's own client."),
    machines: right.default("none").describe("How the area's machines may use it, from their network to the storage."),
    access: grants.default({}).describe("Partners whose bench may use it, and how."),
    closed: z
      .boolean()
      .default(false)
      .describe("Nobody may mount it, whatever else stands here: for a zone that is frozen, or a permit that ended."),
    certificates: z
      .array(certificate)
      .default([])
      .describe("With `by: [client]`: the certificates of those who mount it, each with the right of its network."),
    owner: z
      .strictObject({
        user: posixName.default("root").describe("Owner of the root directory."),
        group: posixName.default("root").describe("Its group."),
        groupMay: right.default("none").describe("What the group may do in it."),
      })
      .prefault({})
      .describe("Whom the root directory belongs to. Settled when the volume is made: later another is refused."),
  })
  .describe("A volume without Manila: encrypted, limited to its size, open to named networks alone.");
export type DirectVolume = z.infer<typeof directVolume>;

/** What the operator granted of one direct volume, as its zone reads it. */
export const grantedVolume = z
  .strictObject({
    cluster: key.describe("The platform's name of the cluster."),
    tenant: z.string().describe("Name of its tenant there."),
    volume: z.string().describe("Name of the volume in that tenant."),
    registry: z.array(z.string()).default([]).describe("Registries that Quobyte's client mounts from."),
    size: size.describe("Most that it holds."),
    by: z.array(way).describe("How it is mounted."),
    transit: transit
      .default("none")
      .describe("What encrypts the way between storage and machines: the operator's word."),
    machines: right.default("none").describe("How the area's machines may use it."),
    access: grants.default({}).describe("Partners whose bench may use it, and how."),
    closed: z.boolean().default(false).describe("The operator closed it: nobody may mount it."),
  })
  .describe("A volume on a Quobyte cluster.");
export type GrantedVolume = z.infer<typeof grantedVolume>;

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
    volumes: z
      .record(datasetName, directVolume)
      .default({})
      .describe("Volumes without Manila, by the data set of the zone that each is: `<area>/<data set>`."),
  })
  .describe(
    "What holds for the zone's shares and volumes on this cluster; each is encrypted with AES-256 in any case.",
  );
export type QuobyteGrant = z.infer<typeof quobyteGrant>;
