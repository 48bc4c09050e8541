"""The files of a page by version, taken apart only when a version is looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wheelforge.model.artifacts import Artifact
from wheelforge.model.digest import Algorithm, Digest
from wheelforge.model.filenames import Named, build_tag, named, tag_set
from wheelforge.model.upload_time import rfc3339
from wheelforge.simple.pages import File, Hashes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packaging.utils import NormalizedName

_SCHEMES = ("https://", "http://")
_PLAIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?/[^#@]*")
"""An address that nothing must be done to, as nearly all are."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")
"""The last step of an address that stays as it is, wherever the steps before lead."""
_FILE = "file://"
_WHEEL = ".whl"
_HEX = {algorithm.value: re.compile(f"[0-9a-fA-F]{{{algorithm.digits}}}") for algorithm in Algorithm}


class _Entry(NamedTuple):
    file: File
    named: Named
    url: str


class Releases(Mapping[Version, tuple[Artifact, ...]]):
    """The files of one project by version, newest first; within a version in the order of the page.

    Skipped, as pip does: what is no wheel or sdist of this project, what has no version (PEP 440), unsafe file
    names, links that lead to no web server (a page
    that is itself a file may lead to files). Skipped too: a hash that is none, since nothing could ever match it.
    A page of ten thousand files costs milliseconds: of each version one file is looked at that can be used, all of
    them when it is asked for.
    """

    def __init__(self, files: Iterable[File], *, name: NormalizedName, index: str, url: str) -> None:
        self._name = name
        self._index = index
        self._url = url
        self._made: dict[Version, tuple[Artifact, ...]] = {}
        written: dict[str, list[File]] = {}
        for file in files:
            if text := _version_text(file.filename, name):
                written.setdefault(text, []).append(file)
        grouped: dict[Version, list[File]] = {}
        for text, offered in written.items():
            if (version := _version(text)) is not None and any(map(self._entry, offered)):
                grouped.setdefault(version, []).extend(offered)
        self._files = dict(sorted(grouped.items(), key=lambda item: item[0], reverse=True))

    def __getitem__(self, version: Version) -> tuple[Artifact, ...]:
        made = self._made.get(version)
        if made is None:
            entries = map(self._entry, self._files[version])
            made = tuple(self._artifact(version, entry) for entry in entries if entry is not None)
            self._made[version] = made
        return made

    def __iter__(self) -> Iterator[Version]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def _entry(self, file: File) -> _Entry | None:
        """What a file comes to; ``None`` where it cannot be used."""
        parts = named(file.filename, self._name)
        if parts is None or not _can_match(file.hashes):
            return None
        url = _absolute(file.url, self._url)
        return _Entry(file, parts, url) if url else None

    def _artifact(self, version: Version, entry: _Entry) -> Artifact:
        file, parts, url = entry
        return Artifact(
            filename=file.filename,
            name=self._name,
            version=version,
            kind=parts.kind,
            url=url,
            index=self._index,
            sha256=file.hashes.sha256 and file.hashes.sha256.lower(),
            other_hashes=_others(file.hashes),
            size=file.size,
            requires_python=_specifier(file.requires_python),
            yanked=_reason(file.yanked),
            upload_time=rfc3339(file.upload_time),
            metadata_sha256=_promised(file),
            tags=tag_set(parts.tags) if parts.tags else frozenset(),
            build=build_tag(parts.build),
            provenance=_absolute(file.provenance, self._url) if file.provenance else None,
        )


def may_be_of(name: NormalizedName) -> Callable[[str], bool]:
    """Tells of a file name at little cost whether it is one of a project's."""
    # Whatever signs stand between the words of a name, the first one is the same but for its case.
    word = name.partition("-")[0]
    length = len(word)
    return lambda filename: filename[:length].lower() == word and named(filename, name) is not None


def _version_text(filename: str, project: NormalizedName) -> str | None:
    """The version that a file name gives, told at the least cost: whether the file is one to use is seen later."""
    if filename.endswith(_WHEEL):
        _, _, rest = filename.partition("-")
        return rest.partition("-")[0]
    parts = named(filename, project)
    return None if parts is None else parts.version


def _absolute(url: str, base: str) -> str | None:
    """Without fragment and credentials; ``None`` where it leads to no web server, nor from one file to another."""
    if _PLAIN.fullmatch(url):
        return url
    folder, slash, name = url.rpartition("/")
    if not _NAME.fullmatch(name) or "#" in folder:
        return _resolved(url, base)
    # The links of a page lead to few folders.
    place = _resolved(folder + "/" if slash else ".", base)
    return None if place is None else place + name


@lru_cache(maxsize=1024)
def _resolved(url: str, base: str) -> str | None:
    try:
        parts = urlsplit(urljoin(base, url))
    except ValueError:
        return None
    bare = parts._replace(fragment="", netloc=parts.netloc.rpartition("@")[2]).geturl()
    return bare if bare.startswith(_SCHEMES) or (bare.startswith(_FILE) and base.startswith(_FILE)) else None


def _reason(yanked: bool | str) -> str | None:  # noqa: FBT001 - the page's own form (PEP 592)
    if not yanked:
        return None
    return yanked if isinstance(yanked, str) else ""


def _can_match(hashes: Hashes) -> bool:
    """Whether each of them is a hash at all."""
    for name, pattern in _HEX.items():
        value = getattr(hashes, name)
        if value is not None and pattern.fullmatch(value) is None:
            return False
    return True


def _others(hashes: Hashes) -> frozenset[Digest]:
    """All but the SHA-256."""
    given = {Algorithm.SHA384: hashes.sha384, Algorithm.SHA512: hashes.sha512}
    return frozenset(Digest(algorithm=one, value=value.lower()) for one, value in given.items() if value is not None)


def _promised(file: File) -> str | None:
    """PEP 714: the newer name of the attribute counts where both are there."""
    promise = file.data_dist_info_metadata if file.core_metadata is None else file.core_metadata
    digest = promise.sha256 if isinstance(promise, Hashes) else None
    return digest.lower() if digest and _HEX["sha256"].fullmatch(digest) else None


@lru_cache(maxsize=16384)
def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


@lru_cache(maxsize=4096)
def _specifier(text: str | None) -> SpecifierSet | None:
    """As pip does, a Requires-Python that cannot be read asks for nothing."""
    try:
        return SpecifierSet(text) if text else None
    except InvalidSpecifier:
        return None
