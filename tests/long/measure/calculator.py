"""Asks the independent calculator of launch measurements. Reads a list of launches (JSON) and prints its digests, null where it refuses."""

import json
import os
import sys
import tempfile

from sevsnpmeasure import guest, vcpu_types
from sevsnpmeasure.sev_mode import SevMode


def digest(case, directory):
    files = {}
    for name in ("kernel", "initrd"):
        if case.get(name) is not None:
            files[name] = os.path.join(directory, name)
            with open(files[name], "wb") as file:
                file.write(case[name].encode())
    try:
        return guest.calc_launch_digest(
            SevMode.SEV_SNP,
            case["vcpus"],
            vcpu_types.CPU_SIGS[case["cpu"]],
            case["file"],
            files.get("kernel"),
            files.get("initrd"),
            case.get("append"),
            int(case["features"], 0),
        ).hex()
    except Exception:  # whatever it says: it is no measurement
        return None


with tempfile.TemporaryDirectory() as directory:
    json.dump([digest(case, directory) for case in json.load(sys.stdin)], sys.stdout)
