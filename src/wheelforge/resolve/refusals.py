"""Why the files of versions that would fit are not taken: one line for all versions of which the same is true."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, assert_never

from wheelforge.model.artifacts import Kind
from wheelforge.resolve.candidates import Refusal, pins
from wheelforge.resolve.derivation import span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.specifiers import SpecifierSet
    from packaging.tags import Tag
    from packaging.version import Version

    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.resolve.candidates import Shelf
    from wheelforge.resolve.catalog import Catalog

SHOWN_GROUPS, SHOWN_TAGS = 4, 4


class Refusals:
    """Tells why files stay on a shelf."""

    def __init__(self, shelf: Shelf, catalog: Catalog, specifier: SpecifierSet) -> None:
        self._rules = shelf.rules
        self._project = shelf.project
        self._catalog = catalog
        self._specifier = specifier

    def lines(self, versions: Sequence[Version]) -> list[str]:
        """From the newest version down; the older ones are counted."""
        told = ((version, self._reasons(self._project.releases[version])) for version in versions)
        groups = [(reasons, [version for version, _ in group]) for reasons, group in groupby(told, lambda one: one[1])]
        lines = [f"{span(group)}: {'; '.join(reasons)}" for reasons, group in groups[:SHOWN_GROUPS]]
        left = sum(len(group) for _, group in groups[SHOWN_GROUPS:])
        return [*lines, f"and {left} older"] if left else lines

    def _reasons(self, files: Iterable[Artifact]) -> tuple[str, ...]:
        refused = {(self._refusal(file), file.kind): file for file in files}
        platforms = [file for file in files if self._refusal(file) is Refusal.PLATFORM]
        reasons = {
            self._platforms(platforms) if refusal is Refusal.PLATFORM else self._reason(refusal, file)
            for (refusal, _), file in refused.items()
            if refusal is not Refusal.PYTHON
        }
        pythons = [file for (refusal, _), file in refused.items() if refusal is Refusal.PYTHON]
        return tuple(sorted({*reasons, *self._pythons(pythons)}))

    def _pythons(self, files: Iterable[Artifact]) -> Iterator[str]:
        """Once for all kinds that need the same."""
        kinds: dict[str, set[str]] = defaultdict(set)
        for file in files:
            kinds[str(self._catalog.requires_python(file))].add(f"{file.kind.value}s")
        for needed, named in kinds.items():
            yield f"{' and '.join(sorted(named))} need Python {needed}; this is {self._rules.target.python_version}"

    def _refusal(self, file: Artifact) -> Refusal | None:
        if self._catalog.reason(file) is not None:
            return Refusal.BROKEN
        refused = self._rules.refuses(file)
        if refused is None and not self._rules.target.accepts_python(self._catalog.requires_python(file)):
            return Refusal.PYTHON
        return refused

    def _reason(self, refusal: Refusal | None, file: Artifact) -> str:
        kind = f"{file.kind.value}s"
        match refusal:
            case Refusal.BROKEN:
                told = self._catalog.reason(file) or ""
            case Refusal.LATER:
                told = f"uploaded later than {_day(self._rules.uploaded_prior_to)}"
            case Refusal.UNDATED:
                told = f"the index {file.index} gives no upload time"
            case Refusal.KIND:
                told = f"{kind} are not allowed by {'--only-binary' if file.kind is Kind.SDIST else '--no-binary'}"
            case Refusal.HASH:
                told = f"{file.filename} has another hash than was asked for: sha256:{file.sha256}"
            case Refusal.PYTHON:
                told = next(self._pythons([file]))
            case Refusal.PLATFORM:
                told = self._platforms([file])
            case None if file.yanked is not None and not pins(self._specifier, file.version):
                why = f": {file.yanked}" if file.yanked else ""
                told = f"yanked{why} (only an exact pin, =={file.version}, takes it)"
            case None:
                told = f"{file.filename} cannot be taken"
            case _:
                assert_never(refusal)
        return told

    def _platforms(self, wheels: Sequence[Artifact]) -> str:
        tags = {tag for wheel in wheels for tag in wheel.tags}
        here = {tag.platform for tag in self._rules.target.tags}
        near = {_interpreter(tag) for tag in tags if tag.platform in here}
        if near:
            return (
                f"wheels for this platform are for {_some(sorted(near, key=_by_number))}, not {self._rules.target.name}"
            )
        return f"wheels are for {_some(sorted({tag.platform for tag in tags}))}, not {self._rules.target.name}"


def refused(shelf: Shelf, project: Project, refusal: Refusal) -> list[Artifact]:
    """The files that this rule forbids."""
    return [file for release in project.releases.values() for file in release if shelf.rules.refuses(file) is refusal]


def _day(moment: object) -> str:
    return str(moment).removesuffix(" 00:00:00+00:00")


def _interpreter(tag: Tag) -> str:
    return tag.interpreter if tag.abi in {tag.interpreter, "none"} else f"{tag.interpreter}-{tag.abi}"


def _by_number(interpreter: str) -> tuple[str, int, str]:
    """``cp39`` before ``cp310``."""
    return interpreter[:2], len(interpreter), interpreter


def _some(texts: Sequence[str]) -> str:
    left = len(texts) - SHOWN_TAGS
    return ", ".join(texts[:SHOWN_TAGS]) + (f" and {left} more" if left > 0 else "")
