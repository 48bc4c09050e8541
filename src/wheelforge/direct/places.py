"""The places that requirements name, each made into one file in the store: the face of this room."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from wheelforge.direct.arrivals import Arrivals
from wheelforge.direct.obtained import INDEX
from wheelforge.errors import ResolutionError
from wheelforge.events import Warn
from wheelforge.model.artifacts import Project
from wheelforge.simple.once import Once

if TYPE_CHECKING:
    from types import TracebackType

    from packaging.utils import NormalizedName

    from wheelforge.direct.arrivals import Arrival
    from wheelforge.direct.obtained import Means, Obtained
    from wheelforge.direct.port import PackedTree, SdistMaker
    from wheelforge.model.inputs import Reference
    from wheelforge.plan.facts import Unanswered


class Places:
    """Obtains what references name, each once, for as long as it is entered."""

    def __init__(self, means: Means, maker: SdistMaker) -> None:
        self._means = means
        self._maker = maker
        self._stack = contextlib.ExitStack()
        self._made: Once[Obtained] = Once()
        self.obtained: list[Obtained] = []
        """All that was obtained, each once."""
        self.awaited: set[NormalizedName] = set()
        """The names that are known of what is or was under way: its own word for it, or the user's."""
        self._arrivals = Arrivals()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    async def obtain(self, reference: Reference) -> Obtained:
        """Bring what a reference names into the store, as a wheel or an sdist.

        Raises:
            UsageError: it names no place, or nothing stands there.
            IndexAccessError: a server does not answer, or will not.
            IntegrityError: its bytes are others than were promised, or an archive is not safe.
            ResolutionError: it has no such revision, is another project, or only its backend could tell what it is.
            BuildError: its backend failed.
        """
        key = (reference.location, reference.subdirectory, reference.hashes)
        obtained = await self._made.get(key, lambda: self._obtain(reference))
        found = obtained.artifact
        if reference.name not in {None, found.name}:
            raise ResolutionError(
                f"{reference.origin}: {reference.told} is {found.name} {found.version}, not {reference.name}",
                hint=f"write {found.name} @ ..., or see where the URL leads",
            )
        return replace(obtained, reference=reference)

    def projects(self) -> list[Project]:
        """What was obtained, as files of the projects that they belong to."""
        artifacts = [one.artifact for one in self.obtained]
        return [Project(name=one.name, index=INDEX, releases={one.version: (one,)}) for one in artifacts]

    async def _obtain(self, reference: Reference) -> Obtained:
        from wheelforge.direct.visit import Visit  # noqa: PLC0415 - 20 ms that runs without places save

        if reference.name is not None:
            self.awaited.add(reference.name)
        with (
            self._arrivals.one() as arrival,
            tempfile.TemporaryDirectory(dir=self._scratch, ignore_cleanup_errors=True) as scratch,
        ):
            obtained = await Visit(self._means, partial(self._make_sdist, arrival), Path(scratch)).obtain(reference)
            self.obtained.append(obtained)
        self._tell_places(obtained)
        return obtained

    async def _make_sdist(self, arrival: Arrival, tree: PackedTree, output: Path) -> Path | Unanswered:
        """Once it is known what else is being obtained, as far as that can be known before any backend is asked."""
        from wheelforge.direct.pkg_info import static_name  # noqa: PLC0415 - as above

        if (name := static_name(tree.contents.pyproject)) is not None:
            self.awaited.add(name)
        await self._arrivals.others(arrival)
        return await self._maker(tree, output)

    def _tell_places(self, obtained: Obtained) -> None:
        """Warn of what no lock can settle: an installer takes the file's own word for where to go."""
        places = [one.name for one in obtained.requires if one.url is not None and "extra" not in str(one.marker)]
        if places:
            who = f"{obtained.artifact.name} {obtained.artifact.version}"
            text = f"{who} requires {', '.join(places)} by URL: pip goes there, even with --no-index"
            hint = "install with --no-deps -r requirements.txt, which a wheelhouse has and which lists all"
            self._means.report(Warn(text=text, hint=hint))

    @cached_property
    def _scratch(self) -> str:
        folder = tempfile.TemporaryDirectory(prefix="wheelforge-", ignore_cleanup_errors=True)
        return self._stack.enter_context(folder)
