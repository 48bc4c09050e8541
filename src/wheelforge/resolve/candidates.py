"""What could be taken of one project: for each version the file, and the file that speaks for it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import Resolution
from wheelforge.model.upload_time import moment
from wheelforge.resolve.windows import Windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.model.digest import Digest
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


FINALS, EITHER = frozenset({False}), frozenset({False, True})
"""Which versions count, by whether they are pre-releases."""

Identity = tuple[str, str]
"""A file's name, and the hash of its bytes or else its address: the same for the same file, whoever lists it."""


def identity(file: Artifact) -> Identity:
    """What tells a file from another of the same name."""
    return file.filename, file.sha256 or file.url


class Refusal(enum.Enum):
    """Why a file cannot be taken, whatever is asked of its version."""

    BROKEN = "broken"
    LATER = "uploaded later"
    UNDATED = "no upload time"
    KIND = "kind"
    HASH = "hash"
    PYTHON = "Python"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What decides which files of one project may be taken, and in which order its versions are tried."""

    target: Target
    kinds: tuple[Kind, ...]
    """The preferred one first."""
    hashes: frozenset[Digest] | None = None
    """Of which a file must have one; ``None`` where any will do."""
    resolution: Resolution = Resolution.HIGHEST
    uploaded_prior_to: datetime | None = None

    def refuses(self, file: Artifact) -> Refusal | None:
        """The first rule that forbids a file, yanks aside; ``None`` where it may be taken."""
        return next((refusal for refusal, applies in self._checks(file) if applies), None)

    def is_there(self, file: Artifact) -> bool:
        """Whether a file had been uploaded when it has to have been."""
        return not any(applies for _, applies in self._dates(file))

    def may_have(self, file: Artifact) -> bool:
        """Whether a file can have a hash that is asked for; where what is promised does not tell, its bytes will."""
        if self.hashes is None or self.promises(file):
            return True
        known = {one.algorithm for one in file.promises}
        return any(one.algorithm not in known for one in self.hashes)

    def promises(self, file: Artifact) -> bool:
        """Whether a file is promised to have a hash that is asked for."""
        return self.hashes is not None and not self.hashes.isdisjoint(file.promises)

    def bound(self, file: Artifact) -> Artifact:
        """The file with the hashes that are asked for, so that its bytes are held against them wherever they come."""
        return replace(file, allowed=self.hashes) if self.hashes else file

    def _dates(self, file: Artifact) -> Iterator[tuple[Refusal, bool]]:
        if self.uploaded_prior_to is not None:
            uploaded = moment(file.upload_time)
            yield Refusal.UNDATED, uploaded is None
            yield Refusal.LATER, uploaded is not None and uploaded >= self.uploaded_prior_to

    def _checks(self, file: Artifact) -> Iterator[tuple[Refusal, bool]]:
        yield from self._dates(file)
        yield Refusal.KIND, file.kind not in self.kinds
        yield Refusal.PYTHON, not self.target.accepts_python(file.requires_python)
        yield Refusal.PLATFORM, file.kind is Kind.WHEEL and self.target.rank(file.tags) is None
        yield Refusal.HASH, not self.may_have(file)


class Remembered:
    """Candidates that many go through, each from the beginning; they are looked for as far as the farthest has come."""

    def __init__(self, source: Iterator[Candidate]) -> None:
        self._source = source
        self._found: list[Candidate] = []

    def __iter__(self) -> Iterator[Candidate]:
        place = 0
        while place < len(self._found) or self._find():
            yield self._found[place]
            place += 1

    def _find(self) -> bool:
        found = next(self._source, None)
        if found is not None:
            self._found.append(found)
        return found is not None


class Shelf:
    """The candidates of one project under one set of rules; made when they are looked at."""

    def __init__(self, project: Project, rules: Rules, excluded: Mapping[Identity, str] | None = None) -> None:
        self.project = project
        self.rules = rules
        self._excluded = excluded if excluded is not None else {}
        self._versions = tuple(sorted(project.releases))
        self._windows = Windows(self._versions)
        self._made: dict[Version, Candidate | None] = {}
        self._fitting: dict[tuple[SpecifierSet, frozenset[bool]], Remembered] = {}

    def candidate(self, version: Version) -> Candidate | None:
        """The candidate of this version; ``None`` where no file of it may be taken."""
        if version not in self._made:
            self._made[version] = self._make(version)
        return self._made[version]

    def matching(
        self, specifier: SpecifierSet, *, prereleases: bool, preferred: Sequence[Version] = ()
    ) -> Iterator[Candidate]:
        """Candidates that fit, in the order to try them: the preferred versions, then the rest as the rules order them.

        Pre-releases only where asked for or where nothing else fits, as PEP 440 says; yanked files only for an
        exact pin, as PEP 592 says.
        """
        finals = not (prereleases or specifier.prereleases)
        finals = finals and any(True for _ in self._fitting_to(specifier, FINALS))
        fitting = self._fitting_to(specifier, FINALS if finals else EITHER)
        first = [
            one
            for one in self._usable(dict.fromkeys(preferred), specifier)
            if not (finals and one.version.is_prerelease)
        ]
        yield from first
        tried = {one.version for one in first}
        for candidate in fitting:
            if candidate.version not in tried:
                yield candidate

    def _fitting_to(self, specifier: SpecifierSet, states: frozenset[bool]) -> Remembered:
        """Remembered, since a search comes back to ask again; ``states`` holds whether a version is a pre-release."""
        key = (specifier, states)
        if key not in self._fitting:
            places = range(*self._windows.window(specifier))
            ordered = places if self.rules.resolution is Resolution.LOWEST else reversed(places)
            versions = (version for place in ordered if (version := self._versions[place]).is_prerelease in states)
            self._fitting[key] = Remembered(self._usable(versions, specifier))
        return self._fitting[key]

    def _usable(self, versions: Iterable[Version], specifier: SpecifierSet) -> Iterator[Candidate]:
        """Looked at one by one, since mostly the first is taken."""
        for version in versions:
            if specifier.contains(version, prereleases=True):
                candidate = self.candidate(version)
                if candidate is not None and (not candidate.yanked or pins(specifier, version)):
                    yield candidate

    def _make(self, version: Version) -> Candidate | None:
        files = [file for file in self.project.releases.get(version, ()) if identity(file) not in self._excluded]
        standing = [file for file in files if file.yanked is None]
        taken = self._best(standing) or self._best(files)
        if taken is None:
            return None
        taken = self.rules.bound(taken)
        speaks = taken if taken.kind is Kind.WHEEL else self._sibling(files, taken) or taken
        return Candidate(name=self.project.name, version=version, artifact=taken, evidence=speaks)

    def _best(self, files: Iterable[Artifact]) -> Artifact | None:
        allowed = [file for file in files if self.rules.refuses(file) is None]
        if self.rules.hashes is not None:
            # As in pip, a file that is promised to be one of those asked for is surer than any that may be.
            promised = [file for file in allowed if self.rules.promises(file)]
            return self._best_of(promised) or self._best_of(allowed)
        return self._best_of(allowed)

    def _best_of(self, allowed: Sequence[Artifact]) -> Artifact | None:
        for kind in self.rules.kinds:
            fitting = [file for file in allowed if file.kind is kind]
            best = self._best_wheel(fitting) if kind is Kind.WHEEL else min(fitting, key=_sdist_order, default=None)
            if best is not None:
                return best
        return None

    def _best_wheel(self, wheels: Iterable[Artifact]) -> Artifact | None:
        ranked = [(rank, wheel) for wheel in wheels if (rank := self.rules.target.rank(wheel.tags)) is not None]
        if not ranked:
            return None
        best = min(rank for rank, _ in ranked)
        return max((wheel for rank, wheel in ranked if rank == best), key=lambda wheel: (wheel.build, wheel.filename))

    def _sibling(self, files: Iterable[Artifact], sdist: Artifact) -> Artifact | None:
        """A wheel of the same version that says what the sdist requires: the target's own, else any.

        What is not there yet, or was withdrawn though the sdist was not, says nothing; its hash does not matter.
        """
        wheels = sorted(
            (file for file in files if file.kind is Kind.WHEEL and self._speaks(file, sdist)),
            key=lambda wheel: wheel.filename,
        )
        best = self._best_wheel(wheels) or next(iter(wheels), None)
        return None if best is None else self.rules.bound(best)

    def _speaks(self, wheel: Artifact, sdist: Artifact) -> bool:
        return self.rules.is_there(wheel) and (wheel.yanked is None or sdist.yanked is not None)


def pins(specifier: SpecifierSet, version: Version) -> bool:
    """Whether a specifier names exactly this version with ``==`` or ``===``, without a wildcard (PEP 592)."""
    return any(
        clause.operator in {"==", "==="} and not clause.version.endswith(".*") and clause.contains(version)
        for clause in specifier
    )


def _sdist_order(sdist: Artifact) -> tuple[int, str]:
    """PEP 625 wants ``.tar.gz``; older forms come after."""
    return (0 if sdist.filename.endswith(".tar.gz") else 1, sdist.filename)
