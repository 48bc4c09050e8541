"""Does a built wheel hold what the index's wheels of its version hold? Told by their outlines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.tags import parse_tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wheelforge.model.lock import ExpectedShape
    from wheelforge.model.shape import Shape
    from wheelforge.model.targets import Target

_BESIDE = frozenset({"benchmarks", "doc", "docs", "example", "examples", "scripts", "test", "tests", "tools"})
"""Folders that get into wheels by mistake, beside what a project is: what of them is built is nobody's loss."""
_VERSIONED = re.compile(r"\D3\.\d+$")
"""``pip3.12``: an entry point that is named after the Python that built the wheel."""
_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What came of comparing a wheel with the outlines of others."""

    faults: tuple[str, ...] = ()
    """What it lacks, one clause each."""
    remarks: tuple[str, ...] = ()
    """What its user should know, one clause each."""


def compare(built: Shape, expected: Sequence[ExpectedShape], target: Target) -> Likeness:
    """Compare a wheel with the index's wheels of its version; it has to be like one of those that fit the target.

    What it has beyond them is its own affair.
    """
    ranked = sorted(expected, key=lambda one: (_rank(one.shape, target), one.wheel))
    fitting = [one for one in ranked if _fits(one.shape, target)] or ranked[:1]
    faults = [tuple(_faults(built, one, target)) for one in fitting]
    if not faults:
        return Likeness()
    if all(faults):
        return Likeness(faults=faults[0])
    return Likeness(remarks=tuple(_remarks(built, fitting[0])))


def _faults(built: Shape, expected: ExpectedShape, target: Target) -> Iterator[str]:
    shape, wheel = expected.shape, f"the index's {expected.wheel}"
    modules = set(shape.modules).difference(shape.extensions)
    yield from _missing(f"it lacks modules that {wheel} has", modules - _BESIDE or modules, built.modules)
    if _fits(shape, target):
        what = f"extension modules that {wheel} has"
        head = f"it lacks {what}" if built.extensions else f"it is pure Python, without the {what}"
        yield from _missing(head, shape.extensions, built.extensions)
        if built.extensions and _is_universal(built) and not _is_universal(shape):
            yield "its tags say that it runs on any platform, and it has extension modules"
    demanded = {point for point in shape.entry_points if not _VERSIONED.search(point)}
    yield from _missing(f"it lacks entry points that {wheel} has", demanded, built.entry_points)


def _missing(head: str, wanted: Iterable[str], found: Iterable[str]) -> Iterator[str]:
    missing = sorted(set(wanted).difference(found))
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        yield f"{head}: {', '.join(missing[:_SHOWN])}{more}"


def _remarks(built: Shape, best: ExpectedShape) -> Iterator[str]:
    if _is_universal(built) and not _is_universal(best.shape):
        yield f"it is for any platform, where the index has {best.wheel}"
    if not _is_universal(built) and _is_universal(best.shape):
        yield f"it is for one platform, where the index has {best.wheel}"


def _fits(shape: Shape, target: Target) -> bool:
    return _rank(shape, target) < len(target.tags)


def _rank(shape: Shape, target: Target) -> int:
    rank = target.rank(tag for text in shape.tags for tag in parse_tag(text))
    return len(target.tags) if rank is None else rank


def _is_universal(shape: Shape) -> bool:
    return all(tag.endswith("-any") for tag in shape.tags)
