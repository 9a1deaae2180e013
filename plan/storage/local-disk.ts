import type * as z from "zod";
import type { localDisk } from "../../config/scalars.ts";

export type LocalDisk = z.infer<typeof localDisk>;

/** Traits by which hosts repeat what the operator says of their local disks: from a `provider.yaml` of nova-compute. */
export const LOCAL_DISK_TRAITS = {
  encrypted: "CUSTOM_TRESOR_LOCAL_DISK_ENCRYPTED",
  zero: "CUSTOM_TRESOR_LOCAL_DISK_ZEROED",
  random: "CUSTOM_TRESOR_LOCAL_DISK_SHREDDED",
} as const;

/** Traits that hosts of such a flavor must have. */
export const traitsOf = ({ overwrite }: LocalDisk): readonly string[] => [
  LOCAL_DISK_TRAITS.encrypted,
  ...(overwrite === undefined ? [] : [LOCAL_DISK_TRAITS[overwrite]]),
];

/** Extra specs that let no host carry the machine that does not say so. */
export const localDiskSpecs = (disk: LocalDisk | undefined): Record<string, string> =>
  disk === undefined ? {} : Object.fromEntries(traitsOf(disk).map((trait) => [`trait:${trait}`, "required"]));
