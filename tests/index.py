"""A package index made on the spot: the projects of tests/packages, behind a real server on the loopback."""

from __future__ import annotations

import contextlib
import hashlib
import html
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

import loopback
from projects import make_sdist, make_wheel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from projects import Release

MAKERS = {"sdist": make_sdist, "wheel": make_wheel}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageIndex:
    """A running index."""

    url: str
    """What ``--index-url`` takes; ends with ``/simple/``."""
    folder: Path
    """The sdists and wheels that it serves, flat; good for ``--find-links`` too."""
    server: loopback.Loopback
    """Knows what was asked for; its routes may be bent by a test that made the index itself."""


@contextlib.contextmanager
def serving(folder: Path, releases: Iterable[Release]) -> Iterator[PackageIndex]:
    """Make the sdists and wheels of some releases in a folder, and serve them until the ``with`` block ends."""
    routes: dict[str, loopback.Route] = {}
    projects: dict[str, list[dict[str, Any]]] = {}
    for release in releases:
        files = projects.setdefault(canonicalize_name(release.project["name"]), [])
        for kind in release.kinds:
            path = MAKERS[kind](release, folder)
            body, metadata = path.read_bytes(), wheel_metadata(path)
            described = loopback.file_entry(path.name, body) | what_it_says(release, metadata)
            files.append(described)
            routes[described["url"]] = loopback.ranged(body)
            if metadata is not None:
                routes[f"{described['url']}.metadata"] = metadata
    routes |= {f"/simple/{name}/": page(files) for name, files in projects.items()}
    with loopback.serving(routes) as server:
        yield PackageIndex(url=f"{server.url}/simple/", folder=folder, server=server)


def what_it_says(release: Release, metadata: bytes | None) -> dict[str, object]:
    """What a page says of a file beside its name, place, size and hash (PEP 691, 700, 714)."""
    return {
        "requires-python": release.project.get("requires-python"),
        "upload-time": release.uploaded,
        "yanked": release.yanked or False,
        "core-metadata": {"sha256": hashlib.sha256(metadata).hexdigest()} if metadata is not None else False,
    }


def wheel_metadata(path: Path) -> bytes | None:
    """A wheel's METADATA, which an index serves beside it (PEP 658)."""
    if path.suffix != ".whl":
        return None
    with zipfile.ZipFile(path) as wheel:
        return wheel.read(next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")))


def page(files: list[dict[str, Any]]) -> loopback.Handler:
    """A project's page: JSON for those who ask for it (PEP 691), else HTML (PEP 503)."""
    links = "\n".join(map(link, files))
    as_html = loopback.Reply(body=f"<!DOCTYPE html>\n{links}\n".encode(), headers={"Content-Type": loopback.HTML})
    as_json = loopback.json_page(*files)
    return lambda request: as_json if loopback.JSON in request.headers.get("accept", "") else as_html


def link(file: Mapping[str, Any]) -> str:
    """A file as an anchor."""
    attributes = {
        "href": f"{file['url']}#sha256={file['hashes']['sha256']}",
        "data-requires-python": file["requires-python"],
        "data-yanked": file["yanked"],
        "data-core-metadata": file["core-metadata"] and f"sha256={file['core-metadata']['sha256']}",
    }
    written = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items() if value)
    return f"<a {written}>{file['filename']}</a>"
