"""Swift in two processes: `storage` (accounts, containers, objects) and `proxy`.

Upstream's way is one process for each server, rings made by hand, a syslog and a memcached; here the three storage servers share one process
and its memory, the rings (one copy, one device) are made at each start, and the log goes to the process's output.
"""

import logging
import os
import sys

from swift.common.concurrency import eventlet, wsgi

DEVICE = "d1"
# 2 ** 4 partitions: one device keeps everything.
PART_POWER = 4
STORAGE = ("account", "container", "object")


def to_output(conf, name, log_to_console, log_route, fmt, logger, adapted):
    """Hook `log_custom_handlers`: in place of a syslog, which may not run, or may be somebody else's."""
    print_bare(logger, fmt, name)


def print_bare(logger, fmt="%(message)s", name="swift"):
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    handler = logging.StreamHandler(sys.__stderr__)
    handler.setFormatter(logging.Formatter(fmt, defaults={"server": name}))
    logger.addHandler(handler)


def make_ring(folder, name, port):
    """One copy on one device; the same bytes at each start, so that what is stored is found again."""
    from swift.common.ring import RingBuilder

    builder = RingBuilder(PART_POWER, 1, 1)
    builder.add_dev(
        {"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": DEVICE, "weight": 1, "meta": ""}
    )
    builder.rebalance(seed=1)
    builder.get_ring().save(os.path.join(folder, name + ".ring.gz"))


def serve(folder, name):
    """One server in a green thread of this process."""
    from swift.common.wsgi import get_socket, loadapp
    from swift.common.http_protocol import SwiftHttpProtocol
    from swift.common.utils import readconf

    path = os.path.join(folder, name + "-server.conf")
    conf = readconf(path, "app:%s-server" % name)
    app = loadapp(path, global_conf={"log_name": "%s-server" % name})
    # The log of requests takes no hook.
    print_bare(logging.getLogger("proxy-access"))
    options = {"protocol": SwiftHttpProtocol, "capitalize_response_headers": False, "debug": False}
    return eventlet.spawn(wsgi.server, get_socket(conf), app, logging.getLogger("devcloud-quiet"), **options)


def main(part, folder):
    from swift.common import utils
    from swift.common.storage_policy import reload_storage_policies

    os.environ["TZ"] = "UTC+0"
    eventlet.hubs.use_hub(utils.get_hub())
    utils.set_swift_dir(folder)
    reload_storage_policies()
    logging.getLogger("devcloud-quiet").addHandler(logging.NullHandler())
    logging.getLogger("devcloud-quiet").propagate = False
    # Timeouts of the peers' sockets are told by the servers themselves.
    eventlet.debug.hub_exceptions(False)
    if part == "storage":
        for name in STORAGE:
            conf = utils.readconf(os.path.join(folder, name + "-server.conf"), "app:%s-server" % name)
            os.makedirs(os.path.join(conf["devices"], DEVICE), exist_ok=True)
            make_ring(folder, name, int(conf["bind_port"]))
    names = STORAGE if part == "storage" else ("proxy",)
    for server in [serve(folder, name) for name in names]:
        server.wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
