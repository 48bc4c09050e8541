"""What the facts ask of others: the word of backends, and wheels of what has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wheelforge.direct.port import PackedTree
    from wheelforge.errors import ResolutionError
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Asked
    from wheelforge.model.metadata import Metadata
    from wheelforge.model.treatment import Treatment
    from wheelforge.plan.facts import Unanswered
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution
    from wheelforge.simple.once import WaitsForItself


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a backend says of its sdist in one environment."""

    requires: tuple[str, ...]
    """The answer of ``get_requires_for_build_wheel``."""
    metadata: Metadata | None
    """The answer of ``prepare_metadata_for_build_wheel``; ``None`` where it wants more for that than is there."""


class HookDesk(Protocol):
    """Asks the backend of an sdist or of a source tree, in an environment of exactly these wheels."""

    def prepare(self) -> None:
        """Begin what takes time before the first question, which is going to come."""

    async def answers(
        self, sdist: Artifact, wheels: Sequence[Artifact], treatment: Treatment, /
    ) -> Answers | Unanswered:
        """Both answers from one process, where the backend needs nothing more for the second."""

    async def requires(
        self, sdist: Artifact, wheels: Sequence[Artifact], treatment: Treatment, /
    ) -> tuple[str, ...] | Unanswered:
        """The answer of ``get_requires_for_build_wheel``."""

    async def metadata(
        self, sdist: Artifact, wheels: Sequence[Artifact], treatment: Treatment, /
    ) -> Metadata | Unanswered:
        """The answer of ``prepare_metadata_for_build_wheel``."""

    async def wheel(
        self, sdist: Artifact, wheels: Sequence[Artifact], treatment: Treatment, overrides: tuple[Asked, ...] = (), /
    ) -> Artifact | Unanswered:
        """What ``build_wheel`` makes, as a file that can stand among ``wheels`` from then on."""

    async def refuses(self) -> Unanswered | None:
        """Why nobody is asked here, whatever the question; ``None`` where they are."""

    async def isolation(self) -> str:
        """The name of the sandbox in which they are asked; empty where nobody is."""

    async def requires_for_sdist(self, tree: PackedTree, wheels: Sequence[Artifact]) -> tuple[str, ...] | Unanswered:
        """The answer of ``get_requires_for_build_sdist``."""

    async def sdist(self, tree: PackedTree, wheels: Sequence[Artifact], output: Path) -> Path | Unanswered:
        """What ``build_sdist`` makes, in the folder ``output``."""


class MakesWheels(Protocol):
    """Builds what stands as an sdist in an environment in which a backend is to be asked."""

    def meet(self, sdist: Candidate, /) -> None:
        """Its backend is about to be asked."""

    async def wheels_of(self, environment: Solution, /) -> tuple[Artifact, ...]:
        """The same environment as wheels alone."""

    def cycle(self, circle: WaitsForItself, /) -> ResolutionError:
        """What is told where that waits for itself."""
