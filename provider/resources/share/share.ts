import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { ownMark, withoutKey } from "../../metadata-mark.ts";
import type { Call, Made } from "../../resource.ts";
import { defineKind } from "../../resource.ts";
import { findTogether } from "../../together.ts";
import type { Props } from "../../wire.ts";
import { SHARES, type Stored } from "../broken.ts";
import { brokenDiff, changeStored, makeStored, refuseShrinking } from "../stored.ts";
import { storedInputs } from "../stored-inputs.ts";
import { removeStored } from "../stored-removal.ts";

const inputs = z.object({
  ...storedInputs("share"),
  shareProto: z
    .string("must be a protocol such as NFS")
    .min(1, "must be a protocol such as NFS")
    .transform((text) => text.toUpperCase()),
  shareType: z.string("must be a share type's name or id").min(1, "must be a share type's name or id"),
  availabilityZone: z.string().min(1).optional(),
  isPublic: z.literal(false, "must be false: a public share is seen by every project of the cloud").default(false),
});
type Inputs = z.infer<typeof inputs>;

/** A share as Manila gives it (2.50 and newer). */
interface Share extends Stored {
  readonly share_proto: string;
  /** Id of its type. */
  readonly share_type: string;
  readonly share_type_name?: string | null;
  readonly availability_zone: string;
  readonly is_public: boolean;
  /** 2.54 and newer: how far the build came; 100% from the first moment that it may hold data. */
  readonly progress?: string | null;
}

/** What a share cannot change: another value is another share. */
const FIXED = ["shareProto", "shareType", "availabilityZone"] as const satisfies readonly (keyof Inputs)[];

async function create(call: Call, wanted: Inputs): Promise<Made> {
  const { shareProto, shareType, availabilityZone } = wanted;
  const fixed = FIXED.map((key) => wanted[key] ?? null);
  const { live } = await makeStored<Share>(call, SHARES, {
    wanted,
    mark: ownMark(call.urn, fixed),
    more: {
      share_proto: shareProto,
      share_type: shareType,
      is_public: false,
      ...(availabilityZone !== undefined && { availability_zone: availabilityZone }),
    },
    neverHeld: ({ progress }) => progress !== undefined && progress !== "100%",
  });
  return { id: live.id, outs: { status: live.status } };
}

async function read(call: Call, shareId: string, state: Props): Promise<Props | undefined> {
  const live = await findTogether<Share>(call, SHARES.collection, shareId);
  if (!live) return undefined;
  const { shareType, availabilityZone: zone } = state;
  return {
    name: live.name ?? "",
    description: live.description ?? "",
    size: live.size,
    metadata: withoutKey(live.metadata),
    shareProto: live.share_proto.toUpperCase(),
    shareType: shareType === live.share_type ? shareType : (live.share_type_name ?? live.share_type),
    availabilityZone: shareType !== undefined && zone === undefined ? undefined : live.availability_zone,
    isPublic: live.is_public,
    status: live.status,
  };
}

async function update(call: Call, shareId: string, wanted: Inputs): Promise<Props> {
  const live = await findTogether<Share>(call, SHARES.collection, shareId);
  if (!live)
    throw new UserError({
      what: `share "${wanted.name}" (${shareId}) is gone`,
      next: "run `pulumi refresh`, then `pulumi up`",
    });
  const hide = live.is_public ? { is_public: false } : {};
  return { status: (await changeStored(call, SHARES, live, wanted, hide)).status };
}

/** A file share that counts as made only once it is available. Who may use it belongs to ShareAccessSet. */
export const share = defineKind({
  module: "share",
  name: "Share",
  summary:
    "A share that counts as made only once it is available; one that fails to build is removed and Manila's reason is told.",
  inputs,
  outputs: { status: { type: "string", description: "Manila's status; any with `error` is drift." } },
  replaceOn: [...FIXED],
  refuse: refuseShrinking(FIXED),
  extraDiff: brokenDiff,
  create,
  read,
  update,
  delete: (call, shareId, state) => removeStored(call, SHARES, shareId, String(state.name ?? "")),
});
