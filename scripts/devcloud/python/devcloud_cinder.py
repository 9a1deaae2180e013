"""Volumes as real files, encrypted ones as qcow2 with QEMU's own LUKS: needs neither device-mapper nor a mount.

The in-tree NFS driver does all the work (files, snapshots, clones, LUKS of blank volumes). Two things are ours: its share is a
plain directory instead of a mount, and an image goes into an encrypted volume through qemu-img, because the in-tree way maps
the volume with cryptsetup, which wants device-mapper.
"""

import binascii
import contextlib
import os
import tempfile

from castellan import key_manager
from oslo_config import cfg
from oslo_utils import units

from cinder.image import image_utils
from cinder.volume import volume_utils
from cinder.volume.drivers import nfs
from cinder.volume.drivers import remotefs

CONF = cfg.CONF


class DevcloudFilesDriver(nfs.NfsDriver):
    """NFS driver without NFS."""

    VERSION = "1.0.0"

    def do_setup(self, context):
        # The mount.nfs check of the direct parent is left out: nothing is mounted.
        remotefs.RemoteFSSnapDriverDistributed.do_setup(self, context)
        self.shares = {}
        self.set_nas_security_options(self._is_voldb_empty_at_startup)

    def _check_snapshot_support(self, setup_checking=False):
        """Snapshots work: files and services have one owner, which the check of the parent cannot know."""

    def _get_mount_point_for_share(self, nfs_share):
        """`devcloud:/ssd` lies in the folder `ssd`, where a person who looks for it finds it."""
        return os.path.join(self.base, nfs_share.rpartition("/")[2])

    def _ensure_share_mounted(self, nfs_share):
        os.makedirs(self._get_mount_point_for_share(nfs_share), mode=0o700, exist_ok=True)

    @contextlib.contextmanager
    def _passphrase(self, context, encryption):
        """The volume's key from Barbican as a passphrase file that lives as long as the block."""
        key = key_manager.API(CONF).get(context, encryption["encryption_key_id"])
        with tempfile.NamedTemporaryFile("w", dir=volume_utils.image_conversion_dir()) as file:
            file.write(binascii.hexlify(key.get_encoded()).decode())
            file.flush()
            yield file.name

    def _create_encrypted_volume_file(self, path, size_gb, encryption, context):
        cipher = image_utils.decode_cipher(encryption["cipher"], encryption["key_size"])
        options = ",".join(
            [
                "encrypt.format=luks",
                "encrypt.key-secret=volume",
                f"encrypt.cipher-alg={cipher['cipher_alg']}",
                f"encrypt.cipher-mode={cipher['cipher_mode']}",
                f"encrypt.ivgen-alg={cipher['ivgen_alg']}",
                # The key is random, not a person's password: stretching it for two seconds a volume gains nothing.
                "encrypt.iter-time=10",
            ]
        )
        with self._passphrase(context, encryption) as file:
            secret = f"secret,id=volume,format=raw,file={file}"
            size = str(size_gb * units.Gi)
            command = ["qemu-img", "create", "-f", "qcow2", "-o", options, "--object", secret, path, size]
            # qemu-img times its key derivation and gives up ("Unable to get accurate CPU usage") when the clock shows no time
            # passed; on a small virtual machine that was seen in one of ten calls, at random.
            self._execute(*command, attempts=15)

    def copy_image_to_encrypted_volume(self, context, volume, image_service, image_id, disable_sparse=False):
        """Writes the image through LUKS into the blank encrypted file that create_volume left."""
        encryption = volume_utils.check_encryption_provider(volume, context)
        directory = volume_utils.image_conversion_dir()
        with tempfile.NamedTemporaryFile(dir=directory) as raw, self._passphrase(context, encryption) as file:
            image_utils.fetch_to_raw(
                context,
                image_service,
                image_id,
                raw.name,
                self.configuration.volume_dd_blocksize,
                size=volume.size,
                run_as_root=False,
            )
            secret = f"secret,id=volume,format=raw,file={file}"
            target = f"driver=qcow2,encrypt.key-secret=volume,file.filename={self.local_path(volume)}"
            command = ["qemu-img", "convert", "-n", "--target-is-zero", "-f", "raw", "--object", secret]
            self._execute(*command, "--target-image-opts", raw.name, target)
