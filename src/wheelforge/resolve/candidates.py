"""What could be taken of one project: for each version the file, and the file that speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.model.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One version of a project that could be taken."""

    name: NormalizedName
    version: Version
    artifact: Artifact
    """The file that would be taken."""
    evidence: Artifact
    """The file whose metadata speaks for it during the search; another than ``artifact`` is an assumption."""

    @property
    def yanked(self) -> bool:
        """PEP 592."""
        return self.artifact.yanked is not None

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Shelf:
    """The candidates of one project, for one target, under one format rule; made when they are looked at."""

    def __init__(
        self,
        project: Project,
        *,
        target: Target,
        kinds: tuple[Kind, ...],
        hashes: frozenset[str] = frozenset(),
        excluded: Mapping[str, str] | None = None,
    ) -> None:
        self.project = project
        self._target = target
        self._kinds = kinds
        self._hashes = hashes
        self._excluded = excluded if excluded is not None else {}
        self._made: dict[Version, Candidate | None] = {}
        self._fitting: dict[SpecifierSet, dict[Version, bool]] = {}

    def candidate(self, version: Version) -> Candidate | None:
        """The candidate of this version; ``None`` where no file of it may be taken."""
        if version not in self._made:
            self._made[version] = self._make(version)
        return self._made[version]

    def matching(
        self, specifier: SpecifierSet, *, prereleases: bool, preferred: Sequence[Version] = ()
    ) -> Iterator[Candidate]:
        """Candidates that fit, in the order to try them: the preferred versions, then the rest, newest first.

        Pre-releases only where asked for or where nothing else fits, as PEP 440 says; yanked files only for an
        exact pin, as PEP 592 says.
        """
        first = dict.fromkeys(version for version in preferred if version in self.project.releases)
        ordered = [*first, *(version for version in self.project.releases if version not in first)]
        if prereleases or specifier.prereleases:
            yield from self._usable(ordered, specifier)
            return
        found = False
        for candidate in self._usable((version for version in ordered if not version.is_prerelease), specifier):
            found = True
            yield candidate
        if not found:
            yield from self._usable((version for version in ordered if version.is_prerelease), specifier)

    def _usable(self, versions: Iterable[Version], specifier: SpecifierSet) -> Iterator[Candidate]:
        """Looked at one by one, since mostly the first is taken; remembered, since a search comes back to ask again."""
        known = self._fitting.setdefault(specifier, {})
        for version in versions:
            fits = known.get(version)
            if fits is None:
                fits = known[version] = specifier.contains(version, prereleases=True)
            if fits:
                candidate = self.candidate(version)
                if candidate is not None and (not candidate.yanked or pins(specifier, version)):
                    yield candidate

    def _make(self, version: Version) -> Candidate | None:
        files = [file for file in self.project.releases.get(version, ()) if file.filename not in self._excluded]
        taken = next((file for kind in self._kinds if (file := self._best(files, kind)) is not None), None)
        if taken is None:
            return None
        speaks = taken if taken.kind is Kind.WHEEL else self._sibling(files) or taken
        return Candidate(name=self.project.name, version=version, artifact=taken, evidence=speaks)

    def _best(self, files: Iterable[Artifact], kind: Kind) -> Artifact | None:
        fitting = [
            file
            for file in files
            if file.kind is kind
            and self._target.accepts_python(file.requires_python)
            and (not self._hashes or file.sha256 in self._hashes)
        ]
        if kind is Kind.WHEEL:
            return self._best_wheel(fitting)
        return min(fitting, key=_sdist_order, default=None)

    def _best_wheel(self, wheels: Iterable[Artifact]) -> Artifact | None:
        ranked = [(rank, wheel) for wheel in wheels if (rank := self._target.rank(wheel.tags)) is not None]
        if not ranked:
            return None
        best = min(rank for rank, _ in ranked)
        return max((wheel for rank, wheel in ranked if rank == best), key=lambda wheel: (wheel.build, wheel.filename))

    def _sibling(self, files: Iterable[Artifact]) -> Artifact | None:
        """A wheel of the same version that says what the sdist requires: the target's own, else any."""
        wheels = sorted((file for file in files if file.kind is Kind.WHEEL), key=lambda wheel: wheel.filename)
        return self._best_wheel(wheels) or next(iter(wheels), None)


def pins(specifier: SpecifierSet, version: Version) -> bool:
    """Whether a specifier names exactly this version with ``==`` or ``===``, without a wildcard (PEP 592)."""
    return any(
        clause.operator in {"==", "==="} and not clause.version.endswith(".*") and clause.contains(version)
        for clause in specifier
    )


def _sdist_order(sdist: Artifact) -> tuple[int, str]:
    """PEP 625 wants ``.tar.gz``; older forms come after."""
    return (0 if sdist.filename.endswith(".tar.gz") else 1, sdist.filename)
