"""Core metadata, as wheels and sdists carry it, into the part of it that resolution needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelforge.archives.headers import Headers, read_headers
from wheelforge.errors import ResolutionError
from wheelforge.model.metadata import Metadata, Surety
from wheelforge.model.pep508 import parse_requirement

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?", re.IGNORECASE)
_LONGEST_SHOWN = 200
_METADATA_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")


class InvalidMetadata(ResolutionError):
    """A distribution whose metadata does not say what it requires; a resolver may try another version."""

    def __init__(self, origin: str, fault: str) -> None:
        super().__init__(
            f"{origin} has invalid metadata: {fault}",
            hint="choose another version of it, with a constraint",
        )
        self.origin = origin
        self.fault = fault


def parse_metadata(data: bytes, *, surety: Surety, origin: str) -> Metadata:
    """Read METADATA or PKG-INFO (core metadata specification).

    ``origin`` names the file in errors. As tolerant as pip: unknown fields and a Requires-Python that is no specifier
    are passed over.

    Raises:
        InvalidMetadata: the name, the version, a requirement or an extra is missing or invalid.

    """
    return metadata_of(read_headers(data), surety=surety, origin=origin)


def metadata_of(headers: Headers, *, surety: Surety, origin: str) -> Metadata:
    """As `parse_metadata`, from headers that are read already."""
    return Metadata(
        name=read_name(_needed(headers, "Name", origin), origin),
        version=read_version(_needed(headers, "Version", origin), origin),
        requires=tuple(read_requirement(line, origin) for line in headers.all("requires-dist")),
        requires_python=read_requires_python(headers.first("requires-python")),
        extras=frozenset(read_name(extra, origin) for extra in headers.all("provides-extra")),
        surety=surety,
    )


def metadata_version(headers: Headers) -> tuple[int, int]:
    """The Metadata-Version, ``(2, 2)``; ``(0, 0)`` where it is missing or is none."""
    match = _METADATA_VERSION.fullmatch(headers.first("metadata-version") or "")
    return (int(match[1]), int(match[2])) if match else (0, 0)


def dynamic_fields(headers: Headers) -> frozenset[str]:
    """The fields that the backend may change when it builds, in lower case (PEP 643)."""
    return frozenset(field.lower() for field in headers.all("dynamic"))


def read_name(text: str, origin: str) -> NormalizedName:
    """Normalise the name of a project or an extra (PEP 503, PEP 685), refusing what is no name."""
    if not _NAME.fullmatch(text):
        raise InvalidMetadata(origin, f"{_shown(text)} is no name")
    return canonicalize_name(text)


def read_version(text: str, origin: str) -> Version:
    """Read a version (PEP 440), refusing what is none."""
    try:
        return Version(text)
    except ValueError:  # InvalidVersion, or more digits than Python makes a number of
        raise InvalidMetadata(origin, f"{_shown(text)} is no version (PEP 440)") from None


def read_requirement(text: str, origin: str) -> Requirement:
    """Read a requirement (PEP 508), refusing what is none."""
    try:
        return parse_requirement(text)
    except InvalidRequirement as error:
        raise InvalidMetadata(origin, f"{_shown(text)} is no requirement (PEP 508): {_first_line(error)}") from None


def read_requires_python(text: str | None) -> str | None:
    """Pass a Requires-Python on where it is a specifier; pip passes over others, and so do we."""
    try:
        SpecifierSet(text or "")
    except InvalidSpecifier:
        return None
    return text or None


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...")


def _first_line(error: Exception) -> str:
    """What is wrong; the text below it, with a caret, may hold what a terminal obeys."""
    return str(error).partition("\n")[0]


def _needed(headers: Headers, field: str, origin: str) -> str:
    value = headers.first(field.lower())
    if value is None:
        raise InvalidMetadata(origin, f"it has no {field}")
    return value
