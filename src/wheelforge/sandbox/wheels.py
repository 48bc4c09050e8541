"""Wheels into an environment, by installer, with what a hostile wheel could do refused."""

from __future__ import annotations

import configparser
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from installer import install as install_wheel
from installer.destinations import SchemeDictionaryDestination
from installer.exceptions import InstallerError
from installer.sources import WheelFile
from packaging.utils import parse_wheel_filename

from wheelforge.errors import IntegrityError
from wheelforge.store.atomic import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from installer.records import RecordEntry
    from installer.sources import WheelContentElement
    from installer.utils import Scheme

_BROKEN = (
    *(InstallerError, zipfile.BadZipFile, zlib.error, configparser.Error),
    # What installer and zipfile let through from a file that is no proper wheel.
    *(ValueError, KeyError, AssertionError, NotImplementedError, RuntimeError, EOFError),
    # One member below another, which is a file.
    *(NotADirectoryError, IsADirectoryError, FileExistsError),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentWheel:
    """A wheel file whose hash was checked; ``path`` may have any name."""

    path: Path
    sha256: str
    filename: str


def install(wheels: Sequence[EnvironmentWheel], folder: Path, *, libraries: Path, python: str) -> None:
    """Install wheels in order into an empty environment in ``folder``; their programs are started by ``python``.

    Raises:
        IntegrityError: a wheel is broken, differs from its RECORD, or would write where it must not.
        StorageError: the disk is full or cannot be written.
    """
    root = folder.resolve()
    own = frozenset(path for path in root.rglob("*") if path.is_symlink() or path.is_file())
    for wheel in wheels:
        with storage_errors(folder):
            try:
                _install(wheel, libraries=libraries, python=python, root=root, own=own)
            except _BROKEN as error:
                raise IntegrityError(f"{wheel.filename} cannot be installed: {clause(error)}") from error


def clause(error: Exception) -> str:
    """What installer says of a wheel: of its RECORD it lists all that is wrong."""
    listed = getattr(error, "issues", None)
    return "; ".join(map(str, listed)) if listed else str(error)


@dataclass(kw_only=True)
class _Destination(SchemeDictionaryDestination):
    """Lets wheels share a file, as those of old namespace packages do, but not touch what the environment is made of.

    ``root`` is its folder, without links on the way, ``own`` are its links and files: through the link to the
    interpreter a wheel would write to the host's. installer looks at the spelling of paths only; here links count.
    """

    root: Path
    own: frozenset[Path]

    def write_to_fs(self, scheme: Scheme, path: str, stream: BinaryIO, is_executable: bool) -> RecordEntry:  # noqa: FBT001 - installer's signature
        """Write one file, where no wheel is kept from it."""
        spelt = Path(os.path.normpath(Path(self.scheme_dict[scheme], path)))
        place = spelt.parent.resolve() / spelt.name
        if place in self.own:
            raise ValueError(f"Attempting to replace {path}, a part of the environment itself")
        if not place.resolve().is_relative_to(self.root):
            raise ValueError(f"Attempting to write {path} outside of the environment")
        return super().write_to_fs(scheme, path, stream, is_executable)


class _Source(WheelFile):
    """A wheel without the bytecode that it may bring: nobody could tell that it is of the sources beside it."""

    def get_contents(self) -> Iterator[WheelContentElement]:
        """Give each file but bytecode."""
        for record, stream, is_executable in super().get_contents():
            if "__pycache__" not in record[0].split("/"):
                yield record, stream, is_executable


def _install(wheel: EnvironmentWheel, *, libraries: Path, python: str, root: Path, own: frozenset[Path]) -> None:
    name, *_ = parse_wheel_filename(wheel.filename)
    destination = _Destination(
        scheme_dict={
            "purelib": str(libraries),
            "platlib": str(libraries),
            "headers": str(root / "include" / "site" / name),
            "scripts": str(root / "bin"),
            "data": str(root),
        },
        interpreter=python,
        script_kind="posix",
        overwrite_existing=True,
        root=root,
        own=own,
    )
    with zipfile.ZipFile(wheel.path) as archive:
        archive.filename = wheel.filename
        source = _Source(archive)
        source.validate_record()
        install_wheel(source, destination, {})
