import { UserError } from "../../../config/problem.ts";
import { orAbsent, type Result } from "../../../quobyte/client.ts";
import type { ClusterCall } from "../../resource.ts";

export type LiveVolume = NonNullable<Result<"getVolumeList">["volume"]>[number];

/** What the cluster lists of a tenant's volumes, those that are being erased included: all of it is judged. */
export async function volumesOf({ cluster }: ClusterCall, tenantId: string): Promise<readonly LiveVolume[]> {
  const what = `list the volumes of tenant ${tenantId}`;
  return (await orAbsent(cluster.call("getVolumeList", { tenant_domain: tenantId }, what)))?.volume ?? [];
}

/** As {@link volumesOf}, to be erased: only what says itself that it is the tenant's. */
export async function ownVolumesOf(call: ClusterCall, tenantId: string): Promise<readonly LiveVolume[]> {
  const volumes = await volumesOf(call, tenantId);
  const foreign = volumes.filter((volume) => volume.tenant_domain !== tenantId);
  if (foreign.length === 0) return volumes;
  throw new UserError({
    what: `asked for the volumes of tenant ${tenantId}, the cluster lists some that say they are another's`,
    found: foreign
      .slice(0, 5)
      .map((volume) => `${say(volume)} of ${volume.tenant_domain ?? "nobody"}`)
      .join(", "),
    why: "what is not surely the tenant's is not erased",
    next: "erase the tenant's volumes in Quobyte by hand, then repeat",
  });
}

export async function findVolume({ cluster }: ClusterCall, volumeId: string): Promise<LiveVolume | undefined> {
  const what = `read volume ${volumeId}`;
  const answer = await orAbsent(cluster.call("getVolumeList", { volume_uuid: [volumeId] }, what));
  return answer?.volume?.find((volume) => volume.volume_uuid === volumeId);
}

/** How a volume is encrypted, in words: `AES_XTS_256 by SYSTEM`; `none` where nothing says that it is. */
export function encryptionOf({ volume_encryption_context: context }: LiveVolume): string {
  const method = context?.file_encryption_method;
  return method === undefined || method === "" ? "none" : `${method} by ${context?.key_owner ?? "nobody known"}`;
}

/** What a policy profile makes of a volume, or what is better (VolumeEncryptionContext of the published API). */
const GOOD_FOR: Readonly<Record<"SYSTEM_AES_128" | "SYSTEM_AES_256", readonly string[]>> = {
  SYSTEM_AES_128: ["AES_XTS_128", "AES_XTS_256"],
  SYSTEM_AES_256: ["AES_XTS_256"],
};
export type Profile = keyof typeof GOOD_FOR;

/** Whether a volume is encrypted as a profile says, or better. A word that is not published is not taken for good. */
export const isEncrypted = ({ volume_encryption_context: context }: LiveVolume, profile: Profile): boolean =>
  GOOD_FOR[profile].includes(context?.file_encryption_method ?? "");

export const say = (volume: LiveVolume): string => `"${volume.name ?? ""}" (${volume.volume_uuid})`;

const MINUTE = 60_000;
const DEADLINE = 15 * MINUTE;

/**
 * Erases volumes with all that is in them, and waits until the cluster lists them no more. Whether that may be is said before, by
 * who protects them.
 */
export async function eraseVolumes(
  call: ClusterCall,
  volumes: readonly LiveVolume[],
  left: () => Promise<readonly LiveVolume[]>,
): Promise<void> {
  for (const volume of volumes) {
    const what = `erase volume ${say(volume)}`;
    const params = { volume_uuid: volume.volume_uuid, force: true };
    if (volume.scheduled_for_deletion !== true) await orAbsent(call.cluster.call("eraseVolume", params, what));
  }
  const end = Date.now() + DEADLINE;
  for (let pause = 500; ; pause = Math.min(pause * 2, 5000)) {
    const still = await left();
    if (still.length === 0) return;
    if (Date.now() > end || call.cancelled())
      throw new UserError({
        what: `Quobyte is not done with erasing ${still.length} volumes${call.cancelled() ? ", and the run was interrupted" : ` after ${DEADLINE / MINUTE} minutes`}`,
        found: still.slice(0, 5).map(say).join(", "),
        next: "look at the cluster's tasks, then repeat: what is being erased is waited for again",
      });
    await call.pause(pause);
  }
}
