"""What is known so far: projects, and what their files require. Fed by others, asked by the solver."""

from __future__ import annotations

import enum
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from wheelforge.errors import ResolutionError
from wheelforge.model.metadata import Surety
from wheelforge.resolve.candidates import Rules, Shelf, identity
from wheelforge.resolve.problem import applies, wants

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.utils import NormalizedName

    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.model.inputs import Reference
    from wheelforge.model.metadata import Metadata
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate, Identity
    from wheelforge.resolve.problem import Choice, Problem, Stated, Want


_EXTRA = re.compile(r"\bextra == [\"']([^\"']*)[\"']")


class Searched(enum.Enum):
    """Where projects were looked for, for messages."""

    INDEX = "on the index"
    LINKS = "in any --find-links place"
    NOTHING = "to be had without an index and without --find-links"
    FOLDER = "in the folder"


class Catalog:
    """Shared by all problems of a run: a project's page and a file's metadata are learnt once.

    Of one name, an index and an input can have different files: these are told apart by their bytes.
    """

    def __init__(self, host: Target | None = None, searched: Searched = Searched.INDEX) -> None:
        """``host`` is where backends are asked; without it their word counts for every target."""
        self.searched = searched
        self._host = host
        self._projects: dict[NormalizedName, Project | None] = {}
        self._placed: dict[Reference, Project] = {}
        self._metadata: dict[Identity, Metadata] = {}
        self._wants: dict[Identity, dict[tuple[object, ...], tuple[Want, ...]]] = {}
        self._excluded: dict[Identity, str] = {}
        self._broken: list[Artifact] = []
        self._shelves: dict[tuple[object, ...], Shelf] = {}

    def learn_project(self, name: NormalizedName, project: Project | None) -> None:
        """``None``: no index has it."""
        self._projects[name] = project

    def learn_place(self, reference: Reference, project: Project) -> None:
        """What stands at a place that a constraint names."""
        self._placed[reference] = project

    def learn_metadata(self, file: Artifact, metadata: Metadata) -> None:
        """What this very file says. It overrides what a sibling said for it."""
        self._metadata[identity(file)] = metadata
        self._wants[identity(file)] = {}

    def exclude(self, file: Artifact, reason: str) -> None:
        """Never take this file, for any target: it is broken."""
        self._excluded[identity(file)] = reason
        self._broken.append(file)
        self._shelves.clear()

    def names(self) -> Iterable[NormalizedName]:
        """The projects that exist, as far as is known."""
        return (name for name, project in self._projects.items() if project is not None)

    def knows(self, name: NormalizedName, problem: Problem) -> bool:
        """Whether it is known which files of a project a problem may choose from."""
        if name not in problem.given and name in problem.places:
            return problem.places[name] in self._placed
        return name in problem.given or name in problem.pinned or name in self._projects

    def project(self, name: NormalizedName, problem: Problem) -> Project | None:
        """What a problem may choose from: its own files, a place's or the index's; ``None`` where there are none.

        Raises:
            KeyError: it is not known yet.
        """
        if name in problem.given:
            return problem.given[name]
        if name in problem.places:
            return self._placed[problem.places[name]]
        return problem.pinned[name] if name in problem.pinned else self._projects[name]

    def metadata(self, candidate: Candidate, target: Target) -> Metadata | None:
        """What is known of a candidate on a target, by its own word or else by its sibling's; ``None``: not yet."""
        return self._metadata.get(self._speaker(candidate, target))

    def says_itself(self, file: Artifact) -> bool:
        """Whether it is known what a file says as it stands, without anybody who was asked."""
        said = self._metadata.get(identity(file))
        return said is not None and said.surety in {Surety.WHEEL, Surety.PKG_INFO, Surety.PYPROJECT}

    def is_foreign(self, target: Target) -> bool:
        """Whether backends may answer otherwise on a target than where they are asked."""
        return self._host is not None and any(
            self._host.environment.get(marker) != target.environment.get(marker) for marker in _MATTER
        )

    def was_asked_elsewhere(self, candidate: Candidate, target: Target) -> bool:
        """Whether what counts for a candidate is what its backend says of another machine."""
        said = self.metadata(candidate, target)
        return said is not None and said.surety is Surety.HOOK and self.is_foreign(target)

    def wants(self, candidate: Candidate, extra: NormalizedName | None, problem: Problem) -> tuple[Want, ...] | None:
        """What a candidate requires on a target, or what only this extra of it brings; ``None``: not known yet.

        Raises:
            ResolutionError: it requires something that cannot be told or taken.
        """
        speaker = self._speaker(candidate, problem.target)
        key = (problem.place, extra, problem.overrides, problem.placed)
        metadata = self._metadata.get(speaker)
        if metadata is None:
            return None
        known = self._wants[speaker]
        if key not in known:
            applying = _applying(metadata, extra, problem)
            try:
                known[key] = tuple(
                    want for one in applying for want in wants(one.requirement, one.origin, problem.placed)
                )
            except ResolutionError as fault:
                raise ResolutionError(f"{candidate} cannot be followed: {fault.message}", hint=fault.hint) from None
        return known[key]

    def stated(self, candidate: Candidate, extra: NormalizedName | None, problem: Problem) -> tuple[Want, ...]:
        """What `wants` tells, as far as the file says it as it stands: where nothing is followed, no more is needed."""
        if not self.says_itself(candidate.artifact):
            return ()
        try:
            return self.wants(candidate, extra, problem) or ()
        except ResolutionError:
            return ()

    def runs_on(self, candidate: Candidate, target: Target) -> bool:
        """Whether the Requires-Python of its metadata admits a target, as far as is known: pages can be silent."""
        metadata = self.metadata(candidate, target)
        return metadata is None or target.accepts_python(_specifier(metadata.requires_python))

    def requires_python(self, file: Artifact) -> SpecifierSet:
        """The Requires-Python of a file: the page's, and its own as far as that is known."""
        metadata = self._metadata.get(identity(file))
        own = _specifier(metadata.requires_python if metadata is not None else None)
        return own if file.requires_python is None else own & file.requires_python

    def reason(self, file: Artifact) -> str | None:
        """Why a file is excluded."""
        return self._excluded.get(identity(file))

    def passed_over(self, candidate: Candidate) -> list[Artifact]:
        """The excluded files of a candidate's project, by file name."""
        return sorted((file for file in self._broken if file.name == candidate.name), key=lambda file: file.filename)

    def lacking_extras(self, choice: Choice, target: Target) -> list[NormalizedName]:
        """The extras that were asked of a chosen candidate and that it does not have, as far as its metadata is known.

        One that a marker names is there, whether Provides-Extra tells it or not: old backends forget it.
        """
        metadata = self.metadata(choice.candidate, target)
        if metadata is None:
            return []
        markers = " ".join(str(one.marker) for one in metadata.requires if one.marker is not None and choice.extras)
        named = {canonicalize_name(text) for text in _EXTRA.findall(markers)}
        return [extra for extra in choice.extras if extra not in metadata.extras | named]

    def shelf(self, name: NormalizedName, problem: Problem) -> Shelf | None:
        """The candidates of a known project under the rules of a problem; ``None`` where there is no such project."""
        project = self.project(name, problem)
        if project is None:
            return None
        chosen = name in problem.given or name in problem.places
        rules = Rules(
            target=problem.target,
            kinds=problem.kinds(project),
            hashes=problem.hashes(name),
            resolution=problem.resolution,
            # What an input brings or sends for was chosen by the user, whenever it was uploaded.
            uploaded_prior_to=None if chosen else problem.uploaded_prior_to,
        )
        # A project is kept alive by its shelf, so that no other can have its id.
        key = (id(project), problem.place, rules.kinds, rules.hashes, rules.resolution, rules.uploaded_prior_to)
        if key not in self._shelves:
            self._shelves[key] = Shelf(project, rules, self._excluded)
        return self._shelves[key]

    def _speaker(self, candidate: Candidate, target: Target) -> Identity:
        """The file whose metadata counts for a candidate: its own, but for a backend that was asked elsewhere."""
        own = identity(candidate.artifact)
        said = self._metadata.get(own)
        if said is None or (said.surety is Surety.HOOK and self.believes_wheel(candidate, target)):
            return identity(candidate.evidence)
        return own

    def believes_wheel(self, candidate: Candidate, target: Target) -> bool:
        """Whether a target's own wheel knows better what it requires there than a backend that is asked elsewhere."""
        wheel = candidate.evidence
        fits = target.rank(wheel.tags) is not None and target.accepts_python(wheel.requires_python)
        return candidate.artifact is not wheel and fits and self.is_foreign(target)


_MATTER = (
    "implementation_name",
    "os_name",
    "platform_machine",
    "platform_system",
    "python_version",
    "sys_platform",
)
"""Markers (PEP 508) by which backends tell machines apart; two Linuxes of one kind are the same to them."""


def _applying(metadata: Metadata, extra: NormalizedName | None, problem: Problem) -> Iterator[Stated]:
    target = problem.target
    for written in metadata.requires:
        for stated in problem.instead(written, None):
            always = applies(stated.requirement, target)
            if always if extra is None else not always and applies(stated.requirement, target, (extra,)):
                yield stated


@lru_cache(maxsize=1024)
def _specifier(requires_python: str | None) -> SpecifierSet:
    return SpecifierSet(requires_python or "")
