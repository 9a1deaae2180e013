"""OpenStack's own Quobyte driver of Manila, as installed, set up by one config file: says in one line of JSON how that ended."""

import json
import sys

from oslo_config import cfg

from manila.common import config  # noqa: F401  (registers what the driver reads)
from manila.share import driver as base
from manila.share.configuration import Configuration
from manila.share.drivers.quobyte import quobyte


def main():
    cfg.CONF([], project="manila", default_config_files=[sys.argv[1]])
    driver = quobyte.QuobyteShareDriver(configuration=Configuration(base.share_opts, config_group="quobyte"))
    try:
        driver.do_setup(None)
    except Exception as error:
        return {"ok": False, "error": type(error).__name__, "message": str(error)}
    return {"ok": True, "version": driver.DRIVER_VERSION}


print(json.dumps(main()))
