"""What is known so far: projects, and what their files require. Fed by others, asked by the solver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.resolve.candidates import Shelf

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from wheelforge.model.artifacts import Project
    from wheelforge.model.metadata import Metadata
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Problem


class Catalog:
    """Shared by all problems of a run: a project's page and a file's metadata are learnt once."""

    def __init__(self) -> None:
        self._projects: dict[NormalizedName, Project | None] = {}
        self._metadata: dict[str, Metadata] = {}
        self._excluded: dict[str, str] = {}
        self._shelves: dict[tuple[object, ...], Shelf] = {}

    def learn_project(self, name: NormalizedName, project: Project | None) -> None:
        """``None``: no index has it."""
        self._projects[name] = project

    def learn_metadata(self, filename: str, metadata: Metadata) -> None:
        """What this very file says. It overrides what a sibling said for it."""
        self._metadata[filename] = metadata

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
        """What a candidate requires, by its own word or else by its sibling's; ``None``: not known yet."""
        own = self._metadata.get(candidate.artifact.filename)
        return own if own is not None else self._metadata.get(candidate.evidence.filename)

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
