"""Runs inside a fresh jail and tells, as one line of JSON, what it can reach that no build may.

Imports nothing of ours. Its argument is the home folder of whoever runs wheelforge. An empty list is a jail that holds.
"""

import json
import os
import socket
import sys
from pathlib import Path


def leaks(home: Path) -> list[str]:
    """Name everything that should not be there."""
    found = []
    # An address that is reserved for documentation (RFC 5737): nobody answers, but only a jail has no route to it.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        try:
            datagram.connect(("192.0.2.1", 9))
        except OSError:
            pass
        else:
            found.append("it has a route to the network")
    if home.is_dir() and any(home.iterdir()):
        found.append(f"it sees the home folder {home}")
    if os.access("/usr", os.W_OK):
        found.append("it can write to /usr")
    capabilities = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff")]
    if any(int(line.split(":")[1], 16) for line in capabilities):
        found.append("it has capabilities")
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(leaks(Path(sys.argv[1]))))
