import { no, yes, type Ability } from "./ability.ts";
import type { StorageDriver } from "./capabilities.ts";

const NEVER_SHRINKS = no("Cinder's API knows only growth", "make a smaller volume beside it and copy the data");
const NO_RANDOM = no(
  "Cinder's volume_clear knows zero and none alone",
  "write erasure: cryptoShred, or keep the data in memory on machines whose flavor says localDisk.overwrite: random",
  "cinder/volume/driver.py",
);
const NEVER_WIPED = no(
  "the driver deletes a file or an object and overwrites nothing",
  "write erasure: cryptoShred, or use thick LVM with volume_clear=zero",
);
const QEMU_ONLY = no(
  "QEMU itself opens the volume, and Cinder lets it know version 1 alone",
  "write provider: luks",
  "cinder/volume/volume_utils.py check_encryption_provider",
);
const NO_AES_512 = no(
  "Cinder asks QEMU for the cipher aes-<keySize>, and there is no aes-512",
  "write keySize: 256, which is AES-256 in XTS mode there",
  "cinder/image/image_utils.py decode_cipher",
);
const NO_POLICY = no("the storage has no such policy", "use a volume type with encryption: LUKS is made by Cinder");
const DETACHED_ONLY = no(
  "the driver makes a volume larger only while no machine has it, and else leaves it in error_extending",
  "take it out of its machine's volumes, run `pulumi up`, write the new size, run `pulumi up`, and put it back",
);
const PLAIN_ONLY: Ability = {
  can: true,
  note: "never of an encrypted type: Cinder refuses multiattach with a key",
  source: "cinder/volume/flows/api/create_volume.py",
};
const KEY_PER_VOLUME: Ability = {
  can: true,
  note: "of an encrypted type: one key in Barbican for each volume, deleted before it",
  source: "cinder/volume/api.py",
};
/** Of LUKS, what leaves the host is what lies on the storage. */
const HOST_ENCRYPTS: Ability = { can: true, note: "of an encrypted type: the host encrypts before it sends" };
const BACKUP: Ability = { can: true, note: "of an encrypted volume it is ciphertext, and needs the volume's key" };

/** What Cinder's drivers and Nova's local disks can do, as read in Cinder 29.0.0, Nova 34.0.0 and os-brick 7.1.1 (2026.2). */
export const BLOCK_DRIVERS: Readonly<Record<string, StorageDriver>> = {
  "cinder/lvm": {
    title: "LVM (Cinder)",
    source: "cinder/volume/drivers/lvm.py",
    tier: "host",
    accessTypes: ["attachment"],
    protocols: ["iSCSI", "NVMe-oF"],
    abilities: {
      luks: yes,
      luks2: {
        can: true,
        note: "clones of such a volume fail",
        source: "cinder/volume/flows/manager/create_volume.py",
      },
      key512: { can: true, note: "AES-256 in XTS mode; 256 is AES-128 there" },
      ownKey: KEY_PER_VOLUME,
      policyEncryption: NO_POLICY,
      snapshots: yes,
      extendOnline: yes,
      shrink: NEVER_SHRINKS,
      multiattach: PLAIN_ONLY,
      overwriteZero: {
        can: true,
        note: "with lvm_type=default (not auto, not thin), volume_clear=zero, volume_clear_size=0, which the operator declares",
        source: "cinder/volume/drivers/lvm.py _delete_volume",
      },
      overwriteRandom: NO_RANDOM,
      transit: HOST_ENCRYPTS,
      backup: BACKUP,
    },
  },
  "cinder/nfs": {
    title: "NFS (Cinder)",
    source: "cinder/volume/drivers/nfs.py",
    tier: "host",
    accessTypes: ["attachment"],
    protocols: ["NFS"],
    abilities: {
      luks: yes,
      luks2: QEMU_ONLY,
      key512: NO_AES_512,
      ownKey: KEY_PER_VOLUME,
      policyEncryption: NO_POLICY,
      snapshots: { can: true, note: "with nfs_snapshot_support=True" },
      extendOnline: { ...DETACHED_ONLY, source: "cinder/volume/drivers/nfs.py extend_volume" },
      shrink: NEVER_SHRINKS,
      multiattach: no("the driver does not report multiattach", "make the data set a share"),
      overwriteZero: NEVER_WIPED,
      overwriteRandom: NO_RANDOM,
      transit: HOST_ENCRYPTS,
      backup: BACKUP,
    },
  },
  "cinder/rbd": {
    title: "Ceph RBD (Cinder)",
    source: "cinder/volume/drivers/rbd.py",
    tier: "host",
    accessTypes: ["attachment"],
    protocols: ["RBD"],
    abilities: {
      luks: yes,
      luks2: QEMU_ONLY,
      key512: NO_AES_512,
      ownKey: KEY_PER_VOLUME,
      policyEncryption: NO_POLICY,
      snapshots: yes,
      extendOnline: yes,
      shrink: NEVER_SHRINKS,
      multiattach: PLAIN_ONLY,
      overwriteZero: NEVER_WIPED,
      overwriteRandom: NO_RANDOM,
      transit: HOST_ENCRYPTS,
      backup: BACKUP,
    },
  },
  "cinder/quobyte": {
    title: "Quobyte (Cinder)",
    source: "cinder/volume/drivers/quobyte.py",
    since: "2026.1",
    tier: "storage",
    accessTypes: ["attachment"],
    protocols: ["Quobyte"],
    abilities: {
      luks: no(
        "Cinder's Quobyte driver cannot do LUKS: every volume of such a type ends in error",
        "remove encryption here and let Quobyte encrypt by a policy rule, or use a type on lvm, nfs or rbd",
        "cinder/volume/drivers/remotefs.py _supports_encryption",
      ),
      luks2: no(
        "Cinder's Quobyte driver cannot do LUKS: every volume of such a type ends in error",
        "remove encryption here and let Quobyte encrypt by a policy rule, or use a type on lvm",
        "cinder/volume/drivers/remotefs.py _supports_encryption",
      ),
      key512: no("Cinder's Quobyte driver cannot do LUKS", "let Quobyte encrypt by a policy rule (AES-256)"),
      ownKey: no(
        "all volumes of a backend are files of one Quobyte volume, which has one key",
        "use an encrypted type on lvm, nfs or rbd",
      ),
      policyEncryption: {
        can: true,
        note: "for the backend's one Quobyte volume, by a rule that is there before it",
        source: "Quobyte API 3.24.4, policies.volume_encryption",
      },
      snapshots: { can: true, note: "with quobyte_qcow2_volumes=True" },
      extendOnline: { ...DETACHED_ONLY, source: "cinder/volume/drivers/quobyte.py extend_volume" },
      shrink: NEVER_SHRINKS,
      multiattach: no("the driver does not report multiattach", "make the data set a share"),
      overwriteZero: NEVER_WIPED,
      overwriteRandom: NO_RANDOM,
      transit: no(
        "whether Quobyte's client and servers encrypt between them is the cluster's setting, and no published field says it",
        "encrypt what carries it (IPsec or MACsec between hosts and storage), or use an encrypted type on lvm, nfs or rbd",
      ),
      backup: { can: true },
    },
  },
  "nova/lvm": {
    title: "local disk, LVM (Nova)",
    source: "nova/virt/libvirt/imagebackend.py",
    tier: "host",
    accessTypes: ["the machine"],
    protocols: ["local"],
    abilities: {
      luks: {
        can: true,
        note: "plain dm-crypt: [ephemeral_storage_encryption] enabled, for the whole cell",
        source: "nova/compute/api.py",
      },
      luks2: no("Nova writes no LUKS header on local disks", "use what [ephemeral_storage_encryption] gives"),
      key512: { can: true, note: "key_size=512 is AES-256 in XTS mode" },
      ownKey: { can: true, note: "one key in Barbican for each machine" },
      policyEncryption: NO_POLICY,
      snapshots: { can: true, note: "as an image in the clear: close it by the shipped policy files" },
      extendOnline: no("a local disk grows by a resize to another flavor, which stops the machine", "use a volume"),
      shrink: no("Nova refuses a smaller disk", "build the machine again"),
      multiattach: no("a local disk is its machine's", "make the data set a share"),
      overwriteZero: { can: true, note: "[libvirt] volume_clear=zero, volume_clear_size=0" },
      overwriteRandom: {
        can: true,
        note: "[libvirt] volume_clear=shred, volume_clear_size=0: three times",
        source: "nova/privsep/fs.py clear",
      },
      transit: { can: true, note: "it goes no way: the disk is the host's" },
      backup: no("Nova has no backup of a local disk but an image", "keep nothing there that must last"),
    },
  },
};
