"""Variables of builds: those that every build is told, and which a recipe or a lock may set beside them."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

EARLIEST = "315532800"
"""1980-01-01, the first second that a zip archive can tell; seconds since 1970."""

CONSTANT: Mapping[str, str] = MappingProxyType(
    {
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SOURCE_DATE_EPOCH": EARLIEST,
        # What would reach for the network says so at once, instead of waiting for it.
        "PIP_NO_INDEX": "1",
        "UV_OFFLINE": "1",
        "CARGO_NET_OFFLINE": "true",
        # Else maturin asks for a package that would download Rust, but only where it sees no cargo.
        "MATURIN_NO_INSTALL_RUST": "1",
    }
)
"""What every build is told, whatever it runs."""

# Port 9 discards, and on most machines nobody listens there: what honours proxies fails at once instead of downloading.
_NOWHERE = "http://127.0.0.1:9"
PROXIES: Mapping[str, str] = MappingProxyType(
    {"http_proxy": _NOWHERE, "https_proxy": _NOWHERE, "all_proxy": _NOWHERE},
)
"""What a build is told where nothing else keeps it off the network."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OURS = frozenset({*CONSTANT, "HOME", "PATH", "PWD", "TMPDIR"})
_FAMILIES = re.compile(r"(?:DYLD|GIT|LD|PIP|UV|_PYPROJECT_HOOKS)_.*|PYTHON.+|.*_PROXY")
"""What steers the loader, the interpreter, the tools that fetch, and ways into the network."""


def variable_flaw(name: str) -> str | None:
    """Why neither a recipe nor a lock may set a variable of this name, as a clause; ``None`` where they may.

    Case does not count: proxies are honoured in either.
    """
    if not _NAME.fullmatch(name):
        return f"{name!r} is no name of a variable: letters, digits and _"
    if name.upper() in _OURS or _FAMILIES.fullmatch(name.upper()):
        return f"{name} steers how builds are isolated: wheelforge alone sets it"
    return None
