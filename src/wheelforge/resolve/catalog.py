"""What is known so far: projects, and what their files require. Fed by others, asked by the solver."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from wheelforge.errors import ResolutionError
from wheelforge.resolve.candidates import Shelf
from wheelforge.resolve.problem import applies, wants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.model.metadata import Metadata
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Problem, Want


class Catalog:
    """Shared by all problems of a run: a project's page and a file's metadata are learnt once."""

    def __init__(self) -> None:
        self._projects: dict[NormalizedName, Project | None] = {}
        self._metadata: dict[str, Metadata] = {}
        self._wants: dict[str, dict[tuple[str, str], tuple[Want, ...]]] = {}
        self._excluded: dict[str, str] = {}
        self._shelves: dict[tuple[object, ...], Shelf] = {}

    def learn_project(self, name: NormalizedName, project: Project | None) -> None:
        """``None``: no index has it."""
        self._projects[name] = project

    def learn_metadata(self, filename: str, metadata: Metadata) -> None:
        """What this very file says. It overrides what a sibling said for it."""
        self._metadata[filename] = metadata
        self._wants[filename] = {}

    def exclude(self, filename: str, reason: str) -> None:
        """Never take this file: it is broken, or it does not run here after all."""
        self._excluded[filename] = reason
        self._shelves.clear()

    def knows_project(self, name: NormalizedName) -> bool:
        """Whether its page has been read, even if there is none."""
        return name in self._projects

    def project(self, name: NormalizedName) -> Project | None:
        """The project; ``None`` where no index has it. `KeyError` where that is not known yet."""
        return self._projects[name]

    def metadata(self, candidate: Candidate) -> Metadata | None:
        """What a candidate says of itself, by its own word or else by its sibling's; ``None``: not known yet."""
        return self._metadata.get(self._speaker(candidate))

    def wants(self, candidate: Candidate, extra: NormalizedName | None, target: Target) -> tuple[Want, ...] | None:
        """What a candidate requires on a target, or what only this extra of it brings; ``None``: not known yet.

        Raises:
            ResolutionError: it requires something that cannot be told or taken.
        """
        speaker, key = self._speaker(candidate), (target.name, extra or "")
        metadata = self._metadata.get(speaker)
        if metadata is None:
            return None
        known = self._wants[speaker]
        if key not in known:
            applying = _applying(metadata, extra, target)
            try:
                known[key] = tuple(want for requirement in applying for want in wants(requirement))
            except ResolutionError as fault:
                raise ResolutionError(f"{candidate} cannot be followed: {fault.message}") from None
        return known[key]

    def runs_on(self, candidate: Candidate, target: Target) -> bool:
        """Whether the Requires-Python of its metadata admits a target, as far as is known: pages can be silent."""
        metadata = self.metadata(candidate)
        return metadata is None or target.accepts_python(_specifier(metadata.requires_python))

    def requires_python(self, file: Artifact) -> SpecifierSet:
        """The Requires-Python of a file: the page's, and its own as far as that is known."""
        metadata = self._metadata.get(file.filename)
        own = _specifier(metadata.requires_python if metadata is not None else None)
        return own if file.requires_python is None else own & file.requires_python

    def reason(self, filename: str) -> str | None:
        """Why a file is excluded."""
        return self._excluded.get(filename)

    def shelf(self, name: NormalizedName, problem: Problem) -> Shelf | None:
        """The candidates of a known project under the rules of a problem; ``None`` where no index has it."""
        kinds, hashes = problem.formats.allowed(name), problem.hashes(name)
        key = (name, problem.target.name, kinds, hashes)
        if key not in self._shelves:
            project = self._projects[name]
            if project is None:
                return None
            self._shelves[key] = Shelf(
                project, target=problem.target, kinds=kinds, hashes=hashes, excluded=self._excluded
            )
        return self._shelves[key]

    def _speaker(self, candidate: Candidate) -> str:
        """The file whose metadata counts for a candidate."""
        own = candidate.artifact.filename
        return own if own in self._metadata else candidate.evidence.filename


def _applying(metadata: Metadata, extra: NormalizedName | None, target: Target) -> Iterator[Requirement]:
    for requirement in metadata.requires:
        always = applies(requirement, target)
        if always if extra is None else not always and applies(requirement, target, (extra,)):
            yield requirement


@lru_cache(maxsize=1024)
def _specifier(requires_python: str | None) -> SpecifierSet:
    return SpecifierSet(requires_python or "")
