import { UserError } from "../../../config/problem.ts";
import { orAbsent, type Result } from "../../../quobyte/client.ts";
import type { ClusterCall } from "../../resource.ts";

export type LiveVolume = NonNullable<Result<"getVolumeList">["volume"]>[number];

/** Volumes of a tenant, those that are being erased included. */
export async function volumesOf({ cluster }: ClusterCall, tenantId: string): Promise<readonly LiveVolume[]> {
  const what = `list the volumes of tenant ${tenantId}`;
  const answer = await orAbsent(cluster.call("getVolumeList", { tenant_domain: tenantId }, what));
  // Whose a volume is must be known before it is judged, or erased.
  return (answer?.volume ?? []).filter((volume) => volume.tenant_domain === tenantId);
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

/** What a policy profile makes of a volume (VolumeEncryptionContext of the published API). */
const MADE_BY = { SYSTEM_AES_128: "AES_XTS_128 by SYSTEM", SYSTEM_AES_256: "AES_XTS_256 by SYSTEM" } as const;
export type Profile = keyof typeof MADE_BY;

/** Whether a volume is encrypted as a profile says, or better. */
export const isEncrypted = (volume: LiveVolume, profile: Profile): boolean =>
  [MADE_BY[profile], MADE_BY.SYSTEM_AES_256].includes(encryptionOf(volume) as never);

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
