"""What a compiled wheel depends on beside its inputs: the C library and the installed system packages."""

from __future__ import annotations

import hashlib
import platform
import shutil
from functools import cache
from pathlib import Path

PACKAGE_DATABASES = ("var/lib/dpkg/status", "lib/apk/db/installed", "var/lib/rpm/rpmdb.sqlite")
"""What Debian, Alpine and Red Hat write when a compiler or a header package changes."""


@cache
def toolchain(root: Path = Path("/")) -> str:
    """A digest, lower-case hex, that changes whenever the system's packages do."""
    digest = hashlib.sha256(" ".join((*platform.libc_ver(), *_compiler())).encode())
    for name in PACKAGE_DATABASES:
        database = root / name
        if database.is_file():
            digest.update(database.read_bytes())
    return digest.hexdigest()


def _compiler() -> tuple[str, ...]:
    """Which compiler a build finds, for those that no package database knows."""
    found = shutil.which("cc", path="/usr/bin:/bin")
    if found is None:
        return ("no compiler",)
    compiler = Path(found).resolve()
    about = compiler.stat()
    return str(compiler), str(about.st_size), str(about.st_mtime_ns)
