"""What is told of a collected folder, or of one that would be: words, and JSON."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING

from wheelforge.cli.output import CollectDocument, file_documents, target_names
from wheelforge.cli.words import counted, size
from wheelforge.factory.collect import Writing
from wheelforge.interpreters.running import current
from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from wheelforge.model.lock import Lock, LockedArtifact

_FEW = 5
"""Names that are told one by one."""


def document(lock: Lock, folder: Path, writing: Writing) -> CollectDocument:
    """For programs."""
    paths = {artifact.filename: artifact.path for artifact in lock.artifacts}
    return CollectDocument(
        folder=str(folder),
        written=writing is Writing.FOLDER,
        targets=target_names(lock),
        files=file_documents(lock, lock.artifacts),
        build_order=[paths[unit.artifact] for unit in lock.units],
        incomplete=list(lock.incomplete),
    )


def summary(lock: Lock, folder: Path, writing: Writing) -> str:
    """For people: how much, in which form, and from where."""
    standing = [artifact for artifact in lock.artifacts if not artifact.left_out]
    told = f"{_forms(standing)}{_total(standing)}"
    targets = f"for {', '.join(target_names(lock))}"
    match writing:
        case Writing.PREVIEW:
            lines = [*map(_line, standing), f"would collect {told}, into {folder} {targets}"]
        case Writing.FOLDER:
            lines = [f"collected {told}, into {folder} {targets}"]
    lines += _remarks(lock)
    if lock.units and writing is Writing.FOLDER:
        lines.append(_next(lock, folder))
    return "\n".join(lines)


def lacking(reasons: Iterable[str]) -> Iterator[str]:
    """Why a build closure may lack something, one sentence a reason; ``reasons`` are those of the lock."""
    subjects: dict[str, list[str]] = {}
    for reason in reasons:
        subject, colon, why = reason.partition(": ")
        subjects.setdefault(why if colon else reason, []).append(subject if colon else "")
    for why, named in subjects.items():
        match named:
            case [one]:
                yield f"the build closure may lack something: {f'{one}: ' if one else ''}{why}"
            case _:
                yield f"the build closure may lack something for {_few(named)}: {why}"


def _next(lock: Lock, folder: Path) -> str:
    names = target_names(lock)
    if current().name in names:
        return f"next, with or without a network: wheelforge build {shlex.quote(str(folder))}"
    return f"next: wheelforge build {shlex.quote(str(folder))}, run by the interpreter of {' or '.join(names)}"


def _line(artifact: LockedArtifact) -> str:
    return f"  {artifact.path}  {size(artifact.size)}" if artifact.size else f"  {artifact.path}"


def _forms(artifacts: Iterable[LockedArtifact]) -> str:
    listed = list(artifacts)
    parts = [
        (_kinds(one for one in listed if not one.build_only and not one.fallback), ""),
        (_kinds(one for one in listed if one.build_only and not one.fallback), " for builds only"),
        (_kinds(one for one in listed if one.fallback), " to fall back on"),
    ]
    return ", and ".join(f"{kinds}{remark}" for kinds, remark in parts if kinds) or "nothing"


def _kinds(artifacts: Iterable[LockedArtifact]) -> str:
    kinds = Counter(artifact.kind for artifact in artifacts)
    return " and ".join(counted(kinds[kind], kind.value) for kind in (Kind.SDIST, Kind.WHEEL) if kinds[kind])


def _total(artifacts: Iterable[LockedArtifact]) -> str:
    """As far as sizes are promised: in a dry run they need not be."""
    sizes = [artifact.size for artifact in artifacts]
    least = "at least " if not all(sizes) else ""
    return f", {least}{size(sum(sizes))} in all" if any(sizes) else ""


def _remarks(lock: Lock) -> Iterator[str]:
    indexes = Counter(artifact.index for artifact in lock.artifacts)
    if indexes.keys() - {"default"}:
        yield f"from: {', '.join(f'{name} ({number})' for name, number in indexes.most_common())}"
    if left := [artifact.filename for artifact in lock.artifacts if artifact.left_out]:
        yield f"left out, as their index is: {_few(left)}"


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"{', '.join(names[:_FEW])}{more}"
