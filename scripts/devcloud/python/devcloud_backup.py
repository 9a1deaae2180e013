"""Backups of the one-machine cloud: Cinder's own POSIX driver, and volumes that are files in a folder instead of on a mount.

The service attaches a volume as a compute host does. os-brick would mount its share first; here the share is a plain directory
(see devcloud_cinder.py), so that it is found and not mounted. What is read is the volume's file: of an encrypted one its LUKS.
"""

import os

from cinder.backup.drivers import posix
from os_brick.remotefs import remotefs


def _folder(client, share):
    return os.path.join(client.get_mount_base(), share.rpartition("/")[2])


remotefs.RemoteFsClient.get_mount_point = _folder
remotefs.RemoteFsClient.mount = lambda client, share, flags=None: None


class DevcloudBackupDriver(posix.PosixBackupDriver):
    """The POSIX driver under a name by which the service loads this module."""
