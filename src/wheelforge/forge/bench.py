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
from wheelforge.forge.patching import apply_patches
from wheelforge.model.treatment import PLAIN, Treatment
from wheelforge.model.variables import EARLIEST
from wheelforge.sandbox.tools import hidden

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wheelforge.forge.hooks import Backend
    from wheelforge.process.runner import Runner
    from wheelforge.sandbox.environments import Environments
    from wheelforge.sandbox.port import Sandbox
    from wheelforge.sandbox.wheels import EnvironmentWheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An sdist, and what its backend gets to work on it."""

    sdist: Path
    """A source tree that is packed with one top folder will do, too."""
    wheels: Sequence[EnvironmentWheel]
    """Its environment, exactly."""
    subject: str
    """What messages call it: ``flask 3.1.3``."""
    log: Path
    project: str = "."
    """The folder of the project inside the tree."""
    treatment: Treatment = PLAIN


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
    def backend(self, work: Work) -> Iterator[Backend]:
        """A live backend of an sdist, over a private copy of its tree that is patched as recipes say.

        Raises:
            BuildError: a patch does not apply, or the sdist does not say what its backend is.
        """
        treatment = work.treatment
        with (
            tempfile.TemporaryDirectory(prefix="wheelforge-", ignore_cleanup_errors=True) as scratch,
            self.environments.open(work.wheels) as environment,
        ):
            unpacked = unpack_dated(work.sdist, Path(scratch) / "source", name=work.subject)
            apply_patches(unpacked.root, treatment.patches)
            workplace = Workplace(
                subject=work.subject,
                source=unpacked.root,
                project=work.project,
                environment=environment,
                hidden=hidden(treatment.provided),
                epoch=str(max(unpacked.newest_mtime, int(EARLIEST))),
                log=work.log,
                timeout=self.timeout,
                timeout_option=self.timeout_option,
            )
            settings = {key: value if isinstance(value, str) else [*value] for key, value in treatment.settings.items()}
            with open_backend(
                workplace,
                sandbox=self.sandbox,
                runner=self.runner,
                config_settings=settings or None,
                variables=treatment.environment,
            ) as backend:
                yield backend
