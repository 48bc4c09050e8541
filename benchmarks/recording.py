"""Records the part of the index that a collected folder came from, for slow_index.py: ``recording.py FOLDER OUT``."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path

from floor import Locked, client, locked_files, page


async def record(folder: Path, recording: Path) -> None:
    """Write ``simple/PROJECT.json``, pages whole but for their URLs, and ``files/``, the folder's own files."""
    pages, files = recording / "simple", recording / "files"
    for made in (pages, files):
        made.mkdir(parents=True)
    locked = locked_files(folder)
    for one in locked:
        shutil.copyfile(folder / one.filename, files / one.filename)
    for project, body in (await read_pages(locked)).items():
        (pages / f"{project}.json").write_bytes(loopback_page(body))


async def read_pages(locked: list[Locked]) -> dict[str, bytes]:
    """Every project's page, from the index itself."""
    projects = sorted({one.project for one in locked})
    async with client() as web:
        return dict(zip(projects, await asyncio.gather(*(page(web, one) for one in projects)), strict=True))


def loopback_page(body: bytes) -> bytes:
    """The page with all of its files beside it on the same server, those too that were not recorded."""
    written = json.loads(body)
    for file in written["files"]:
        file["url"] = f"../../files/{file['filename']}"
    return json.dumps(written, separators=(",", ":")).encode()


if __name__ == "__main__":
    asyncio.run(record(Path(sys.argv[1]), Path(sys.argv[2])))
