"""``pylock.toml`` (PEP 751) of one target's runtime closure, its files named by relative paths."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import tomli_w
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wheelforge.formats.lock_files import Provided, locked_target, runtime_files
from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from packaging.utils import NormalizedName

    from wheelforge.model.lock import Lock, LockedArtifact

_HERE = PurePosixPath()
# What tells targets apart in PEP 508; the rest of an environment names releases that a closure may well outlive.
_MARKERS = ("implementation_name", "platform_machine", "python_version", "sys_platform")


def dump_pylock(lock: Lock, target_name: str, *, base: PurePosixPath = _HERE) -> bytes:
    """Write the runtime closure of ``target_name`` as TOML; ``base`` is the folder of the files, seen from the pylock.

    A collected folder's pylock names sdists and wheels, a wheelhouse's the wheels that were built.

    Raises:
        UsageError: the lock has no such target.
        ResolutionError: a wheelhouse lacks the wheel of a pin.
    """
    environment = locked_target(lock, target_name).environment
    provided = sorted(runtime_files(lock, target_name), key=lambda one: one.pin.name)
    names = {one.pin.name for one in provided}
    markers = [f"{key} == '{environment[key]}'" for key in _MARKERS if environment.get(key)]
    head: dict[str, Any] = {"lock-version": "1.0"}
    if markers:
        head["environments"] = [" and ".join(markers)]
    if python := environment.get("python_version"):
        head["requires-python"] = f">={python}"
    packages = [_package(one, names, base) for one in provided]
    return tomli_w.dumps({**head, "created-by": "wheelforge", "packages": packages}).encode()


def _package(one: Provided, names: Collection[NormalizedName], base: PurePosixPath) -> Mapping[str, Any]:
    package: dict[str, Any] = {"name": one.pin.name, "version": str(one.pin.version)}
    required = {canonicalize_name(Requirement(text).name) for text in one.pin.requires}
    if required := required & set(names):
        package["dependencies"] = [{"name": name} for name in sorted(required)]
    match one.files:
        case [file] if file.kind is Kind.SDIST:
            package["sdist"] = _file(file, base)
        case wheels:
            package["wheels"] = [_file(file, base) for file in wheels]
    return package


def _file(file: LockedArtifact, base: PurePosixPath) -> Mapping[str, Any]:
    told: dict[str, Any] = {"name": file.filename}
    if uploaded := _moment(file.upload_time):
        told["upload-time"] = uploaded
    if file.url:
        told["url"] = file.url
    return {**told, "path": str(base / file.path), "size": file.size, "hashes": {"sha256": file.sha256}}


def _moment(text: str | None) -> dt.datetime | None:
    """An upload time in UTC; what cannot be read as one is left out, since it is optional in PEP 751."""
    try:
        moment = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return moment.astimezone(dt.UTC)
