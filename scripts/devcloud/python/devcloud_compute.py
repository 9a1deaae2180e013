"""Starts nova-compute with this folder among the places where Nova looks for hypervisor drivers."""

import os
import sys

import nova.virt

nova.virt.__path__.append(os.path.dirname(os.path.abspath(__file__)))
sys.argv[0] = "nova-compute"

from nova.cmd.compute import main  # noqa: E402  (the path above must stand before Nova looks at it)

sys.exit(main())
