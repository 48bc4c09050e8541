"""URLs taken apart, without asking anybody: paths of this machine, usual ports, and revisions of repositories."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

FULL_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""A commit that nobody can alter, by SHA-1 or SHA-256; in lower case."""
PORTS = MappingProxyType({"https": 443, "http": 80})
"""Where no port is written."""


def local_path(url: str) -> Path:
    """The path that a ``file:`` URL names."""
    # urllib has a function for it, in a module that takes longer to load than all that is read of URLs.
    path = unquote(urlsplit(url).path, errors="surrogateescape")
    return Path(path.removeprefix("/") if os.name == "nt" else path)


def split_revision(path: str) -> tuple[str, str | None]:
    """The path of a repository's URL, and what stands behind its last ``@``, decoded; ``None`` where there is none."""
    repository, mark, revision = path.rpartition("@")
    return (repository, unquote(revision)) if mark else (path, None)
