import { isIP } from "node:net";
import type { EXPORT_METHODS } from "../../../../quobyte/contract/exports.ts";
import { garbage, notFound, taken } from "../refusal.ts";
import type { Tenant, Volume } from "../state.ts";
import type { Handlers, World } from "../world.ts";
import { note, tenantOf, volumeOf } from "../world.ts";

function checkAddress(text: string): void {
  const [address = "", length, ...more] = text.split("/");
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const fits = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= most);
  if (most < 0 || !fits || more.length > 0) throw garbage(`Not an address or network: ${text}`);
}

/** Who may use the export stands in the tenant, where OpenStack's driver reads it back. */
function setAccess(tenant: Tenant, volume: Volume, address: string, readOnly: boolean | undefined): void {
  const others = (tenant.volume_access ?? []).filter(
    ({ volume_uuid, restrict_to_network }) => volume_uuid !== volume.uuid || restrict_to_network !== address,
  );
  const own = { volume_uuid: volume.uuid, restrict_to_network: address };
  tenant.volume_access = readOnly === undefined ? others : [...others, { ...own, read_only: readOnly }];
}

function endExport(world: World, volume: Volume, tenant: Tenant): void {
  tenant.volume_access = (tenant.volume_access ?? []).filter(({ volume_uuid }) => volume_uuid !== volume.uuid);
  volume.exported = false;
  note(world, "VOLUME", volume.uuid, "REMOVE_EXPORT");
}

export const EXPORTS: Handlers<keyof typeof EXPORT_METHODS> = {
  exportVolume(world, params) {
    const { volume_uuid: uuid, protocol, add_allow_ip: add, remove_allow_ip: remove, read_only = false } = params;
    const volume = volumeOf(world, uuid);
    const tenant = tenantOf(world, volume.tenant);
    if (protocol !== undefined && protocol !== "NFS") throw garbage(`Not a protocol of exports: ${protocol}`);
    if (params.remove_export === true) {
      endExport(world, volume, tenant);
      return {};
    }
    if (protocol === undefined && !volume.exported) throw notFound(`export of volume: ${uuid}`);
    for (const address of [add, remove]) if (address !== undefined) checkAddress(address);
    if (add !== undefined) setAccess(tenant, volume, add, read_only);
    if (remove !== undefined) setAccess(tenant, volume, remove, undefined);
    volume.exported = true;
    note(world, "VOLUME", uuid, "EXPORT_VOLUME");
    return { nfs_server_ip: world.settings.nfsAddress, nfs_export_path: `/${volume.uuid}` };
  },
  publishBucketVolume(world, { volume_uuid: uuid, bucket_name: name = "" }) {
    const volume = volumeOf(world, uuid);
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) throw garbage(`Not a name of a bucket: ${name}`);
    if (world.state.volumes.some(({ bucket, uuid: other }) => bucket === name && other !== uuid))
      throw taken(`bucket ${name}`);
    volume.bucket = name;
    note(world, "VOLUME", uuid, "PUBLISH_BUCKET");
    return {};
  },
  unpublishBucketVolume(world, { volume_uuid: uuid }) {
    const volume = volumeOf(world, uuid);
    if (volume.bucket === undefined) throw notFound(`bucket of volume: ${uuid}`);
    delete volume.bucket;
    note(world, "VOLUME", uuid, "UNPUBLISH_BUCKET");
    return {};
  },
};
