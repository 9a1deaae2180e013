import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { orAbsent } from "../../../quobyte/client.ts";
import { id } from "../../fields.ts";
import { OWN_KEY, withoutKey } from "../../metadata-mark.ts";
import { ownId } from "../../own.ts";
import type { ClusterCall, Made } from "../../resource.ts";
import { defineClusterKind } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { notThere } from "../sets.ts";
import { labelsOf, marked, setLabels } from "./labels.ts";
import { encryptionOf, eraseVolumes, findVolume, isEncrypted, say, volumesOf, type LiveVolume } from "./volumes.ts";

const name = z.string("must be a name").min(1).max(255);
const inputs = z.object({
  tenantId: id("a tenant"),
  name,
  /** Whom the root directory belongs to. */
  rootUser: name.default("root"),
  rootGroup: name.default("root"),
  /** Octal, as of `chmod`. */
  accessMode: z
    .string('must be an octal mode such as "0750"')
    .regex(/^0?[0-7]{3}$/, 'must be an octal mode such as "0750"')
    .transform((text) => text.padStart(4, "0"))
    .default("0700"),
  labels: z
    .record(z.string().regex(/^[!-~]{1,100}$/, "must be printable ASCII"), z.string().max(255))
    .default({})
    .refine((all) => !Object.hasOwn(all, OWN_KEY), `must not name ${OWN_KEY}`),
  /** Whether it must be encrypted with AES-256: one that is not is no volume. */
  encrypted: z.boolean().default(true),
  /** The explicit word: deleting the resource erases the volume. Without it nothing does. */
  erase: z.boolean().default(false),
});
type Inputs = z.infer<typeof inputs>;

/** What is settled when a volume is made, and told by no method afterwards. */
const FIXED = ["tenantId", "rootUser", "rootGroup", "accessMode"] as const;

const outsOf = (live: LiveVolume): { readonly encryption: string; readonly status: string } => ({
  encryption: encryptionOf(live),
  status: live.scheduled_for_deletion === true ? "being erased" : "available",
});

const unencrypted = (live: LiveVolume, made: boolean): UserError =>
  new UserError({
    what: `volume ${say(live)} is not encrypted with AES-256${made ? ", and was erased again" : ""}`,
    found: encryptionOf(live),
    why: "Quobyte settles a volume's encryption when it makes it, by the policy rules that are there then",
    next: made
      ? "make a policy rule with SYSTEM_AES_256 for its tenant first (PolicyRule), and look whether another rule goes before it"
      : "copy what is in it to a volume that is made under such a rule, then erase it",
  });

/** Fails closed over a volume in the clear; one that this very call made is empty, and goes again. */
async function demandEncrypted(call: ClusterCall, live: LiveVolume, wanted: Inputs, made: boolean): Promise<void> {
  if (!wanted.encrypted || isEncrypted(live, "SYSTEM_AES_256")) return;
  if (made) await eraseVolumes(call, [live], () => volumesLeft(call, live.volume_uuid));
  throw unencrypted(live, made);
}

async function volumesLeft(call: ClusterCall, volumeId: string): Promise<readonly LiveVolume[]> {
  const live = await findVolume(call, volumeId);
  return live === undefined ? [] : [live];
}

/** The volume of this name that an interrupted run of this resource left; a stranger's is refused. */
async function takeUp(call: ClusterCall, wanted: Inputs): Promise<LiveVolume | undefined> {
  const found = (await volumesOf(call, wanted.tenantId)).find((volume) => volume.name === wanted.name);
  if (found === undefined) return undefined;
  const mark = (await labelsOf(call, found.volume_uuid))[OWN_KEY];
  if (mark === ownId(call.urn) && found.scheduled_for_deletion !== true) return found;
  const isOurs = mark === ownId(call.urn);
  throw new UserError({
    what: `cannot create volume "${wanted.name}": its tenant has one of that name`,
    found: `${found.volume_uuid}${isOurs ? ", being erased" : ""}`,
    why: isOurs ? "an erasure can still be cancelled" : "this stack did not make it",
    next: isOurs
      ? "cancel the erasure (`cancelVolumeErasure`), or wait for its end, then repeat"
      : "give this one another name, or import that one by its id",
  });
}

async function create(call: ClusterCall, wanted: Inputs): Promise<Made> {
  const own = await takeUp(call, wanted);
  let volumeId = own?.volume_uuid;
  if (volumeId === undefined) {
    const params = {
      name: wanted.name,
      tenant_id: wanted.tenantId,
      root_user_id: wanted.rootUser,
      root_group_id: wanted.rootGroup,
      access_mode: Number.parseInt(wanted.accessMode, 8),
      label: marked(call, wanted.labels),
    };
    volumeId = (await call.cluster.call("createVolume", params, `create volume "${wanted.name}"`)).volume_uuid;
  }
  const live = own ?? (await findVolume(call, volumeId));
  if (live === undefined) throw notThere(`read volume "${wanted.name}" (${volumeId}) after it was made`);
  await demandEncrypted(call, live, wanted, own === undefined);
  if (own !== undefined) await setLabels(call, volumeId, wanted.labels);
  return { id: volumeId, outs: outsOf(live) };
}

async function read(call: ClusterCall, volumeId: string, state: Props): Promise<Props | undefined> {
  const live = await findVolume(call, volumeId);
  if (live === undefined) return undefined;
  const { rootUser, rootGroup, accessMode, encrypted, erase } = state;
  return {
    // No method tells whom the root directory belongs to.
    ...{ rootUser: rootUser ?? "root", rootGroup: rootGroup ?? "root", accessMode: accessMode ?? "0700" },
    ...{ encrypted: encrypted !== false, erase: erase === true },
    tenantId: live.tenant_domain ?? "",
    name: live.name ?? "",
    labels: withoutKey(await labelsOf(call, volumeId)),
    ...outsOf(live),
  };
}

async function update(call: ClusterCall, volumeId: string, wanted: Inputs): Promise<Props> {
  const live = await findVolume(call, volumeId);
  if (live === undefined) throw notThere(`change volume "${wanted.name}" (${volumeId})`);
  if (live.scheduled_for_deletion === true)
    throw new UserError({
      what: `volume ${say(live)} is being erased`,
      why: "somebody asked for that beside this stack; until it is done it can be cancelled",
      next: "cancel it (`cancelVolumeErasure`) and repeat, or take the volume out of the program",
    });
  await demandEncrypted(call, live, wanted, false);
  const what = `rename volume ${say(live)} to "${wanted.name}"`;
  if (live.name !== wanted.name)
    await call.cluster.call("updateVolume", { volume_uuid: volumeId, name: wanted.name }, what);
  await setLabels(call, volumeId, wanted.labels);
  return outsOf(live);
}

async function remove(call: ClusterCall, volumeId: string, state: Props): Promise<void> {
  const live = await findVolume(call, volumeId);
  if (live === undefined) return;
  if (state.erase !== true)
    throw new UserError({
      what: `volume ${say(live)} is not erased`,
      why: "it holds data, and the resource does not say the word",
      next: "set erase: true and apply that first, or keep the volume (`pulumi state delete`)",
    });
  await orAbsent(eraseVolumes(call, [live], () => volumesLeft(call, volumeId)));
}

/** A volume that its user mounts himself, without Manila. Who protects it says so by `protect`. */
export const volume = defineClusterKind({
  module: "quobyte",
  name: "Volume",
  summary: "A volume of a Quobyte cluster, encrypted by rule or refused; nothing erases it but an explicit word.",
  inputs,
  outputs: {
    encryption: { type: "string", description: "How it is encrypted, for example `AES_XTS_256 by SYSTEM`; `none`." },
    status: { type: "string", description: "`available` or `being erased`." },
  },
  replaceOn: [],
  refuse: (old, wanted) =>
    Object.keys(old).length === 0
      ? []
      : FIXED.filter((key) => old[key] !== undefined && old[key] !== wanted[key]).map((property) => ({
          property,
          reason: "is settled when a volume is made: make a second one, copy, then erase the first",
        })),
  extraDiff: (state, wanted) => {
    const said = state.encryption;
    const clear = wanted.encrypted && typeof said === "string" && !said.startsWith("AES_XTS_256 ");
    const going = state.status === "being erased";
    return { changes: [...(clear ? ["encryption"] : []), ...(going ? ["status"] : [])], replaces: [] };
  },
  create,
  read,
  update,
  delete: remove,
});
