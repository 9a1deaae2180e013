import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { hasStatus } from "../../../openstack/index.ts";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, stable } from "../../resource.ts";

const inputs = z.object({
  volumeTypeId: id("a volume type"),
  // Cinder takes any name, and the volume then fails where it is attached.
  provider: z.enum(
    ["luks", "luks2"],
    "must be luks or luks2: Cinder accepts any other name, and its volumes then never attach",
  ),
  cipher: z
    .string("must be a cipher such as aes-xts-plain64")
    .regex(/^[a-z0-9]+-[a-z0-9:-]+$/, "must be a cipher such as aes-xts-plain64"),
  keySize: z.union(
    [z.literal(128), z.literal(192), z.literal(256), z.literal(512)],
    "must be 128, 192, 256 or 512 bits",
  ),
  controlLocation: z.enum(["front-end", "back-end"], "must be front-end (the hypervisor decrypts) or back-end"),
});
type Inputs = z.infer<typeof inputs>;

interface Live {
  readonly encryption_id?: string;
  readonly provider?: string;
  readonly cipher?: string | null;
  readonly key_size?: number | null;
  readonly control_location?: string;
}

async function find({ session }: Call, typeId: string): Promise<Live | undefined> {
  const what = `read the encryption of volume type ${typeId}`;
  const live = await session.find<Live>("block-storage", `/types/${typeId}/encryption`, { what });
  return live?.encryption_id === undefined && live?.provider === undefined ? undefined : live;
}

const fromLive = (typeId: string, live: Live): Record<string, unknown> => ({
  volumeTypeId: typeId,
  provider: live.provider,
  cipher: live.cipher ?? undefined,
  keySize: live.key_size ?? undefined,
  controlLocation: live.control_location,
});

const IN_USE =
  "an encrypted type is replaced and never edited: make a new type, retype its volumes, then remove this one";

async function create(call: Call, { volumeTypeId, ...wanted }: Inputs): Promise<{ id: string }> {
  const live = await find(call, volumeTypeId);
  if (live) {
    const found = fromLive(volumeTypeId, live);
    if (stable(found) === stable({ volumeTypeId, ...wanted })) return { id: volumeTypeId };
    throw new UserError({
      what: `volume type ${volumeTypeId} has another encryption already`,
      found: `${live.provider ?? ""} ${live.cipher ?? ""} ${live.key_size ?? ""} ${live.control_location ?? ""}`,
      why: "it would have to be replaced, and volumes may depend on it",
      next: "make a new volume type with the wanted encryption",
    });
  }
  const { provider, cipher, keySize, controlLocation } = wanted;
  const body = { encryption: { provider, cipher, key_size: keySize, control_location: controlLocation } };
  await call.session.request("block-storage", "POST", `/types/${volumeTypeId}/encryption`, {
    body,
    what: `encrypt volume type ${volumeTypeId}`,
    next: "a type can be encrypted only while it has no volumes, by a cloud administrator",
  });
  return { id: volumeTypeId };
}

/** How volumes of a type are encrypted. */
export const volumeTypeEncryption = defineKind({
  module: "blockstorage",
  name: "VolumeTypeEncryption",
  summary: "How volumes of a type are encrypted; every change replaces it, and an equal one that is there is taken up.",
  inputs,
  replaceOn: ["volumeTypeId", "provider", "cipher", "keySize", "controlLocation"],
  create,
  read: async (call, typeId) => {
    const live = await find(call, typeId);
    return live && fromLive(typeId, live);
  },
  delete: async (call, typeId) => {
    const live = await find(call, typeId);
    if (!live) return;
    const what = `remove the encryption of volume type ${typeId}`;
    try {
      const path = `/types/${typeId}/encryption/${live.encryption_id ?? "provider"}`;
      await call.session.request("block-storage", "DELETE", path, { what, expect: [404], next: IN_USE });
    } catch (error) {
      // Cinder says 400 for a type in use.
      if (!hasStatus(error, 400)) throw error;
      throw new UserError({ what: `cannot ${what}: it has volumes`, why: error.reason, next: IN_USE });
    }
  },
});
