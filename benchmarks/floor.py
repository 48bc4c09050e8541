"""The floor: bare httpx fetches the pages and the files of a lock, and does nothing else: ``floor.py FOLDER OUT``."""

from __future__ import annotations

import asyncio
import os
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import httpx

PAGE = "application/vnd.pypi.simple.v1+json"
INDEX = os.environ.get("PIP_INDEX_URL", "")
"""Every tool that is measured finds the index there."""
CONNECTIONS = 16
"""At most; over HTTP/2 one carries all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A file of a lock."""

    project: str
    filename: str
    url: str


def locked_files(folder: Path) -> list[Locked]:
    """What a collected folder's lock lists."""
    lock = tomllib.loads((folder / "wheelforge.lock").read_text("utf-8"))
    return [Locked(project=one["name"], filename=one["filename"], url=one["url"]) for one in lock["artifacts"]]


def client() -> httpx.AsyncClient:
    """One client, HTTP/2 where the index speaks it, and nothing round it."""
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    headers = {"accept-encoding": "gzip"}
    return httpx.AsyncClient(http2=True, limits=limits, timeout=60, follow_redirects=True, headers=headers)


async def page(web: httpx.AsyncClient, project: str) -> bytes:
    """Read a project's page (PEP 691)."""
    answer = await web.get(f"{INDEX.rstrip('/')}/{project}/", headers={"accept": PAGE})
    return answer.raise_for_status().content


async def save(web: httpx.AsyncClient, url: str, path: Path) -> None:
    """Stream a file to disk."""
    with path.open("wb") as file:
        async with web.stream("GET", url) as answer:
            async for piece in answer.raise_for_status().aiter_raw():
                file.write(piece)


async def fetch(files: list[Locked], out: Path) -> None:
    """All pages at once, then all files at once: nobody can know the files before."""
    async with client() as web:
        await asyncio.gather(*(page(web, project) for project in sorted({file.project for file in files})))
        await asyncio.gather(*(save(web, file.url, out / file.filename) for file in files))


if __name__ == "__main__":
    asyncio.run(fetch(locked_files(Path(sys.argv[1])), Path(sys.argv[2])))
