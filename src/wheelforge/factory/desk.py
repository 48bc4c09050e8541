"""Who asks backends at collect where nobody can, and where it shows late whether somebody has to."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.errors import WheelforgeError
from wheelforge.model.treatment import PLAIN, Treatment
from wheelforge.simple.once import Once

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from pathlib import Path

    from wheelforge.direct.port import PackedTree
    from wheelforge.factory.port import Answers, HookDesk
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Asked
    from wheelforge.model.metadata import Metadata
    from wheelforge.plan.facts import Unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDesk:
    """Runs nothing that was downloaded, and says why."""

    refusal: Unanswered

    def prepare(self) -> None:
        """Nothing."""

    async def answers(self, _sdist: Artifact, _wheels: Sequence[Artifact], _treatment: Treatment = PLAIN) -> Unanswered:
        """Never answered."""
        return self.refusal

    async def requires(
        self, _sdist: Artifact, _wheels: Sequence[Artifact], _treatment: Treatment = PLAIN
    ) -> Unanswered:
        """Never answered."""
        return self.refusal

    async def metadata(
        self, _sdist: Artifact, _wheels: Sequence[Artifact], _treatment: Treatment = PLAIN
    ) -> Unanswered:
        """Never answered."""
        return self.refusal

    async def wheel(
        self, _sdist: Artifact, _wheels: Sequence[Artifact], _treatment: Treatment, _overrides: tuple[Asked, ...] = ()
    ) -> Unanswered:
        """Never made."""
        return self.refusal

    async def refuses(self) -> Unanswered:
        """Always."""
        return self.refusal

    async def isolation(self) -> str:
        """None."""
        return ""

    async def requires_for_sdist(self, _tree: PackedTree, _wheels: Sequence[Artifact]) -> Unanswered:
        """Never answered."""
        return self.refusal

    async def sdist(self, _tree: PackedTree, _wheels: Sequence[Artifact], _output: Path) -> Unanswered:
        """Never made."""
        return self.refusal


class LateDesk:
    """A desk that is opened when the first question comes: most runs have none, and sandboxes take time to prove."""

    def __init__(self, open_desk: Callable[[], Coroutine[None, None, HookDesk]]) -> None:
        self._open_desk = open_desk
        self._desk: Once[HookDesk] = Once()
        self._preparing: asyncio.Task[None] | None = None

    def prepare(self) -> None:
        """Open the desk meanwhile, and let it prepare; what goes wrong is told when the first question comes."""
        if self._preparing is None:
            self._preparing = asyncio.create_task(self._prepare())

    async def _prepare(self) -> None:
        with contextlib.suppress(WheelforgeError):
            (await self._opened()).prepare()

    async def answers(
        self, sdist: Artifact, wheels: Sequence[Artifact], treatment: Treatment = PLAIN
    ) -> Answers | Unanswered:
        """See `HookDesk`."""
        return await (await self._opened()).answers(sdist, wheels, treatment)

    async def requires(
        self, sdist: Artifact, wheels: Sequence[Artifact], treatment: Treatment = PLAIN
    ) -> tuple[str, ...] | Unanswered:
        """See `HookDesk`."""
        return await (await self._opened()).requires(sdist, wheels, treatment)

    async def metadata(
        self, sdist: Artifact, wheels: Sequence[Artifact], treatment: Treatment = PLAIN
    ) -> Metadata | Unanswered:
        """See `HookDesk`."""
        return await (await self._opened()).metadata(sdist, wheels, treatment)

    async def wheel(
        self, sdist: Artifact, wheels: Sequence[Artifact], treatment: Treatment, overrides: tuple[Asked, ...] = ()
    ) -> Artifact | Unanswered:
        """See `HookDesk`."""
        return await (await self._opened()).wheel(sdist, wheels, treatment, overrides)

    async def refuses(self) -> Unanswered | None:
        """See `HookDesk`."""
        return await (await self._opened()).refuses()

    async def isolation(self) -> str:
        """See `HookDesk`."""
        return await (await self._opened()).isolation()

    async def requires_for_sdist(self, tree: PackedTree, wheels: Sequence[Artifact]) -> tuple[str, ...] | Unanswered:
        """See `HookDesk`."""
        return await (await self._opened()).requires_for_sdist(tree, wheels)

    async def sdist(self, tree: PackedTree, wheels: Sequence[Artifact], output: Path) -> Path | Unanswered:
        """See `HookDesk`."""
        return await (await self._opened()).sdist(tree, wheels, output)

    async def _opened(self) -> HookDesk:
        return await self._desk.get("desk", self._open_desk)
