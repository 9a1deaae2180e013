import * as z from "zod";
import { identityProvider } from "./federation.ts";
import { quobyteCluster } from "./quobyte.ts";
import {
  cloudEntry,
  cloudId,
  key,
  localDisk,
  memoryEncryption,
  openstackName,
  overwrite,
  sha512,
  size,
  squash,
  transit,
  vlanId,
} from "./scalars.ts";

const adopt = cloudId.optional().describe("Id of an existing object to take over instead of making one.");

const flavor = z
  .strictObject({
    vcpus: z.int().min(1).max(1024).describe("Virtual CPUs."),
    memory: size.describe("Memory, such as 16 GiB."),
    disk: size
      .optional()
      .describe(
        "Local root disk. Default: none, machines boot from a volume; a local root disk is not encrypted unless `localDisk` says so.",
      ),
    localDisk: localDisk
      .optional()
      .describe(
        "The hosts of this flavor encrypt local disks: for machines that keep data in memory. Hosts say so by traits, which the flavor demands.",
      ),
    confidential: memoryEncryption.default("none"),
    gpu: z
      .strictObject({
        alias: openstackName.describe("The alias that Nova's configuration gives the device."),
        count: z.int().min(1).max(16).default(1).describe("Devices for each machine."),
      })
      .optional()
      .describe("PCI passthrough alias of a GPU. Never together with memory encryption."),
    adopt,
  })
  .describe("A flavor. Always private: a tenant is granted it by name.");

const image = z
  .strictObject({
    file: z.string().min(1).optional().describe("Image file to upload, relative to the site directory."),
    build: z
      .string()
      .min(1)
      .max(4000)
      .optional()
      .describe(
        "Shell command that makes the file, run in the site directory before the upload. Default: the file is there.",
      ),
    sha512: sha512
      .optional()
      .describe("SHA-512 of the image: what is in Glance must match. Default: taken from the file."),
    format: z.enum(["raw", "qcow2"]).default("raw").describe("Disk format of the file."),
    distro: openstackName.describe("os_distro (SCS 0102)."),
    version: openstackName.describe("os_version (SCS 0102)."),
    confidential: memoryEncryption.default("none"),
    minDisk: size.optional().describe("Smallest root disk."),
    adopt,
  })
  .describe("An image. Confidential ones carry the encryption properties as well, so that no resize loses it.");

const volumeType = z
  .strictObject({
    driver: z
      .enum(["nfs", "lvm", "rbd", "quobyte"])
      .describe("Cinder driver of the backend; decides what can be promised."),
    backend: openstackName.describe("volume_backend_name that the scheduler looks for."),
    tier: z.enum(["ssd", "hdd"]).describe("Medium, for those who choose."),
    encryption: z
      .strictObject({
        provider: z.enum(["luks", "luks2"]).default("luks").describe("luks2 needs a block driver (lvm)."),
        cipher: z.enum(["aes-xts-plain64"]).default("aes-xts-plain64").describe("Cipher and mode."),
        keySize: z
          .union([z.literal(256), z.literal(512)])
          .default(256)
          .describe("Bits; 512 is AES-256 in XTS mode on block drivers."),
      })
      .optional()
      .describe("LUKS by Cinder, a key per volume in Barbican. Never changed later: a new type is made."),
    overwrite: overwrite
      .optional()
      .describe(
        "What the backend does to the whole of a deleted volume, as cinder.conf says it: with lvm, `lvm_type=default`, `volume_clear=zero` and `volume_clear_size=0`. Default: nothing.",
      ),
    replicated: z.boolean().default(false).describe("The backend keeps more than one copy (SCS 0114)."),
    adopt,
  })
  .describe("A Cinder volume type. Always private.");

const shareType = z
  .strictObject({
    driver: z.enum(["quobyte", "cephfs", "netapp", "generic"]).describe("Manila driver of the backend."),
    backend: openstackName.describe("share_backend_name that the scheduler looks for."),
    protocols: z
      .array(z.enum(["NFS", "CEPHFS"]))
      .min(1)
      .default(["NFS"])
      .describe("Protocols that the backend offers; the first is used: NFS by networks, CEPHFS by keys of clients."),
    snapshots: z
      .boolean()
      .default(false)
      .describe("The backend may make snapshots of shares, and shares from them: for `backup:` of a data set."),
    squash: squash
      .optional()
      .describe(
        "What the backend makes of the user ids that NFS clients send: your word, Manila cannot be asked. Default: what the driver always does, where it is known.",
      ),
    transit: transit
      .default("none")
      .describe(
        "What encrypts a share's bytes on the way to a machine, by your word: `client`, NFS by TLS or CephFS in its secure mode; `below`, your own IPsec or MACsec on every link between storage and hypervisors, or storage on the hypervisor itself; `none`.",
      ),
    cluster: key.optional().describe("Cluster of `quobyte` on which the shares lie; needed with driver quobyte."),
    adopt,
  })
  .describe("A Manila share type. Always private.");

/** What exists once in a cloud; run by the operator. */
export const platformSchema = z
  .strictObject({
    format: z.literal(1).describe("Format of this section."),
    cloud: cloudEntry.describe("Entry of clouds.yaml with the operator's credential."),
    region: openstackName.describe("Region of the cloud, as in the service catalogue."),
    vlans: z
      .strictObject({
        physicalNetwork: openstackName.describe("Name in Neutron's configuration, such as physnet1."),
        from: vlanId.describe("First VLAN id."),
        to: vlanId.describe("Last VLAN id."),
      })
      .optional()
      .describe("Range of VLAN ids that tenants' networks take, on which physical network."),
    flavors: z.record(openstackName, flavor).default({}).describe("Flavors by name."),
    images: z.record(openstackName, image).default({}).describe("Images by name."),
    volumeTypes: z.record(openstackName, volumeType).default({}).describe("Volume types by name."),
    shareTypes: z.record(openstackName, shareType).default({}).describe("Share types by name."),
    keyManager: z
      .strictObject({
        masterKey: z
          .enum(["hsm", "kmip", "vault", "file"])
          .describe(
            "Where the key lies that encrypts all keys: in an HSM (`p11_crypto`), a KMIP appliance or Dogtag's store, a vault (`vault_plugin`), or in a file of Barbican's (`simple_crypto`).",
          ),
      })
      .optional()
      .describe(
        "What barbican.conf says of its secret store, for `tresor preflight` where Barbican's API does not tell. Default: not said.",
      ),
    quobyte: z.record(key, quobyteCluster).default({}).describe("Quobyte clusters by name."),
    federation: z.record(key, identityProvider).default({}).describe("Identity providers by name."),
  })
  .describe("The platform: flavors, images, volume and share types, identity providers.");

export type PlatformConfig = z.infer<typeof platformSchema>;
