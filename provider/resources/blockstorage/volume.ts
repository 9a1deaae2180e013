import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { id } from "../../fields.ts";
import { ownMark, withoutKey } from "../../metadata-mark.ts";
import type { Call, Made } from "../../resource.ts";
import { defineKind } from "../../resource.ts";
import { findTogether } from "../../together.ts";
import type { Props } from "../../wire.ts";
import { nameOf, VOLUMES, type Stored } from "../broken.ts";
import { brokenDiff, changeStored, makeStored, refuseShrinking } from "../stored.ts";
import { storedInputs } from "../stored-inputs.ts";
import { removeStored } from "../stored-removal.ts";

const inputs = z.object({
  ...storedInputs("volume"),
  volumeType: z.string("must be a volume type's name or id").min(1, "must be a volume type's name or id"),
  availabilityZone: z.string().min(1).optional(),
  imageId: id("an image").optional(),
  encrypted: z.boolean().default(true),
  growsAttached: z.boolean().optional(),
});
type Inputs = z.infer<typeof inputs>;

/** A volume as Cinder gives it (3.63 and newer: the type by its name, and its id beside it). */
interface Volume extends Stored {
  readonly volume_type: string;
  readonly volume_type_id?: string;
  readonly availability_zone: string;
  readonly encrypted: boolean;
  readonly bootable?: string;
  readonly created_at: string;
  readonly updated_at?: string | null;
  readonly volume_image_metadata?: Readonly<Record<string, string>>;
}

/** What a volume cannot change: another value is another volume. */
const FIXED = ["volumeType", "availabilityZone", "imageId"] as const satisfies readonly (keyof Inputs)[];

/** A build fails within this time; whatever happens to one later may happen to one that holds data. */
const BUILD_MS = 15 * 60_000;

function neverHeld({ attachments, created_at: made, updated_at: changed }: Volume): boolean {
  // Cinder gives times of UTC without saying so; only their distance counts.
  const age = changed ? Date.parse(`${changed}Z`) - Date.parse(`${made}Z`) : 0;
  return (attachments ?? []).length === 0 && age >= 0 && age < BUILD_MS;
}

const inTheClear = (live: Volume, more: string, next: string): UserError =>
  new UserError({
    what: `${nameOf(VOLUMES, live)} is not encrypted${more}`,
    why: `its type ${live.volume_type} has no encryption`,
    next,
  });

async function create(call: Call, wanted: Inputs): Promise<Made> {
  const { volumeType, availabilityZone, imageId } = wanted;
  const fixed = FIXED.map((key) => wanted[key] ?? null);
  const { live, fresh } = await makeStored<Volume>(call, VOLUMES, {
    wanted,
    mark: ownMark(call.urn, fixed),
    more: {
      volume_type: volumeType,
      ...(availabilityZone !== undefined && { availability_zone: availabilityZone }),
      ...(imageId !== undefined && { imageRef: imageId }),
    },
    neverHeld,
  });
  if (wanted.encrypted && !live.encrypted) {
    if (fresh) await removeStored(call, VOLUMES, live.id, wanted.name);
    throw inTheClear(
      live,
      fresh ? ": it was removed before anything used it" : "",
      `choose a type that is encrypted${fresh ? "" : `, remove this one if it holds no data (\`openstack volume delete ${live.id}\`)`}, then run \`pulumi up\` again`,
    );
  }
  return { id: live.id, outs: { status: live.status } };
}

async function read(call: Call, volumeId: string, state: Props): Promise<Props | undefined> {
  const live = await findTogether<Volume>(call, VOLUMES.collection, volumeId);
  if (!live) return undefined;
  return {
    name: live.name ?? "",
    description: live.description ?? "",
    size: live.size,
    metadata: withoutKey(live.metadata),
    volumeType: state.volumeType === live.volume_type_id ? state.volumeType : live.volume_type,
    availabilityZone:
      state.volumeType !== undefined && state.availabilityZone === undefined ? undefined : live.availability_zone,
    // What it was made from is a fact of the past; its image's properties may be edited by hand.
    imageId: state.volumeType === undefined ? live.volume_image_metadata?.image_id : state.imageId,
    // Where encryption is not asked for, having it is no drift.
    encrypted: state.encrypted === false ? false : live.encrypted,
    // Of its driver, which no member sees.
    growsAttached: state.growsAttached,
    status: live.status,
  };
}

async function update(call: Call, volumeId: string, wanted: Inputs): Promise<Props> {
  const live = await findTogether<Volume>(call, VOLUMES.collection, volumeId);
  if (!live)
    throw new UserError({
      what: `volume "${wanted.name}" (${volumeId}) is gone`,
      next: "run `pulumi refresh`, then `pulumi up`",
    });
  if (wanted.encrypted && !live.encrypted)
    throw inTheClear(live, "", "make one of an encrypted type beside it and copy the data: encryption cannot be added");
  refuseGrowthInUse(live, wanted);
  return { status: (await changeStored(call, VOLUMES, live, wanted)).status };
}

/** Cinder takes the order, and the driver then leaves the volume in error_extending, from which only a person gets it back. */
function refuseGrowthInUse(live: Volume, { size, growsAttached }: Inputs): void {
  const [attachment] = live.attachments ?? [];
  if (growsAttached !== false || attachment === undefined || size <= live.size) return;
  throw new UserError({
    what: `cannot extend ${nameOf(VOLUMES, live)} from ${live.size} to ${size} GiB while a machine has it`,
    found: `attached to machine ${attachment.server_id}`,
    why: `the driver of its type ${live.volume_type} makes volumes larger only while no machine has them, and else leaves them in error_extending`,
    next: `write ${live.size} GiB again; then take a data set out of its machine's volumes, run \`pulumi up\`, write the new size, run \`pulumi up\`, and put it back (a root disk cannot grow there)`,
  });
}

/** A block of storage that counts as made only once it is available. */
export const volume = defineKind({
  module: "blockstorage",
  name: "Volume",
  summary:
    "A volume that counts as made only once it is available and encrypted; one that fails to build is removed and Cinder's reason is told.",
  inputs,
  outputs: { status: { type: "string", description: "Cinder's status; any with `error` is drift." } },
  replaceOn: [...FIXED],
  refuse: refuseShrinking(FIXED),
  extraDiff: brokenDiff,
  create,
  read,
  update,
  delete: (call, volumeId, state) => removeStored(call, VOLUMES, volumeId, String(state.name ?? "")),
});
