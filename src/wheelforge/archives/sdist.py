"""Sdists: reading the few files that say what they are, and unpacking them safely."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.archives.faults import BrokenArchive, UnsafeArchive
from wheelforge.archives.members import entries
from wheelforge.archives.tree import Form, Member, Tree, path_of
from wheelforge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wheelforge.archives.tree import Steps

MAX_STATIC = 16 * 2**20
"""Bytes of PKG-INFO, pyproject.toml and the like."""
_BESIDE = {"hatch.toml": True, "pdm_build.py": False, "setup.cfg": True, "setup.py": False}
"""Where backends look for settings beside pyproject.toml, and whether it counts what stands in there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SdistContents:
    """What an sdist says about itself without being run."""

    root: str
    """Its one top folder, ``flask-3.1.3`` (PEP 625)."""
    pkg_info: bytes | None
    pyproject: bytes | None
    setup_py: bool
    newest_mtime: int
    """Seconds since 1970: the latest time of any member, from 0 to 2**32 - 1."""
    beside: Mapping[str, bytes | None] = field(default_factory=dict)
    """The other files that backends take their settings from, where they are there.

    ``None`` is what was not read: a program, a link, or what is far too long.
    """


def read_sdist(path: Path, *, name: str | None = None) -> SdistContents:
    """Read an sdist in one pass, refusing whatever `unpack_sdist` would refuse.

    ``name`` is its name in errors, where the file itself has another one.

    Raises:
        UnsafeArchive: a member would write where it must not.
        BrokenArchive: it cannot be read, is empty, or keeps its PKG-INFO or pyproject.toml as a link.
        StorageError: the file cannot be read.

    """
    tree, found, newest = Tree(name or path.name), dict[str, bytes](), 0
    beside: dict[str, bytes | None] = {}
    for member, chunks in entries(path, tree.archive):
        steps = tree.add(member)
        newest = max(newest, member.mtime)
        match steps:
            case (_, "PKG-INFO" | "pyproject.toml" as file):
                found[file] = _static(tree.archive, member, chunks)
            case (_, file) if file in _BESIDE:
                is_read = _BESIDE[file] and member.form is Form.FILE and member.size <= MAX_STATIC
                beside[file] = b"".join(chunks) if is_read else None
    tree.settle()
    _check_twice(path, tree)
    return SdistContents(
        root=_root(tree),
        pkg_info=found.get("PKG-INFO"),
        pyproject=found.get("pyproject.toml"),
        setup_py="setup.py" in beside,
        newest_mtime=newest,
        beside=beside,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A tree on the disk."""

    root: Path
    newest_mtime: int
    """See `SdistContents`."""


def unpack_sdist(path: Path, destination: Path, *, name: str | None = None) -> Path:
    """Unpack an sdist as `unpack_dated` does, and return its top folder alone."""
    return unpack_dated(path, destination, name=name).root


def unpack_dated(path: Path, destination: Path, *, name: str | None = None) -> Unpacked:
    """Unpack an sdist; its top folder is then ``destination/flask-3.1.3``.

    ``destination`` is made; it must not exist, or be empty. Owners are dropped, modes are 0755 or 0644, times are kept.
    When anything is wrong, nothing is left behind. ``name`` is the sdist's name in errors, where the file itself has
    another one.

    Raises:
        UnsafeArchive: a member would write where it must not.
        BrokenArchive: it cannot be read, or is empty.
        StorageError: the disk is full, the folder is in use, or a file cannot be read or written.

    """
    with _appearing(destination) as folder:
        tree, links, times = Tree(name or path.name), list[tuple[Path, str]](), dict[Path, int]()
        made, newest = {folder, folder.parent}, 0
        for member, chunks in entries(path, tree.archive):
            steps = tree.add(member)
            newest = max(newest, member.mtime)
            place = folder.joinpath(*steps)
            _make_folder(place.parent, made)
            match member.form:
                case Form.FILE if steps not in tree.twice:
                    _write(place, member, chunks)
                case Form.FOLDER:
                    _make_folder(place, made)
                    times[place] = member.mtime
                case Form.HARDLINK:
                    os.link(folder.joinpath(*path_of(member.link)), place)
                case Form.SYMLINK:
                    links.append((place, member.link))
        tree.settle()
        _check_twice(path, tree)
        # Links come last: no member can be written through one.
        for place, target in links:
            place.symlink_to(target)
        for place, mtime in reversed(times.items()):
            os.utime(place, (mtime, mtime))
        root = _root(tree)
    return Unpacked(root=destination / root, newest_mtime=newest)


@contextmanager
def _appearing(destination: Path) -> Iterator[Path]:
    """Hand out a fresh folder that becomes ``destination`` when all went well, and vanishes when not."""
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{destination.name}.", dir=destination.parent))
        try:
            yield staging
            staging.chmod(0o755)
            staging.rename(destination)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
    except OSError as error:
        raise StorageError(
            f"cannot unpack into {destination}: {error.strerror or error}",
            hint="see that the disk has room, and that the folder is new or empty and may be written",
        ) from error


def _make_folder(place: Path, made: set[Path]) -> None:
    if place in made:
        return
    _make_folder(place.parent, made)
    place.mkdir()
    place.chmod(0o755)  # whatever the umask
    made.add(place)


def _write(place: Path, member: Member, chunks: Iterable[bytes]) -> None:
    # "x" makes a new file or fails: it follows no link, whatever the checks before have missed.
    with place.open("xb") as file:
        file.writelines(chunks)
    place.chmod(0o755 if member.executable else 0o644)
    os.utime(place, (member.mtime, member.mtime))


def _check_twice(path: Path, tree: Tree) -> None:
    """A file that comes twice is no harm where both are the same; else it would be one thing here, another there."""
    if not tree.twice:
        return
    seen: dict[Steps, tuple[bool, bytes]] = {}
    for member, chunks in entries(path, tree.archive):
        steps = path_of(member.name)
        if steps in tree.twice:
            whole = hashlib.sha256()
            for chunk in chunks:
                whole.update(chunk)
            told = (member.executable, whole.digest())
            if seen.setdefault(steps, told) != told:
                raise UnsafeArchive(tree.archive, member.name, "comes twice, and not the same both times")


def _static(archive: str, member: Member, chunks: Iterable[bytes]) -> bytes:
    if member.form is not Form.FILE:
        raise BrokenArchive(archive, f"its {member.name!r} is {member.form.value}; it must be a file of its own")
    if member.size > MAX_STATIC:
        raise UnsafeArchive(archive, member.name, f"has {member.size} bytes; {MAX_STATIC} are the limit")
    return b"".join(chunks)


def _root(tree: Tree) -> str:
    if not tree.root:
        raise BrokenArchive(tree.archive, "it has no top folder, for it is empty")
    return tree.root
