import type { MemoryEncryption, Preset } from "../config/scalars.ts";

/** What a preset demands of a zone. */
interface PresetDemands {
  /** Every volume that the zone makes, root disks included, is of an encrypted type. */
  readonly encryptedVolumes: boolean;
  /** No unencrypted volume type is granted at all, and the quota of each is 0: a bench's people choose types themselves. */
  readonly unencryptedTypesClosed: boolean;
  /** Every granted image is pinned by id or digest: names are anybody's. */
  readonly pinnedImages: boolean;
  /** The one memory encryption that machines may have; absent: any, or none. */
  readonly memoryEncryption?: MemoryEncryption;
}

/** The differences of the presets, and all of them: everything else holds in every preset. */
export const PRESETS: Readonly<Record<Preset, PresetDemands>> = {
  open: { encryptedVolumes: false, unencryptedTypesClosed: false, pinnedImages: false },
  guarded: { encryptedVolumes: true, unencryptedTypesClosed: false, pinnedImages: true },
  isolated: { encryptedVolumes: true, unencryptedTypesClosed: true, pinnedImages: true },
  confidential: {
    ...{ encryptedVolumes: true, unencryptedTypesClosed: true, pinnedImages: true },
    memoryEncryption: "sev-snp",
  },
};
