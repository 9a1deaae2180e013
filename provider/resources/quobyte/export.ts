import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { orAbsent } from "../../../quobyte/client.ts";
import { canonicalCidr, cidr, id } from "../../fields.ts";
import type { ClusterCall } from "../../resource.ts";
import { defineClusterKind, difference, sortedSet, stable } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { notThere } from "../sets.ts";
import { findTenant } from "./tenant.ts";
import { findVolume, say, type LiveVolume } from "./volumes.ts";

const client = z.strictObject({ network: cidr, level: z.enum(["ro", "rw"], "must be ro or rw") });
type Client = z.infer<typeof client>;

const BUCKET = "must be the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens";
const inputs = z.object({
  volumeId: id("a volume"),
  /** Networks that may mount it by NFS. None: it is not exported. */
  networks: z
    .array(client)
    .default([])
    .refine((list) => new Set(list.map(({ network }) => network)).size === list.length, "must name each network once")
    .refine((list) => !list.some(({ network }) => network.endsWith("/0")), "must not let in every address")
    .transform(sortedSet),
  /** Name of the S3 bucket. Left out: it is none. */
  bucket: z
    .string(BUCKET)
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, BUCKET)
    .optional(),
});
type Inputs = z.infer<typeof inputs>;

/** As the cluster has it, each entry with its own spelling of the network, by which alone it goes away. */
interface LiveClient extends Client {
  readonly spelled: string;
}

async function clientsOf(call: ClusterCall, volume: LiveVolume): Promise<readonly LiveClient[]> {
  const tenant = await findTenant(call, volume.tenant_domain ?? "");
  const all = (tenant?.volume_access ?? []).filter((access) => access.volume_uuid === volume.volume_uuid);
  return all.map(({ restrict_to_network: spelled = "", read_only: readOnly }) => ({
    network: canonicalCidr(spelled) ?? spelled,
    level: readOnly === true ? "ro" : "rw",
    spelled,
  }));
}

const plain = ({ network, level }: LiveClient): Client => ({ network, level });
const bucketsOf = (volume: LiveVolume): readonly string[] => sortedSet(volume.bucket_names ?? []);

async function exported(call: ClusterCall, volumeId: string, params: object, what: string): Promise<Props> {
  const answer = await call.cluster.call("exportVolume", { volume_uuid: volumeId, ...params }, what);
  const { nfs_server_ip: server, nfs_export_path: path } = answer;
  return server === undefined || path === undefined ? {} : { nfsServer: server, nfsPath: path };
}

/** Closes before it opens: no network is let in by both its old and its new level. */
async function converge(call: ClusterCall, wanted: Inputs): Promise<Props> {
  const { volumeId, networks, bucket } = wanted;
  const volume = await findVolume(call, volumeId);
  if (volume === undefined) throw notThere(`export volume ${volumeId}`);
  const live = await clientsOf(call, volume);
  const { missing, extra } = difference(networks, live, stable, (one) => stable(plain(one)));
  for (const { spelled } of extra) {
    const what = `take ${spelled} out of the export of volume ${say(volume)}`;
    await exported(call, volumeId, { remove_allow_ip: spelled }, what);
  }
  await setBucket(call, volume, bucket);
  if (networks.length === 0) {
    if (live.length > 0) await unexport(call, volumeId);
    return { nfsServer: "", nfsPath: "" };
  }
  const where = await exported(call, volumeId, { protocol: "NFS" }, `export volume ${say(volume)} by NFS`);
  for (const { network, level } of missing) {
    const params = { add_allow_ip: network, read_only: level === "ro" };
    await exported(call, volumeId, params, `let ${network} into the export of volume ${say(volume)} (${level})`);
  }
  return where;
}

/** A volume has one bucket, or none. A name that another volume has is Quobyte's to refuse. */
async function setBucket(call: ClusterCall, volume: LiveVolume, bucket: string | undefined): Promise<void> {
  const volumeId = volume.volume_uuid;
  const live = bucketsOf(volume);
  if (stable(live) === stable(bucket === undefined ? [] : [bucket])) return;
  if (live.length > 0) await unpublish(call, volumeId);
  if (bucket === undefined) return;
  const params = { volume_uuid: volumeId, bucket_name: bucket };
  await call.cluster.call("publishBucketVolume", params, `publish volume ${say(volume)} as bucket "${bucket}"`);
}

async function unexport({ cluster }: ClusterCall, volumeId: string): Promise<void> {
  const params = { volume_uuid: volumeId, remove_export: true };
  await orAbsent(cluster.call("exportVolume", params, `end the NFS export of volume ${volumeId}`));
}

async function unpublish({ cluster }: ClusterCall, volumeId: string): Promise<void> {
  const what = `unpublish the bucket of volume ${volumeId}`;
  await orAbsent(cluster.call("unpublishBucketVolume", { volume_uuid: volumeId }, what));
}

async function read(call: ClusterCall, volumeId: string, state: Props): Promise<Props | undefined> {
  const volume = await findVolume(call, volumeId);
  if (volume === undefined) return undefined;
  const clients = (await clientsOf(call, volume)).map(plain);
  const buckets = bucketsOf(volume);
  if (clients.length === 0 && buckets.length === 0) return undefined;
  return {
    volumeId,
    networks: sortedSet(clients),
    ...(buckets.length === 0 ? {} : { bucket: buckets.join(", ") }),
    // Told when it is exported, and by no other method.
    ...{ nfsServer: state.nfsServer ?? "", nfsPath: state.nfsPath ?? "" },
  };
}

/** Who reaches a volume by NFS, and under which name by S3: the whole of it. */
export const volumeExport = defineClusterKind({
  module: "quobyte",
  name: "Export",
  summary: "All networks that may mount a volume by NFS, and its S3 bucket; what is not listed is withdrawn.",
  inputs,
  outputs: {
    nfsServer: { type: "string", description: "Address of the NFS server; empty without networks." },
    nfsPath: { type: "string", description: "Path at that server; empty without networks." },
  },
  replaceOn: ["volumeId"],
  refuse: (_, { networks, bucket }) =>
    (networks as unknown[]).length > 0 || bucket !== undefined
      ? []
      : [{ property: "networks", reason: "must name a network, or give a bucket: an export of neither is none" }],
  create: async (call, wanted) => {
    const volume = await findVolume(call, wanted.volumeId);
    // Others that are let in already were let in by somebody: a set that takes over says so before it closes them.
    const foreign = volume === undefined ? [] : bucketsOf(volume).filter((name) => name !== wanted.bucket);
    if (foreign.length > 0)
      throw new UserError({
        what: `volume ${wanted.volumeId} is published as a bucket that this stack did not make`,
        found: foreign.join(", "),
        next: "unpublish it, or import the export by the volume's id",
      });
    return { id: wanted.volumeId, outs: await converge(call, wanted) };
  },
  read,
  update: (call, _volumeId, wanted) => converge(call, wanted),
  delete: async (call, volumeId) => {
    const volume = await findVolume(call, volumeId);
    if (volume === undefined) return;
    for (const { spelled } of await clientsOf(call, volume))
      await exported(
        call,
        volumeId,
        { remove_allow_ip: spelled },
        `take ${spelled} out of the export of volume ${say(volume)}`,
      );
    await unexport(call, volumeId);
    if (bucketsOf(volume).length > 0) await unpublish(call, volumeId);
  },
});
