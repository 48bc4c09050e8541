"""Where backends are run: an unpacked sdist, its environment, and one backend process between them."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.archives.sdist import read_sdist, unpack_sdist
from wheelforge.forge.hooks import Workplace, open_backend
from wheelforge.sandbox.surroundings import EARLIEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wheelforge.forge.hooks import Backend
    from wheelforge.process import Runner
    from wheelforge.sandbox.environments import Environments
    from wheelforge.sandbox.port import Sandbox
    from wheelforge.sandbox.wheels import EnvironmentWheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The means of a run to ask backends; serves many threads at once."""

    sandbox: Sandbox
    environments: Environments
    runner: Runner
    conditions: str
    """What else could change an answer or a wheel: the builder, its interpreter, the isolation."""
    timeout: float | None = None
    """Seconds that one hook may take."""

    @contextlib.contextmanager
    def backend(
        self, sdist: Path, wheels: Sequence[EnvironmentWheel], *, subject: str, log: Path, project: str = "."
    ) -> Iterator[Backend]:
        """A live backend of an sdist, over a private copy of its tree, in an environment of exactly these wheels.

        A source tree that is packed with one top folder will do, too; ``project`` is a folder inside that.
        """
        with (
            tempfile.TemporaryDirectory(prefix="wheelforge-", ignore_cleanup_errors=True) as scratch,
            self.environments.open(wheels) as environment,
        ):
            epoch = max(read_sdist(sdist, name=subject).newest_mtime, int(EARLIEST))
            workplace = Workplace(
                subject=subject,
                source=unpack_sdist(sdist, Path(scratch) / "source", name=subject),
                project=project,
                environment=environment,
                log=log,
                timeout=self.timeout,
            )
            variables = {"SOURCE_DATE_EPOCH": str(epoch)}
            with open_backend(workplace, sandbox=self.sandbox, runner=self.runner, variables=variables) as backend:
                yield backend
