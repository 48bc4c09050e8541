"""An index that was good, and then is not: what stood before must stand after, and good runs go on from there."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archives_fixture import metadata, wheel_files, write_wheel
from integration.command import lock_of, names, refused, wheelforge
from loopback import file_entry, json_page, ranged, serving
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from integration.command import Outcome
    from loopback import Loopback, Reply, Route

PAGE = "/simple/demo/"
WHEEL = "demo-2.0-py3-none-any.whl"
FILE = f"/files/{WHEEL}"
HASTY = ("--timeout", "0.5", "--retries", "1")


def wheel(*about: str, data: int = 0, version: str = "2.0", said: str = "2.0", name: str = "demo") -> bytes:
    """A wheel of demo with so much ``data`` that cannot be packed; its metadata may say something else."""
    return _wheel(about, data, version, said, name)


@functools.cache
def _wheel(about: tuple[str, ...], data: int, version: str, said: str, name: str) -> bytes:
    home = f"demo-{version}.dist-info"
    files = wheel_files(about=metadata(name, said, *about), dist_info=home)
    if data:
        files = {"demo/data.bin": hashlib.shake_128().digest(data), **files}
    with tempfile.TemporaryDirectory() as scratch:
        return write_wheel(Path(scratch) / WHEEL, files, dist_info=home).read_bytes()


def page(body: bytes, filename: str = WHEEL, **fields: object) -> Reply:
    """The page of demo with one file on it."""
    return json_page(file_entry(filename, body, f"/files/{WHEEL}", **fields))


class Endless:
    """A piece again and again, with a pause before each."""

    def __init__(self, piece: bytes, pause: float = 0.0) -> None:
        self._piece = piece
        self._pause = pause

    def __iter__(self) -> Iterator[bytes]:
        for _ in itertools.count():
            threading.Event().wait(self._pause)
            yield self._piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Siege:
    """A server whose routes turn bad, a folder that stands collected from it, and its cache."""

    server: Loopback
    folder: Path
    cache: Path
    good: dict[str, Route]

    @property
    def url(self) -> str:
        """What ``--index-url`` takes."""
        return f"{self.server.url}/simple/"

    def arguments(self, *options: str, url: str | None = None) -> tuple[str, ...]:
        """The command that every test runs."""
        places = ("-o", str(self.folder), "--cache-dir", str(self.cache), "-i", url or self.url)
        return ("collect", "demo", "-U", *places, *HASTY, *options)

    def collects(self, *options: str, url: str | None = None) -> Outcome:
        """The command does its work, and nothing that it began is left."""
        outcome = wheelforge(*self.arguments(*options, url=url))
        assert_tidy(self.folder, self.cache)
        assert {str(pin.version) for pin in lock_of(self.folder).targets[0].pins} == {"2.0"}
        return outcome

    def fails(self, *options: str, code: ExitCode, url: str | None = None) -> str:
        """The command fails, and leaves the folder as it was; gives what it says, hint included."""
        before = contents(self.folder)
        said = refused(*self.arguments(*options, url=url), code=code)
        assert contents(self.folder) == before
        assert_tidy(self.folder, self.cache)
        assert code is ExitCode.RESOLUTION or "\nhint: " in said, said
        return said

    def recovers(self) -> None:
        """As soon as the index is good again, the same command with the same cache does its work."""
        self.server.routes.update(self.good)
        self.collects()
        assert self.folder.joinpath(WHEEL).read_bytes() == wheel()


@contextlib.contextmanager
def besieged(tmp_path: Path, *, context: ssl.SSLContext | None = None) -> Iterator[Siege]:
    """A good index of one small wheel, and a folder that holds an older version."""
    good: dict[str, Route] = {PAGE: page(wheel()), FILE: ranged(wheel())}
    with serving(good, context=context) as server:
        siege = Siege(server=server, folder=tmp_path / "folder", cache=tmp_path / "cache", good=good)
        siege.folder.mkdir()
        for name, data in _collected().items():
            siege.folder.joinpath(name).write_bytes(data)
        yield siege


@functools.cache
def _collected() -> dict[str, bytes]:
    """A folder that was collected when demo 1.0 was the newest; made once."""
    filename = WHEEL.replace("2.0", "1.0")
    body = wheel(version="1.0", said="1.0")
    routes: dict[str, Route] = {PAGE: json_page(file_entry(filename, body)), f"/files/{filename}": body}
    with tempfile.TemporaryDirectory() as scratch, serving(routes) as server:
        folder = Path(scratch, "folder")
        cache = Path(scratch, "cache")
        wheelforge("collect", "demo", "-o", folder, "--cache-dir", cache, "-i", f"{server.url}/simple/")
        return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder."""
    return {name: folder.joinpath(name).read_bytes() for name in names(folder)}


def assert_tidy(*folders: Path) -> None:
    """No file that was begun is left there."""
    left = [name for folder in folders for name in names(folder) if name.endswith(".part")]
    assert left == []
