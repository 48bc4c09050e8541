"""Makes sdists and wheels of the projects in tests/packages, the same bytes each time."""

from __future__ import annotations

import contextlib
import functools
import gzip
import importlib.util
import io
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

PACKAGES = Path(__file__).parent / "packages"
MOMENT = 1_700_000_000
"""The time of every file, in seconds since 1970."""


UPLOADED = "2025-01-01T12:00:00.000000Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version of a fixture project."""

    root: Path
    build_system: Mapping[str, Any]
    project: Mapping[str, Any]
    kinds: tuple[str, ...]
    metadata_version: str
    yanked: str | None
    uploaded: str = UPLOADED
    """When the index got it (PEP 700)."""


def releases(packages: Path = PACKAGES) -> Iterator[Release]:
    """All versions of all projects in a folder, sorted by project; the version that the file names comes first."""
    for file in sorted(packages.glob("*/pyproject.toml")):
        pyproject = tomllib.loads(file.read_text())
        fixture = pyproject.get("tool", {}).get("fixture", {})
        for version, changes in [(pyproject["project"]["version"], {}), *fixture.get("versions", {}).items()]:
            differs = {key: value for key, value in changes.items() if key not in {"yanked", "build-requires"}}
            requires = changes.get("build-requires", pyproject["build-system"]["requires"])
            yield Release(
                root=file.parent,
                build_system=pyproject["build-system"] | {"requires": requires},
                project=pyproject["project"] | {"version": version} | differs,
                kinds=tuple(fixture.get("artifacts", ("sdist", "wheel"))),
                metadata_version=fixture.get("metadata-version", "2.4"),
                yanked=changes.get("yanked"),
            )


def make_sdist(release: Release, folder: Path) -> Path:
    """Write a release's sdist, with PKG-INFO, and give its path."""
    stem = tinybackend().stem(release.project)
    sources = {
        path.relative_to(release.root).as_posix(): path.read_bytes()
        for path in release.root.rglob("*")
        if path.suffix in {".py", ".c"}
    }
    sources["PKG-INFO"] = tinybackend().metadata(release.project, release.metadata_version).encode()
    pyproject = {"build-system": release.build_system, "project": release.project}
    sources["pyproject.toml"] = tomli_w.dumps(pyproject).encode()
    sdist = folder / f"{stem}.tar.gz"
    write_tarball(sdist, {f"{stem}/{path}": data for path, data in sorted(sources.items())})
    return sdist


def write_tarball(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a gzipped tar of plain files, in the given order, with nothing in it that changes from run to run."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=MOMENT) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), MOMENT
            archive.addfile(member, io.BytesIO(data))


def make_wheel(release: Release, folder: Path) -> Path:
    """Write a release's wheel, as tinybackend packs it, and give its path."""
    with contextlib.chdir(release.root):
        name: str = tinybackend().write_wheel(folder, project=release.project)
    return folder / name


@functools.cache
def tinybackend() -> ModuleType:
    """Load the fixtures' own backend."""
    spec = importlib.util.spec_from_file_location("tinybackend", PACKAGES / "tinybackend" / "src" / "tinybackend.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(PACKAGES)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
