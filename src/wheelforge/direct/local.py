"""Paths of this machine: out of URLs, and as they may be recorded."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit


def local_path(url: str) -> Path:
    """The path of a ``file:`` URL."""
    return Path(unquote(urlsplit(url).path))


def told_path(path: Path, cwd: Path) -> str:
    """A path relative to where the run was started, with forward slashes, or its last part where it is elsewhere."""
    path, cwd = path.resolve(), cwd.resolve()
    return path.relative_to(cwd).as_posix() if path.is_relative_to(cwd) else path.name
