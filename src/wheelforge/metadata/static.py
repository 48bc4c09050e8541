"""What an sdist says without being run: its dependencies where they are static, and always its build system."""

from __future__ import annotations

from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, TypeGuard

from packaging.markers import Marker

from wheelforge.archives.headers import Headers, read_headers
from wheelforge.metadata.core import (
    InvalidMetadata,
    dynamic_fields,
    metadata_of,
    metadata_version,
    read_name,
    read_requirement,
    read_requires_python,
    read_version,
)
from wheelforge.model.metadata import BuildSystem, Metadata, Surety
from wheelforge.model.toml import BrokenToml, TooDeep, parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

    from wheelforge.archives.sdist import SdistContents

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
LEGACY_REQUIRES = ("setuptools>=40.8.0",)
"""What PEP 517 and PEP 518 prescribe for a project without a ``[build-system]``."""

_NEEDED_FIELDS = frozenset({"requires-dist", "provides-extra", "requires-python"})
_NEEDED_KEYS = frozenset({"dependencies", "optional-dependencies", "requires-python"})


def static_metadata(contents: SdistContents, *, origin: str) -> Metadata | None:
    """Read what an sdist requires to run, if it says so for sure; ``None`` when only its backend knows.

    First PKG-INFO of Metadata-Version 2.2 or newer with its dependencies not dynamic (PEP 643), then a ``[project]``
    table with its dependencies not dynamic (PEP 621); a dynamic version is then taken from PKG-INFO.

    Raises:
        InvalidMetadata: what it says is wrong.

    """
    headers = read_headers(contents.pkg_info or b"")
    if (2, 2) <= metadata_version(headers) < (3, 0) and not dynamic_fields(headers) & _NEEDED_FIELDS:
        return metadata_of(headers, surety=Surety.PKG_INFO, origin=f"PKG-INFO of {origin}")
    origin = f"pyproject.toml of {origin}"
    project = _table(_pyproject(contents, origin), "project", origin)
    if project is None:
        return None
    return _project_metadata(project, headers, origin)


def build_system(contents: SdistContents, *, origin: str) -> BuildSystem:
    """Read the ``[build-system]`` table, or stand in what the standards prescribe where there is none.

    Raises:
        InvalidMetadata: pyproject.toml is no TOML, or the table is not as PEP 517 and PEP 518 want it.

    """
    origin = f"pyproject.toml of {origin}"
    pyproject = _pyproject(contents, origin)
    requires, backend, paths = _named_backend(pyproject, origin)
    return BuildSystem(
        requires=requires, backend=backend, backend_path=paths, pyproject=pyproject, beside=contents.beside
    )


def _named_backend(pyproject: Mapping[str, object], origin: str) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    table = _table(pyproject, "build-system", origin)
    if table is None:
        return LEGACY_REQUIRES, LEGACY_BACKEND, ()
    if "requires" not in table:
        raise InvalidMetadata(origin, "[build-system] has no `requires` (PEP 518)")
    requires = _strings(table["requires"], "[build-system] requires", origin)
    for requirement in requires:
        read_requirement(requirement, f"[build-system] of {origin}")
    backend = table.get("build-backend")
    if backend is None:
        return requires, LEGACY_BACKEND, ()
    if not isinstance(backend, str) or not backend:
        raise InvalidMetadata(origin, "[build-system] build-backend must be the name of a backend")
    paths = _strings(table.get("backend-path", []), "[build-system] backend-path", origin)
    for path in paths:
        _check_backend_path(path, origin)
    return requires, backend, paths


def _check_backend_path(path: str, origin: str) -> None:
    windows = PureWindowsPath(path)
    if windows.drive or windows.root or ".." in windows.parts:
        raise InvalidMetadata(origin, f"[build-system] backend-path {path!r} leads out of the source tree (PEP 517)")


def _project_metadata(project: Mapping[str, object], headers: Headers, origin: str) -> Metadata | None:
    dynamic = set(_strings(project.get("dynamic", []), "[project] dynamic", origin))
    version = headers.first("version") if "version" in dynamic else _text(project, "version", origin)
    name = _text(project, "name", origin)
    if dynamic & _NEEDED_KEYS or version is None or name is None:
        return None
    lines = _strings(project.get("dependencies", []), "[project] dependencies", origin)
    optional = _table(project, "optional-dependencies", origin) or {}
    extras = [(read_name(extra, origin), lines) for extra, lines in optional.items()]
    return Metadata(
        name=read_name(name, origin),
        version=read_version(version, origin),
        requires=(*(read_requirement(line, origin) for line in lines), *_extra_requirements(extras, origin)),
        requires_python=read_requires_python(_text(project, "requires-python", origin)),
        extras=frozenset(extra for extra, _ in extras),
        surety=Surety.PYPROJECT,
    )


def _extra_requirements(extras: Iterable[tuple[NormalizedName, object]], origin: str) -> Iterator[Requirement]:
    for extra, lines in extras:
        for line in _strings(lines, f"[project.optional-dependencies] {extra}", origin):
            requirement = read_requirement(line, origin)
            own = f"({requirement.marker}) and " if requirement.marker else ""
            requirement.marker = Marker(f'{own}extra == "{extra}"')
            yield requirement


def _pyproject(contents: SdistContents, origin: str) -> Mapping[str, object]:
    try:
        return parse_toml(contents.pyproject or b"")
    except TooDeep as error:
        raise InvalidMetadata(origin, f"its tables, arrays or keys are {error}") from None
    except BrokenToml as error:
        raise InvalidMetadata(origin, f"it is no TOML: {error}") from None


def _table(parent: Mapping[str, object], key: str, origin: str) -> Mapping[str, object] | None:
    value = parent.get(key)
    if value is not None and not isinstance(value, dict):
        raise InvalidMetadata(origin, f"`{key}` must be a table")
    return value


def _text(table: Mapping[str, object], key: str, origin: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise InvalidMetadata(origin, f"`{key}` must be a text")
    return value


def _strings(value: object, subject: str, origin: str) -> tuple[str, ...]:
    if not _is_strings(value):
        raise InvalidMetadata(origin, f"{subject} must be a list of texts")
    return tuple(value)


def _is_strings(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
