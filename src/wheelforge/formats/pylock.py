"""``pylock.toml`` (PEP 751) of one target's runtime closure, its files named by relative paths."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import tomli_w
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wheelforge.formats.lock_files import Provided, locked_target, runtime_files
from wheelforge.model.artifacts import Kind
from wheelforge.model.upload_time import moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.utils import NormalizedName

    from wheelforge.model.lock import Lock, LockedArtifact

_HERE = PurePosixPath()
_WEB = ("https://", "http://")
# What tells targets apart in PEP 508; the rest of an environment names releases that a closure may well outlive.
_MARKERS = ("implementation_name", "platform_machine", "python_version", "sys_platform")


def dump_pylock(lock: Lock, target_name: str, *, base: PurePosixPath = _HERE) -> bytes:
    """Write the runtime closure of ``target_name`` as TOML; ``base`` is the folder of the files, seen from the pylock.

    A collected folder's pylock names sdists and wheels, a wheelhouse's the wheels that were built. What was named by
    its place is an archive: of a repository or a folder it is the sdist that was made of it, for that is what stands
    there. Each file has its path and no URL, since installers differ in which of the two they try first, and a folder
    is for machines without a network; only what was left out of the folder has its URL.

    Raises:
        UsageError: the lock has no such target.
        ResolutionError: a wheelhouse lacks the wheel of a pin.
    """
    environment = locked_target(lock, target_name).environment
    provided = sorted(runtime_files(lock, target_name), key=lambda one: one.pin.name)
    writer = _Writer(
        target=target_name,
        base=base,
        names=frozenset(one.pin.name for one in provided),
        indexes=dict(_indexes(lock)),
    )
    markers = [f"{key} == '{environment[key]}'" for key in _MARKERS if environment.get(key)]
    head: dict[str, Any] = {"lock-version": "1.0"}
    if markers:
        head["environments"] = [" and ".join(markers)]
    if python := environment.get("python_version"):
        head["requires-python"] = f">={python}"
    packages = [writer.package(one) for one in provided]
    return tomli_w.dumps({**head, "created-by": "wheelforge", "packages": packages}).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """What all packages of one pylock share."""

    target: str
    base: PurePosixPath
    names: frozenset[NormalizedName]
    """The packages of this pylock: only they may be named as dependencies."""
    indexes: Mapping[str, str]
    """The URLs of the indexes that were named for the run."""

    def package(self, one: Provided) -> Mapping[str, Any]:
        package: dict[str, Any] = {"name": one.pin.name, "version": str(one.pin.version)}
        required = self.names & {canonicalize_name(Requirement(text).name) for text in one.pin.requires}
        if required:
            package["dependencies"] = [{"name": name} for name in sorted(required)]
        match one.files:
            case [file] if file.direct is not None:
                return {**package, "archive": self._file(file)}
            case [file] if file.kind is Kind.SDIST:
                files: dict[str, Any] = {"sdist": {"name": file.filename, **self._file(file)}}
            case wheels:
                files = {"wheels": [{"name": file.filename, **self._file(file)} for file in wheels]}
        index = self.indexes.get(one.files[0].index)
        return {**package, **({"index": index} if index else {}), **files}

    def _file(self, file: LockedArtifact) -> Mapping[str, Any]:
        told: dict[str, Any] = {}
        if uploaded := moment(file.upload_time):
            told["upload-time"] = uploaded
        if file.paths or not file.url:
            told["path"] = str(self.base / file.path_for(self.target))
        else:
            told["url"] = file.url
        return {**told, "size": file.size, "hashes": {"sha256": file.sha256}}


def _indexes(lock: Lock) -> Iterator[tuple[str, str]]:
    """Only those that were named for the run: the configuration's are nobody else's business."""
    named = lock.inputs.options.get("indexes", ())
    for name, _, url in (one.partition("=") for one in named) if isinstance(named, tuple) else ():
        if url.startswith(_WEB):
            yield name, url
