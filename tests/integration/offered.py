"""An index of one sdist, made by a test member by member, of which its page may lie."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import loopback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def offering(path: Path, sha256: str | None = None) -> Iterator[str]:
    """Serve a file of the project demo, with the hash that it has or with another; gives what ``-i`` takes."""
    body = path.read_bytes()
    entry = loopback.file_entry(path.name, body)
    if sha256 is not None:
        entry["hashes"] = {"sha256": sha256}
    routes: dict[str, loopback.Route] = {"/simple/demo/": loopback.json_page(entry), entry["url"]: body}
    with loopback.serving(routes) as server:
        yield f"{server.url}/simple/"
