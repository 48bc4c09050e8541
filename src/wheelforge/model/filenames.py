"""The names of sdists and wheels: which are safe in any folder, and what they say of one project."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from packaging.tags import Tag, parse_tag
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from packaging.utils import BuildTag, NormalizedName

SDIST_SUFFIXES = (".tar.gz", ".zip")
"""PEP 625, and PEP 527 for what stands on indexes from before it."""
_WHEEL_SUFFIX = ".whl"
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,254}")
"""Neither a slash, nor a leading dot, nor a control character: it can be a name in any folder."""
_BUILD = re.compile(r"(\d+)(.*)")


class Named(NamedTuple):
    """The parts of a file name; a tuple, since a page may hold ten thousand."""

    kind: Kind
    version: str
    """As written: perhaps no version at all."""
    build: str
    """A wheel's build tag, or empty."""
    tags: str
    """A wheel's compressed tag set (PEP 425), or empty."""


def is_safe(filename: str) -> bool:
    """Whether a name can be a file's in any folder: no path, not hidden, nothing that a terminal would obey."""
    return _SAFE.fullmatch(filename) is not None


def named(filename: str, project: NormalizedName) -> Named | None:
    """Take the name of a file apart (PEP 427, 625); ``None`` when it is unsafe, or no wheel or sdist of ``project``."""
    if not is_safe(filename):
        return None
    if filename.endswith(_WHEEL_SUFFIX):
        return _wheel(filename.removesuffix(_WHEEL_SUFFIX).split("-"), project)
    for suffix in SDIST_SUFFIXES:
        if filename.endswith(suffix):
            return _sdist(filename.removesuffix(suffix), project)
    return None


def build_tag(text: str) -> BuildTag:
    """The sortable form of a wheel's build tag (PEP 427)."""
    found = _BUILD.fullmatch(text)
    return (int(found[1]), found[2]) if found else ()


@lru_cache(maxsize=16384)
def version_of(text: str) -> Version | None:
    """The version that is written (PEP 440); ``None`` for what is no version."""
    try:
        return Version(text)
    except ValueError:  # InvalidVersion, or more digits than Python makes a number of
        return None


@lru_cache(maxsize=4096)
def tag_set(text: str) -> frozenset[Tag]:
    """All tags of a compressed tag set (PEP 425); none for what is no tag, so that nobody takes the file."""
    try:
        return parse_tag(text)
    except ValueError:
        return frozenset()


def _wheel(parts: list[str], project: NormalizedName) -> Named | None:
    match parts:
        case [name, version, python, abi, platform]:
            build = ""
        case [name, version, build, python, abi, platform] if build[:1].isdigit():
            pass
        case _:
            return None
    if _canonical(name) != project:
        return None
    return Named(Kind.WHEEL, version, build, f"{python}-{abi}-{platform}")


def _sdist(stem: str, project: NormalizedName) -> Named | None:
    """Old sdists have dashes in their names and versions: the project's name says where the one ends."""
    dash = stem.find("-")
    while dash > 0:
        if _canonical(stem[:dash]) == project:
            return Named(Kind.SDIST, stem[dash + 1 :], "", "")
        dash = stem.find("-", dash + 1)
    return None


@lru_cache(maxsize=4096)
def _canonical(name: str) -> str:
    return canonicalize_name(name)
