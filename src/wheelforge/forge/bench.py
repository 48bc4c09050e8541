"""Where backends are run: an unpacked sdist, its environment, and one backend process between them."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.archives.sdist import unpack_dated
from wheelforge.errors import WheelforgeError
from wheelforge.forge.hooks import Workplace, open_backend
from wheelforge.sandbox.surroundings import EARLIEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wheelforge.forge.hooks import Backend
    from wheelforge.process.runner import Runner
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
    timeout_option: str = ""
    """What gives it longer: ``--hook-timeout``."""

    def prepare(self) -> None:
        """Make what every environment is made of, if it can be made; what cannot is told when it is needed."""
        with contextlib.suppress(WheelforgeError), self.environments.open(()):
            pass

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
            unpacked = unpack_dated(sdist, Path(scratch) / "source", name=subject)
            workplace = Workplace(
                subject=subject,
                source=unpacked.root,
                project=project,
                environment=environment,
                log=log,
                timeout=self.timeout,
                timeout_option=self.timeout_option,
            )
            variables = {"SOURCE_DATE_EPOCH": str(max(unpacked.newest_mtime, int(EARLIEST)))}
            with open_backend(workplace, sandbox=self.sandbox, runner=self.runner, variables=variables) as backend:
                yield backend
