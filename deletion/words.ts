import type { Method } from "./types.ts";

/** What each method means, no more than that. */
export const METHOD_WORDS: Readonly<Record<Method, string>> = {
  cryptoShred:
    "It was ciphertext, and its key was deleted in Barbican: of a volume before the volume itself. What stays on disks, in the storage's snapshots or in worn flash cells is unreadable once the key is gone everywhere.",
  overwriteZero: "The storage's driver wrote zeros over the blocks that the storage addresses.",
  overwriteRandom: "The host wrote random bytes over the blocks that it addresses.",
  unexport: "The storage no longer offers it. Its bytes stay until they are erased there.",
  erase: "The storage was asked to erase it and no longer lists it.",
  delete: "Its service no longer has it. That says nothing of bytes on disks.",
};

interface Gone {
  readonly kind: string;
  readonly method: Method;
}

/** A sentence, and when it must be said. */
const LIMITS: readonly (readonly [says: string, when: (gone: Gone) => boolean])[] = [
  [
    "Backups of Barbican's database, and of an HSM's or a vault's storage, may still hold deleted keys in wrapped form. Only the operator knows them and when they end.",
    ({ kind }) => kind === "secret",
  ],
  [
    "Whoever could read a key while it was there (tier host: the cloud's administrators) may have kept a copy.",
    ({ method }) => method === "cryptoShred",
  ],
  [
    "On flash and on storage that writes copies, overwriting reaches the blocks of today and not those that were moved away.",
    ({ method }) => method === "overwriteZero" || method === "overwriteRandom",
  ],
  [
    "Volumes without encryption were only deleted: their blocks may be read on the medium until they are written again.",
    ({ kind, method }) => kind === "volume" && method === "delete",
  ],
  [
    "Shares have no key of their own: their bytes are as erased as their storage erases them, and its snapshots and backups are not seen by any API of the cloud.",
    ({ kind }) => kind === "share",
  ],
  [
    "Objects were deleted with all versions that Swift listed. Its replicas go when its servers catch up, its disks are not wiped, and with encryption by one key for the whole cluster no project can be shredded alone.",
    ({ kind }) => kind === "object container",
  ],
  [
    "Images that machines started from are cached on hosts in the clear until Nova ages them out. They hold no data of the zone unless somebody put it into the image.",
    ({ kind }) => kind === "machine" || kind === "image",
  ],
  [
    "Logs, audit records, measurements and billing of the cloud keep names and ids of what is gone, by the operator's rules.",
    () => true,
  ],
];

/** What a receipt over these objects cannot say. */
export const limitsOf = (gone: readonly Gone[]): readonly string[] =>
  LIMITS.filter(([, when]) => gone.some(when)).map(([says]) => says);
